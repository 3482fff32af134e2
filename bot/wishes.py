"""What words want: by which intent a wish is met, and what goes before the open question."""

from __future__ import annotations

from bot.intents import INTENTS
from bot.intents.announce_answer import acknowledged
from bot.intents.announce_offer import text_for_all
from bot.intents.draft import FORGOTTEN
from bot.intents.emergency import is_alarm
from bot.intents.false_alarm import about_call
from bot.intents.feedback import BEST, LOW
from bot.intents.spoken import plainly
from bot.talking import Belongs, belongs
from bot.turn import Turn

REPORTS = frozenset({"repair", "complaint", "emergency"})
WORTHY = REPORTS | {"inquiry", "fee", "progress", "human"}  # seen to before an old draft is offered
VERDICTS = frozenset({"yes", "no"})
WISHES = {
    "inquiry": "inquire",
    "fee": "inquire",
    "renovation": "inquire",
    "out_of_scope": "inquire",
    "progress": "mytickets",
    "chitchat": "small_talk",
    "praise": "small_talk",
    "human": "person",
    "control": "help",
}
CONTROLS = {
    "cancel": "cancel_draft", "help": "help", "restart": "start_over", "back": "go_back", "repeat": "say_again",
    "skip": "skip", "wait": "patience",
    "language": "language", "mute": "mute", "unmute": "unmute",
    "announce": "announce",
}  # fmt: skip
ALWAYS = frozenset({"cancel", "help", "language", "mute", "unmute", "announce"})


def goes_first(turn: Turn) -> Belongs | None:
    """Words for somebody else, danger, a shared location, and what we cannot read at all."""
    incoming = turn.incoming
    if (announcing := _announcing(turn)) or dictates(turn):
        return announcing
    if belonging := belongs(turn):
        return belonging
    if is_alarm(turn):
        return "alarm", {}
    if meant := about_call(turn) or plainly(turn):
        return meant
    if incoming.location and not incoming.text:
        return "share_location", {}
    if incoming.other and not incoming.text:
        return "unread", {"what": incoming.other}
    return None


def _announcing(turn: Turn) -> Belongs | None:
    """Words that are, or are about, a text for all: a file for it, one that may become it, "收到"."""
    if turn.incoming.document and turn.conversation.intent == "announce":
        return "announce_file", {}
    if text_for_all(turn):
        return "offer_announcement", {}
    noted = acknowledged(turn)
    return ("have_read", {"announcement": noted}) if noted else None


def dictates(turn: Turn) -> bool:
    """Is the open question answered by a text for others, in which nothing is a wish or a danger?"""
    open_one = turn.conversation
    steps = INTENTS[open_one.intent].steps if open_one.intent else ()
    return any(step.verbatim for step in steps if step.name == open_one.step)


def gives_way(turn: Turn) -> bool:
    """Is the open question one that nobody means to answer with these words?"""
    conversation, wish = turn.conversation, turn.understood
    if "unheard" in conversation.answers and "words" not in conversation.answers:
        return True  # nothing has been told yet
    if conversation.intent is None or not INTENTS[conversation.intent].yields or wish is None:
        return False
    old = conversation.updated_at is not None and turn.now - conversation.updated_at > FORGOTTEN
    content = conversation.answers.get("mark", BEST) > LOW  # who is not, is asked what went wrong and speaks of that
    return old or wish.hazard is not None or (content and wish.intent == "repair")

"""A report that was left half told for a day: kept, and offered before anything else is made of it."""

from __future__ import annotations

from datetime import timedelta

from bot.conversation import Answers, Intent, without
from bot.dialog import enter, gist
from bot.turn import Tap, Turn

FORGOTTEN = timedelta(days=1)  # after that, nobody remembers what they were asked
OFFERED = "offered"


def is_left(turn: Turn) -> bool:
    """Is the open report one that they have not thought of since yesterday?"""
    open_one = turn.conversation
    if open_one.intent is None or not turn.intents[open_one.intent].lasting or open_one.updated_at is None:
        return False
    told = open_one.answers.get("words") or open_one.answers.get("photos")
    return bool(told) and turn.now - open_one.updated_at > FORGOTTEN


def offer(turn: Turn) -> None:
    """Go on with it, or drop it; what else was wanted has been seen to, or has put it aside."""
    left = turn.conversation
    if turn.intents[left.intent or ""].lasting and "aside" in left.answers:
        return  # something new has begun: the draft comes after it
    words = gist(left.answers)
    turn.remember(answers={**left.answers, OFFERED: True})
    draft = {"draft": left.answers["draft"]}
    rows = [
        [Tap(turn.text("button-go-on"), "go_on", draft)],
        [Tap(turn.text("button-drop-draft"), "never_mind", draft)],
    ]
    turn.answer(turn.text("draft-kept", words=words), rows)


def answered(turn: Turn) -> str | None:
    """The intent that a typed "yes" or "no" to the offer is; anything else answers the open question itself."""
    if not turn.conversation.answers.get(OFFERED):
        return None
    control = turn.understood.control if turn.understood else None
    turn.remember(answers=without(turn.conversation.answers, (OFFERED,)))
    return {"yes": "go_on", "no": "cancel_draft"}.get(control or "")


def _go_on(turn: Turn, answers: Answers) -> None:
    """Ask the open question again, whether it was said or tapped."""
    turn.remember(answers=without(turn.conversation.answers, (OFFERED,)))
    enter(turn, "say_again", answers)


GO_ON = Intent("go_on", _go_on)

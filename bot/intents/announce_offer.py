"""A manager forwards or pastes a text that is plainly for everybody: may it become an announcement?"""

from __future__ import annotations

import re

from bot.conversation import Answers, Intent, Step
from bot.dialog import start
from bot.intents.announce_draft import managed
from bot.intents.words import draft_tap
from bot.turn import Rows, Turn

LONG = 30  # characters: shorter words are more likely meant for us
_TO_ALL = re.compile(
    r"(?:各位|尊敬的|亲爱的|广大|全体)(?:业主|住户|邻居|居民|租户)|(?:紧急|温馨|重要)?(?:通知|公告|提示|通告)\s*[::\n】]|^【"
    r"|\b(?:dear|attention,?) (?:all |our )?(?:residents|owners|tenants|neighbou?rs)\b|^(?:notice|announcement)\b",
    re.IGNORECASE,
)


def text_for_all(turn: Turn) -> bool:
    """Is this a text for the residents, sent by somebody who may announce it, and nothing is open?

    What an owner wrote of a danger, and a manager passes on to us, is a call for help.
    """
    incoming, said = turn.incoming, turn.incoming.text.strip()
    if turn.conversation.intent is not None or not incoming.private or incoming.reply_to or not managed(turn):
        return False
    if len(said) >= LONG // 2 and _TO_ALL.search(said):
        return True
    danger = turn.understood is not None and turn.understood.hazard is not None
    return incoming.forwarded and not danger and bool(len(said) >= LONG or turn.photos or incoming.document)


def _begin(turn: Turn, _answers: Answers) -> Answers:
    """Text, photos and file wait: nothing is announced by sending us a text."""
    paper = turn.keep_document()
    file = {"file": {"key": paper.handle, "name": paper.name, "kind": paper.kind}} if paper else {}
    return {"said": turn.incoming.text, "photos": list(turn.photos), "album": turn.incoming.album, **file}


def _ask(turn: Turn, answers: Answers) -> tuple[str, Rows]:
    rows = [
        [draft_tap(answers, "sure", turn.text("button-make-announcement"), value=True)],
        [draft_tap(answers, "sure", turn.text("button-no-announcement"), value=False)],
    ]
    return turn.text("ask-make-announcement"), rows


def _read(turn: Turn, _answers: Answers) -> Answers | None:
    control = turn.understood.control if turn.understood else None
    return {"sure": control == "yes"} if control in ("yes", "no") else None


def _act(turn: Turn, answers: Answers) -> None:
    if not answers["sure"]:
        turn.answer(turn.text("no-announcement"))
        return
    kept = {name: answers[name] for name in ("said", "photos", "album", "file") if name in answers}
    start(turn, turn.intents["announce"], kept)


OFFER_ANNOUNCEMENT = Intent(
    "offer_announcement", _act, (Step("sure", _ask, _read),), staff=True, private=True, yields=True, begin=_begin
)

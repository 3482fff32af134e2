"""A manager forwards or pastes a text that is plainly for everybody: may it become an announcement?"""

from __future__ import annotations

import re

from bot.conversation import Answers, Intent
from bot.intents.announce_draft import managed
from bot.turn import Tap, Turn

LONG = 30  # characters: shorter words are more likely meant for us
_TO_ALL = re.compile(
    r"(?:各位|尊敬的|亲爱的|广大|全体)(?:业主|住户|邻居|居民|租户)|(?:紧急|温馨|重要)?(?:通知|公告|提示|通告)\s*[::\n】]|^【"
    r"|\b(?:dear|attention,?) (?:all |our )?(?:residents|owners|tenants|neighbou?rs)\b|^(?:notice|announcement)\b",
    re.IGNORECASE,
)


def text_for_all(turn: Turn) -> bool:
    """Is this a text for the residents, sent by somebody who may announce it, and nothing is open?"""
    said = turn.incoming.text.strip()
    if turn.conversation.intent is not None or not turn.incoming.private or not managed(turn):
        return False
    hearsay = turn.incoming.forwarded and (len(said) >= LONG or bool(turn.photos))
    return len(said) >= LONG // 2 and (hearsay or bool(_TO_ALL.search(said)))


def _offer(turn: Turn, _answers: Answers) -> None:
    """Text, photos and file wait in the button; nothing is announced by sending us a text."""
    paper = turn.keep_document()
    kept = {"said": turn.incoming.text, "photos": list(turn.photos)}
    if paper:
        kept["file"] = {"key": paper.handle, "name": paper.name, "kind": paper.kind}  # type: ignore[assignment]
    rows = [
        [Tap(turn.text("button-make-announcement"), "announce", kept)],
        [Tap(turn.text("button-no-announcement"), "no_announcement", {})],
    ]
    turn.answer(turn.text("ask-make-announcement"), rows)


def _no(turn: Turn, _answers: Answers) -> None:
    turn.answer(turn.text("no-announcement"))


OFFER_ANNOUNCEMENT = Intent("offer_announcement", _offer, staff=True)
NO_ANNOUNCEMENT = Intent("no_announcement", _no)

"""Announce something: one question at a time, then the preview as owners will see it, and one card to send it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from bot.announcement_cards import announcement_card
from bot.announcement_letters import leaflets
from bot.conversation import Answers, Intent, without
from bot.dialog import advance, close_card
from bot.intents.announce_ask import BODY, ESTATES, OTHER, TITLE, TRANSLATE, WHOM
from bot.intents.announce_card import CARD, close_previews, drop_previews, is_shown
from bot.intents.announce_draft import draft_of, language_of, managed, split
from bot.intents.announce_terms import CAP, CLOSES, POLL, WHEN
from bot.turn import Turn
from domain.announcements import operations as announcements
from domain.announcements.model import Announcement
from domain.errors import NotAllowed

FRESH = timedelta(minutes=1)


def _begin(turn: Turn, answers: Answers) -> Answers:
    """What came with the command, or with the words that become an announcement.

    :raises NotAllowed: not a manager
    """
    estates = managed(turn)
    if not estates:
        raise NotAllowed("announcement-managers-only")
    if not turn.photos:
        turn.keep_photos()
    known: dict[str, Any] = {"photos": list(turn.photos), "album": turn.incoming.album}
    if len(estates) == 1:
        known["estates"] = list(estates)
    said = answers.get("said") or (turn.incoming.text if turn.incoming.command else "")
    return {**known, **written(turn, said), **{name: one for name, one in answers.items() if name != "said"}}


def written(turn: Turn, said: str) -> dict[str, Any]:
    """The body, the title if the first line is one, and their language."""
    title, body = split(said)
    if not body:
        return {}
    return {"body": body, "language": language_of(turn, said), **({"title": title} if title else {})}


def _act(turn: Turn, answers: Answers) -> None:
    """Keep it, print what people will get, and hand it to the clock, or to a second person first.

    :raises NotNow: what it was to replace has gone out in the meantime
    """
    if not is_shown(answers):
        turn.preface = turn.text("announcement-look-again")
        advance(turn, ANNOUNCE, without(answers, ("send",)))
        return
    if replaced := answers.get("replaces"):
        announcements.withdraw(work=turn.work, announcement_id=replaced, by=turn.me, now=turn.now)
    told = _kept(turn, answers)
    printed = leaflets(turn.work, turn.words, told, now=turn.now)
    after = announcements.submit(work=turn.work, announcement_id=told.id, leaflets=printed, by=turn.me, now=turn.now)
    close_previews(turn, answers)
    close_card(turn, ANNOUNCE, answers, turn.text("announcement-handed-in"))
    text, rows = announcement_card(turn.voice, turn.work, after, turn.me)
    turn.answer(text, rows, card=f"announce:{after.id}")


def _kept(turn: Turn, answers: Answers) -> Announcement:
    """The record: a new one, or the draft that it was made of."""
    draft = draft_of(answers)
    if number := answers.get("announcement"):
        return announcements.change(work=turn.work, announcement_id=number, draft=draft, by=turn.me, now=turn.now)
    return announcements.draft(work=turn.work, draft=draft, by=turn.me, now=turn.now, key=answers["draft"])


ANNOUNCE = Intent(
    name="announce",
    commands=("announce",),
    act=_act,
    staff=True,
    private=True,
    goes_on=True,
    begin=_begin,
    dropped=drop_previews,
    steps=(ESTATES, BODY, TITLE, WHOM, TRANSLATE, OTHER, WHEN, POLL, CAP, CLOSES, CARD),
)

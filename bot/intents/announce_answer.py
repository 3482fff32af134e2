"""What owners answer to an announcement: read it, vote, sign up, want no more ordinary ones."""

from __future__ import annotations

import re

from bot.announcement_letters import answered, outgoing, owner_letter
from bot.conversation import Answers, Intent
from bot.turn import Rows, Tap, Turn
from bot.voice import Voice
from domain.announcements import reactions
from domain.announcements.changing import known
from domain.announcements.lifecycle import OUT
from domain.announcements.model import Announcement

LATELY = 5  # announcements
_SEEN = re.compile(
    r"(?:好的?[,\s\uff0c]*)?(?:收到|已阅|已读|看到|知道|明白|了解|确认收到)了?[,\s\uff0c]*(?:谢谢[您你]?)?[.!~\u3002\uff01]*"
    r"|(?:ok[,\s]*)?(?:got it|noted|read(?: it)?|i have read (?:it|this)|understood)[,\s]*(?:thanks|thank you)?[.!]*",
    re.IGNORECASE,
)


def _read(turn: Turn, answers: Answers) -> None:
    number = answers["announcement"]
    first = reactions.confirm(work=turn.work, announcement_id=number, by=turn.me, now=turn.now)
    _redraw(turn, known(turn.work, number))
    say = turn.toast if turn.incoming.button else turn.answer  # who wrote it reads the answer in the chat
    say(turn.text("announcement-read" if first else "announcement-read-before"))


def is_seen(said: str) -> bool:
    """Is it "收到", and nothing else?"""
    return _SEEN.fullmatch(said.strip()) is not None


def acknowledged(turn: Turn) -> int | None:
    """What somebody means who writes "收到": the newest announcement that asks them to confirm, and they have not."""
    if turn.conversation.intent is not None or not is_seen(turn.incoming.text):
        return None
    here = {"channel": turn.incoming.channel, "chat": turn.incoming.chat}
    on_its_way = {row.announcement_id for row in turn.work.deliveries.queued(**here)}
    for told in turn.work.announcements.of_estates(_homes(turn), limit=LATELY):
        mine = (
            turn.work.recipients.get(told.id, turn.me)
            if told.confirm and told.status in OUT and told.id not in on_its_way
            else None
        )
        if mine and mine.confirmed_at is None:
            return told.id
    return None


def _vote(turn: Turn, answers: Answers) -> None:
    number, choice = answers["announcement"], answers["choice"]
    _redraw_closed(turn, number)
    before = reactions.vote(work=turn.work, announcement_id=number, choice=choice, by=turn.me, now=turn.now)
    told = known(turn.work, number)
    _redraw(turn, told)
    assert told.poll is not None
    key = "announcement-vote-changed" if before not in (None, choice) else "announcement-vote-counted"
    turn.toast(turn.text(key, option=told.poll.options[choice]))


def _sign_up(turn: Turn, answers: Answers) -> None:
    """A place, or a number on the waiting list: what is true now, whenever it is pressed."""
    number = answers["announcement"]
    _redraw_closed(turn, number)
    standing = reactions.sign_up(work=turn.work, announcement_id=number, by=turn.me, now=turn.now)
    told = known(turn.work, number)
    _redraw(turn, told)
    cap = told.sign_up.cap if told.sign_up else 0
    if standing.waiting:
        turn.toast(turn.text("announcement-on-waiting-list", place=standing.place - cap), alert=True)
    else:
        turn.toast(turn.text("announcement-has-place", place=standing.place))


def _leave(turn: Turn, answers: Answers) -> None:
    number = answers["announcement"]
    _redraw_closed(turn, number)
    left = reactions.leave(work=turn.work, announcement_id=number, by=turn.me, now=turn.now)
    _redraw(turn, known(turn.work, number))
    turn.toast(turn.text("announcement-left" if left else "announcement-was-not-in"))


def _redraw_closed(turn: Turn, number: int) -> None:
    """Whoever comes too late sees from now on that it is over; that they are told comes with the refusal."""
    told = known(turn.work, number)
    if told.closes_at is not None and told.closes_at <= turn.now:
        _redraw(turn, told)


def _redraw(turn: Turn, told: Announcement) -> None:
    """Their own copy shows what they have answered."""
    voice = Voice(turn.words, turn.language, turn.now, turn.work)
    text, rows = owner_letter(voice, told, number=told.id, mine=answered(turn.work, told.id, turn.me))
    turn.redraw(text, rows, photos=told.photos, document=outgoing(told, text).document)


# --- no more ordinary ones ---------------------------------------------------------------------------------------


def _mute(turn: Turn, _answers: Answers) -> None:
    """Ordinary ones stop; what cannot wait comes all the same, and they are told so."""
    estates = _homes(turn)
    fresh = [reactions.mute(work=turn.work, estate_id=one, by=turn.me, now=turn.now) for one in estates]
    rows: Rows = [[Tap(turn.text("button-unmute"), "unmute")]]
    turn.answer(turn.text("muted" if any(fresh) else "muted-before"), rows)


def _unmute(turn: Turn, _answers: Answers) -> None:
    estates = turn.work.recipients.muted(turn.me)
    fresh = [reactions.unmute(work=turn.work, estate_id=one, by=turn.me, now=turn.now) for one in sorted(estates)]
    turn.answer(turn.text("unmuted" if any(fresh) else "unmuted-before"))


def _homes(turn: Turn) -> list[int]:
    """The estates where they live, and where they work."""
    living = {room.estate_id for room in turn.rooms}
    return sorted(living | (turn.staff.estates if turn.staff else frozenset()))


HAVE_READ = Intent("have_read", _read)
VOTE = Intent("vote", _vote)
SIGN_UP = Intent("sign_up", _sign_up)
LEAVE_PLACE = Intent("leave_place", _leave)
MUTE = Intent("mute", _mute, commands=("mute",), private=True)
UNMUTE = Intent("unmute", _unmute, commands=("unmute",), private=True)

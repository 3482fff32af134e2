"""A photo without words: it belongs to the ticket just reported, or to the work in hand; else it begins a report."""

from __future__ import annotations

from datetime import timedelta

from bot.conversation import Answers, Intent, Step
from bot.dialog import start
from bot.intents.words import draft_tap
from bot.turn import Rows, Turn
from domain.tickets import operations as tickets
from domain.tickets.lifecycle import LIVE

JUST_NOW = timedelta(minutes=10)
PHOTOS_MAX = 30


def _act(turn: Turn, _answers: Answers) -> None:
    fresh = [
        ticket
        for ticket in turn.work.tickets.reported_by(turn.me, since=turn.now)
        if ticket.status in LIVE and turn.now - ticket.opened_at < JUST_NOW and len(ticket.photos) < PHOTOS_MAX
    ]
    if not fresh:
        _whose(turn)
        return
    ticket = tickets.add_photos(work=turn.work, ticket_id=fresh[0].id, photos=turn.photos, by=turn.me, now=turn.now)
    once = f"album:{turn.incoming.album}" if turn.incoming.album else None
    turn.answer(turn.text("photo-added-to", number=ticket.number), once=once)


def _whose(turn: Turn) -> None:
    """Repairers take photos of their work before they say that it is done."""
    held = turn.work.tickets.held_by(turn.me)[:5] if turn.staff else ()
    if not held:
        start(turn, turn.intents["report"], {})
        return
    start(turn, turn.intents["work_photo"], {"photos": list(turn.photos), "album": turn.incoming.album})


def _ask_which(turn: Turn, answers: Answers) -> tuple[str, Rows]:
    held = turn.work.tickets.held_by(turn.me)[:5]
    rows = [[draft_tap(answers, "ticket", turn.text("finish-number", number=one.number), one.id)] for one in held]
    return turn.text("ask-whose-photo"), [*rows, [draft_tap(answers, "ticket", turn.text("button-report"), None)]]


def _act_on_work(turn: Turn, answers: Answers) -> None:
    photos = {"photos": answers["photos"], "album": answers["album"]}
    if answers["ticket"] is None:
        start(turn, turn.intents["report"], photos)
    else:
        start(turn, turn.intents["finish"], {"ticket": answers["ticket"], **photos})


LATE_PHOTO = Intent("late_photo", _act, private=True)
WORK_PHOTO = Intent(
    "work_photo", _act_on_work, (Step("ticket", _ask_which, lambda _turn, _answers: None),), staff=True, private=True
)

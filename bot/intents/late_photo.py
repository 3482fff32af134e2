"""A photo without words: it belongs to the ticket just reported, else it begins a report."""

from __future__ import annotations

from datetime import timedelta

from bot.conversation import Answers, Intent
from bot.dialog import start
from bot.turn import Turn
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
        start(turn, turn.intents["report"], {})
        return
    ticket = tickets.add_photos(work=turn.work, ticket_id=fresh[0].id, photos=turn.photos, by=turn.me, now=turn.now)
    if not turn.incoming.album or len(ticket.photos) == len(turn.photos):
        turn.answer(turn.text("photo-added-to", number=ticket.number))


LATE_PHOTO = Intent("late_photo", _act, private=True)

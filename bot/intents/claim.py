"""Take a ticket: the first to press has it."""

from __future__ import annotations

from bot.conversation import Answers, Intent
from bot.turn import Turn
from domain.tickets import operations as tickets


def _act(turn: Turn, answers: Answers) -> None:
    ticket = tickets.claim(work=turn.work, ticket_id=answers["ticket"], by=turn.me, now=turn.now)
    turn.toast(turn.text("claimed-toast", number=ticket.number))


CLAIM = Intent("claim", _act, staff=True)

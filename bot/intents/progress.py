"""The repairer's one-press steps: on the way, arrived, going on after a pause."""

from __future__ import annotations

from bot.conversation import Answers, Intent
from bot.turn import Turn
from domain.tickets import operations as tickets


def _depart(turn: Turn, answers: Answers) -> None:
    ticket = tickets.depart(work=turn.work, ticket_id=answers["ticket"], by=turn.me, now=turn.now)
    turn.toast(turn.text("departed-toast", number=ticket.number))


def _arrive(turn: Turn, answers: Answers) -> None:
    ticket = tickets.arrive(work=turn.work, ticket_id=answers["ticket"], by=turn.me, now=turn.now)
    turn.toast(turn.text("arrived-toast", number=ticket.number))


def _resume(turn: Turn, answers: Answers) -> None:
    ticket = tickets.resume(work=turn.work, ticket_id=answers["ticket"], by=turn.me, now=turn.now)
    turn.toast(turn.text("resumed-toast", number=ticket.number))


DEPART = Intent("depart", _depart, staff=True)
ARRIVE = Intent("arrive", _arrive, staff=True)
RESUME = Intent("resume", _resume, staff=True)

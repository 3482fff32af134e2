"""Somebody leaves: what they had in hand waits again for somebody to take it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from domain.register import operations as register
from domain.tickets.model import Ticket
from domain.tickets.operations import release
from domain.tickets.ports import TicketWork


def dismiss(*, work: TicketWork, person_id: int, by: int | None, now: datetime) -> Sequence[Ticket]:
    """End somebody's employment: no rights from their next press on, and their tickets are back in the queue."""
    register.dismiss(work=work, person_id=person_id, by=by, now=now)
    return [release(work=work, ticket_id=ticket.id, now=now) for ticket in work.tickets.held_by(person_id)]

"""An owner's talk with the service desk: what either says goes to the other, as from the estate."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from domain.errors import NotAllowed, NotNow
from domain.tickets import events, operations
from domain.tickets.changing import find, scheduled, step
from domain.tickets.eligibility import parties
from domain.tickets.lifecycle import IN_PROGRESS, Action, Status
from domain.tickets.model import Kind, Ticket
from domain.tickets.ports import TicketWork

TO_OWNER = events.RelayedToOwner.__name__
TALKING = IN_PROGRESS | {Status.OPEN}


def is_talk(ticket: Ticket) -> bool:
    """Is this a question on which owner and service desk are still talking?"""
    return ticket.kind is Kind.QUESTION and ticket.status in TALKING


def begin(*, work: TicketWork, ticket: Ticket, said: tuple[str, ...], now: datetime) -> None:
    """A question was handed to people, who see what its owner *said* before."""
    work.record(events.TalkBegun(ticket_id=ticket.id, said=said, by=ticket.reporter_id), now=now)


def relay(
    *, work: TicketWork, ticket_id: int, words: str, photos: tuple[str, ...] = (), by: int, now: datetime
) -> Ticket:
    """What its reporter says goes to the desk; what staff of the estate say goes to the reporter.

    Whoever answers first has taken it, if they can take it; and the promise to answer is kept.

    :raises NotAllowed: anybody else
    :raises NotNow: the talk is over, this is no question, or its reporter cannot be reached
    """
    ticket = find(work, ticket_id)
    if not parties(ticket, by, work.register.staff(by)):
        raise NotAllowed
    _require_talk(ticket)
    if by == ticket.reporter_id:
        work.record(events.RelayedToStaff(ticket_id=ticket_id, words=words, photos=photos, by=by), now=now)
        return ticket
    if not _can_hear(work, ticket.reporter_id):
        raise NotNow("talk-unreachable", number=ticket.number)
    ticket = _answered(work, ticket, by, now)
    work.record(events.RelayedToOwner(ticket_id=ticket_id, words=words, photos=photos, by=by), now=now)
    return ticket


def end(*, work: TicketWork, ticket_id: int, by: int, now: datetime) -> Ticket:
    """The reporter has nothing more to ask: to be rated, or not needed any more if nobody had taken it."""
    ticket = find(work, ticket_id)
    _require_talk(ticket)
    if ticket.status == Status.OPEN:
        return operations.cancel(work=work, ticket_id=ticket_id, by=by, now=now)
    event = events.TalkEnded(ticket_id=ticket_id, by=by)
    return step(
        work, ticket_id, Action.END, event, now, repairer_id=None, done_by=ticket.repairer_id, done_at=now, rung=0
    )  # fmt: skip


def answer(*, work: TicketWork, ticket_id: int) -> str:
    """Everything that the desk said in the talk."""
    told = (data.get("words", "") for _, name, _, data in work.tickets.history(ticket_id) if name == TO_OWNER)
    return "\n".join(filter(None, told))


def _require_talk(ticket: Ticket) -> None:
    if not is_talk(ticket):
        raise NotNow("talk-over", number=ticket.number)


def _can_hear(work: TicketWork, person_id: int | None) -> bool:
    return person_id is not None and any(address.reachable for address in work.addresses.of([person_id]))


def _answered(work: TicketWork, ticket: Ticket, by: int, now: datetime) -> Ticket:
    if ticket.status == Status.OPEN:
        with suppress(NotAllowed):  # not theirs to take, yet their answer is welcome
            ticket = operations.claim(work=work, ticket_id=ticket.id, by=by, now=now)
    if ticket.responded_at:
        return ticket
    rung = ticket.rung if ticket.status == Status.OPEN else 0
    return work.tickets.save(scheduled(work, replace(ticket, responded_at=now, rung=rung), now, before=ticket))

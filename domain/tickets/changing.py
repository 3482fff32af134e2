"""How a ticket changes: what must be true first, the one conditional write, and what follows from it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from domain.errors import NotAllowed, NotNow, Stale, Unknown
from domain.lifecycle import move, permit
from domain.register.events import ContactViewed
from domain.register.model import Staff
from domain.tickets.eligibility import parties
from domain.tickets.lifecycle import ALLOWED, IN_PROGRESS, MOVES, Action, Status
from domain.tickets.model import Kind, Ticket
from domain.tickets.policy import policy_of
from domain.tickets.ports import TicketWork
from domain.tickets.schedule import climb, next_due
from domain.transaction import Event


def find(work: TicketWork, ticket_id: int) -> Ticket:
    """The ticket.

    :raises Unknown: there is none
    """
    ticket = work.tickets.get(ticket_id)
    if ticket is None:
        raise Unknown("no-such-ticket")
    return ticket


def colleague(work: TicketWork, person_id: int) -> Staff:
    """The member of staff.

    :raises NotAllowed: they are not one, or not any more
    """
    staff = work.register.staff(person_id)
    if staff is None:
        raise NotAllowed("staff-only")
    return staff


def require(work: TicketWork, ticket: Ticket, action: Action, by: int) -> None:
    """What is true now comes before what is allowed: a late presser is told who was first.

    Whoever asked a question talks with the desk, and hears of none of its people.

    :raises NotNow: the status has no such move
    :raises NotAllowed: this person may not
    """
    mine = parties(ticket, by, work.register.staff(by))
    if not mine:
        raise NotAllowed
    if ticket.kind is Kind.QUESTION and by == ticket.reporter_id and (ticket.status, action) not in MOVES:
        key = "question-is-open" if ticket.status in {*IN_PROGRESS, Status.OPEN} else "question-is-over"
        raise NotNow(key, number=ticket.number)
    require_move(work, ticket, action)
    permit(ALLOWED, action, mine)


def require_move(work: TicketWork, ticket: Ticket, action: Action) -> Status:
    """The status after *action*, whoever does it.

    :raises NotNow: the status has no such move; the sentence says how it is now
    """
    try:
        return move(MOVES, Status(ticket.status), action)
    except NotNow:
        holder = work.register.person(ticket.repairer_id or ticket.done_by or 0)
        raise NotNow(f"ticket-is-{ticket.status}", number=ticket.number, name=holder.name if holder else "") from None


def step(work: TicketWork, ticket_id: int, action: Action, event: Event, now: datetime, **changes: Any) -> Ticket:
    """One move by the person of the event, who must be one that may."""
    ticket = find(work, ticket_id)
    require(work, ticket, action, event.by or 0)
    return change(work, ticket, action, event, now, **changes)


def change(
    work: TicketWork,
    ticket: Ticket,
    action: Action,
    event: Event,
    now: datetime,
    *,
    then: Action | None = None,
    **changes: Any,
) -> Ticket:
    """One conditional write: the new status (after *action*, and *then* another), what follows from it, the event."""
    status = require_move(work, ticket, action)
    if then:
        status = move(MOVES, status, then)
    after = replace(ticket, status=status, **changes)
    if ticket.paused_at and status is not Status.WAITING:
        after = _unpaused(work, after, now)
    if status is Status.ON_SITE and not ticket.responded_at:
        after = replace(after, responded_at=now)
    try:
        saved = work.tickets.save(scheduled(work, after, now, before=ticket))
    except Stale:
        require_move(work, find(work, ticket.id), action)
        raise
    work.record(event, now=now)
    taken = saved.repairer_id and saved.repairer_id != ticket.repairer_id
    if taken and saved.reporter_id:  # their card shows the full contact
        work.record(ContactViewed(person_id=saved.reporter_id, ticket_id=saved.id, by=saved.repairer_id), now=now)
    return saved


def _unpaused(work: TicketWork, ticket: Ticket, now: datetime) -> Ticket:
    """What was left of the promise when the pause began is left now; its ladder starts anew."""
    calendar = work.register.calendar(ticket.estate_id)
    clock = policy_of(work.register.estate(ticket.estate_id).policy).promises[ticket.urgency].clock
    started = ticket.paused_at or now

    def shifted(end: datetime) -> datetime:
        left = calendar.between(started, end, clock)
        return calendar.add(now, left, clock) if left > timedelta() else end

    return replace(
        ticket, respond_by=shifted(ticket.respond_by), resolve_by=shifted(ticket.resolve_by),
        paused_at=None, wait_for=None, wait_until=None, rung=0,
    )  # fmt: skip


def scheduled(work: TicketWork, ticket: Ticket, now: datetime, before: Ticket | None = None) -> Ticket:
    """The clock looks at the first rung still to come; a reminder stays as it is where the change does not move it."""
    policy = policy_of(work.register.estate(ticket.estate_id).policy)
    calendar = work.register.calendar(ticket.estate_id)
    if before and next_due(ticket, policy, calendar) == next_due(before, policy, calendar):
        return ticket
    rung, due = climb(ticket, policy, calendar, now)
    return replace(ticket, rung=rung, due_at=due)

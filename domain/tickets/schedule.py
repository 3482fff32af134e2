"""When the clock must look at a ticket again, and which rung of its ladder that is."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from domain.calendar import Calendar
from domain.tickets.lifecycle import Status
from domain.tickets.model import Ticket
from domain.tickets.policy import Ladder, Policy


def deadline(ticket: Ticket) -> datetime:
    """What is promised next: the end of a pause, somebody there, or the work done."""
    if ticket.status == Status.WAITING and ticket.wait_until:
        return ticket.wait_until
    return ticket.resolve_by if ticket.responded_at else ticket.respond_by


def ladder_of(ticket: Ticket, policy: Policy) -> Ladder:
    """The ladder on which this ticket stands."""
    return (policy.unclaimed if ticket.status == Status.OPEN else policy.at_risk)[ticket.urgency]


def next_due(ticket: Ticket, policy: Policy, calendar: Calendar) -> datetime | None:
    """When this ticket's next rung is due, or when it closes itself; None when it has ended."""
    status = Status(ticket.status)
    if status in policy.patience:
        return (ticket.done_at or ticket.opened_at) + policy.patience[status]
    if status in (Status.CLOSED, Status.CANCELLED):
        return None
    ladder = ladder_of(ticket, policy)
    last = len(ladder.rungs) - 1
    after = ladder.rungs[min(ticket.rung, last)].after + max(0, ticket.rung - last) * ladder.repeat
    if status is Status.WAITING:  # a pause puts nothing at risk before it is over: the first rung waits for its end
        after -= ladder.rungs[0].after
    return calendar.add(ticket.queued_at if status is Status.OPEN else deadline(ticket), after, ladder.clock)


def climb(ticket: Ticket, policy: Policy, calendar: Calendar, now: datetime) -> tuple[int, datetime | None]:
    """From this ticket's rung on: the first one still ahead of *now*, and when.

    Rungs and repeats that passed while nobody looked are climbed in one step, never called one by one.
    """
    rung, due = ticket.rung, next_due(ticket, policy, calendar)
    while due is not None and due <= now and ticket.status not in policy.patience:
        rung += 1
        due = next_due(replace(ticket, rung=rung), policy, calendar)
    return rung, due

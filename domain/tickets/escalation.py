"""What the clock does to a ticket: call the next level, or close what nobody answered."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from domain.errors import Stale
from domain.lifecycle import move
from domain.tickets import events
from domain.tickets.eligibility import is_here
from domain.tickets.lifecycle import IN_PROGRESS, MOVES, PATIENCE, Action, Status
from domain.tickets.model import Ticket
from domain.tickets.operations import release
from domain.tickets.policy import policy_of
from domain.tickets.ports import TicketWork
from domain.tickets.schedule import climb, ladder_of

LATE = timedelta(minutes=5)  # later than this, the clock has been standing still and the words say so


def look(*, work: TicketWork, ticket_id: int, now: datetime) -> Ticket | None:
    """Do what is due for one ticket; None when it was not due (any more), which is no fault."""
    ticket = work.tickets.get(ticket_id)
    if ticket is None or ticket.due_at is None or ticket.due_at > now:
        return None
    try:
        if ticket.status in IN_PROGRESS and not is_here(work, ticket.repairer_id, ticket.estate_id):
            return release(work=work, ticket_id=ticket.id, now=now)  # nobody reminds who has left
        return _close(work, ticket, now) if ticket.status in PATIENCE else _escalate(work, ticket, now)
    except Stale:
        return None  # somebody acted this very moment: the clock has nothing to add


def _close(work: TicketWork, ticket: Ticket, now: datetime) -> Ticket:
    status = move(MOVES, Status(ticket.status), Action.CLOSE)
    saved = work.tickets.save(replace(ticket, status=status, closed_at=now, due_at=None))
    work.record(events.TicketClosed(ticket_id=ticket.id), now=now)
    return saved


def _escalate(work: TicketWork, ticket: Ticket, now: datetime) -> Ticket:
    """Call the highest level whose time has come; levels that passed unseen are not called one by one."""
    policy, calendar = (
        policy_of(work.register.estate(ticket.estate_id).policy),
        work.register.calendar(ticket.estate_id),
    )
    ladder = ladder_of(ticket, policy)
    awake = calendar.add(now, timedelta(), ladder.clock)
    if awake > now:  # the clock stood still over the evening: nobody is woken to hear of it
        return work.tickets.save(replace(ticket, due_at=awake))
    rung, due = climb(replace(ticket, rung=ticket.rung + 1), policy, calendar, now)
    rungs = ladder.rungs
    late = ticket.due_at is not None and now - ticket.due_at > LATE
    saved = work.tickets.save(replace(ticket, rung=rung, due_at=due))
    event = events.TicketEscalated(
        ticket_id=ticket.id, level=rung, audience=rungs[min(rung, len(rungs)) - 1].audience,
        unclaimed=ticket.status == Status.OPEN, late=late,
    )  # fmt: skip
    work.record(event, now=now)
    return saved

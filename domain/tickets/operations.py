"""What can be done with a ticket; each of these is part of one transaction."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from domain.errors import NotAllowed, NotNow, Refusal
from domain.lifecycle import move
from domain.tickets import events
from domain.tickets.changing import change, colleague, find, require, scheduled, step
from domain.tickets.eligibility import is_here, parties, require_eligible
from domain.tickets.lifecycle import ENDED, MOVES, Action, Status
from domain.tickets.model import Caller, Report, Ticket, WaitFor
from domain.tickets.policy import policy_of
from domain.tickets.ports import TicketWork


def open(  # noqa: A001 - the verb of the trade
    *, work: TicketWork, report: Report, caller: Caller | None = None, now: datetime
) -> Ticket:
    """Make a ticket of a report: number, promises, first rung. An emergency has a *caller*."""
    estate = work.register.estate(report.estate_id)
    calendar = work.register.calendar(report.estate_id)
    promise = policy_of(estate.policy).promises[report.urgency]
    number = work.tickets.number(report.kind[0].upper(), calendar.local(now).date())
    fields = {name: getattr(report, name) for name in Report.__dataclass_fields__}
    ticket = Ticket(
        **fields, id=0, number=number, status=Status.OPEN, opened_at=now, queued_at=now,
        respond_by=calendar.add(now, promise.respond, promise.clock),
        resolve_by=calendar.add(now, promise.resolve, promise.clock),
    )  # fmt: skip
    ticket = work.tickets.add(scheduled(work, ticket, now))
    if caller:
        work.calls.put(replace(caller, **report.spot(), ticket_id=ticket.id, at=now))
    work.record(events.TicketOpened(ticket_id=ticket.id, by=report.reporter_id), now=now)
    return ticket


def claim(*, work: TicketWork, ticket_id: int, by: int, now: datetime) -> Ticket:
    """Take a ticket that waits: one conditional write, so of any number of pressers exactly one wins.

    :raises NotAllowed: not eligible, with the reason
    :raises NotNow: somebody was first, with their name
    """
    ticket, staff = find(work, ticket_id), colleague(work, by)
    if not staff.serves(ticket.estate_id):
        raise NotAllowed("claim-other-estate")
    require(work, ticket, Action.CLAIM, by)
    if ticket.status == Status.OPEN:
        require_eligible(work, staff, ticket)
    event = events.TicketClaimed(ticket_id=ticket_id, repairer_id=by, by=by)
    return change(work, ticket, Action.CLAIM, event, now, repairer_id=by, rung=0)


def assign(*, work: TicketWork, ticket_id: int, to: int, by: int, now: datetime) -> Ticket:
    """A manager gives the ticket to somebody of the estate; the manager knows best, so duty and cap do not count."""
    ticket, staff = find(work, ticket_id), colleague(work, to)
    require(work, ticket, Action.ASSIGN, by)
    if not staff.serves(ticket.estate_id):
        raise NotAllowed("claim-other-estate")
    event = events.TicketAssigned(ticket_id=ticket_id, repairer_id=to, before_id=ticket.repairer_id, by=by)
    return change(work, ticket, Action.ASSIGN, event, now, repairer_id=to, rung=0)


def pass_on(*, work: TicketWork, ticket_id: int, to: int, by: int, now: datetime) -> Ticket:
    """The repairer gives the ticket to an eligible colleague."""
    ticket, staff = find(work, ticket_id), colleague(work, to)
    require(work, ticket, Action.PASS_ON, by)
    require_eligible(work, staff, ticket)
    event = events.TicketPassedOn(ticket_id=ticket_id, repairer_id=to, before_id=by, by=by)
    return change(work, ticket, Action.PASS_ON, event, now, repairer_id=to, rung=0)


def hand_back(*, work: TicketWork, ticket_id: int, reason: str, by: int, now: datetime) -> Ticket:
    """The repairer cannot do it: it waits again for somebody to take it, its ladder starting anew."""
    ticket = find(work, ticket_id)
    require(work, ticket, Action.HAND_BACK, by)
    event = events.TicketHandedBack(ticket_id=ticket_id, before_id=by, reason=reason, by=by)
    return change(work, ticket, Action.HAND_BACK, event, now, repairer_id=None, queued_at=now, rung=0)


def release(*, work: TicketWork, ticket_id: int, now: datetime) -> Ticket:
    """The repairer does not work here any more: back to the queue."""
    ticket = find(work, ticket_id)
    event = events.TicketHandedBack(ticket_id=ticket_id, before_id=ticket.repairer_id or 0)
    return change(work, ticket, Action.RELEASE, event, now, repairer_id=None, queued_at=now, rung=0)


def depart(*, work: TicketWork, ticket_id: int, by: int, now: datetime) -> Ticket:
    """On the way."""
    event = events.RepairerDeparted(ticket_id=ticket_id, by=by)
    return step(work, ticket_id, Action.DEPART, event, now)


def arrive(*, work: TicketWork, ticket_id: int, by: int, now: datetime) -> Ticket:
    """On site: the promise to be there is kept."""
    event = events.RepairerArrived(ticket_id=ticket_id, by=by)
    return step(work, ticket_id, Action.ARRIVE, event, now, rung=0)


def wait(*, work: TicketWork, ticket_id: int, wait_for: WaitFor, until: datetime, by: int, now: datetime) -> Ticket:
    """Pause until *until*: the promise stops counting."""
    if until <= now:
        raise Refusal("wait-in-the-past")
    event = events.WorkPaused(ticket_id=ticket_id, wait_for=wait_for, until=until, by=by)
    ticket = find(work, ticket_id)
    paused_at = ticket.paused_at or now
    return step(
        work, ticket_id, Action.WAIT, event, now, rung=0, wait_for=wait_for, wait_until=until, paused_at=paused_at
    )


def resume(*, work: TicketWork, ticket_id: int, by: int, now: datetime) -> Ticket:
    """The pause is over."""
    return step(work, ticket_id, Action.RESUME, events.WorkResumed(ticket_id=ticket_id, by=by), now, rung=0)


def ask_help(*, work: TicketWork, ticket_id: int, words: str, by: int, now: datetime) -> Ticket:
    """Call for a second pair of hands; the ticket stays with its repairer."""
    event = events.HelpRequested(ticket_id=ticket_id, words=words, by=by)
    return step(work, ticket_id, Action.ASK_HELP, event, now)


def finish(*, work: TicketWork, ticket_id: int, words: str, photos: tuple[str, ...], by: int, now: datetime) -> Ticket:
    """Done, says the repairer; the owner is asked."""
    event = events.WorkFinished(ticket_id=ticket_id, by=by)
    return step(
        work, ticket_id, Action.FINISH, event, now,
        repairer_id=None, done_by=by, done_at=now, rung=0, work_done=words, work_photos=photos,
    )  # fmt: skip


def confirm(*, work: TicketWork, ticket_id: int, by: int, now: datetime) -> Ticket:
    """Fixed, says the owner."""
    return step(work, ticket_id, Action.CONFIRM, events.RepairConfirmed(ticket_id=ticket_id, by=by), now)


def reject(*, work: TicketWork, ticket_id: int, by: int, now: datetime, words: str = "") -> Ticket:
    """Not fixed, says the owner: back to the same repairer with new promises; to the queue if they have left."""
    ticket = find(work, ticket_id)
    require(work, ticket, Action.REJECT, by)
    repairer, times = ticket.done_by or 0, ticket.reopened + 1
    left = not is_here(work, repairer, ticket.estate_id)
    calendar = work.register.calendar(ticket.estate_id)
    promise = policy_of(work.register.estate(ticket.estate_id).policy).promises[ticket.urgency]
    event = events.TicketReopened(ticket_id=ticket_id, repairer_id=repairer, times=times, words=words, by=by)
    ticket = change(
        work, ticket, Action.REJECT, event, now, then=Action.RELEASE if left else None,
        repairer_id=None if left else repairer, queued_at=now if left else ticket.queued_at,
        done_by=None, done_at=None, responded_at=None, reopened=times, rung=0,
        respond_by=calendar.add(now, promise.respond, promise.clock),
        resolve_by=calendar.add(now, promise.resolve, promise.clock),
    )  # fmt: skip
    if left:
        work.record(events.TicketHandedBack(ticket_id=ticket_id, before_id=repairer), now=now)
    return ticket


def rate(*, work: TicketWork, ticket_id: int, mark: int, by: int, now: datetime) -> Ticket:
    """The owner's mark, 1–5, once; it closes the ticket."""
    ticket = find(work, ticket_id)
    require(work, ticket, Action.RATE, by)
    if ticket.mark is not None:
        raise NotNow("already-rated", number=ticket.number, mark=ticket.mark)
    low = mark <= policy_of(work.register.estate(ticket.estate_id).policy).low_mark
    event = events.TicketRated(ticket_id=ticket_id, mark=mark, low=low, by=by)
    return change(work, ticket, Action.RATE, event, now, mark=mark, closed_at=ticket.closed_at or now)


def comment(*, work: TicketWork, ticket_id: int, words: str, by: int, now: datetime) -> Ticket:
    """Free words to the mark."""
    ticket = find(work, ticket_id)
    low = (ticket.mark or 5) <= policy_of(work.register.estate(ticket.estate_id).policy).low_mark
    event = events.CommentAdded(ticket_id=ticket_id, low=low, by=by)
    words = f"{ticket.comment}\n{words}".strip()
    return step(work, ticket_id, Action.COMMENT, event, now, comment=words)


def add_photos(*, work: TicketWork, ticket_id: int, photos: tuple[str, ...], by: int, now: datetime) -> Ticket:
    """Photos that the owner sends after the report."""
    ticket = find(work, ticket_id)
    if ticket.reporter_id != by or ticket.status in ENDED:
        raise NotAllowed
    saved = work.tickets.save(replace(ticket, photos=ticket.photos + photos))
    work.record(events.PhotosAdded(ticket_id=ticket_id, photos=photos, by=by), now=now)
    return saved


def cancel(*, work: TicketWork, ticket_id: int, by: int, now: datetime) -> Ticket:
    """Not needed any more."""
    repairer = find(work, ticket_id).repairer_id
    event = events.TicketCancelled(ticket_id=ticket_id, repairer_id=repairer, by=by)
    return step(work, ticket_id, Action.CANCEL, event, now, repairer_id=None, closed_at=now)


def postpone(*, work: TicketWork, ticket_id: int, until: datetime, reason: str, by: int, now: datetime) -> Ticket:
    """The manager knows: the ladder holds its breath until *until*."""
    if until <= now:
        raise Refusal("wait-in-the-past")
    ticket = find(work, ticket_id)
    require(work, ticket, Action.POSTPONE, by)
    event = events.ReminderPostponed(ticket_id=ticket_id, until=until, reason=reason, by=by)
    move(MOVES, Status(ticket.status), Action.POSTPONE)
    saved = work.tickets.save(replace(ticket, due_at=until))
    work.record(event, now=now)
    return saved


def readable(*, work: TicketWork, ticket_id: int, by: int) -> Ticket:
    """The ticket, for those who may read it: its reporter and the staff of its estate.

    :raises NotAllowed: anybody else
    """
    ticket = find(work, ticket_id)
    if not parties(ticket, by, work.register.staff(by)):
        raise NotAllowed
    return ticket

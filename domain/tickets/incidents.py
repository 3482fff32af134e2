"""Emergencies: opened at once with whatever is known, joined by later callers, located, called off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum

from domain.errors import NotAllowed, NotNow
from domain.lifecycle import permit
from domain.register.model import Person
from domain.tickets import events
from domain.tickets.changing import change, find, require_move
from domain.tickets.eligibility import is_here, parties
from domain.tickets.lifecycle import ALLOWED, IN_PROGRESS, Action, Party, Status
from domain.tickets.model import Caller, Hazard, Report, Spot, Ticket
from domain.tickets.operations import open as open_ticket
from domain.tickets.ports import TicketWork

TOGETHER = timedelta(minutes=30)  # a call within this time of the last one is about the same thing
RUNNING = frozenset({Status.OPEN, *IN_PROGRESS})
WORDS_MAX = 2000


class Outcome(StrEnum):
    """What became of a call."""

    OPENED = "opened"  # a new emergency
    JOINED = "joined"  # somebody had called before
    REPEATED = "repeated"  # the same caller says more


def raise_alarm(*, work: TicketWork, report: Report, caller: Caller, now: datetime) -> tuple[Ticket, Outcome]:
    """Open an emergency, or join the one that others have called about: never twenty tickets for one fire."""
    known = _same_incident(work, report, caller, now)
    if known is None:
        return open_ticket(work=work, report=report, caller=caller, now=now), Outcome.OPENED
    return _join(work, known, report, caller, now)


def add_details(
    *, work: TicketWork, ticket_id: int, words: str, photos: tuple[str, ...], caller: Caller, now: datetime
) -> Ticket:
    """What a caller adds afterwards.

    :raises NotAllowed: they have not called about it
    :raises NotNow: it is over
    """
    ticket, _callers, mine = _called_by(work, ticket_id, caller)
    return _say_more(work, ticket, mine, words=words, photos=photos, now=now)


def locate(*, work: TicketWork, ticket_id: int, spot: Spot, caller: Caller, now: datetime) -> Ticket:
    """A caller says where it is. Who turns out to call from another building has an emergency of their own.

    :raises NotAllowed: they have not called about it
    :raises NotNow: it is over
    """
    ticket, callers, mine = _called_by(work, ticket_id, caller)
    there = replace(mine, **spot.spot())
    first = callers[0].is_same(mine)
    if not first and _elsewhere(ticket, spot):
        return _split(work, ticket, there, now)
    work.calls.put(there)
    its_own = first or not ticket.is_known
    if its_own:
        ticket = work.tickets.save(replace(ticket, **spot.spot()))
    work.record(events.TicketLocated(ticket_id=ticket.id, caller_only=not its_own, by=caller.person_id), now=now)
    return ticket


def call_off(*, work: TicketWork, ticket_id: int, caller: Caller, now: datetime) -> Ticket:
    """A false alarm: staff end it; a caller does so only where nobody else has called and still means it.

    :raises NotAllowed: they are neither staff nor have they called about it
    :raises NotNow: it is over
    """
    ticket, by = may_call_off(work=work, ticket_id=ticket_id, caller=caller), caller.person_id
    callers = work.calls.about(ticket.id)
    mine = find_caller(callers, caller)
    others = [one for one in callers if not one.withdrawn and not one.is_same(caller)]
    if others and mine and not is_here(work, by, ticket.estate_id):
        work.calls.put(replace(mine, withdrawn=True))
        work.record(events.CallWithdrawn(ticket_id=ticket.id, by=by), now=now)
        return ticket
    event = events.AlarmCalledOff(ticket_id=ticket.id, repairer_id=ticket.repairer_id, by=by)
    return change(work, ticket, Action.CALL_OFF, event, now, repairer_id=None, closed_at=now)


def may_call_off(*, work: TicketWork, ticket_id: int, caller: Caller) -> Ticket:
    """The emergency, for those who may say that it is a false alarm.

    :raises NotAllowed: they are neither staff nor have they called about it
    :raises NotNow: it is over
    """
    ticket, by = find(work, ticket_id), caller.person_id
    callers = work.calls.about(ticket.id)
    allowed = parties(ticket, by, work.register.staff(by)) if by else frozenset()
    require_move(work, ticket, Action.CALL_OFF)
    permit(ALLOWED, Action.CALL_OFF, allowed | {Party.REPORTER} if find_caller(callers, caller) else allowed)
    if not callers:
        raise NotAllowed
    return ticket


def recognise(*, work: TicketWork, caller: Caller, person: Person, now: datetime) -> None:
    """Somebody proved who they are: those whom they called for can reach them now."""
    for call in work.calls.of(caller.channel, caller.user):
        work.calls.put(replace(call, person_id=person.id, chat=caller.chat, name=person.name))
        ticket = find(work, call.ticket_id)
        if ticket.reporter_id is None and work.calls.about(ticket.id)[0].is_same(call):
            work.tickets.save(replace(ticket, reporter_id=person.id, contact=ticket.contact or person.phone))
        work.record(events.CallerRecognised(ticket_id=ticket.id, by=person.id), now=now)


def called_about(*, work: TicketWork, ticket_id: int, caller: Caller) -> Ticket:
    """The running emergency, for those who have called about it.

    :raises NotAllowed: they have not
    :raises NotNow: it is over
    """
    return _called_by(work, ticket_id, caller)[0]


def recent_calls(*, work: TicketWork, caller: Caller, now: datetime) -> Sequence[Caller]:
    """What somebody has just called about and still means, the newest first."""
    calls = work.calls.of(caller.channel, caller.user)
    return [one for one in calls if now - one.at < TOGETHER and not one.withdrawn]


def find_caller(callers: Sequence[Caller], caller: Caller) -> Caller | None:
    """Their own earlier call."""
    return next((one for one in callers if one.is_same(caller)), None)


def _same_incident(work: TicketWork, report: Report, caller: Caller, now: datetime) -> Ticket | None:
    """The running emergency that this call is about: in the same building, or where one of the two is not known."""
    if report.hazard is None:
        return None
    running = work.tickets.alarms(report.estate_id, report.hazard, since=now - TOGETHER)
    if report.hazard is Hazard.OTHER:  # two dangers without a name need not be the same
        running = [one for one in running if find_caller(work.calls.about(one.id), caller)]
    here = [one for one in running if report.building and one.building == report.building]
    own = [one for one in running if find_caller(work.calls.about(one.id), caller)]
    unclear = [one for one in running if not _elsewhere(one, report)]
    return next((one for one in [*here, *(one for one in own if one in unclear), *unclear]), None)


def _heard_from(known: Caller, caller: Caller) -> Caller:
    """The same call; they can be told news where they write from in private, in the language they write in."""
    return replace(known, chat=caller.chat or known.chat, language=caller.language)


def _elsewhere(ticket: Ticket, spot: Spot) -> bool:
    return bool(ticket.building and spot.building and ticket.building != spot.building)


def _join(work: TicketWork, ticket: Ticket, report: Report, caller: Caller, now: datetime) -> tuple[Ticket, Outcome]:
    callers = work.calls.about(ticket.id)
    mine = find_caller(callers, caller)
    if not ticket.is_known and report.is_known:
        ticket = work.tickets.save(replace(ticket, **report.spot()))
    if mine:
        mine = _heard_from(mine, caller)
        mine = mine if mine.is_known else replace(mine, **report.spot())
        return _say_more(work, ticket, mine, words=report.words, photos=report.photos, now=now), Outcome.REPEATED
    work.calls.put(replace(caller, **report.spot(), ticket_id=ticket.id, words=report.words, at=now))
    ticket = _with_photos(work, ticket, report.photos)
    work.record(events.CallReceived(ticket_id=ticket.id, words=report.words, by=caller.person_id), now=now)
    return ticket, Outcome.JOINED


def _say_more(
    work: TicketWork, ticket: Ticket, mine: Caller, *, words: str, photos: tuple[str, ...], now: datetime
) -> Ticket:
    """Words of the one who reported go on in the ticket, those of others with their call."""
    first = work.calls.about(ticket.id)[0].is_same(mine)
    if first and words:
        ticket = work.tickets.save(replace(ticket, words=f"{ticket.words}\n{words}"[:WORDS_MAX]))
    said = mine.words if first else f"{mine.words}\n{words}".strip()[:WORDS_MAX]
    work.calls.put(replace(mine, words=said, at=now, withdrawn=False))
    ticket = _with_photos(work, ticket, photos)
    work.record(events.CallReceived(ticket_id=ticket.id, words=words, again=True, by=mine.person_id), now=now)
    return ticket


def _with_photos(work: TicketWork, ticket: Ticket, photos: tuple[str, ...]) -> Ticket:
    return work.tickets.save(replace(ticket, photos=ticket.photos + photos)) if photos else ticket


def _split(work: TicketWork, ticket: Ticket, mine: Caller, now: datetime) -> Ticket:
    """Somebody who had joined without a place is somewhere else: they get an emergency of their own, or join that."""
    work.calls.drop(mine)
    work.record(events.TicketLocated(ticket_id=ticket.id, caller_only=True, by=mine.person_id), now=now)
    person = work.register.person(mine.person_id) if mine.person_id else None
    report = Report(
        **mine.spot(), estate_id=ticket.estate_id, reporter_id=mine.person_id, kind=ticket.kind,
        category=ticket.category, urgency=ticket.urgency, words=mine.words, hazard=ticket.hazard,
        contact=person.phone if person else "",
    )  # fmt: skip
    return raise_alarm(work=work, report=report, caller=mine, now=now)[0]


def _called_by(work: TicketWork, ticket_id: int, caller: Caller) -> tuple[Ticket, Sequence[Caller], Caller]:
    ticket = find(work, ticket_id)
    callers = work.calls.about(ticket_id)
    mine = find_caller(callers, caller)
    if mine is None:
        raise NotAllowed
    mine = _heard_from(mine, caller)
    if ticket.status not in RUNNING:
        raise NotNow("alarm-is-over", number=ticket.number)
    return ticket, callers, mine

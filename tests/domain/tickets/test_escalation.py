"""The clock and a ticket: who is called when, once each, whatever the clock itself does."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

import pytest

from domain.calendar import Calendar
from domain.errors import NotAllowed, NotNow, Refusal
from domain.tickets import events, operations
from domain.tickets.escalation import look
from domain.tickets.events import TicketEscalated
from domain.tickets.lifecycle import Status
from domain.tickets.model import Ticket, Urgency
from domain.tickets.policy import Audience, Policy
from domain.tickets.schedule import climb
from tests.builders import MANAGER, NOW, OWNER, PLUMBER, SHANGHAI, at, report, ticket
from tests.fakes import FakeWork

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
Call = tuple[str, Audience]


def minutes(start: datetime, end: datetime) -> Iterator[datetime]:
    while start <= end:
        yield start
        start += MINUTE


def tick(work: FakeWork, moments: Iterable[datetime]) -> list[tuple[datetime, TicketEscalated]]:
    """Look at whatever is due at each of these moments; who was called when."""
    calls = []
    for now in moments:
        for ticket_id in work.tickets.due(now=now, limit=100):
            before = len(work.events)
            look(work=work, ticket_id=ticket_id, now=now)
            calls += [(now, event) for event in work.events[before:] if isinstance(event, TicketEscalated)]
    return calls


def opened(work: FakeWork, urgency: Urgency = Urgency.NORMAL, now: datetime = NOW) -> Ticket:
    return operations.open(work=work, report=report(urgency=urgency), now=now)


def claimed(work: FakeWork, urgency: Urgency = Urgency.NORMAL) -> Ticket:
    return operations.claim(work=work, ticket_id=opened(work, urgency).id, by=PLUMBER, now=NOW)


def spoken(calls: list[tuple[datetime, TicketEscalated]]) -> list[Call]:
    return [(f"{now.astimezone(SHANGHAI):%H:%M}", event.audience) for now, event in calls]


def test_nobody_takes_it_and_level_after_level_is_called_and_the_last_again_and_again():
    work = FakeWork()
    opened(work)
    calls = tick(work, minutes(NOW, at("2026-11-19 12:00")))
    assert spoken(calls) == [
        ("10:15", Audience.GROUP),
        ("10:30", Audience.DUTY_MANAGER),
        ("11:00", Audience.MANAGER),
        ("13:00", Audience.DIRECTOR),
        *((hour, Audience.DIRECTOR) for hour in ("15:00", "17:00", "19:00", "08:00", "10:00", "12:00")),
    ]
    assert [event.level for _now, event in calls] == list(range(1, 11))
    assert all(event.unclaimed and not event.late for _now, event in calls)


def test_an_emergency_calls_at_any_hour_within_minutes():
    work, night = FakeWork(), at("2026-11-19 02:00")
    opened(work, Urgency.EMERGENCY, night)
    assert spoken(tick(work, minutes(night, night + 40 * MINUTE))) == [
        ("02:02", Audience.GROUP),
        ("02:05", Audience.DUTY_MANAGER),
        ("02:10", Audience.MANAGER),
        ("02:20", Audience.DIRECTOR),
        ("02:30", Audience.DIRECTOR),
        ("02:40", Audience.DIRECTOR),
    ]


def test_what_is_reported_at_night_wakes_nobody():
    work, night = FakeWork(), at("2026-11-18 23:00")
    opened(work, now=night)
    assert spoken(tick(work, minutes(night, at("2026-11-19 08:30")))) == [
        ("08:15", Audience.GROUP),
        ("08:30", Audience.DUTY_MANAGER),
    ]


def test_whoever_takes_it_stops_the_calls():
    work = FakeWork()
    ticket = opened(work)
    tick(work, minutes(NOW, NOW + 20 * MINUTE))
    ticket = operations.claim(work=work, ticket_id=ticket.id, by=PLUMBER, now=NOW + 20 * MINUTE)
    assert tick(work, minutes(NOW + 20 * MINUTE, ticket.respond_by - 2 * HOUR - MINUTE)) == []


def test_a_promise_about_to_break_is_said_to_the_repairer_first():
    work = FakeWork()
    ticket = claimed(work)  # somebody must be there by 18:00
    calls = tick(work, minutes(NOW, at("2026-11-18 23:00")))
    assert spoken(calls) == [
        ("16:00", Audience.REPAIRER),
        ("17:00", Audience.DUTY_MANAGER),
        ("18:00", Audience.MANAGER),
    ]  # the director's turn, four waking hours later, comes in the morning
    assert not any(event.unclaimed for _now, event in calls)
    after = work.tickets.get(ticket.id)
    assert after
    assert after.due_at == at("2026-11-19 09:00")


def test_who_takes_a_late_ticket_is_not_blamed_for_what_passed_before():
    work = FakeWork()
    ticket = opened(work, Urgency.EMERGENCY)
    tick(work, minutes(NOW, NOW + 110 * MINUTE))
    operations.claim(work=work, ticket_id=ticket.id, by=PLUMBER, now=NOW + 110 * MINUTE)
    assert spoken(tick(work, minutes(NOW + 110 * MINUTE, NOW + 2 * HOUR))) == [("12:00", Audience.MANAGER)]


# --- the clock misbehaves ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("down", "level"), ((timedelta(minutes=10), 3), (2 * HOUR, 14), (25 * HOUR, 152)))
def test_after_the_clock_stood_still_the_ladder_is_climbed_in_one_step_and_marked_late(down: timedelta, level: int):
    work = FakeWork()
    opened(work, Urgency.EMERGENCY)
    back = NOW + 2 * MINUTE + down
    calls = tick(work, [back])
    assert [(event.level, event.late) for _now, event in calls] == [(level, True)]
    following = tick(work, minutes(back, back + 10 * MINUTE))
    assert [(event.level, event.late) for _now, event in following] == [(level + 1, False)]


def test_a_clock_that_stood_still_over_the_evening_wakes_nobody_when_it_goes_on_at_night():
    work = FakeWork()
    opened(work, now=at("2026-11-18 20:30"))
    calls = tick(work, minutes(at("2026-11-18 23:00"), at("2026-11-19 08:10")))
    assert spoken(calls) == [("08:00", Audience.DUTY_MANAGER)]


@pytest.mark.parametrize("jump", (HOUR, -HOUR, DAY, -DAY))
@pytest.mark.parametrize("start", ("2026-11-18 10:00", "2028-02-28 20:00", "2028-02-29 10:00"))
def test_each_reminder_comes_at_most_once_when_the_clock_jumps_and_jumps_back(jump: timedelta, start: str):
    work, begin = FakeWork(), at(start)
    opened(work, Urgency.EMERGENCY, begin)
    opened(work, Urgency.NORMAL, begin)
    moments = [
        *minutes(begin, begin + 40 * MINUTE),
        *minutes(begin + 40 * MINUTE + jump, begin + 45 * MINUTE + jump),
        *minutes(begin + 45 * MINUTE, begin + 2 * DAY),
    ]
    calls = tick(work, moments)
    told = [(event.ticket_id, event.level) for _now, event in calls]
    assert len(told) == len(set(told))
    for ticket_id in (1, 2):
        levels = [level for about, level in told if about == ticket_id]
        assert levels == sorted(levels)
        assert levels[:2] == [1, 2]


def test_over_a_leap_day_every_repeat_comes_once():
    work, begin = FakeWork(), at("2028-02-28 23:00")
    opened(work, Urgency.EMERGENCY, begin)
    calls = tick(work, minutes(begin, at("2028-03-01 01:00")))
    assert [event.level for _now, event in calls] == list(range(1, len(calls) + 1))
    assert len(calls) == 3 + (26 * 60 - 20) // 10 + 1


def test_looking_twice_at_the_same_moment_is_looking_once():
    work = FakeWork()
    ticket = opened(work)
    now = NOW + 15 * MINUTE
    assert look(work=work, ticket_id=ticket.id, now=now)
    assert look(work=work, ticket_id=ticket.id, now=now) is None
    assert look(work=work, ticket_id=99, now=now) is None


# --- postponing --------------------------------------------------------------------------------------------------


def test_a_manager_who_knows_hears_again_only_then():
    work = FakeWork()
    ticket = opened(work)
    tick(work, minutes(NOW, NOW + 30 * MINUTE))
    until = NOW + 90 * MINUTE
    operations.postpone(
        work=work, ticket_id=ticket.id, until=until, reason="备件中午到", by=MANAGER, now=NOW + 31 * MINUTE
    )
    assert work.events[-1] == events.ReminderPostponed(
        ticket_id=ticket.id, until=until, reason="备件中午到", by=MANAGER
    )
    assert spoken(tick(work, minutes(NOW + 31 * MINUTE, NOW + 3 * HOUR))) == [
        ("11:30", Audience.MANAGER),
        ("13:00", Audience.DIRECTOR),
    ]


def test_a_postponed_reminder_stays_postponed_while_the_work_merely_goes_on():
    work = FakeWork()
    ticket, until = claimed(work), at("2026-11-19 09:00")
    operations.postpone(work=work, ticket_id=ticket.id, until=until, reason="…", by=MANAGER, now=NOW)
    operations.depart(work=work, ticket_id=ticket.id, by=PLUMBER, now=NOW)
    operations.ask_help(work=work, ticket_id=ticket.id, words="", by=PLUMBER, now=NOW)
    after = operations.add_photos(work=work, ticket_id=ticket.id, photos=("x",), by=OWNER, now=NOW)
    assert after.due_at == until


def test_only_a_manager_postpones_only_into_the_future_and_only_what_is_not_done():
    work = FakeWork()
    ticket = claimed(work)
    with pytest.raises(NotAllowed):
        operations.postpone(work=work, ticket_id=ticket.id, until=NOW + HOUR, reason="", by=PLUMBER, now=NOW)
    with pytest.raises(Refusal, match="wait-in-the-past"):
        operations.postpone(work=work, ticket_id=ticket.id, until=NOW, reason="", by=MANAGER, now=NOW)
    operations.finish(work=work, ticket_id=ticket.id, words="", photos=(), by=PLUMBER, now=NOW)
    with pytest.raises(NotNow):
        operations.postpone(work=work, ticket_id=ticket.id, until=NOW + HOUR, reason="", by=MANAGER, now=NOW)


# --- closing -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("confirmed", (False, True))
def test_what_the_owner_never_answers_closes_itself_after_seven_days_and_can_still_be_rated_once(confirmed: bool):
    work = FakeWork()
    ticket = claimed(work)
    operations.finish(work=work, ticket_id=ticket.id, words="", photos=(), by=PLUMBER, now=NOW)
    if confirmed:
        operations.confirm(work=work, ticket_id=ticket.id, by=OWNER, now=NOW + DAY)
    assert look(work=work, ticket_id=ticket.id, now=NOW + 7 * DAY - MINUTE) is None
    closed = look(work=work, ticket_id=ticket.id, now=NOW + 7 * DAY)
    assert closed
    assert (closed.status, closed.closed_at, closed.due_at) == (Status.CLOSED, NOW + 7 * DAY, None)
    assert work.events[-1] == events.TicketClosed(ticket_id=ticket.id)
    rated = operations.rate(work=work, ticket_id=ticket.id, mark=5, by=OWNER, now=NOW + 8 * DAY)
    assert (rated.mark, rated.closed_at) == (5, NOW + 7 * DAY)


def test_an_owner_who_answers_after_the_clock_stood_still_for_a_week_is_still_heard():
    work = FakeWork()
    ticket = claimed(work)
    operations.finish(work=work, ticket_id=ticket.id, words="", photos=(), by=PLUMBER, now=NOW)
    confirmed = operations.confirm(work=work, ticket_id=ticket.id, by=OWNER, now=NOW + 9 * DAY)
    assert confirmed.status == Status.CONFIRMED
    assert look(work=work, ticket_id=ticket.id, now=NOW + 9 * DAY)


def test_a_ticket_that_closes_itself_has_one_moment_and_no_rungs():
    done = ticket(status="done", done_by=PLUMBER, done_at=NOW)
    assert climb(done, Policy(), Calendar(), NOW + 9 * DAY) == (0, NOW + 7 * DAY)


def test_an_ended_ticket_is_never_looked_at_again():
    work = FakeWork()
    operations.cancel(work=work, ticket_id=opened(work).id, by=OWNER, now=NOW)
    assert work.tickets.due(now=NOW + 900 * DAY, limit=9) == []

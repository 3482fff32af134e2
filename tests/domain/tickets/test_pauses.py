"""Pauses: the promise stops counting, nobody is called before its end, and then it goes on with what was left."""

from datetime import datetime, timedelta

import pytest

from domain.tickets import operations
from domain.tickets.escalation import look
from domain.tickets.events import TicketEscalated
from domain.tickets.lifecycle import Status
from domain.tickets.model import Ticket, Urgency, WaitFor
from domain.tickets.policy import Audience
from tests.builders import DESK, MANAGER, NOW, OWNER, PLUMBER, at, report
from tests.fakes import FakeWork

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def claimed(work: FakeWork, urgency: Urgency = Urgency.NORMAL) -> Ticket:
    ticket = operations.open(work=work, report=report(urgency=urgency), now=NOW)
    return operations.claim(work=work, ticket_id=ticket.id, by=PLUMBER, now=NOW)


def wait(work: FakeWork, ticket: Ticket, until: datetime, now: datetime) -> Ticket:
    return operations.wait(work=work, ticket_id=ticket.id, wait_for=WaitFor.PARTS, until=until, by=PLUMBER, now=now)


def test_a_normal_promise_goes_on_in_office_hours_with_what_was_left():
    work = FakeWork()
    ticket = wait(work, claimed(work), at("2026-11-23 12:00"), at("2026-11-18 12:00"))  # 6 of 8 hours left
    assert ticket.paused_at == at("2026-11-18 12:00")
    ticket = operations.resume(work=work, ticket_id=ticket.id, by=PLUMBER, now=at("2026-11-20 17:00"))  # a Friday
    assert ticket.respond_by == at("2026-11-21 14:00")  # one hour on Friday, five on Saturday
    assert (ticket.paused_at, ticket.wait_for, ticket.wait_until) == (None, None, None)


def test_an_emergency_goes_on_by_the_wall_clock():
    work = FakeWork()
    ticket = wait(work, claimed(work, Urgency.EMERGENCY), NOW + DAY, NOW + 30 * MINUTE)
    ticket = operations.arrive(work=work, ticket_id=ticket.id, by=PLUMBER, now=NOW + 10 * HOUR)
    assert ticket.respond_by == NOW + 11.5 * HOUR
    assert ticket.resolve_by == NOW + 33.5 * HOUR


def test_a_promise_that_was_broken_before_the_pause_stays_broken():
    work = FakeWork()
    ticket = claimed(work, Urgency.EMERGENCY)
    wait(work, ticket, NOW + 5 * HOUR, NOW + 3 * HOUR)
    after = operations.resume(work=work, ticket_id=ticket.id, by=PLUMBER, now=NOW + 4 * HOUR)
    assert after.respond_by == ticket.respond_by


def test_a_pause_that_is_prolonged_counts_from_its_beginning():
    work = FakeWork()
    ticket = wait(work, claimed(work), NOW + 2 * HOUR, NOW)
    ticket = wait(work, ticket, NOW + 3 * DAY, NOW + HOUR)
    assert (ticket.paused_at, ticket.wait_until) == (NOW, NOW + 3 * DAY)


@pytest.mark.parametrize("leave", ("resume", "depart", "arrive", "finish", "hand_back", "pass_on", "assign", "cancel"))
def test_every_way_out_of_a_pause_ends_it(leave: str):
    work = FakeWork()
    ticket = wait(work, claimed(work), NOW + DAY, NOW)
    more: dict[str, dict[str, object]] = {
        "finish": {"words": "", "photos": ()}, "hand_back": {"reason": ""}, "pass_on": {"to": MANAGER},
        "assign": {"to": DESK, "by": MANAGER}, "cancel": {"by": OWNER},
    }  # fmt: skip
    press = getattr(operations, leave)
    after = press(**{"by": PLUMBER, **more.get(leave, {})}, work=work, ticket_id=ticket.id, now=NOW + HOUR)
    assert after.status != Status.WAITING
    assert (after.paused_at, after.wait_for, after.wait_until) == (None, None, None)
    assert after.resolve_by == ticket.resolve_by + HOUR


def test_the_repairer_is_the_first_to_hear_that_a_pause_is_over_and_nobody_hears_before():
    work = FakeWork()
    ticket = wait(work, claimed(work), NOW + 30 * MINUTE, NOW)
    assert ticket.due_at == NOW + 30 * MINUTE
    assert look(work=work, ticket_id=ticket.id, now=NOW + 29 * MINUTE) is None
    called = []
    for minutes in (30, 90, 150):
        look(work=work, ticket_id=ticket.id, now=NOW + minutes * MINUTE)
        assert isinstance(work.events[-1], TicketEscalated)
        called.append(work.events[-1].audience)
    assert called == [Audience.REPAIRER, Audience.DUTY_MANAGER, Audience.MANAGER]


def test_the_ladder_of_the_promise_starts_anew_after_a_pause_that_had_climbed():
    work = FakeWork()
    ticket = wait(work, claimed(work), NOW + 30 * MINUTE, NOW)
    look(work=work, ticket_id=ticket.id, now=NOW + 30 * MINUTE)
    ticket = operations.depart(work=work, ticket_id=ticket.id, by=PLUMBER, now=NOW + 40 * MINUTE)
    assert ticket.respond_by == at("2026-11-19 09:10")
    assert (ticket.rung, ticket.due_at) == (0, at("2026-11-18 20:10"))  # two waking hours earlier

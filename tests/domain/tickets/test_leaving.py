"""Leavers: no rights from the next press on, and what they had in hand goes back to the queue."""

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.errors import NotAllowed
from domain.register import operations as register
from domain.register.events import ContactViewed, StaffDismissed
from domain.tickets import events, leaving, operations
from domain.tickets.escalation import look
from domain.tickets.lifecycle import Status
from domain.tickets.model import Ticket
from tests.builders import MANAGER, NOW, OWNER, PLUMBER, RIVERSIDE, report
from tests.fakes import FakeWork

HOUR = timedelta(hours=1)


def claimed(work: FakeWork) -> Ticket:
    ticket = operations.open(work=work, report=report(), now=NOW)
    return operations.claim(work=work, ticket_id=ticket.id, by=PLUMBER, now=NOW)


def test_all_that_a_leaver_held_waits_again_from_now_on_and_their_finished_work_stays_theirs():
    work, later = FakeWork(), NOW + HOUR
    held, there, done = claimed(work), claimed(work), claimed(work)
    operations.arrive(work=work, ticket_id=there.id, by=PLUMBER, now=NOW)
    operations.finish(work=work, ticket_id=done.id, words="", photos=(), by=PLUMBER, now=NOW)
    freed = leaving.dismiss(work=work, person_id=PLUMBER, by=MANAGER, now=later)
    assert [one.id for one in freed] == [held.id, there.id]
    assert {(one.status, one.repairer_id, one.queued_at, one.due_at) for one in freed} == {
        (Status.OPEN, None, later, later + timedelta(minutes=15))
    }
    assert work.events[-3:] == [
        StaffDismissed(person_id=PLUMBER, by=MANAGER),
        events.TicketHandedBack(ticket_id=held.id, before_id=PLUMBER),
        events.TicketHandedBack(ticket_id=there.id, before_id=PLUMBER),
    ]
    kept = work.tickets.get(done.id)
    assert kept
    assert (kept.status, kept.done_by) == (Status.DONE, PLUMBER)


def test_even_a_ticket_that_was_not_freed_yet_is_out_of_a_leavers_hands():
    work = FakeWork()
    ticket = claimed(work)
    register.dismiss(work=work, person_id=PLUMBER, by=MANAGER, now=NOW)
    for press in (operations.depart, operations.arrive, operations.claim):
        with pytest.raises(NotAllowed):
            press(work=work, ticket_id=ticket.id, by=PLUMBER, now=NOW)
    with pytest.raises(NotAllowed):
        operations.readable(work=work, ticket_id=ticket.id, by=PLUMBER)
    assert operations.assign(work=work, ticket_id=ticket.id, to=MANAGER, by=MANAGER, now=NOW).repairer_id == MANAGER


@pytest.mark.parametrize("estates", (None, frozenset({RIVERSIDE})))
def test_the_clock_frees_what_somebody_still_holds_who_left_or_was_moved(estates: frozenset[int] | None):
    work = FakeWork()
    ticket = claimed(work)
    if estates is None:
        register.dismiss(work=work, person_id=PLUMBER, by=MANAGER, now=NOW)
    else:
        work.register.employed[PLUMBER] = replace(work.register.employed[PLUMBER], estates=estates)
    assert ticket.due_at
    freed = look(work=work, ticket_id=ticket.id, now=ticket.due_at)
    assert freed
    assert (freed.status, freed.repairer_id, freed.queued_at) == (Status.OPEN, None, ticket.due_at)
    assert work.events[-1] == events.TicketHandedBack(ticket_id=ticket.id, before_id=PLUMBER)


def test_what_a_leaver_did_badly_goes_to_the_queue_and_the_leaver_is_shown_nothing():
    work, later = FakeWork(), NOW + HOUR
    ticket = claimed(work)
    operations.finish(work=work, ticket_id=ticket.id, words="", photos=(), by=PLUMBER, now=NOW)
    leaving.dismiss(work=work, person_id=PLUMBER, by=MANAGER, now=NOW)
    before = len(work.events)
    ticket = operations.reject(work=work, ticket_id=ticket.id, by=OWNER, now=later)
    assert (ticket.status, ticket.repairer_id, ticket.reopened, ticket.queued_at) == (Status.OPEN, None, 1, later)
    assert ticket.due_at == later + timedelta(minutes=15)
    assert work.events[before:] == [
        events.TicketReopened(ticket_id=ticket.id, repairer_id=PLUMBER, times=1, by=OWNER),
        events.TicketHandedBack(ticket_id=ticket.id, before_id=PLUMBER),
    ]
    assert not [one for one in work.events[before:] if isinstance(one, ContactViewed)]

"""What the alarms look at: how long the oldest waits of what should have moved."""

from datetime import timedelta

from prometheus_client import CollectorRegistry, generate_latest

from bot.lateness import LatenessCollector
from domain.messaging.lateness import Lateness
from domain.messaging.model import Lane
from storage.engine import Database
from storage.lateness import measure
from tests.builders import NOW, delivery, received, ticket

MINUTE = timedelta(minutes=1)
LANES = {"urgent": timedelta(), "dialog": timedelta(), "notice": timedelta(), "bulk": timedelta()}


def look(database: Database, after: timedelta) -> Lateness:
    with database.reading() as work:
        return measure(work.connection, now=NOW + after)


def test_where_nothing_waits_everything_is_zero(database: Database):
    nothing = {"respond": 0, "resolve": 0}
    assert look(database, MINUTE) == Lateness(update=0 * MINUTE, deliveries=LANES, clock=0 * MINUTE, overdue=nothing)


def test_an_update_and_a_delivery_wait_from_when_they_could_have_moved(database: Database):
    with database.writing() as work:
        work.inbox.add(received("1"))
        work.inbox.add(received("2", received_at=NOW + MINUTE))
        later = delivery(lane=Lane.BULK, chat="2", due_at=NOW + 2 * MINUTE)
        work.deliveries.add([delivery(), delivery(lane=Lane.NOTICE, chat="3", due_at=NOW + 9 * MINUTE), later])
    found = look(database, 3 * MINUTE)
    assert found.update == 3 * MINUTE
    assert found.deliveries == {**LANES, "dialog": 3 * MINUTE, "bulk": MINUTE}


def test_a_clock_that_does_not_tick_and_promises_that_are_broken(database: Database):
    with database.writing() as work:
        for due in (MINUTE, 5 * MINUTE):
            work.tickets.add(ticket(due_at=NOW + due, respond_by=NOW + due, resolve_by=NOW + 3 * due))
    assert look(database, timedelta()).clock == timedelta()
    found = look(database, 4 * MINUTE)
    assert (found.clock, found.overdue) == (3 * MINUTE, {"respond": 1, "resolve": 1})


def test_the_page_of_metrics_shows_them(database: Database):
    registry = CollectorRegistry()
    registry.register(LatenessCollector(lambda: look(database, MINUTE)))
    page = generate_latest(registry).decode()
    assert 'guanjia_delivery_waiting_seconds{lane="bulk"} 0.0' in page
    assert 'guanjia_tickets_overdue{promise="respond"} 0.0' in page

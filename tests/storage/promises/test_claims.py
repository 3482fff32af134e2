"""F5: two hundred press [Claim] at once; one has it, the others are told who."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from time import perf_counter

import pytest

from domain.errors import NotAllowed, NotNow, Stale
from domain.register.model import Role
from domain.tickets import operations
from storage.engine import Database
from tests.builders import GARDEN, NOW, Place, report, staff
from tests.storage.promises.furnishing import furnish

PRESSERS, ROUNDS = 200, 3
CROWD = range(1000, 1000 + PRESSERS)


@contextmanager
def crowd(database: Database) -> Iterator[ThreadPoolExecutor]:
    """As many engineers as threads."""
    people = {number: staff(number, f"{number} 师傅", Role.ENGINEER) for number in CROWD}
    with database.writing() as work:
        furnish(work.connection, Place(estates={}, rooms={}, residents={}, occupancies=[], staff=people, groups=[]))
    with ThreadPoolExecutor(PRESSERS) as pool:
        yield pool


def test_of_two_hundred_at_once_exactly_one_has_it_and_the_others_are_told_who(database: Database):
    waited: list[float] = []
    start = threading.Barrier(PRESSERS)

    def press(ticket_id: int, by: int) -> str:
        start.wait(30)
        began = perf_counter()
        try:
            with database.writing() as work:
                operations.claim(work=work, ticket_id=ticket_id, by=by, now=NOW)
        except NotNow as refusal:
            return str(refusal.values["name"])
        else:
            return "mine"
        finally:
            waited.append(perf_counter() - began)

    with crowd(database) as pool:
        for _ in range(ROUNDS):
            with database.writing() as work:
                ticket_id = operations.open(work=work, report=report(estate_id=GARDEN), now=NOW).id
            answers = list(pool.map(press, [ticket_id] * PRESSERS, CROWD))
            with database.reading() as work:
                ticket = work.tickets.get(ticket_id)
                assert ticket
                history = [name for _at, name, _by, _data in work.tickets.history(ticket_id)]
            assert answers[CROWD.index(ticket.repairer_id or 0)] == "mine"
            assert answers.count("mine") == 1
            assert answers.count(f"{ticket.repairer_id} 师傅") == PRESSERS - 1
            assert history == ["TicketOpened", "TicketClaimed", "ContactViewed"]
    assert sorted(waited)[int(len(waited) * 0.99)] < 1


def test_one_person_who_presses_twice_at_once_claims_once(database: Database):
    with database.writing() as work:
        ticket_id = operations.open(work=work, report=report(), now=NOW).id

    def press(_: int) -> bool:
        try:
            with database.writing() as work:
                operations.claim(work=work, ticket_id=ticket_id, by=11, now=NOW)
        except NotNow:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(press, range(8))) == 1


@pytest.mark.parametrize("second", ("cancel", "assign"))
def test_a_claim_and_something_else_at_once_leave_a_ticket_that_makes_sense(database: Database, second: str):
    more: dict[str, dict[str, int]] = {"cancel": {"by": 1}, "assign": {"by": 22, "to": 13}}
    with database.writing() as work:
        tickets = [operations.open(work=work, report=report(), now=NOW).id for _ in range(8)]
    both = threading.Barrier(2)

    def act(name: str, ticket_id: int, values: dict[str, int]) -> None:
        both.wait(30)
        with suppress(NotNow):  # the other was faster
            try:
                once(name, ticket_id, values)
            except Stale:
                once(name, ticket_id, values)  # still possible: the message is simply handled again

    def once(name: str, ticket_id: int, values: dict[str, int]) -> None:
        with database.writing() as work:
            getattr(operations, name)(work=work, ticket_id=ticket_id, now=NOW, **values)

    with ThreadPoolExecutor(2) as pool:
        for ticket_id in tickets:
            pressed = [
                pool.submit(act, "claim", ticket_id, {"by": 11}),
                pool.submit(act, second, ticket_id, more[second]),
            ]
            for one in pressed:
                one.result()
    with database.reading() as work:
        ended = [work.tickets.get(ticket_id) for ticket_id in tickets]
    statuses = {"cancel": {"cancelled"}, "assign": {"claimed"}}[second]
    assert {one.status for one in ended if one} <= statuses


def test_who_claims_many_tickets_at_once_gets_no_more_than_the_cap(database: Database):
    cap, wanted = 3, 12
    person = staff(1000, "1000 师傅", Role.ENGINEER, cap=cap)
    with database.writing() as work:
        alone = Place(estates={}, rooms={}, residents={}, occupancies=[], staff={1000: person}, groups=[])
        furnish(work.connection, alone)
        tickets = [operations.open(work=work, report=report(estate_id=GARDEN), now=NOW).id for _ in range(wanted)]
    start = threading.Barrier(wanted)

    def press(ticket_id: int) -> bool:
        start.wait(30)
        try:
            with database.writing() as work:
                operations.claim(work=work, ticket_id=ticket_id, by=1000, now=NOW)
        except NotAllowed:
            return False
        return True

    with ThreadPoolExecutor(wanted) as pool:
        assert sum(pool.map(press, tickets)) == cap

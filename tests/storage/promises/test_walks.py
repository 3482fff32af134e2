"""The same walk by chance on a database ends where it ends on the fakes, and the database's own check never objects."""

from contextlib import AbstractContextManager
from random import Random  # noqa: TID251 - seeded: the same walks in every run

import pytest

from domain.tickets.ports import TicketWork
from storage.engine import Database
from tests.domain.tickets.walking import check, walk
from tests.fakes import FakeWork


@pytest.mark.parametrize("seed", range(6))
def test_a_walk_by_chance_ends_the_same_on_fakes_and_on_a_database(database: Database, seed: int):
    def begin() -> AbstractContextManager[TicketWork]:
        return database.writing()

    fake = FakeWork()
    expected = walk(fake.transaction, Random(seed), 60, check)
    assert walk(begin, Random(seed), 60, check) == expected
    with database.reading() as work:
        for ticket in expected:
            assert list(work.tickets.history(ticket.id)) == list(fake.tickets.history(ticket.id))

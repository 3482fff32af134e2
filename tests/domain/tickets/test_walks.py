"""Whatever people, managers and the clock do in whatever order, a ticket never contradicts itself."""

from collections import Counter
from random import Random  # noqa: TID251 - seeded: the same walks in every run

import pytest

from domain.tickets.lifecycle import Status
from domain.tickets.model import Ticket
from tests.domain.tickets.walking import check, walk
from tests.fakes import FakeWork


@pytest.mark.parametrize("seed", range(40))
def test_a_ticket_is_in_progress_if_and_only_if_it_has_a_repairer_after_any_steps(seed: int):
    walk(FakeWork().transaction, Random(seed), 80, check)


def test_such_walks_come_by_every_status():
    visited: Counter[str] = Counter()

    def note(ticket: Ticket) -> None:
        visited[ticket.status] += 1

    for seed in range(40):
        walk(FakeWork().transaction, Random(seed), 80, note)
    assert set(visited) == set(Status)


def test_every_change_of_a_ticket_is_in_its_history():
    work = FakeWork()
    for ticket in walk(work.transaction, Random(7), 80, check):
        assert len(work.tickets.history(ticket.id)) >= 1
        assert work.tickets.history(ticket.id)[0][1] == "TicketOpened"

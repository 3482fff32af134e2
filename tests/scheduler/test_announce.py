"""The job that sends announcements: each for itself, all of it that can be done at once."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from domain.announcements.lifecycle import Status
from domain.announcements.model import Announcement, Kind
from domain.errors import Stale, Unavailable
from scheduler.jobs.announce import announce
from tests.announcing import UNDO, bind_everybody, submitted
from tests.builders import NOW
from tests.fakes_announcements import AnnouncingWork


@pytest.fixture
def work() -> AnnouncingWork:
    found = AnnouncingWork()
    bind_everybody(found)
    return found


def run(work: AnnouncingWork) -> int:
    begin: Any = work.transaction
    return announce(begin, NOW + UNDO)


def status(work: AnnouncingWork, one: Announcement) -> str:
    return work.announcements.rows[one.id].status


def test_everything_that_can_be_done_at_once_is_done_in_one_run(work: AnnouncingWork):
    made = submitted(work)
    assert run(work) == 3  # it has started, and two people have a delivery
    assert status(work, made) == Status.SENDING
    assert len(work.deliveries.rows) == 2
    assert run(work) == 0


def test_one_that_fails_costs_no_other_its_time(work: AnnouncingWork):
    broken, sound = submitted(work, kind=Kind.URGENT), submitted(work)
    work.announcements.printed[broken.id] = []
    run(work)
    assert (status(work, broken), status(work, sound)) == (Status.APPROVED, Status.SENDING)


def test_who_was_faster_is_no_fault(work: AnnouncingWork):
    submitted(work)

    def faster(announcement: Announcement) -> Announcement:
        raise Stale(str(announcement.id))

    work.announcements.save = faster  # type: ignore[method-assign]
    assert run(work) == 0


def test_while_the_records_are_away_the_next_run_tries_again(work: AnnouncingWork):
    made, begun = submitted(work), []

    @contextmanager
    def begin() -> Iterator[Any]:
        begun.append(1)
        if len(begun) > 1:
            raise Unavailable("disk full")
        yield work

    with pytest.raises(Unavailable):
        announce(begin, NOW + UNDO)
    assert status(work, made) == Status.APPROVED

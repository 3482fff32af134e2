"""domain.tickets.ports.Tickets: what any store of tickets promises."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from domain.errors import Stale
from domain.tickets import events, operations
from domain.tickets.lifecycle import IN_PROGRESS, Status
from domain.tickets.model import Category, Kind, Urgency, WaitFor
from domain.tickets.policy import Audience
from storage.engine import Database
from tests.builders import GARDEN, MANAGER, NEIGHBOUR, NOW, OWNER, PLUMBER, RIVERSIDE, report, ticket
from tests.storage.promises.conftest import Begin

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
EVERYTHING = {
    "room_id": None, "place": "北门", "kind": Kind.COMPLAINT, "category": Category.NOISE, "urgency": Urgency.PLANNED,
    "words": "<b>吵</b> 'DROP TABLE' 🙉\n", "visit": "周六", "contact": "13800000002", "photos": ("a", "b"),
    "status": Status.WAITING, "repairer_id": PLUMBER, "responded_at": NOW, "paused_at": NOW + timedelta(microseconds=1),
    "wait_for": WaitFor.PARTS, "wait_until": NOW + DAY, "done_by": MANAGER, "done_at": NOW, "closed_at": NOW,
    "work_done": "…", "work_photos": ("c",), "reopened": 2, "mark": 1, "comment": "不好", "rung": 3, "due_at": NOW,
}  # fmt: skip


def test_numbers_count_per_day_whatever_the_letter(begin: Begin):
    with begin() as work:
        today = [work.tickets.number(letter, date(2026, 11, 18)) for letter in "RCR"]
        other = work.tickets.number("R", date(2027, 11, 18))
    assert today == ["R1118-001", "C1118-002", "R1118-003"]
    assert other == "R1118-001"


def test_beyond_999_a_number_grows_longer(begin: Begin):
    with begin() as work:
        numbers = [work.tickets.number("R", date(2026, 11, 18)) for _ in range(1000)]
    assert numbers[-1] == "R1118-1000"
    assert len(set(numbers)) == 1000


def test_numbers_given_at_once_are_all_different(database: Database):
    def take(_: int) -> str:
        with database.writing() as work:
            return work.tickets.number("R", date(2026, 11, 18))

    with ThreadPoolExecutor(10) as pool:
        numbers = list(pool.map(take, range(100)))
    assert sorted(numbers) == [f"R1118-{number:03d}" for number in range(1, 101)]


def test_a_ticket_comes_back_exactly_as_it_was_kept(begin: Begin):
    with begin() as work:
        kept = [work.tickets.add(ticket(**changes)) for changes in ({}, EVERYTHING)]
    with begin() as work:
        assert [work.tickets.get(one.id) for one in kept] == kept
        assert work.tickets.get(99) is None
    assert len({one.id for one in kept}) == 2


def test_a_change_is_written_over_the_version_that_was_read(begin: Begin):
    with begin() as work:
        before = work.tickets.add(ticket())
        after = work.tickets.save(replace(before, words="更正", photos=("x",)))
    assert after == replace(before, words="更正", photos=("x",), version=2)
    with begin() as work:
        assert work.tickets.get(before.id) == after


def test_an_older_version_is_stale_and_changes_nothing(begin: Begin):
    with begin() as work:
        before = work.tickets.add(ticket())
        after = work.tickets.save(replace(before, words="first"))
        with pytest.raises(Stale):
            work.tickets.save(replace(before, words="second"))
        assert work.tickets.get(before.id) == after


def test_a_person_sees_what_lives_and_what_ended_lately_newest_first(begin: Begin):
    with begin() as work:
        live = work.tickets.add(ticket())
        work.tickets.add(ticket(status="closed", closed_at=NOW - 8 * DAY))
        lately = work.tickets.add(ticket(status="cancelled", closed_at=NOW - 6 * DAY))
        work.tickets.add(ticket(reporter_id=NEIGHBOUR))
        assert work.tickets.reported_by(OWNER, since=NOW - 7 * DAY) == [lately, live]


def test_a_repairer_sees_what_they_hold_and_a_board_what_lives_most_urgent_and_oldest_first(begin: Begin):
    with begin() as work:
        planned = work.tickets.add(ticket(urgency=Urgency.PLANNED, status="on_site", repairer_id=PLUMBER))
        normal = work.tickets.add(ticket(status="waiting", repairer_id=PLUMBER))
        later = work.tickets.add(ticket(status="done", done_by=PLUMBER))
        urgent = work.tickets.add(ticket(urgency=Urgency.EMERGENCY, status="claimed", repairer_id=PLUMBER))
        elsewhere = work.tickets.add(ticket(estate_id=RIVERSIDE))
        for status in ("closed", "cancelled"):
            work.tickets.add(ticket(status=status, closed_at=NOW))
        assert work.tickets.held_by(PLUMBER) == [urgent, normal, planned]
        assert work.tickets.live_in([GARDEN]) == [urgent, normal, later, planned]
        assert work.tickets.live_in([GARDEN, RIVERSIDE]) == [urgent, normal, later, elsewhere, planned]
        assert work.tickets.live_in([]) == []


def test_load_counts_what_is_in_progress(begin: Begin):
    with begin() as work:
        for status in IN_PROGRESS:
            work.tickets.add(ticket(status=status, repairer_id=PLUMBER))
        work.tickets.add(ticket(status="done", done_by=PLUMBER))
        assert work.tickets.load([PLUMBER, MANAGER]) == {PLUMBER: len(IN_PROGRESS)}
        assert work.tickets.load([]) == {}


def test_due_is_what_the_clock_must_look_at_the_longest_overdue_first(begin: Begin):
    with begin() as work:
        made = [work.tickets.add(ticket(due_at=NOW + minutes * MINUTE)).id for minutes in (2, 0, 1, 3)]
        work.tickets.add(ticket(due_at=None))
        assert work.tickets.due(now=NOW + 2 * MINUTE, limit=9) == [made[1], made[2], made[0]]
        assert work.tickets.due(now=NOW + 2 * MINUTE, limit=1) == [made[1]]


def test_the_history_is_every_event_in_order_as_plain_data(begin: Begin):
    with begin() as work:
        one = operations.open(work=work, report=report(), now=NOW)
        other = operations.open(work=work, report=report(), now=NOW)
        work.record(events.PhotosAdded(ticket_id=one.id, photos=("a", "b"), by=OWNER), now=NOW + MINUTE)
        escalated = events.TicketEscalated(ticket_id=one.id, level=1, audience=Audience.GROUP, unclaimed=True)
        work.record(escalated, now=NOW + 2 * MINUTE)
        until = NOW + DAY
        work.record(events.WorkPaused(ticket_id=one.id, wait_for=WaitFor.PARTS, until=until, by=1), now=NOW + DAY)
        work.record(events.TicketClosed(ticket_id=other.id), now=NOW)
    with begin() as work:
        assert list(work.tickets.history(one.id)) == [
            (NOW, "TicketOpened", OWNER, {}),
            (NOW + MINUTE, "PhotosAdded", OWNER, {"photos": ["a", "b"]}),
            (
                NOW + 2 * MINUTE, "TicketEscalated", None,
                {"level": 1, "audience": "group", "unclaimed": True, "late": False},
            ),
            (NOW + DAY, "WorkPaused", 1, {"wait_for": "parts", "until": until.isoformat()}),
        ]  # fmt: skip


def test_what_a_failed_transaction_did_never_happened(database: Database):
    def fail() -> None:
        with database.writing() as work:
            operations.open(work=work, report=report(), now=NOW)
            raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError, match="in the middle"):
        fail()
    with database.writing() as work:
        assert work.tickets.live_in([GARDEN]) == []
        number = work.tickets.number("R", date(2026, 11, 18))
    gap = database.engine.dialect.name == "postgresql"  # a number once given is not given again
    assert number == ("R1118-002" if gap else "R1118-001")


@pytest.mark.parametrize("changes", ({"repairer_id": PLUMBER}, {"status": Status.CLAIMED}, {"mark": 0}, {"mark": 6}))
def test_the_database_itself_refuses_a_ticket_that_contradicts_itself(database: Database, changes: dict[str, object]):
    def keep() -> None:
        with database.writing() as work:
            work.tickets.add(ticket(**changes))

    with pytest.raises(IntegrityError):
        keep()


def test_a_moment_without_a_timezone_is_a_bug(database: Database):
    def keep() -> None:
        with database.writing() as work:
            work.tickets.add(ticket(due_at=NOW.replace(tzinfo=None)))

    with pytest.raises(Exception, match="without a timezone"):
        keep()


def test_a_reader_holds_up_no_writer_and_sees_one_moment(sqlite: Database):
    written = threading.Event()

    def write() -> None:
        with sqlite.writing() as work:
            work.tickets.add(ticket())
        written.set()

    with sqlite.reading() as work:
        assert work.tickets.live_in([GARDEN]) == []
        writer = threading.Thread(target=write)
        writer.start()
        assert written.wait(10)
        assert work.tickets.live_in([GARDEN]) == []
        writer.join()
    with sqlite.reading() as work:
        assert len(work.tickets.live_in([GARDEN])) == 1

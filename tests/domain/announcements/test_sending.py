"""What the clock does to an announcement: in time, once for everybody, and wherever it was interrupted."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.announcements import events, operations, sending
from domain.announcements.lifecycle import Status
from domain.announcements.model import Again, Announcement, Audience, Kind
from domain.messaging.model import Delivery, DeliveryState, Lane
from domain.register.model import Address, Estate, Relation
from tests.announcing import LEAFLETS, UNDO, going_out, let_end, submitted, tick
from tests.builders import GARDEN, HOME, MANAGER, NEIGHBOUR, NOW, OWNER, Place, at, person
from tests.fakes_announcements import HELD, AnnouncingWork

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)


def now_is(work: AnnouncingWork, one: Announcement) -> Announcement:
    return work.announcements.rows[one.id]


def to_people(work: AnnouncingWork) -> list[Delivery]:
    return [row for row in work.deliveries.rows.values() if row.announcement_id]


def send_all(work: AnnouncingWork, now: datetime) -> None:
    """As a sender does: everything that is due and has not ended."""
    for row in to_people(work):
        if row.state is DeliveryState.QUEUED and row.due_at and row.due_at <= now:
            let_end(work, row.id, DeliveryState.SENT, now=now)


def names(work: AnnouncingWork) -> list[str]:
    return [type(one).__name__.removeprefix("Announcement") for one in work.events]


# --- starting --------------------------------------------------------------------------------------------------------


def test_it_starts_when_it_cannot_be_undone_any_more(work: AnnouncingWork):
    made = submitted(work)
    tick(work, made.id, NOW + UNDO - SECOND)
    assert (now_is(work, made).status, work.deliveries.rows) == (Status.APPROVED, {})
    tick(work, made.id, NOW + UNDO)
    assert (now_is(work, made).status, now_is(work, made).started_at) == (Status.SENDING, NOW + UNDO)
    assert len(to_people(work)) == 2


def test_it_waits_for_its_time(work: AnnouncingWork):
    made = going_out(work, at=NOW + 3 * HOUR)
    assert (made.status, made.due_at) == (Status.SCHEDULED, NOW + 3 * HOUR)
    assert names(work)[-1] == "Scheduled"
    tick(work, made.id, NOW + 3 * HOUR)
    assert now_is(work, made).status == Status.SENDING


def test_once_to_every_owners_group_in_its_language_before_it_goes_to_people(work: AnnouncingWork):
    made = going_out(work, kind=Kind.URGENT)
    posts = [row for row in work.deliveries.rows.values() if row.announcement_id is None]
    assert [(row.chat, row.body["text"], row.lane) for row in posts] == [
        ("-300", LEAFLETS[0].group["text"], Lane.NOTICE),
        ("-301", LEAFLETS[1].group["text"], Lane.NOTICE),
    ]
    assert [row.key for row in posts] == [f"announcement:{made.id}:group:telegram:{chat}" for chat in ("-300", "-301")]


@pytest.mark.parametrize("changes", ({"relations": frozenset({Relation.OWNER})}, {"rooms": (HOME,)}))
def test_what_is_meant_for_some_is_posted_in_no_group(work: AnnouncingWork, changes: dict[str, Any]):
    going_out(work, audience=Audience(estates=(GARDEN,), **changes))
    assert all(row.announcement_id for row in work.deliveries.rows.values())


# --- quiet hours -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("submitted_at", "wanted", "leaves"),
    (
        ("2026-11-18 20:59", None, "2026-11-18 20:59"),
        ("2026-11-18 21:00", None, "2026-11-19 08:00"),
        ("2026-11-19 07:59", None, "2026-11-19 08:00"),
        ("2026-11-18 10:00", "2026-11-18 23:30", "2026-11-19 08:00"),
        ("2026-11-18 10:00", "2026-11-18 15:00", "2026-11-18 15:00"),
    ),
)
def test_an_ordinary_one_waits_for_the_morning(
    work: AnnouncingWork, submitted_at: str, wanted: str | None, leaves: str
):
    moment = at(submitted_at)
    made = submitted(work, now=moment, at=at(wanted) if wanted else None)
    tick(work, made.id, moment + UNDO)
    first = now_is(work, made)
    if first.status == Status.SCHEDULED:
        assert first.due_at == at(leaves)
        tick(work, made.id, at(leaves) - SECOND)
        assert to_people(work) == []
        tick(work, made.id, at(leaves))
    assert now_is(work, made).status == Status.SENDING


def test_an_urgent_one_does_not(work: AnnouncingWork):
    made = going_out(work, now=at("2026-11-18 23:30"), kind=Kind.URGENT)
    assert made.status == Status.SENDING
    assert {row.due_at for row in to_people(work)} == {at("2026-11-18 23:30") + UNDO - timedelta(days=1)}


def test_what_has_not_left_by_nine_in_the_evening_goes_on_in_the_morning(work: AnnouncingWork):
    made = going_out(work, now=at("2026-11-18 20:50"))
    let_end(work, to_people(work)[0].id, DeliveryState.SENT)
    tick(work, made.id, at("2026-11-18 21:00"))
    held = now_is(work, made)
    assert (held.status, held.resume_at, held.due_at) == (Status.PAUSED, at("2026-11-19 08:00"), at("2026-11-19 08:00"))
    assert work.events[-1] == events.AnnouncementPaused(announcement_id=made.id, until=at("2026-11-19 08:00"))
    assert [row.due_at and row.due_at > HELD for row in to_people(work)] == [False, True]
    tick(work, made.id, at("2026-11-19 07:59"))
    assert now_is(work, made).status == Status.PAUSED
    tick(work, made.id, at("2026-11-19 08:00"))
    assert now_is(work, made).status == Status.SENDING
    assert "Resumed" in names(work)
    row = to_people(work)[1]
    assert row.due_at == at("2026-11-18 20:50") + UNDO
    assert row.expires_at == at("2026-11-20 08:00")


def test_a_manager_who_resumes_it_at_night_does_not_wake_anybody(work: AnnouncingWork):
    made = going_out(work, now=at("2026-11-18 20:50"))
    operations.pause(work=work, announcement_id=made.id, by=MANAGER, now=at("2026-11-18 20:55"))
    operations.resume(work=work, announcement_id=made.id, by=MANAGER, now=at("2026-11-18 22:00"))
    tick(work, made.id, at("2026-11-18 22:00"))
    assert now_is(work, made).status == Status.PAUSED
    assert all(row.due_at and row.due_at > HELD for row in to_people(work))


@pytest.mark.parametrize(
    ("evening", "morning"),
    (
        ("2026-03-07 22:00", "2026-03-08 08:00"),  # clocks go forward: the night is an hour shorter
        ("2026-10-31 22:00", "2026-11-01 08:00"),  # and back
    ),
)
def test_the_morning_is_eight_on_the_wall_whatever_the_clocks_do_at_night(evening: str, morning: str):
    zone = ZoneInfo("America/New_York")
    place = Place(estates={GARDEN: Estate(id=GARDEN, name="Riverside Drive", timezone="America/New_York")})
    work = AnnouncingWork(place)
    began = datetime.fromisoformat(evening).replace(tzinfo=zone)
    made = going_out(work, now=began, by=None)
    assert made.status == Status.SCHEDULED
    assert made.due_at == datetime.fromisoformat(morning).replace(tzinfo=zone)


# --- an hour between two ---------------------------------------------------------------------------------------------


def test_to_one_person_at_most_one_ordinary_one_an_hour(work: AnnouncingWork):
    first = going_out(work)
    send_all(work, NOW + MINUTE)
    tick(work, first.id, NOW + MINUTE)
    assert now_is(work, first).status == Status.SENT
    second = going_out(work, now=NOW + 30 * MINUTE)
    assert {row.due_at for row in to_people(work) if row.announcement_id == second.id} == {NOW + MINUTE + HOUR}
    urgent = going_out(work, now=NOW + 31 * MINUTE, kind=Kind.URGENT)
    assert all(row.due_at and row.due_at < NOW for row in to_people(work) if row.announcement_id == urgent.id)
    third = going_out(work, now=NOW + 32 * MINUTE)
    assert {row.due_at for row in to_people(work) if row.announcement_id == third.id} == {NOW + MINUTE + 2 * HOUR}


def test_an_hour_after_the_first_nobody_waits(work: AnnouncingWork):
    going_out(work)
    send_all(work, NOW + MINUTE)
    later = NOW + MINUTE + HOUR
    second = going_out(work, now=later)
    assert {row.due_at for row in to_people(work) if row.announcement_id == second.id} == {later + UNDO}


# --- counting and finishing ------------------------------------------------------------------------------------------


def test_progress_is_counted_every_few_seconds_and_told_when_it_moves(work: AnnouncingWork):
    made = going_out(work)
    assert now_is(work, made).due_at == NOW + UNDO + sending.COUNT_EVERY
    let_end(work, to_people(work)[0].id, DeliveryState.SENT)
    work.events.clear()
    tick(work, made.id, NOW + UNDO + SECOND)
    assert names(work) == []
    tick(work, made.id, NOW + UNDO + 4 * SECOND)
    assert names(work) == ["Progressed"]
    assert (now_is(work, made).settled, now_is(work, made).speed) == (1, 0.25)


def test_it_is_sent_when_every_delivery_has_ended_however(work: AnnouncingWork):
    made = going_out(work)
    let_end(work, to_people(work)[0].id, DeliveryState.UNKNOWN, reason="the answer was lost")
    let_end(work, to_people(work)[1].id, DeliveryState.EXPIRED, reason="too late")
    tick(work, made.id, NOW + MINUTE)
    done = now_is(work, made)
    assert (done.status, done.ended_at, done.due_at, done.settled) == (Status.SENT, NOW + MINUTE, None, 2)
    assert names(work)[-1] == "Finished"


def test_what_nobody_sends_ends_after_a_day_and_so_does_the_announcement(work: AnnouncingWork):
    made = going_out(work)
    let_end(work, to_people(work)[0].id, DeliveryState.SENT)
    day = timedelta(days=1)
    tick(work, made.id, NOW + UNDO + day + 4 * MINUTE)
    assert now_is(work, made).status == Status.SENDING
    tick(work, made.id, NOW + UNDO + day + 6 * MINUTE)
    assert now_is(work, made).status == Status.SENT
    assert [row.state for row in to_people(work)] == [DeliveryState.SENT, DeliveryState.EXPIRED]


# --- pausing and stopping --------------------------------------------------------------------------------------------


def test_paused_at_once_nothing_more_is_due(work: AnnouncingWork):
    made = going_out(work)
    operations.pause(work=work, announcement_id=made.id, by=MANAGER, now=NOW + MINUTE)
    assert all(row.due_at and row.due_at > HELD for row in to_people(work))
    tick(work, made.id, NOW + MINUTE)
    assert now_is(work, made).due_at is None
    operations.resume(work=work, announcement_id=made.id, by=MANAGER, now=NOW + HOUR)
    tick(work, made.id, NOW + HOUR)
    assert {row.due_at for row in to_people(work)} == {NOW + UNDO}
    assert not now_is(work, made).held


def test_stopped_in_the_middle_everybody_still_has_a_delivery(work: AnnouncingWork):
    made = submitted(work)
    sending.look(work=work, announcement_id=made.id, now=NOW + UNDO)
    going = now_is(work, made)
    _made, last = work.recipients.spread(
        going, limit=1, fallback="en", now=NOW, expires_at=NOW, gap=HOUR, earlier={}
    )  # fmt: skip
    work.announcements.save(replace(going, spread_to=last))
    let_end(work, to_people(work)[0].id, DeliveryState.SENDING)
    operations.stop(work=work, announcement_id=made.id, by=MANAGER, now=NOW + MINUTE)
    tick(work, made.id, NOW + MINUTE)
    assert [(row.state, row.reason) for row in to_people(work)][1] == (DeliveryState.EXPIRED, "stopped")
    assert now_is(work, made).due_at is not None  # one is under way
    let_end(work, to_people(work)[0].id, DeliveryState.SENT)
    tick(work, made.id, NOW + HOUR)
    assert (now_is(work, made).status, now_is(work, made).due_at) == (Status.STOPPED, None)
    assert names(work)[-1] == "Finished"


# --- interrupted anywhere --------------------------------------------------------------------------------------------


def _estate(people: int) -> AnnouncingWork:
    """So many, every third without a chat, every fifth one who cannot be reached."""
    numbers = range(1000, 1000 + people)
    place = Place(residents={one: person(one, f"业主{one}") for one in numbers})
    place.occupancies = [(one, HOME, Relation.OWNER) for one in numbers]
    place.addresses = [
        Address(channel="telegram", user=str(one), chat=str(one), person_id=one, reachable=one % 5 != 0)
        for one in numbers
        if one % 3
    ]
    return AnnouncingWork(place)


class Interrupted(Exception):
    """The process died."""


class Mortal:
    """Work that dies at its n-th write; what was written is undone, as a database does."""

    def __init__(self, work: AnnouncingWork, lives: int) -> None:
        self._work = work
        self._left = count(lives, -1)

    def transaction(self, do: Any) -> Any:
        work, before = self._work, self._kept()
        spread, save, cancel = work.recipients.spread, work.announcements.save, work.recipients.cancel
        work.recipients.spread = self._dying(spread)  # type: ignore[method-assign]
        work.announcements.save = self._dying(save)  # type: ignore[method-assign]
        work.recipients.cancel = self._dying(cancel)  # type: ignore[method-assign]
        try:
            return do()
        except Interrupted:
            work.announcements.rows, work.deliveries.rows, work.recipients.rows = before
            raise
        finally:
            work.recipients.spread, work.announcements.save = spread, save  # type: ignore[method-assign]
            work.recipients.cancel = cancel  # type: ignore[method-assign]

    def _kept(self) -> Any:
        work = self._work
        return dict(work.announcements.rows), dict(work.deliveries.rows), dict(work.recipients.rows)

    def _dying(self, write: Any) -> Any:
        def written(*args: Any, **values: Any) -> Any:
            done = write(*args, **values)
            if next(self._left) == 0:
                raise Interrupted
            return done

        return written


@given(
    people=st.integers(1, 12), dies=st.lists(st.integers(0, 9), max_size=5), steps=st.integers(0, 8),
    then=st.sampled_from(("go on", "stop", "pause")),
)  # fmt: skip
def test_wherever_it_dies_the_deliveries_are_the_audience_at_approval(
    people: int, dies: list[int], steps: int, then: str
):
    work = _estate(people)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sending, "CHUNK", 3)
        made = _die_and_go_on(work, dies, steps, then)
    assert [row.person_id for row in to_people(work)] == list(range(1000, 1000 + people))
    assert work.recipients.tally(now_is(work, made)).people == people == now_is(work, made).people


def _die_and_go_on(work: AnnouncingWork, dies: list[int], steps: int, then: str) -> Announcement:
    made = submitted(work, by=None)
    work.register.place.occupancies.append((OWNER, HOME, Relation.OWNER))  # moves in after the approval
    now = NOW + UNDO

    def look() -> int:
        return sending.look(work=work, announcement_id=made.id, now=now)

    for lives in dies:
        mortal = Mortal(work, lives)
        try:
            for _ in range(steps):
                mortal.transaction(look)
        except Interrupted:
            assert len({row.person_id for row in to_people(work)}) == len(to_people(work))
    if now_is(work, made).status == Status.SENDING and then != "go on":
        do = operations.stop if then == "stop" else operations.pause
        do(work=work, announcement_id=made.id, by=None, now=now)
    tick(work, made.id, now)
    if now_is(work, made).status == Status.PAUSED:
        operations.resume(work=work, announcement_id=made.id, by=None, now=now)
        tick(work, made.id, now)
    return made


def test_once_more_to_some_it_dies_and_goes_on_all_the_same():
    work = _estate(6)
    made = going_out(work, by=None)
    for row in to_people(work):
        if row.state is DeliveryState.QUEUED:
            let_end(work, row.id, DeliveryState.FAILED)
    tick(work, made.id, NOW + MINUTE)
    operations.send_again(work=work, announcement_id=made.id, to=Again.FAILED, by=None, now=NOW + HOUR)
    mortal = Mortal(work, 1)
    with pytest.raises(Interrupted):
        mortal.transaction(lambda: sending.look(work=work, announcement_id=made.id, now=NOW + HOUR))
    tick(work, made.id, NOW + HOUR)
    again = [row.person_id for row in to_people(work) if row.key and row.key.endswith(":again:1")]
    assert again == list(range(1000, 1006))


def test_nothing_that_is_over_is_ever_looked_at_again(work: AnnouncingWork):
    made = submitted(work)
    operations.withdraw(work=work, announcement_id=made.id, by=MANAGER, now=NOW)
    assert sending.look(work=work, announcement_id=made.id, now=NOW + HOUR) == 0
    assert sending.look(work=work, announcement_id=99, now=NOW) == 0
    strange = work.announcements.save(replace(now_is(work, made), due_at=NOW))
    assert sending.look(work=work, announcement_id=strange.id, now=NOW) == 0
    assert now_is(work, made).due_at is None


def test_who_has_muted_counts_among_the_audience_all_the_same(work: AnnouncingWork):
    work.recipients.mute(NEIGHBOUR, GARDEN, now=NOW)
    made = going_out(work)
    send_all(work, NOW + MINUTE)
    tick(work, made.id, NOW + MINUTE)
    tally = work.recipients.tally(now_is(work, made))
    assert (tally.people, tally.sent, tally.unreachable) == (2, 1, 1)

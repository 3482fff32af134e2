"""Announcements: an audience frozen, spread into one delivery for each person, held back, counted, answered."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from domain.announcements.lifecycle import Status
from domain.announcements.model import Again, Announcement, Attachment, Audience, Kind, Poll, SignUp
from domain.errors import Stale
from domain.messaging.model import Delivery, DeliveryState, Lane
from domain.register.model import Flag, Relation, Role
from storage import tables
from tests.announcing import LEAFLETS, UNDO, bind_everybody, draft, let_end
from tests.builders import DESK, ELSEWHERE, GARDEN, HOME, MANAGER, NEIGHBOUR, NEXT_DOOR, NOW, OUTSIDER, OWNER, RIVERSIDE
from tests.fakes_announcements import AnnouncingWork
from tests.storage.conftest import BOTH
from tests.storage.promises.conftest import Begin

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
EVERYBODY = Audience(estates=(GARDEN,))


@pytest.fixture(params=("fake", *BOTH))
def begin(request: pytest.FixtureRequest) -> Begin:
    """Opens a transaction: begin() as work, with an owner on two channels and a neighbour on one."""
    found: Begin
    if request.param == "fake":
        found = AnnouncingWork().transaction
    else:
        found = request.getfixturevalue("sqlite" if request.param == "sqlite" else "postgresql").writing
    with found() as work:
        bind_everybody(work)
    return found


def announcement(work: Any, **changes: Any) -> Announcement:
    """Kept and approved."""
    told = draft()
    fields = {name: getattr(told, name) for name in type(told).__dataclass_fields__}
    made = work.announcements.add(
        Announcement(**fields | {"id": 0, "status": Status.SENDING, "author_id": MANAGER, "created_at": NOW} | changes)
    )
    work.announcements.print(made.id, LEAFLETS)
    people = work.recipients.freeze(made.id, made.audience)
    return work.announcements.save(replace(made, people=people))


def spread(work: Any, one: Announcement, **changes: Any) -> Announcement:
    """To everybody, or to *limit* of them."""
    told = {"limit": 100, "fallback": "zh_CN", "now": NOW, "expires_at": NOW + DAY, "gap": HOUR, "earlier": {}}
    _made, last = work.recipients.spread(one, **told | changes)
    return work.announcements.save(replace(one, spread_to=last))


def rows(work: Any, one: Announcement) -> Sequence[Any]:
    """Its deliveries, by person."""
    if isinstance(work, AnnouncingWork):
        found = [row for row in work.deliveries.rows.values() if row.announcement_id == one.id]
        return sorted(found, key=lambda row: row.person_id or 0)
    names = [tables.deliveries.c[name] for name in Delivery.__dataclass_fields__ if name in tables.deliveries.c]
    mine = tables.deliveries.c.announcement_id == one.id
    return work.connection.execute(select(*names).where(mine).order_by(tables.deliveries.c.person_id)).all()


def speaks(work: Any, person_id: int, language: str) -> None:
    work.register.set_language(person_id, language)


# --- records ---------------------------------------------------------------------------------------------------------


def test_what_is_kept_comes_back_as_it_was(begin: Begin):
    audience = Audience(
        estates=(GARDEN, RIVERSIDE), buildings=("3",), entrances=(("5", "2"),), rooms=(HOME,),
        relations=frozenset({Relation.OWNER}), flags=frozenset({Flag.ELDERLY}), roles=frozenset({Role.ENGINEER}),
        ticket_id=None, people=frozenset({NEIGHBOUR}),
    )  # fmt: skip
    with begin() as work:
        made = announcement(
            work, audience=audience, photos=("a", "b"), file=Attachment("k", "plan.pdf", "application/pdf"), at=NOW,
            confirm=True, poll=Poll("Which day?", ("Friday", "Monday")), closes_at=NOW + DAY, key="k1", due_at=NOW,
            resume_at=NOW + HOUR, speed=29.5, kind=Kind.URGENT,
        )  # fmt: skip
        other = announcement(work, sign_up=SignUp(20), estate_id=RIVERSIDE)
    with begin() as work:
        assert work.announcements.get(made.id) == made == work.announcements.hold(made.id)
        assert work.announcements.get(other.id) == other
        assert work.announcements.get(99) is work.announcements.keyed("k2") is None
        assert work.announcements.keyed("k1") == made
        assert list(work.announcements.leaflets(made.id)) == sorted(LEAFLETS, key=lambda one: one.language)
        assert list(work.announcements.of_estates([GARDEN], limit=5)) == [made]
        assert list(work.announcements.of_estates([GARDEN, RIVERSIDE], limit=1)) == [other]


def test_of_two_who_write_over_one_version_the_second_is_told(begin: Begin):
    with begin() as work:
        made = announcement(work)
        work.announcements.save(made)
        with pytest.raises(Stale):
            work.announcements.save(made)


def test_what_is_due_is_found_the_urgent_first(begin: Begin):
    with begin() as work:
        announcement(work)
        first, later = announcement(work, due_at=NOW - HOUR), announcement(work, due_at=NOW + HOUR)
        urgent = announcement(work, due_at=NOW, kind=Kind.URGENT)
        assert list(work.announcements.due(now=NOW, limit=9)) == [urgent.id, first.id]
        assert list(work.announcements.due(now=NOW, limit=1)) == [urgent.id]
        assert later.id in work.announcements.due(now=NOW + HOUR, limit=9)


def test_ordinary_ones_that_go_out_or_ended_lately_are_known(begin: Begin):
    with begin() as work:
        paused = announcement(work, status=Status.PAUSED)
        sent = announcement(work, status=Status.SENT, ended_at=NOW)
        announcement(work, status=Status.SENT, ended_at=NOW - DAY)
        announcement(work, status=Status.DRAFT)
        announcement(work, kind=Kind.URGENT)
        assert list(work.announcements.lately(since=NOW - HOUR)) == [paused, sent]


# --- the audience ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("audience", "people"),
    (
        (EVERYBODY, {OWNER, NEIGHBOUR}),
        (Audience(estates=(GARDEN, RIVERSIDE)), {OWNER, NEIGHBOUR}),
        (Audience(estates=(RIVERSIDE,)), {OWNER}),
        (Audience(estates=(GARDEN,), buildings=("3",)), {OWNER, NEIGHBOUR}),
        (Audience(estates=(GARDEN,), buildings=("4",)), set()),
        (Audience(estates=(GARDEN,), entrances=(("3", "2"),)), {OWNER, NEIGHBOUR}),
        (Audience(estates=(GARDEN,), entrances=(("3", "1"),)), set()),
        (Audience(estates=(GARDEN,), rooms=(NEXT_DOOR,)), {NEIGHBOUR}),
        (Audience(estates=(GARDEN,), rooms=(NEXT_DOOR,), buildings=("3",)), {OWNER, NEIGHBOUR}),
        (Audience(estates=(RIVERSIDE,), relations=frozenset({Relation.OWNER})), set()),
        (Audience(estates=(RIVERSIDE,), relations=frozenset({Relation.TENANT})), {OWNER}),
        (Audience(estates=(GARDEN,), flags=frozenset({Flag.ELDERLY})), set()),
        (Audience(estates=(GARDEN,), roles=frozenset({Role.CUSTOMER_SERVICE})), {DESK}),
        (Audience(estates=(RIVERSIDE,), roles=frozenset({Role.ENGINEER})), {OUTSIDER}),
        (Audience(estates=(RIVERSIDE,), roles=frozenset({Role.ENGINEER}), relations=frozenset(Relation)),
         {OWNER, OUTSIDER}),
        (Audience(estates=(GARDEN,), people=frozenset({DESK})), {DESK}),
        (Audience(estates=(GARDEN,), rooms=(HOME,), people=frozenset({OWNER, DESK})), {OWNER, DESK}),
    ),
)  # fmt: skip
def test_an_audience_is_everybody_it_describes_each_once(begin: Begin, audience: Audience, people: set[int]):
    with begin() as work:
        assert work.recipients.size(audience) == work.recipients.count(audience, ordinary=True).people == len(people)
        one = announcement(work, audience=audience)
        assert one.people == len(people)
        assert {person for person in range(40) if work.recipients.get(one.id, person)} == people


def test_heads_are_counted_on_the_channel_last_used(begin: Begin):
    everybody = Audience(estates=(GARDEN,), relations=frozenset(Relation), roles=frozenset({Role.CUSTOMER_SERVICE}))
    with begin() as work:
        speaks(work, OWNER, "en")
        heads = work.recipients.count(everybody, ordinary=True)
        assert heads.channels == {"web": 1, "telegram": 1}
        assert heads.languages == {"en": 1, "": 2}
        assert (heads.no_account, heads.unreachable, heads.muted) == (1, 0, 0)
        work.addresses.set_reachable("web", "w1", reachable=False)
        work.addresses.set_reachable("telegram", "2", reachable=False)
        heads = work.recipients.count(everybody, ordinary=True)
        assert (heads.channels, heads.unreachable) == ({"telegram": 1}, 1)


def test_who_has_muted_an_estate_gets_urgent_ones_only(begin: Begin):
    with begin() as work:
        work.recipients.mute(OWNER, GARDEN, now=NOW)
        work.recipients.mute(OWNER, GARDEN, now=NOW)
        assert work.recipients.muted(OWNER) == {GARDEN}
        assert work.recipients.count(EVERYBODY, ordinary=True).muted == 1
        assert work.recipients.count(EVERYBODY, ordinary=False).muted == 0
        one, urgent = announcement(work), announcement(work, kind=Kind.URGENT)
        spread(work, one)
        spread(work, urgent)
        assert [(row.state, row.reason) for row in rows(work, one)] == [("unreachable", "muted"), ("queued", None)]
        assert [(row.state, row.reason) for row in rows(work, urgent)] == [("queued", None), ("queued", None)]
        work.recipients.unmute(OWNER, GARDEN)
        assert work.recipients.muted(OWNER) == frozenset()


def test_the_audience_stays_as_it_was_when_frozen(begin: Begin):
    with begin() as work:
        one = announcement(work, audience=Audience(estates=(GARDEN,), roles=frozenset({Role.CUSTOMER_SERVICE})))
        work.register.dismiss(DESK)
        spread(work, one)
        assert [row.person_id for row in rows(work, one)] == [DESK]
        work.recipients.thaw(announcement(work).id)
        assert work.recipients.get(one.id, DESK) is not None


# --- spreading -------------------------------------------------------------------------------------------------------


def test_everybody_has_one_delivery_on_the_channel_last_used_in_their_language(begin: Begin):
    with begin() as work:
        speaks(work, NEIGHBOUR, "en")
        one = spread(work, announcement(work))
        found = rows(work, one)
    assert [(row.person_id, row.channel, row.chat, row.body) for row in found] == [
        (OWNER, "web", "w1", LEAFLETS[0].body),
        (NEIGHBOUR, "telegram", "2", LEAFLETS[1].body),
    ]
    assert {row.lane for row in found} == {Lane.BULK}
    assert {(row.due_at, row.expires_at, row.created_at) for row in found} == {(NOW, NOW + DAY, NOW)}
    assert {row.key for row in found} == {f"announcement:{one.id}:person:{person}" for person in (OWNER, NEIGHBOUR)}


def test_who_cannot_be_reached_has_one_that_ended_at_once(begin: Begin):
    everybody = Audience(estates=(GARDEN,), relations=frozenset(Relation), roles=frozenset({Role.CUSTOMER_SERVICE}))
    with begin() as work:
        work.addresses.set_reachable("telegram", "2", reachable=False)
        one = spread(work, announcement(work, audience=everybody))
        assert [(row.person_id, row.state, row.reason) for row in rows(work, one)] == [
            (OWNER, "queued", None),
            (NEIGHBOUR, "unreachable", "unreachable"),
            (DESK, "unreachable", "no-account"),
        ]
        assert work.recipients.reasons(one) == {("unreachable", "unreachable"): 1, ("unreachable", "no-account"): 1}
        tally = work.recipients.tally(one)
        assert (tally.people, tally.unreachable, tally.waiting, tally.settled) == (3, 2, 1, 2)


def test_spreading_goes_on_where_it_stopped_and_makes_nothing_twice(begin: Begin):
    with begin() as work:
        one = announcement(work)
        assert spread(work, one, limit=1).spread_to == OWNER
    with begin() as work:
        again = spread(work, replace(one, version=one.version + 1), limit=1)  # as if its place had been forgotten
        assert len(rows(work, one)) == 1
    with begin() as work:
        done = spread(work, again)
        assert [row.person_id for row in rows(work, one)] == [OWNER, NEIGHBOUR]
        assert work.recipients.spread(
            done, limit=9, fallback="en", now=NOW, expires_at=NOW, gap=HOUR, earlier={}
        ) == (0, NEIGHBOUR)  # fmt: skip


def test_an_urgent_one_stands_before_every_ordinary_one(begin: Begin):
    with begin() as work:
        ordinary, urgent = spread(work, announcement(work)), spread(work, announcement(work, kind=Kind.URGENT))
        due = [{row.due_at for row in rows(work, one)} for one in (ordinary, urgent)]
    assert due == [{NOW}, {NOW - DAY}]


def test_a_second_ordinary_one_waits_an_hour_for_whoever_got_the_first(begin: Begin):
    later = NOW + timedelta(minutes=10)
    with begin() as work:
        first = spread(work, announcement(work))
        let_end(work, rows(work, first)[0].id, DeliveryState.SENT, now=NOW + timedelta(minutes=5))
        let_end(work, rows(work, first)[1].id, DeliveryState.FAILED, reason="full", now=NOW)
        second = spread(work, announcement(work), now=later, earlier={first.id: later})
        assert [row.due_at for row in rows(work, second)] == [NOW + timedelta(minutes=65), later]


def test_a_second_ordinary_one_waits_until_the_first_will_have_left(begin: Begin):
    clear = NOW + timedelta(minutes=30)
    with begin() as work:
        first = spread(work, announcement(work))
        work.recipients.hold_back(first.id, limit=1)  # held back or not: it leaves by then
        second = spread(work, announcement(work), earlier={first.id: clear})
        assert [row.due_at for row in rows(work, second)] == [clear + HOUR] * 2
        assert spread(work, announcement(work), now=NOW + DAY, earlier={}).spread_to == NEIGHBOUR


def test_a_first_one_long_ago_holds_nobody_up(begin: Begin):
    with begin() as work:
        first = spread(work, announcement(work))
        for row in rows(work, first):
            let_end(work, row.id, DeliveryState.SENT, now=NOW)
        second = spread(work, announcement(work), now=NOW + 2 * HOUR, earlier={first.id: NOW})
        assert {row.due_at for row in rows(work, second)} == {NOW + 2 * HOUR}


# --- pausing and stopping --------------------------------------------------------------------------------------------


def test_what_is_held_back_leaves_when_it_was_due_once_it_may(begin: Begin):
    with begin() as work:
        one, other = spread(work, announcement(work)), spread(work, announcement(work))
        assert [work.recipients.hold_back(one.id, limit=1) for _ in range(3)] == [1, 1, 0]
        assert all(row.due_at > NOW + 365 * DAY for row in rows(work, one))
        assert {row.due_at for row in rows(work, other)} == {NOW}
        assert [work.recipients.let_go(one.id, limit=1, expires_at=NOW + 2 * DAY) for _ in range(3)] == [1, 1, 0]
        assert {(row.due_at, row.expires_at) for row in rows(work, one)} == {(NOW, NOW + 2 * DAY)}


def test_what_has_not_left_is_cancelled_and_what_has_stays(begin: Begin):
    with begin() as work:
        one = spread(work, announcement(work))
        let_end(work, rows(work, one)[0].id, DeliveryState.SENT)
        assert [work.recipients.cancel(one.id, limit=1, now=NOW) for _ in range(2)] == [1, 0]
        assert [(row.state, row.reason) for row in rows(work, one)] == [("sent", None), ("expired", "stopped")]


def test_what_has_not_left_in_time_is_given_up(begin: Begin):
    with begin() as work:
        one = spread(work, announcement(work))
        assert work.recipients.expire(one.id, limit=9, now=NOW + DAY - HOUR) == 0
        assert [work.recipients.expire(one.id, limit=1, now=NOW + DAY) for _ in range(3)] == [1, 1, 0]
        assert {(row.state, row.reason) for row in rows(work, one)} == {("expired", "its time had passed")}


def test_after_a_stop_everybody_else_has_a_delivery_that_has_ended(begin: Begin):
    with begin() as work:
        one = spread(work, announcement(work), limit=1)
        spread(work, one, stopped=True)
        assert [row.state for row in rows(work, one)] == ["queued", "expired"]
        assert rows(work, one)[1].reason == "stopped"


# --- reports ---------------------------------------------------------------------------------------------------------


def end(work: Any, one: Announcement, *states: DeliveryState, now: datetime = NOW) -> None:
    """Each delivery of the newest round in turn."""
    for row, state in zip([row for row in rows(work, one) if row.state == "queued"], states, strict=True):
        let_end(work, row.id, state, reason=f"as it {state}", now=now)


def test_the_tally_adds_up_to_the_audience(begin: Begin):
    with begin() as work:
        one = announcement(work)
        assert work.recipients.tally(one).waiting == 2
        spread(work, one)
        end(work, one, DeliveryState.SENT, DeliveryState.UNKNOWN)
        recipient = work.recipients.get(one.id, OWNER)
        work.recipients.put(replace(recipient, confirmed_at=NOW))
        tally = work.recipients.tally(one)
    assert (tally.people, tally.sent, tally.unknown, tally.confirmed, tally.waiting) == (2, 1, 1, 1, 0)


def test_rooms_in_which_nobody_got_it_are_listed_with_the_reason(begin: Begin):
    with begin() as work:
        one = spread(work, announcement(work))
        assert [(room.room.id, room.why) for room in work.recipients.unreached(one)] == [
            (HOME, "waiting"), (NEXT_DOOR, "waiting"),
        ]  # fmt: skip
        end(work, one, DeliveryState.SENT, DeliveryState.FAILED)
        (missed,) = work.recipients.unreached(one)
    assert (missed.room.id, missed.why, missed.detail, missed.names) == (NEXT_DOOR, "failed", "as it failed", ("韩梅",))


def test_a_room_without_anybody_on_file_is_listed_where_it_was_for_everybody(begin: Begin):
    with begin() as work:
        if isinstance(work, AnnouncingWork):
            work.register.place.occupancies.remove((OWNER, ELSEWHERE, Relation.TENANT))
        else:
            work.connection.execute(tables.occupancies.delete().where(tables.occupancies.c.room_id == ELSEWHERE))
        everybody = announcement(work, audience=Audience(estates=(RIVERSIDE,)))
        owners = announcement(work, audience=Audience(estates=(RIVERSIDE,), relations=frozenset({Relation.OWNER})))
        staff = announcement(work, audience=Audience(estates=(RIVERSIDE,), roles=frozenset(Role)))
        assert [(one.room.id, one.why) for one in work.recipients.unreached(everybody)] == [(ELSEWHERE, "no-people")]
        assert work.recipients.unreached(owners) == work.recipients.unreached(staff) == []


def test_of_an_incidents_audience_only_rooms_of_people_who_were_meant_are_listed(begin: Begin):
    with begin() as work:
        one = spread(work, announcement(work, audience=Audience(estates=(GARDEN,), rooms=(HOME,))))
        incident = replace(one, audience=Audience(estates=(GARDEN,), ticket_id=1))
        assert [missed.room.id for missed in work.recipients.unreached(incident)] == [HOME]


def test_somebody_reached_is_reached_in_all_their_rooms(begin: Begin):
    with begin() as work:
        one = spread(work, announcement(work, audience=Audience(estates=(GARDEN, RIVERSIDE))))
        end(work, one, DeliveryState.SENT, DeliveryState.SENT)
        assert list(work.recipients.unreached(one)) == []


# --- once more -------------------------------------------------------------------------------------------------------


def test_it_is_sent_again_to_those_whom_it_did_not_reach_and_only_once(begin: Begin):
    with begin() as work:
        one = spread(work, announcement(work))
        end(work, one, DeliveryState.SENT, DeliveryState.FAILED)
        assert work.recipients.repeat(one, Again.FAILED, round=1) == 1
        again = spread(work, replace(one, round=1, spread_to=0))
        keys = [row.key for row in rows(work, one)]
        assert keys[1:] == [
            f"announcement:{one.id}:person:{NEIGHBOUR}",
            f"announcement:{one.id}:person:{NEIGHBOUR}:again:1",
        ]
        tally = work.recipients.tally(again)
        assert (tally.people, tally.waiting, tally.failed) == (1, 1, 0)
        end(work, one, DeliveryState.SENT)
        assert work.recipients.repeat(again, Again.FAILED, round=2) == 0
        assert list(work.recipients.unreached(again)) == []


def test_what_may_have_arrived_is_not_sent_again_unless_it_was_not_confirmed(begin: Begin):
    with begin() as work:
        one = spread(work, announcement(work))
        end(work, one, DeliveryState.SENT, DeliveryState.UNKNOWN)
        assert work.recipients.repeat(one, Again.FAILED, round=1) == 0
        work.recipients.put(replace(work.recipients.get(one.id, OWNER), confirmed_at=NOW))
        assert work.recipients.repeat(one, Again.UNCONFIRMED, round=1) == 1
        assert work.recipients.get(one.id, NEIGHBOUR).round == 1


# --- answers ---------------------------------------------------------------------------------------------------------


def test_votes_and_places_are_counted(begin: Begin):
    with begin() as work:
        one = announcement(work)
        owner, neighbour = (work.recipients.get(one.id, person) for person in (OWNER, NEIGHBOUR))
        assert (owner.room_id, owner.choice, owner.joined_at) == (HOME, None, None)
        work.recipients.put(replace(owner, choice=1, joined_at=NOW + UNDO))
        work.recipients.put(replace(neighbour, choice=1, joined_at=NOW))
        assert work.recipients.votes(one.id) == {1: 2}
        assert list(work.recipients.joined(one.id)) == [NEIGHBOUR, OWNER]
        work.recipients.put(replace(neighbour, choice=0))
        assert work.recipients.votes(one.id) == {0: 1, 1: 1}
        assert work.recipients.get(one.id, DESK) is None

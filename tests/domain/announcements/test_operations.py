"""What managers may do with an announcement, and when."""

from dataclasses import replace
from datetime import timedelta
from itertools import product
from typing import Any

import pytest

from domain.announcements import events, figures, operations
from domain.announcements.audience import read, resolved
from domain.announcements.changing import require
from domain.announcements.lifecycle import ALLOWED, MOVES, Action, Party, Status
from domain.announcements.model import Again, Audience, HeadCount, Kind, Poll, SignUp, Text
from domain.announcements.wording import missing_languages
from domain.errors import NotAllowed, NotNow, Refusal, Unknown
from domain.messaging.model import DeliveryState
from domain.register.model import Flag, Relation, Role
from domain.tickets.model import Caller
from tests.announcing import LEAFLETS, TEXTS, UNDO, draft, going_out, let_end, submitted, tick
from tests.builders import DESK, ELSEWHERE, GARDEN, HOME, MANAGER, NEIGHBOUR, NEXT_DOOR, NOW, OWNER, RIVERSIDE, ticket
from tests.domain.announcements.conftest import SECOND
from tests.fakes_announcements import AnnouncingWork

DAY = timedelta(days=1)


def of_many(work: AnnouncingWork) -> None:
    """From one person on, a second one must approve."""
    garden = work.register.place.estates[GARDEN]
    work.register.place.estates[GARDEN] = replace(garden, policy={"announce.second_above": 1})


def names(work: AnnouncingWork) -> list[str]:
    return [type(one).__name__ for one in work.events]


# --- tables ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("status", "action"), tuple(product(Status, Action)))
def test_every_action_in_every_status_is_a_move_or_a_refusal_that_says_how_it_is(status: Status, action: Action):
    work = AnnouncingWork()
    made = operations.draft(work=work, draft=draft(), by=None, now=NOW)
    one = work.announcements.save(replace(made, status=status))
    allowed = ALLOWED[action] & {Party.AUTHOR}
    if (status, action) in MOVES and allowed:
        require(work, one, action, None)
    else:
        with pytest.raises(NotAllowed if (status, action) in MOVES else NotNow) as refusal:
            require(work, one, action, None)
        assert refusal.value.key in (f"announcement-is-{status}", "announcement-second-person", "not-allowed")


def test_every_action_is_somebodys():
    assert set(ALLOWED) == set(Action)
    assert {action for _status, action in MOVES} == set(Action)


# --- writing ---------------------------------------------------------------------------------------------------------


def test_a_draft_is_heard_of_by_nobody(work: AnnouncingWork):
    made = operations.draft(work=work, draft=draft(), by=MANAGER, now=NOW)
    assert (made.status, made.author_id, made.due_at) == (Status.DRAFT, MANAGER, None)
    assert work.events == []


@pytest.mark.parametrize("by", (DESK, OWNER))
def test_only_managers_of_every_estate_that_it_is_for_write_one(work: AnnouncingWork, by: int):
    with pytest.raises(NotAllowed):
        operations.draft(work=work, draft=draft(), by=by, now=NOW)
    both = draft(audience=Audience(estates=(GARDEN, RIVERSIDE)))
    with pytest.raises(NotAllowed):
        operations.draft(work=work, draft=both, by=MANAGER, now=NOW)
    assert operations.draft(work=work, draft=both, by=None, now=NOW).author_id is None


@pytest.mark.parametrize(
    ("changes", "key"),
    (
        ({"texts": {}}, "announcement-no-text"),
        ({"texts": {"en": Text(" ", "body")}}, "announcement-no-text"),
        ({"texts": {"en": Text("t" * 51, "body")}}, "announcement-title-long"),
        ({"texts": {"en": Text("title", "b" * 3001)}}, "announcement-body-long"),
        ({"poll": Poll("Which?", ("A",))}, "announcement-poll-options"),
        ({"poll": Poll("Which?", ("A", "A"))}, "announcement-poll-option-bad"),
        ({"poll": Poll("Which?", ("A", "B")), "sign_up": SignUp(3)}, "announcement-poll-or-sign-up"),
        ({"sign_up": SignUp(0)}, "announcement-cap-bad"),
        ({"at": NOW - DAY}, "announcement-in-the-past"),
        ({"at": NOW + DAY, "closes_at": NOW + DAY / 2}, "announcement-closes-too-early"),
        ({"estate_id": RIVERSIDE}, "announcement-no-estate"),
    ),
)
def test_what_cannot_be_said_is_refused_with_the_reason(work: AnnouncingWork, changes: dict[str, Any], key: str):
    with pytest.raises(Refusal) as refusal:
        operations.draft(work=work, draft=draft(**changes), by=None, now=NOW)
    assert refusal.value.key == key


def test_the_same_key_makes_no_second_announcement(work: AnnouncingWork):
    first, again = (operations.draft(work=work, draft=draft(), by=None, now=NOW, key="k") for _ in range(2))
    assert first == again


def test_its_author_changes_a_draft_and_nobody_else_does(work: AnnouncingWork):
    made = operations.draft(work=work, draft=draft(), by=MANAGER, now=NOW)
    told = draft(kind=Kind.URGENT)
    with pytest.raises(NotAllowed):
        operations.change(work=work, announcement_id=made.id, draft=told, by=SECOND, now=NOW)
    after = operations.change(work=work, announcement_id=made.id, draft=told, by=MANAGER, now=NOW)
    assert (after.kind, after.author_id, after.status) == (Kind.URGENT, MANAGER, Status.DRAFT)


def test_languages_that_people_chose_and_in_which_it_says_nothing_are_pointed_out():
    heads = HeadCount(channels={}, languages={"zh_CN": 9, "en": 3, "": 2})
    only = draft(texts={"zh_CN": TEXTS["zh_CN"]})
    assert missing_languages(only, heads, spoken=("zh_CN", "en", "ja")) == {"en": 3}


# --- sending it off --------------------------------------------------------------------------------------------------


def test_for_few_people_it_is_approved_at_once_and_leaves_when_it_cannot_be_undone(work: AnnouncingWork):
    made = submitted(work)
    assert (made.status, made.people, made.due_at, made.approver_id) == (Status.APPROVED, 2, NOW + UNDO, None)
    assert names(work) == ["AnnouncementApproved"]


def test_for_many_people_a_second_manager_agrees(work: AnnouncingWork):
    of_many(work)
    made = submitted(work)
    assert (made.status, made.people, made.due_at) == (Status.WAITING, 2, None)
    assert work.events == [events.AnnouncementSubmitted(announcement_id=made.id, people=2, by=MANAGER)]
    assert work.recipients.get(made.id, OWNER) is None
    after = operations.approve(work=work, announcement_id=made.id, by=SECOND, now=NOW)
    assert (after.status, after.approver_id, after.due_at) == (Status.APPROVED, SECOND, NOW + UNDO)
    assert work.recipients.get(made.id, OWNER) is not None


@pytest.mark.parametrize(("by", "key"), ((MANAGER, "announcement-second-person"), (DESK, "not-allowed")))
def test_neither_its_author_nor_other_staff_are_the_second_person(work: AnnouncingWork, by: int, key: str):
    of_many(work)
    made = submitted(work)
    with pytest.raises(NotAllowed) as refusal:
        operations.approve(work=work, announcement_id=made.id, by=by, now=NOW)
    assert refusal.value.key == key


def test_what_the_operator_wrote_any_manager_may_approve(work: AnnouncingWork):
    of_many(work)
    made = submitted(work, by=None)
    assert operations.approve(work=work, announcement_id=made.id, by=MANAGER, now=NOW).status == Status.APPROVED


def test_the_second_person_may_want_it_otherwise(work: AnnouncingWork):
    of_many(work)
    made = submitted(work)
    after = operations.reject(work=work, announcement_id=made.id, reason="which day?", by=SECOND, now=NOW)
    assert after.status == Status.DRAFT
    assert names(work)[-1] == "AnnouncementRejected"


def test_for_nobody_it_is_not_sent_off(work: AnnouncingWork):
    made = operations.draft(
        work=work, draft=draft(audience=Audience(estates=(GARDEN,), buildings=("99",))), by=None, now=NOW
    )
    with pytest.raises(Refusal) as refusal:
        operations.submit(work=work, announcement_id=made.id, leaflets=LEAFLETS, by=None, now=NOW)
    assert refusal.value.key == "announcement-nobody"


def test_undone_it_is_a_draft_again_and_has_no_audience(work: AnnouncingWork):
    made = submitted(work)
    after = operations.undo(work=work, announcement_id=made.id, by=MANAGER, now=NOW)
    assert (after.status, after.people, after.due_at) == (Status.DRAFT, 0, None)
    assert work.recipients.get(made.id, OWNER) is None
    again = operations.submit(work=work, announcement_id=made.id, leaflets=LEAFLETS, by=MANAGER, now=NOW)
    assert again.people == 2


def test_once_it_goes_out_it_cannot_be_undone_but_stopped(work: AnnouncingWork):
    made = going_out(work)
    with pytest.raises(NotNow) as refusal:
        operations.undo(work=work, announcement_id=made.id, by=MANAGER, now=NOW)
    assert refusal.value.key == "announcement-is-sending"
    assert operations.stop(work=work, announcement_id=made.id, by=SECOND, now=NOW).status == Status.STOPPED


def test_what_is_scheduled_can_be_withdrawn(work: AnnouncingWork):
    made = going_out(work, at=NOW + DAY)
    assert made.status == Status.SCHEDULED
    after = operations.withdraw(work=work, announcement_id=made.id, by=MANAGER, now=NOW)
    assert (after.status, after.due_at) == (Status.WITHDRAWN, None)
    assert work.deliveries.rows == {}


# --- once more -------------------------------------------------------------------------------------------------------


def test_it_is_sent_again_only_when_it_is_over_and_only_to_those_meant(work: AnnouncingWork):
    made = going_out(work)
    with pytest.raises(NotNow):
        operations.send_again(work=work, announcement_id=made.id, to=Again.FAILED, by=MANAGER, now=NOW)
    first, second = (row.id for row in work.deliveries.rows.values() if row.announcement_id)
    let_end(work, first, DeliveryState.SENT)
    let_end(work, second, DeliveryState.FAILED, reason="chat not found")
    tick(work, made.id, NOW + timedelta(minutes=1))
    after = operations.send_again(work=work, announcement_id=made.id, to=Again.FAILED, by=MANAGER, now=NOW + DAY)
    assert (after.status, after.round) == (Status.SENDING, 1)
    tick(work, made.id, NOW + DAY)
    assert [key for key in work.deliveries.rows if "again" in key] == [
        f"announcement:{made.id}:person:{NEIGHBOUR}:again:1"
    ]


@pytest.mark.parametrize(("kind", "minutes"), ((Kind.ORDINARY, 60), (Kind.URGENT, 5)))
def test_who_had_it_within_the_hour_gets_an_ordinary_one_again_after_it(work: AnnouncingWork, kind: Kind, minutes: int):
    made = going_out(work, kind=kind, confirm=True)
    for row in [one for one in work.deliveries.rows.values() if one.announcement_id]:
        let_end(work, row.id, DeliveryState.SENT)
    ended = NOW + timedelta(minutes=1)
    tick(work, made.id, ended)
    told: dict[str, Any] = {"work": work, "announcement_id": made.id, "to": Again.UNCONFIRMED, "by": MANAGER}
    after = operations.send_again(**told, now=ended + timedelta(minutes=5))
    assert (after.round, after.due_at) == (1, ended + timedelta(minutes=minutes))


def test_with_nobody_to_send_it_to_again_it_stays_over(work: AnnouncingWork):
    made = going_out(work)
    for row in [one for one in work.deliveries.rows.values() if one.announcement_id]:
        let_end(work, row.id, DeliveryState.SENT)
    tick(work, made.id, NOW + timedelta(minutes=1))
    with pytest.raises(Refusal):
        operations.send_again(work=work, announcement_id=made.id, to=Again.FAILED, by=MANAGER, now=NOW)


# --- audiences -------------------------------------------------------------------------------------------------------


def test_an_incidents_audience_is_its_building_and_whoever_called(work: AnnouncingWork):
    incident = work.tickets.add(ticket(reporter_id=OWNER, room_id=HOME))
    work.calls.put(
        Caller(channel="telegram", user="2", chat="2", language="en", at=NOW, ticket_id=incident.id, person_id=DESK)
    )
    found = resolved(work, Audience(estates=(GARDEN,), ticket_id=incident.id))
    assert (found.buildings, found.people, found.ticket_id) == (("3",), frozenset({OWNER, DESK}), None)
    heads = figures.count(work=work, audience=Audience(estates=(GARDEN,), ticket_id=incident.id), kind=Kind.URGENT)
    assert heads.people == 3
    with pytest.raises(Unknown):
        resolved(work, Audience(estates=(GARDEN,), ticket_id=99))


@pytest.mark.parametrize("more", ({}, {"relations": frozenset({Relation.OWNER})}, {"flags": frozenset({Flag.ELDERLY})}))
def test_an_incident_somewhere_unknown_is_for_those_who_called_alone(work: AnnouncingWork, more: dict[str, Any]):
    incident = work.tickets.add(ticket(reporter_id=OWNER, room_id=None, place="", building=""))
    audience = Audience(estates=(GARDEN,), ticket_id=incident.id, **more)
    heads = figures.count(work=work, audience=audience, kind=Kind.URGENT)
    assert heads.people == 1


def test_an_incident_somewhere_unknown_called_in_by_a_stranger_is_for_nobody(work: AnnouncingWork):
    incident = work.tickets.add(ticket(reporter_id=None, room_id=None, place="", building=""))
    with pytest.raises(Refusal) as refusal:
        resolved(work, Audience(estates=(GARDEN,), ticket_id=incident.id))
    assert refusal.value.key == "announcement-nobody"


@pytest.mark.parametrize(
    ("words", "expected"),
    (
        (["all"], {}),
        (["building:3"], {"buildings": ("3",)}),
        (["entrance:3-2", "room:3-2-1202"], {"entrances": (("3", "2"),), "rooms": (NEXT_DOOR,)}),
        (["owner", "tenant"], {"relations": {Relation.OWNER, Relation.TENANT}}),
        (["elderly"], {"flags": {Flag.ELDERLY}}),
        (["engineer"], {"roles": {Role.ENGINEER}}),
        (["staff"], {"roles": set(Role)}),
        (["ticket:R1118-001"], {"ticket_id": 1}),
    ),
)
def test_an_audience_is_written_in_words(work: AnnouncingWork, words: list[str], expected: dict[str, Any]):
    work.tickets.add(ticket())
    assert read(work, [GARDEN], words) == replace(Audience(estates=(GARDEN,)), **expected)


def test_a_room_without_an_entrance_is_written_with_two_parts(work: AnnouncingWork):
    assert read(work, [RIVERSIDE], ["room:A-1406"]).rooms == (ELSEWHERE,)


@pytest.mark.parametrize("word", ("everybody", "building:99", "room:3-2-9999", "entrance:3", "ticket:R1"))
def test_a_word_that_names_nothing_here_is_refused(work: AnnouncingWork, word: str):
    with pytest.raises(Refusal):
        read(work, [GARDEN], [word])


# --- figures ---------------------------------------------------------------------------------------------------------


def test_how_long_it_takes_is_told_by_the_slowest_channel():
    heads = HeadCount(channels={"telegram": 3000, "web": 50_000}, languages={})
    assert figures.duration(heads, {"web": 1000.0}) == timedelta(seconds=100)
    assert figures.duration(HeadCount(channels={}, languages={})) == timedelta()


def test_progress_says_what_is_left_and_why_people_were_missed(work: AnnouncingWork):
    made = going_out(work)
    row = next(iter(row for row in work.deliveries.rows.values() if row.announcement_id))
    let_end(work, row.id, DeliveryState.FAILED, reason="chat not found")
    work.announcements.save(replace(work.announcements.rows[made.id], speed=0.5))
    found = figures.progress(work=work, announcement_id=made.id)
    assert (found.tally.failed, found.tally.waiting, found.left) == (1, 1, timedelta(seconds=2))
    assert found.reasons == {("failed", "chat not found"): 1}

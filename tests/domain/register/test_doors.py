"""Room codes and knocks: a code names a room, staff say who somebody is, and nobody becomes staff by it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from domain.errors import NotAllowed, NotNow, Refusal, Unknown
from domain.register import doors
from domain.register.events import KnockAdmitted, KnockReceived, KnockSeen, KnockTurnedAway, KnockWaits
from domain.register.model import Knock, KnockState, Relation, Room
from domain.register.operations import MISSES, digest
from tests.builders import (
    DESK,
    HOME,
    MANAGER,
    NEIGHBOUR,
    NEXT_DOOR,
    NOW,
    OUTSIDER,
    OWNER,
    PLUMBER,
    STRANGER,
    Place,
    at,
)
from tests.fakes import FakeWork

SECRET = "kept by the installation"


def rooms() -> list[Room]:
    return list(Place().rooms.values())


def asked(**changes: Any) -> Knock:
    told = {"room_id": HOME, "channel": "telegram", "user": "9", "chat": "9", "phone": "13911111111", "name": "Lin"}
    return Knock(**{**told, "language": "en", "asked_at": NOW, **changes})


def refused(kind: type[Refusal], **what: Any) -> str:
    operation = what.pop("operation")
    with pytest.raises(kind) as found:
        operation(**what)
    return found.value.key


def test_every_room_has_a_code_of_its_own_that_fits_every_platform():
    work = FakeWork()
    codes = doors.issue(work=work, rooms=rooms(), secret=SECRET, now=NOW)
    assert len(set(codes.values())) == 3
    assert all(len(f"room-{code}") <= 64 and len(code) * 6 >= 96 for code in codes.values())
    assert all(code not in str(work.doors.codes) for code in codes.values())
    found = [doors.arrive(work=work, code=codes[one], channel="web", user="1", now=NOW).id for one in codes]
    assert found == list(codes)


def test_a_code_stays_when_it_is_printed_again_and_good_when_the_secret_is_lost():
    work = FakeWork()
    first = doors.issue(work=work, rooms=rooms(), secret=SECRET, now=NOW)
    assert doors.issue(work=work, rooms=rooms(), secret=SECRET, now=NOW) == first
    others = doors.issue(work=work, rooms=rooms(), secret="another", now=NOW)
    assert others != first
    assert all(work.doors.named_by(digest(codes[HOME])) == HOME for codes in (first, others))


def test_a_renewed_code_replaces_the_old_ones_when_they_are_retired():
    work = FakeWork()
    old = doors.issue(work=work, rooms=rooms(), secret=SECRET, now=NOW)
    new = doors.issue(work=work, rooms=rooms()[:1], secret=SECRET, now=NOW, renew=True)
    assert work.doors.named_by(digest(old[HOME])) == HOME
    doors.retire(work=work, rooms=rooms()[:1], now=NOW)
    assert work.doors.named_by(digest(old[HOME])) is None
    assert work.doors.named_by(digest(new[HOME])) == HOME
    assert work.doors.named_by(digest(old[NEXT_DOOR])) == NEXT_DOOR


def test_who_guesses_has_to_wait():
    work = FakeWork()
    code = doors.issue(work=work, rooms=rooms(), secret=SECRET, now=NOW)[HOME]
    at = {"work": work, "channel": "telegram", "user": "9", "operation": doors.arrive}
    assert {refused(Refusal, code=str(guess), now=NOW, **at) for guess in range(MISSES)} == {"door-unknown"}
    assert refused(Refusal, code=code, now=NOW, **at) == "too-many-tries"
    later = NOW + timedelta(hours=1)
    assert doors.arrive(work=work, code=code, channel="telegram", user="9", now=later).id == HOME


def test_one_asks_once_and_not_again_for_a_day_after_a_no():
    work = FakeWork()
    kept = doors.knock(work=work, asked=asked())
    assert work.events == [KnockReceived(knock_id=kept.id)]
    assert refused(NotNow, operation=doors.knock, work=work, asked=asked()) == "door-asked-already"
    doors.turn_away(work=work, knock_id=kept.id, by=DESK, now=NOW)
    assert refused(NotNow, operation=doors.knock, work=work, asked=asked(room_id=NEXT_DOOR)) == "door-not-again"
    assert doors.knock(work=work, asked=asked(asked_at=NOW + doors.AGAIN)).state is KnockState.WAITING


def test_when_nobody_answers_for_two_office_hours_the_managers_are_asked_once():
    work = FakeWork()
    kept = doors.knock(work=work, asked=asked(asked_at=at("2026-11-20 17:00")))  # a Friday, an hour before closing
    assert kept.remind_at is not None
    assert kept.remind_at > at("2026-11-21 08:00")
    assert not doors.remind(work=work, knock_id=kept.id, now=kept.remind_at - timedelta(minutes=1))
    assert doors.remind(work=work, knock_id=kept.id, now=kept.remind_at)
    assert not doors.remind(work=work, knock_id=kept.id, now=kept.remind_at)
    assert work.events[1:] == [KnockWaits(knock_id=kept.id)]


def test_nobody_is_reminded_of_what_was_answered():
    work = FakeWork()
    kept = doors.knock(work=work, asked=asked())
    assert kept.remind_at is not None
    doors.turn_away(work=work, knock_id=kept.id, by=DESK, now=NOW)
    assert not doors.remind(work=work, knock_id=kept.id, now=kept.remind_at)


@pytest.mark.parametrize("who", (OWNER, PLUMBER, OUTSIDER, STRANGER))
def test_only_the_estates_service_desk_and_managers_decide(who: int):
    work = FakeWork()
    kept = doors.knock(work=work, asked=asked())
    for operation in (doors.look, doors.admit, doors.turn_away):
        refused(NotAllowed, operation=operation, work=work, knock_id=kept.id, by=who, now=NOW)
    assert work.doors.knocked(kept.id) == kept


def test_whoever_is_known_becomes_themselves_on_the_channel_they_knocked_by():
    work = FakeWork()
    kept = doors.knock(work=work, asked=asked())
    doors.look(work=work, knock_id=kept.id, by=DESK, now=NOW)
    answered, person = doors.admit(work=work, knock_id=kept.id, by=MANAGER, now=NOW, person_id=OWNER)
    assert (answered.state, answered.answered_by, person.id) == (KnockState.ADMITTED, MANAGER, OWNER)
    bound = work.addresses.find("telegram", "9")
    assert bound is not None
    assert (bound.person_id, bound.chat) == (OWNER, "9")
    assert work.events[1:] == [KnockSeen(knock_id=1, by=DESK), KnockAdmitted(knock_id=1, by=MANAGER)]


def test_somebody_new_is_on_file_from_then_on():
    work = FakeWork()
    kept = doors.knock(work=work, asked=asked())
    _, person = doors.admit(work=work, knock_id=kept.id, by=DESK, now=NOW, relation=Relation.FAMILY)
    assert (person.name, person.phone) == ("Lin", "13911111111")
    assert [one.id for one in work.doors.occupants(HOME)] == [OWNER, person.id]


def test_whoever_proved_who_they_are_is_only_added_to_the_room():
    work = FakeWork()
    kept = doors.knock(work=work, asked=asked(person_id=NEIGHBOUR))
    assert [one.id for one in doors.candidates(work, kept)] == [OWNER]
    _, person = doors.admit(work=work, knock_id=kept.id, by=DESK, now=NOW)
    assert person.id == NEIGHBOUR


def test_nobody_becomes_somebody_who_lives_elsewhere():
    work = FakeWork()
    kept = doors.knock(work=work, asked=asked())
    refused(NotAllowed, operation=doors.admit, work=work, knock_id=kept.id, by=DESK, now=NOW, person_id=NEIGHBOUR)
    assert work.addresses.find("telegram", "9") is None


def test_nobody_becomes_staff_by_living_there_or_by_a_name_and_a_number():
    work = FakeWork()
    plumber = work.register.people[PLUMBER]
    work.doors.move_in(PLUMBER, name="", phone="", room_id=HOME, relation=Relation.TENANT)
    kept = doors.knock(work=work, asked=asked(name=plumber.name, phone=plumber.phone))
    at = {"work": work, "knock_id": kept.id, "by": DESK, "now": NOW}
    refused(NotAllowed, operation=doors.admit, person_id=PLUMBER, **at)
    assert refused(NotAllowed, operation=doors.admit, **at) == "door-is-colleague"
    assert work.addresses.find("telegram", "9") is None


def test_the_second_to_answer_is_told_who_was_first():
    work = FakeWork()
    kept = doors.knock(work=work, asked=asked())
    doors.turn_away(work=work, knock_id=kept.id, by=DESK, now=NOW)
    assert work.events[-1] == KnockTurnedAway(knock_id=kept.id, by=DESK)
    late = {"work": work, "knock_id": kept.id, "by": MANAGER, "now": NOW}
    assert refused(NotNow, operation=doors.admit, **late) == "door-decided-already"
    assert refused(NotNow, operation=doors.turn_away, **late) == "door-decided-already"


def test_a_knock_that_was_forgotten_is_no_knock():
    refused(Unknown, operation=doors.look, work=FakeWork(), knock_id=7, by=DESK, now=NOW)


def test_a_code_of_a_room_that_is_gone_opens_nothing():
    work = FakeWork()
    gone = replace(rooms()[0], id=999)
    code = doors.issue(work=work, rooms=[gone], secret=SECRET, now=NOW)[999]
    assert refused(Refusal, operation=doors.arrive, work=work, code=code, channel="web", user="1", now=NOW)

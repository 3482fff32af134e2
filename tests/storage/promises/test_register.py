"""domain.register.ports: what any store of places, people, addresses and invites promises."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from domain.errors import Refusal
from domain.register import operations
from domain.register.model import Address, GroupKind, Role, Skill
from storage.engine import Database
from storage.work import SqlWork
from tests.builders import (
    ELECTRICIAN,
    ELSEWHERE,
    GARDEN,
    HOME,
    MANAGER,
    NEIGHBOUR,
    NEXT_DOOR,
    NOW,
    OUTSIDER,
    OWNER,
    PLUMBER,
    RESTING,
    RIVERSIDE,
    STRANGER,
    Place,
)
from tests.storage.promises.conftest import Begin

PLACE = Place()
HOUR = timedelta(hours=1)


def address(channel: str, user: str, person_id: int = OWNER, **more: object) -> Address:
    return Address(**{"channel": channel, "user": user, "chat": user, "person_id": person_id} | more)  # type: ignore[arg-type]


# --- places and people -------------------------------------------------------------------------------------------


def test_estates_rooms_and_people_come_back_as_they_were_put_on_file(begin: Begin):
    with begin() as work:
        assert work.register.estate(GARDEN) == PLACE.estates[GARDEN]
        assert [one.id for one in work.register.estates()] == [GARDEN, RIVERSIDE]
        assert work.register.room(HOME) == PLACE.rooms[HOME]
        assert work.register.room(99) is None
        assert work.register.person(OWNER) == PLACE.residents[OWNER]
        assert work.register.person(99) is None


def test_a_person_may_have_rooms_in_several_estates_or_none(begin: Begin):
    with begin() as work:
        assert [room.id for room in work.register.rooms_of(OWNER)] == [HOME, ELSEWHERE]
        assert work.register.rooms_of(STRANGER) == []
        assert {room.id for room in work.register.rooms_in(GARDEN)} == {HOME, NEXT_DOOR}
        assert work.register.room_stamp([GARDEN]) == work.register.room_stamp([GARDEN])
        assert work.register.room_stamp([GARDEN]) != work.register.room_stamp([GARDEN, RIVERSIDE])


def test_people_are_found_by_their_whole_number_and_by_what_an_operator_types(begin: Begin):
    with begin() as work:
        owner = PLACE.residents[OWNER]
        assert work.register.people_by_phone(owner.phone) == [owner]
        assert work.register.people_by_phone(owner.phone[:-1]) == []
        for said in (owner.name, owner.phone, str(OWNER)):
            assert list(work.register.search(said)) == [owner]
        for said in ("nobody at all", "", "9" * 30, "²"):
            assert list(work.register.search(said)) == []


def test_staff_are_known_with_everything_that_decides_what_they_may(begin: Begin):
    with begin() as work:
        assert work.register.staff(PLUMBER) == PLACE.staff[PLUMBER]
        assert work.register.staff(OWNER) is None
        assert [one.id for one in work.register.staff_of(GARDEN, Role.ENGINEER)] == [PLUMBER, ELECTRICIAN, RESTING]
        assert OUTSIDER not in [one.id for one in work.register.staff_of(GARDEN)]
        assert [one.id for one in work.register.staff_of(RIVERSIDE)] == [OUTSIDER]
        assert work.register.staff(PLUMBER).skills == {Skill.WATER}


def test_duty_and_language_are_kept(begin: Begin):
    with begin() as work:
        work.register.set_duty(RESTING, on_duty=True)
        work.register.set_language(RESTING, "en")
        work.register.set_language(OWNER, "en")
    with begin() as work:
        resting = work.register.staff(RESTING)
        assert (resting.on_duty, resting.person.language) == (True, "en")
        assert work.register.person(OWNER).language == "en"


def test_a_change_of_the_staff_is_seen_at_once_in_its_own_transaction(begin: Begin):
    with begin() as work:
        before = {one.id: one for one in work.register.staff_of(GARDEN)}
        work.register.set_duty(RESTING, on_duty=True)
        work.register.set_language(PLUMBER, "en")
        work.register.dismiss(ELECTRICIAN)
        after = {one.id: one for one in work.register.staff_of(GARDEN)}
        assert set(before) - set(after) == {ELECTRICIAN}
        assert (before[RESTING].on_duty, after[RESTING].on_duty) == (False, True)
        assert after[PLUMBER].person.language == "en"
        work.register.rehire(ELECTRICIAN)
        assert {one.id for one in work.register.staff_of(GARDEN)} == set(before)


def test_what_was_undone_is_not_remembered(database: Database):
    def on_duty(work: SqlWork) -> bool:
        return next(one for one in work.register.staff_of(GARDEN) if one.id == RESTING).on_duty

    def undone(work: SqlWork) -> None:
        with work.savepoint():
            work.register.set_duty(RESTING, on_duty=True)
            assert on_duty(work)
            raise ZeroDivisionError

    with database.writing() as work:
        with pytest.raises(ZeroDivisionError):
            undone(work)
        assert not on_duty(work)


def test_who_is_dismissed_is_no_staff_any_more_but_stays_a_person(begin: Begin):
    with begin() as work:
        operations.dismiss(work=work, person_id=PLUMBER, by=MANAGER, now=NOW)
    with begin() as work:
        assert work.register.staff(PLUMBER) is None
        assert PLUMBER not in [one.id for one in work.register.staff_of(GARDEN)]
        assert work.register.person(PLUMBER) == PLACE.staff[PLUMBER].person


def test_who_comes_back_has_the_rights_they_had(begin: Begin):
    with begin() as work:
        operations.dismiss(work=work, person_id=PLUMBER, by=MANAGER, now=NOW)
        operations.rehire(work=work, person_id=PLUMBER, by=MANAGER, now=NOW)
    with begin() as work:
        assert work.register.staff(PLUMBER) == PLACE.staff[PLUMBER]
        with pytest.raises(Refusal, match="never-staff"):
            operations.rehire(work=work, person_id=OWNER, by=MANAGER, now=NOW)


def test_holidays_are_added_once_and_never_overwritten(begin: Begin):
    holiday, moved = date(2026, 10, 1), date(2026, 10, 10)
    with begin() as work:
        assert work.register.keep_days({holiday: False}) == 1
        assert work.register.keep_days({holiday: True, moved: True}) == 1
        assert work.register.keep_days({}) == 0
    with begin() as work:
        assert work.register.calendar(GARDEN).days == {holiday: False, moved: True}
        assert work.register.calendar(RIVERSIDE).timezone == "Asia/Shanghai"


# --- addresses ---------------------------------------------------------------------------------------------------


def test_an_address_belongs_to_the_last_who_was_bound_to_it(begin: Begin):
    with begin() as work:
        work.addresses.bind(address("telegram", "7"))
        work.addresses.bind(address("telegram", "7", NEIGHBOUR, chat="8"))
        work.addresses.bind(address("web", "7"))
    with begin() as work:
        assert work.addresses.find("telegram", "7") == address("telegram", "7", NEIGHBOUR, chat="8")
        assert work.addresses.find("web", "7") == address("web", "7")
        assert work.addresses.find("telegram", "99") is None


def test_the_address_last_used_comes_first_and_those_never_used_last(begin: Begin):
    with begin() as work:
        for channel, user in (("web", "a"), ("telegram", "b"), ("telegram", "c"), ("wechat", "d")):
            work.addresses.bind(address(channel, user))
        work.addresses.bind(address("telegram", "z", NEIGHBOUR))
        work.addresses.seen("web", "a", now=NOW)
        work.addresses.seen("telegram", "c", now=NOW + HOUR)
    with begin() as work:
        assert [one.user for one in work.addresses.of([OWNER])][:2] == ["c", "a"]
        assert {one.user for one in work.addresses.of([OWNER, NEIGHBOUR])} == {"a", "b", "c", "d", "z"}
        assert work.addresses.of([]) == []


def test_who_writes_again_is_reachable_again(begin: Begin):
    with begin() as work:
        work.addresses.bind(address("telegram", "7"))
        work.addresses.set_reachable("telegram", "7", reachable=False)
        assert not work.addresses.find("telegram", "7").reachable
        work.addresses.set_reachable("web", "7", reachable=False)
        work.addresses.seen("telegram", "7", now=NOW)
    with begin() as work:
        assert work.addresses.find("telegram", "7") == address("telegram", "7", seen_at=NOW)


def test_a_speaker_is_the_person_with_their_employment_as_it_is_now(begin: Begin):
    with begin() as work:
        for user, person_id in (("1", OWNER), ("2", PLUMBER)):
            work.addresses.bind(address("telegram", user, person_id))
        assert work.addresses.speaker("telegram", "99") is None
        owner, plumber = (work.addresses.speaker("telegram", user) for user in "12")
        assert (owner.person, owner.staff) == (PLACE.residents[OWNER], None)
        assert (plumber.address.user, plumber.person, plumber.staff) == (
            "2",
            PLACE.staff[PLUMBER].person,
            PLACE.staff[PLUMBER],
        )
        work.register.dismiss(PLUMBER)
        assert work.addresses.speaker("telegram", "2").staff is None


def test_groups_are_an_allow_list_and_move_with_all_their_topics(begin: Begin):
    with begin() as work:
        assert work.addresses.group("telegram", "-999") is None
        assert work.addresses.group("web", "-100") is None
        work.addresses.move_group(channel="telegram", old="-100", new="-100500")
    with begin() as work:
        assert work.addresses.group("telegram", "-100") is None
        moved = work.addresses.groups(GARDEN, GroupKind.STAFF)
        expected = [replace(one, chat="-100500") for one in PLACE.groups if one.kind is GroupKind.STAFF]
        assert list(moved) == expected
        assert work.addresses.groups(RIVERSIDE, GroupKind.STAFF) == []
        assert work.addresses.group("telegram", "-200") == PLACE.groups[-1]


# --- invites -----------------------------------------------------------------------------------------------------


def redeem(work, token: str, now=NOW):
    return operations.redeem(work=work, token=token, channel="web", user="u", chat="c", now=now)


def test_an_invite_binds_once(begin: Begin):
    with begin() as work:
        operations.invite(work=work, person_id=OWNER, token="secret", now=NOW)
    with begin() as work:
        assert redeem(work, "secret").id == OWNER
        assert work.addresses.find("web", "u") == address("web", "u", chat="c", seen_at=NOW)
    with begin() as work:
        for token in ("secret", "guessed", ""):
            with pytest.raises(Refusal, match="invite-invalid"):
                redeem(work, token)


def test_an_invite_is_valid_for_ten_minutes_and_not_a_moment_longer(begin: Begin):
    with begin() as work:
        for token in ("late", "early"):
            operations.invite(work=work, person_id=OWNER, token=token, now=NOW)
        with pytest.raises(Refusal, match="invite-invalid"):
            redeem(work, "late", NOW + operations.INVITE_LIFE)
        assert redeem(work, "early", NOW + operations.INVITE_LIFE - timedelta(seconds=1))


def test_an_invite_is_kept_as_a_digest_and_only_for_somebody_on_file(begin: Begin):
    with begin() as work:
        operations.invite(work=work, person_id=OWNER, token="secret", now=NOW)
        assert work.invites.take("secret", now=NOW) is None
        assert work.invites.take(operations.digest("secret"), now=NOW) == OWNER
        with pytest.raises(Refusal, match="no-such-person"):
            operations.invite(work=work, person_id=99, token="x", now=NOW)

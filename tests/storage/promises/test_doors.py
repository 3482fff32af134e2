"""Room codes, wrong tries and knocks."""

from dataclasses import replace
from datetime import timedelta

from domain.register.model import Knock, KnockState, Relation
from tests.builders import DESK, ELSEWHERE, HOME, NEIGHBOUR, NOW, OWNER
from tests.storage.promises.conftest import Begin

HOUR = timedelta(hours=1)
ASKED = Knock(
    room_id=HOME, channel="telegram", user="9", chat="9", phone="13900000009", name="Lin", language="en", asked_at=NOW
)


def test_a_code_names_its_room_until_a_newer_edition_replaces_it(begin: Begin):
    with begin() as work:
        work.doors.open_by("a" * 64, room_id=HOME, edition=1, now=NOW)
        work.doors.open_by("a" * 64, room_id=HOME, edition=1, now=NOW)
        work.doors.open_by("b" * 64, room_id=ELSEWHERE, edition=1, now=NOW)
    with begin() as work:
        work.doors.open_by("c" * 64, room_id=HOME, edition=2, now=NOW)
        assert work.doors.editions([HOME, ELSEWHERE]) == {HOME: 2, ELSEWHERE: 1}
        assert work.doors.editions([ELSEWHERE]) == {ELSEWHERE: 1}
        work.doors.close({HOME: 2}, now=NOW)
    with begin() as work:
        assert [work.doors.named_by(one * 64) for one in "abcd"] == [None, ELSEWHERE, HOME, None]


def test_wrong_tries_are_counted_per_user_and_span(begin: Begin):
    with begin() as work:
        work.doors.missed("telegram", "9", now=NOW)
        work.doors.missed("telegram", "9", now=NOW + HOUR)
        work.doors.missed("web", "9", now=NOW)
    with begin() as work:
        assert work.doors.misses("telegram", "9", since=NOW - HOUR) == 2
        assert work.doors.misses("telegram", "9", since=NOW) == 1
        assert work.doors.misses("telegram", "8", since=NOW - HOUR) == 0


def test_who_lives_in_a_room_and_who_moves_in(begin: Begin):
    with begin() as work:
        assert [one.id for one in work.doors.occupants(HOME)] == [OWNER]
        known = work.doors.move_in(NEIGHBOUR, name="", phone="", room_id=HOME, relation=Relation.FAMILY)
        new = work.doors.move_in(None, name="Lin", phone="13900000009", room_id=HOME, relation=Relation.TENANT)
        again = work.doors.move_in(None, name="Lin", phone="13900000009", room_id=ELSEWHERE, relation=Relation.TENANT)
        assert (known, again) == (NEIGHBOUR, new)
    with begin() as work:
        assert {one.id for one in work.doors.occupants(HOME)} == {OWNER, NEIGHBOUR, new}
        assert work.register.person(new).name == "Lin"
        assert {one.id for one in work.register.rooms_of(new)} == {HOME, ELSEWHERE}


def test_a_knock_is_answered_once(begin: Begin):
    with begin() as work:
        kept = work.doors.knock(ASKED)
        assert work.doors.knocked(kept.id) == kept == replace(ASKED, id=kept.id)
        assert work.doors.knocked(kept.id + 1) is None
    answered = replace(kept, state=KnockState.TURNED_AWAY, answered_by=DESK, answered_at=NOW)
    with begin() as work:
        assert work.doors.answer(answered)
        assert not work.doors.answer(replace(answered, state=KnockState.ADMITTED, person_id=OWNER))
    with begin() as work:
        assert work.doors.knocked(kept.id) == answered


def test_somebody_is_reminded_once_of_a_knock_that_nobody_answers(begin: Begin):
    with begin() as work:
        kept = [work.doors.knock(replace(ASKED, remind_at=NOW + wait)) for wait in (2 * HOUR, HOUR)]
        never = work.doors.knock(ASKED)
        assert work.doors.unanswered(now=NOW, limit=9) == []
        assert work.doors.unanswered(now=NOW + 2 * HOUR, limit=9) == [kept[1].id, kept[0].id]
        assert work.doors.unanswered(now=NOW + 2 * HOUR, limit=1) == [kept[1].id]
    with begin() as work:
        assert [work.doors.reminded(one.id) for one in (kept[0], kept[0], never)] == [True, False, False]
        work.doors.answer(replace(kept[1], state=KnockState.TURNED_AWAY, answered_by=DESK, answered_at=NOW))
        assert work.doors.unanswered(now=NOW + 2 * HOUR, limit=9) == []


def test_the_newest_knock_of_a_user_comes_first_and_old_ones_are_forgotten(begin: Begin):
    with begin() as work:
        first = work.doors.knock(ASKED)
        second = work.doors.knock(replace(ASKED, asked_at=NOW + HOUR))
        work.doors.missed("telegram", "9", now=NOW)
    with begin() as work:
        assert work.doors.knocks_of("telegram", "9", since=NOW - HOUR) == [second, first]
        assert work.doors.knocks_of("telegram", "9", since=NOW) == [second]
        assert work.doors.knocks_of("web", "9", since=NOW - HOUR) == []
        assert work.doors.purge(before=NOW + HOUR) == 2
        assert work.doors.knocks_of("telegram", "9", since=NOW - HOUR) == [second]

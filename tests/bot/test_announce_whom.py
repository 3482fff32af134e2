"""Whom an announcement is for, said in the ways managers say it."""

from typing import Any

import pytest

from bot.intents.announce_whom import Meant, read_audience
from domain.announcements.model import Audience
from domain.register.model import Flag, Relation, Role, Room
from tests.builders import GARDEN, Place, ticket
from tests.fakes import FakeWork

OWNERS = frozenset({Relation.OWNER, Relation.CO_OWNER})
HOUSES = ("1", "2", "3", "5", "7", "A")


@pytest.fixture
def work() -> FakeWork:
    doors = [(house, entrance, number) for house in HOUSES for entrance in "12" for number in ("101", "1201")]
    rooms = {
        at: Room(id=at, estate_id=GARDEN, building=house, entrance=entrance, room=number)
        for at, (house, entrance, number) in enumerate(doors, 1)
    }
    work = FakeWork(Place(rooms=rooms, occupancies=[]))
    work.tickets.add(ticket(number="R1118-007"))
    return work


def to(**parts: Any) -> Audience:
    return Audience(estates=(GARDEN,), **parts)


SAID = {
    "全小区": to(),
    "所有业主": to(),
    "everybody": to(),
    "3栋": to(buildings=("3",)),
    "三号楼和五号楼": to(buildings=("3", "5")),
    "1、3和7栋": to(buildings=("1", "3", "7")),
    "1-3栋": to(buildings=("1", "2", "3")),
    "1栋到3栋": to(buildings=("1", "3")),
    "A座": to(buildings=("A",)),
    "blocks 3, 5 and 7": to(buildings=("3", "5", "7")),
    "buildings 1 to 3": to(buildings=("1", "2", "3")),
    "block A": to(buildings=("A",)),
    "5栋2单元": to(entrances=(("5", "2"),)),
    "5栋1、2单元": to(entrances=(("5", "1"), ("5", "2"))),
    "block 5 entrance 2": to(entrances=(("5", "2"),)),
    "3栋和5栋2单元的老人": to(buildings=("3",), entrances=(("5", "2"),), flags=frozenset({Flag.ELDERLY})),
    "老人和独居": to(flags=frozenset({Flag.ELDERLY, Flag.LIVING_ALONE})),
    "the elderly in block 3": to(buildings=("3",), flags=frozenset({Flag.ELDERLY})),
    "3栋的租户": to(buildings=("3",), relations=frozenset({Relation.TENANT})),
    "tenants": to(relations=frozenset({Relation.TENANT})),
    "只发业主": to(relations=OWNERS),
    "owners only": to(relations=OWNERS),
    "全体员工": to(roles=frozenset(Role)),
    "保安": to(roles=frozenset({Role.SECURITY})),
    "3栋2单元1201": to(rooms=(12,)),
    "3-2-1201和5栋": to(rooms=(12,), buildings=("5",)),
    "受R1118-007影响的人": to(ticket_id=1),
}


@pytest.mark.parametrize(("said", "meant"), SAID.items())
def test_an_audience_is_read_as_it_was_meant(work, said, meant):
    assert read_audience(work, said, (GARDEN,)) == Meant(meant)


UNKNOWN = {
    "13栋": ("13栋",),
    "3栋和9栋": ("9栋",),
    "5栋3单元": ("5栋3单元",),
    "3-2-999": ("3-2-999",),
    "R1101-001": ("R1101-001",),
}


@pytest.mark.parametrize(("said", "unknown"), UNKNOWN.items())
def test_what_there_is_not_is_named(work, said, unknown):
    assert read_audience(work, said, (GARDEN,)) == Meant(None, unknown)


@pytest.mark.parametrize("said", ("", "你好", "明天停水", "12", "3栋和12", "whatever"))
def test_nobody_is_guessed(work, said):
    assert read_audience(work, said, (GARDEN,)).audience is None

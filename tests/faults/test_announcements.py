"""F1 for announcements: killed at any moment while it is spread, it goes on, and nobody is missed or written twice."""

import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, insert, select

from commands.terminal import utc_now
from domain.announcements import operations
from domain.announcements.model import Audience, Draft, Kind, Leaflet, Text
from scheduler.jobs.announce import announce as tick
from storage import schema, tables
from storage.engine import Database, open_engine
from tests import postgres
from tests.faults.house import ROOT
from tests.storage.conftest import BOTH

pytestmark = pytest.mark.faults
PEOPLE, KILLS = 20_000, 8
CLOCK = """
import sys
from scheduler.jobs.announce import announce
from storage.engine import Database, open_engine
from commands.terminal import utc_now

database = Database(open_engine(sys.argv[1]))
while True:
    announce(database.writing, utc_now())
"""


@pytest.fixture(params=BOTH)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database with one large estate; every tenth person has no chat, every third has two."""
    with ExitStack() as leaving:
        if request.param == "sqlite":
            found = f"sqlite:///{tmp_path / 'guanjia.db'}"
        else:
            server = request.getfixturevalue("postgres_server")
            found = leaving.enter_context(postgres.database(server, "spreading"))
        engine = open_engine(found)
        schema.prepare(engine)
        _furnish(engine)
        engine.dispose()
        yield found


def _furnish(engine: Any) -> None:
    everybody = range(1, PEOPLE + 1)
    rows: dict[Any, list[dict[str, Any]]] = {
        tables.estates: [{"id": 1, "name": "花园", "timezone": "Asia/Shanghai"}],
        tables.rooms: [{"id": one, "estate_id": 1, "building": "1", "room": str(one)} for one in everybody],
        tables.people: [{"id": one, "name": f"业主{one}", "phone": str(10**10 + one)} for one in everybody],
        tables.occupancies: [{"person_id": one, "room_id": one, "relation": "owner"} for one in everybody],
        tables.addresses: [
            {"channel": channel, "user": str(one), "chat": str(one), "person_id": one}
            for one in everybody
            for channel in ("telegram", "web")[: 0 if one % 10 == 0 else 2 if one % 3 == 0 else 1]
        ],
    }
    with engine.begin() as connection:
        for table, facts in rows.items():
            connection.execute(insert(table), facts)


def _approve(database: Database) -> int:
    """A large one, which could not be undone any more."""
    now = utc_now() - timedelta(minutes=1)
    told = Draft(
        estate_id=1, audience=Audience(estates=(1,)), texts={"zh_CN": Text("停水", "今天停水。")}, kind=Kind.URGENT
    )
    with database.writing() as work:
        connection = work.connection
        connection.execute(insert(tables.staff), [{"person_id": 1, "roles": ["manager"]}])
        connection.execute(insert(tables.staff_estates), [{"person_id": 1, "estate_id": 1}])
        made = operations.draft(work=work, draft=told, by=None, now=now)
        leaflet = Leaflet(language="zh_CN", body={"text": "今天停水。"})
        operations.submit(work=work, announcement_id=made.id, leaflets=[leaflet], by=None, now=now)
        operations.approve(work=work, announcement_id=made.id, by=1, now=now)
    return made.id


def _count(database: Database) -> tuple[int, int]:
    """Deliveries, and people who have one."""
    person = tables.deliveries.c.person_id
    with database.reading() as work:
        rows = work.connection.execute(select(func.count(), func.count(person.distinct())))
        return tuple(rows.one())  # type: ignore[return-value]


def _tick_and_die(url: str, database: Database, before: int, later: float) -> None:
    """A clock of its own, killed a moment after it has made some more."""
    with subprocess.Popen([sys.executable, "-c", CLOCK, url], cwd=ROOT) as clock:
        deadline = time.monotonic() + 30
        while _count(database)[0] == before and time.monotonic() < deadline:
            time.sleep(0.002)
        time.sleep(later)
        clock.kill()


def test_killed_while_it_is_spread_it_goes_on_and_nobody_is_missed_or_written_twice(url: str, figure: Any):
    engine = open_engine(url)
    database, chance = Database(engine), random.Random(7)
    number, seen = _approve(database), [0]
    while len(seen) <= KILLS and seen[-1] < PEOPLE:
        _tick_and_die(url, database, seen[-1], chance.uniform(0, 0.03))
        rows, people = _count(database)
        assert rows == people <= PEOPLE
        seen.append(rows)
    tick(database.writing, utc_now())
    assert _count(database) == (PEOPLE, PEOPLE)
    with database.reading() as work:
        one = work.announcements.get(number)
        assert one is not None
        tally = work.recipients.tally(one)
    engine.dispose()
    assert (tally.people, tally.unreachable, tally.waiting) == (PEOPLE, PEOPLE // 10, PEOPLE - PEOPLE // 10)
    between = sum(0 < rows < PEOPLE for rows in seen)
    assert between
    figure(f"F1 announcements on {engine.dialect.name}: killed {between} times in the middle: 0 missed, 0 twice")

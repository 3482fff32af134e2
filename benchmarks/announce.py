"""100,000 people spread into deliveries, on SQLite and PostgreSQL; beside it the same by an ORM, and one by one."""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, func, insert, select
from sqlalchemy.orm import Session, registry

from benchmarks.report import Aim, Report, middle, share
from domain.announcements import operations
from domain.announcements.model import Announcement, Audience, Draft, Leaflet, Text
from scheduler.jobs.announce import announce as tick
from storage import schema, tables
from storage.engine import Database, open_engine
from tests import postgres

NOW = datetime(2026, 11, 18, 2, 0, tzinfo=UTC)  # ten in the morning in Shanghai
BODY = "尊敬的业主您好,因二次供水泵房检修,本周五上午九点至十一点全小区停水,请您提前储水,给您带来不便敬请谅解。" * 4
AT_ONCE = 5000


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """How many people; the peers make fewer rows, and their time is scaled up."""

    people: int = 100_000
    peers: int = 20_000
    rounds: int = 3


QUICK = Effort(people=20_000, peers=5_000, rounds=1)


def run(effort: Effort = Effort()) -> Report:
    """Freeze and spread announcements, then make the same rows in two other ways."""
    rows, aims = [], []
    with ExitStack() as leaving:
        for name, url in _databases(leaving):
            found = _measure(url, effort)
            rows.append([name, *(f"{value:.2f} s" for value in found.seconds), f"{found.others * 1000:.0f} ms"])
            aims += [
                Aim(f"{effort.people:,} people into rows, {name}", found.spread, "s", at_most=5),
                Aim(f"others' writes meanwhile, p99, {name}", found.others * 1000, "ms", at_most=200),
                Aim(f"× faster than the ORM, {name}", found.orm / found.spread, "×", at_least=2),
            ]
    return Report(
        title=f"announce: {effort.people:,} people, medians of {effort.rounds} rounds",
        columns=[
            "database",
            "heads counted",
            "audience frozen",
            "spread",
            "with an ORM",
            "one by one",
            "others' writes, p99",
        ],
        rows=rows,
        aims=aims,
        notes=[
            f"half of them with two chats, one in ten with none; a text of {len(BODY)} characters in every row",
            f"the two peers made {effort.peers:,} rows; their time is scaled up",
        ],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Seconds for all people."""

    count: float
    freeze: float
    spread: float
    orm: float
    single: float
    others: float  # what 99 of 100 small transactions took meanwhile, at most

    @property
    def seconds(self) -> tuple[float, ...]:
        """In the order of the columns."""
        return self.count, self.freeze, self.spread, self.orm, self.single


def _databases(leaving: ExitStack) -> Iterator[tuple[str, str]]:
    folder = leaving.enter_context(tempfile.TemporaryDirectory(prefix="guanjia-bench-"))
    yield "SQLite", f"sqlite:///{Path(folder) / 'bench.db'}"
    server = leaving.enter_context(postgres.server())
    yield "PostgreSQL", leaving.enter_context(postgres.database(server, "bench"))


def _measure(url: str, effort: Effort) -> Found:
    engine = open_engine(url)
    try:
        schema.prepare(engine)
        _furnish(engine, effort.people)
        database = Database(engine)
        ours = [_spread(database, effort.people) for _ in range(effort.rounds)]
        scale = effort.people / effort.peers
        return Found(
            count=middle(one[0] for one in ours), freeze=middle(one[1] for one in ours),
            spread=middle(one[2] for one in ours), others=middle(one[3] for one in ours),
            orm=_timed(lambda: _with_orm(engine, effort.peers)) * scale,
            single=_timed(lambda: _one_by_one(database, effort.peers)) * scale,
        )  # fmt: skip
    finally:
        engine.dispose()


def _spread(database: Database, people: int) -> tuple[float, float, float, float]:
    """One announcement through its operations and the job: (count, freeze, spread, what others waited)."""
    audience = Audience(estates=(1,))
    with database.writing() as work:
        draft = Draft(estate_id=1, audience=audience, texts={"zh_CN": Text("停水通知", BODY)})
        made = operations.draft(work=work, draft=draft, by=None, now=NOW)
        leaflet = Leaflet(language="zh_CN", body={"text": BODY}, group={"text": BODY})
        operations.submit(work=work, announcement_id=made.id, leaflets=[leaflet], by=None, now=NOW)
    with database.reading() as work:
        count = _timed(lambda: work.recipients.count(audience, ordinary=True))
    freeze = _timed(lambda: _approve(database, made))
    with _somebody_writing(database) as waits:
        spread = _timed(lambda: tick(database.writing, NOW + timedelta(minutes=1)))
    with database.reading() as work:
        one = work.announcements.get(made.id)
        assert one is not None
        tally = work.recipients.tally(one)
        assert (one.people, one.spread_to) == (people, people), one
        kept = select(func.count()).where(tables.deliveries.c.announcement_id == made.id)
        assert work.connection.execute(kept).scalar_one() == people, tally
    return count, freeze, spread, share(waits, 0.99)


def _approve(database: Database, made: Announcement) -> None:
    with database.writing() as work:
        operations.approve(work=work, announcement_id=made.id, by=1, now=NOW)


@contextmanager
def _somebody_writing(database: Database) -> Iterator[list[float]]:
    """Meanwhile dialogs go on: how long each of their small transactions takes."""
    stop, waits = threading.Event(), [0.0]

    def write() -> None:
        while not stop.wait(0.01):
            waits.append(_timed(lambda: _write(database)))

    thread = threading.Thread(target=write)
    thread.start()
    try:
        yield waits
    finally:
        stop.set()
        thread.join()


def _write(database: Database) -> None:
    with database.writing() as work:
        work.register.set_language(1, "zh_CN")


def _with_orm(engine: Engine, people: int) -> None:
    """Read who they are, and add one mapped object for each; the ORM puts a thousand into one statement."""

    class Row:
        def __init__(self, **values: Any) -> None:
            for name, value in values.items():
                setattr(self, name, value)

    registry().map_imperatively(Row, tables.deliveries)
    with Session(engine) as session:
        for chunk in _chunks(range(1, people + 1), AT_ONCE):
            chats = _chats(session, chunk)
            session.add_all(Row(**_row(person, *chats.get(person, ("", "")), "orm")) for person in chunk)
            session.commit()


def _one_by_one(database: Database, people: int) -> None:
    """One INSERT for each of them, in transactions of as many as ours."""
    for chunk in _chunks(range(1, people + 1), AT_ONCE):
        with database.writing() as work:
            chats = _chats(work.connection, chunk)
            for person in chunk:
                row = _row(person, *chats.get(person, ("", "")), "single")
                work.connection.execute(insert(tables.deliveries), row)


def _chats(connection: Any, chunk: range) -> dict[int, tuple[str, str]]:
    """The chat that each of them last used."""
    table = tables.addresses.c
    theirs = select(table.person_id, table.channel, table.chat).where(table.person_id.between(chunk[0], chunk[-1]))
    return {row.person_id: (row.channel, row.chat) for row in connection.execute(theirs.order_by(table.seen_at))}


def _row(person: int, channel: str, chat: str, kind: str) -> dict[str, Any]:
    return {
        "channel": channel, "chat": chat, "person_id": person, "lane": 3, "mode": "send", "body": {"text": BODY},
        "key": f"{kind}:{person}", "state": "queued", "due_at": NOW, "expires_at": NOW, "created_at": NOW,
        "announcement_id": 99, "tries": 0,
    }  # fmt: skip


def _furnish(engine: Engine, people: int) -> None:
    """One estate with so many owners, and a second manager."""
    everybody = range(1, people + 1)
    with engine.begin() as connection:
        connection.execute(insert(tables.estates), [{"id": 1, "name": "花园", "timezone": "Asia/Shanghai"}])
        _fill(connection, tables.rooms, (
            {"id": one, "estate_id": 1, "building": str(one // 400), "entrance": "", "room": str(one)}
            for one in everybody
        ))  # fmt: skip
        _fill(connection, tables.people, (
            {"id": one, "name": f"业主{one}", "phone": str(13_000_000_000 + one), "language": "zh_CN", "flags": []}
            for one in everybody
        ))  # fmt: skip
        _fill(connection, tables.occupancies, (
            {"person_id": one, "room_id": one, "relation": "owner"} for one in everybody
        ))  # fmt: skip
        _fill(connection, tables.addresses, (
            {"channel": channel, "user": str(one), "chat": str(one), "person_id": one, "seen_at": NOW}
            for one in everybody for channel in ("telegram", "web")[: 0 if one % 10 == 0 else 1 + one % 2]
        ))  # fmt: skip
        connection.execute(insert(tables.staff), [{"person_id": 1, "roles": ["manager"], "skills": []}])
        connection.execute(insert(tables.staff_estates), [{"person_id": 1, "estate_id": 1}])


def _fill(connection: Any, table: Any, rows: Iterable[dict[str, Any]]) -> None:
    connection.execute(insert(table), list(rows))


def _chunks(numbers: range, size: int) -> Iterator[range]:
    for first in range(numbers[0], numbers[-1] + 1, size):
        yield range(first, min(first + size, numbers[-1] + 1))


def _timed(do: Callable[[], Any]) -> float:
    started = time.perf_counter()
    do()
    return time.perf_counter() - started

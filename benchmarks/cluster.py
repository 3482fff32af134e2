"""One worker beside two on PostgreSQL: a heap of waiting updates handled and answered, at a far and a near platform."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import uvloop
from aiohttp import web
from procrastinate import PsycopgConnector
from sqlalchemy import text

from benchmarks.estate import ROOT, Size, environment, furnish
from benchmarks.load import Person
from benchmarks.programs import SECRET, Bot, Place, free_port, running
from benchmarks.report import Aim, Report, middle
from bot.channels.telegram.receive import received_body
from service.calling import Calling
from service.cluster import CALLS_MAY_BE_LOST
from storage.engine import Database, open_engine
from storage.queue import address
from tests import postgres
from tests.botapi.quiet import Quiet

TOKEN = "1000:benchmark"
WORKERS = (1, 2)
FAR, NEAR = "far", "near"
EMPTIED = "inbox, deliveries, conversations, keyboards, paces, web_messages"
UNFINISHED = text(
    "SELECT (SELECT count(*) FROM inbox WHERE state = 'new')"
    " + (SELECT count(*) FROM deliveries WHERE state IN ('queued', 'sending'))"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """How much and how often."""

    updates: int = 1000
    rounds: int = 3
    seconds: float = 1.0  # until the far platform answers


QUICK = Effort(updates=60, rounds=1, seconds=0.05)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drained:
    """How one heap was worked off; processor time is in seconds."""

    updates: int
    seconds: float
    workers: float
    database: float

    @property
    def rate(self) -> float:
        """Updates handled and answered per second."""
        return self.updates / self.seconds


def run(effort: Effort = Effort()) -> Report:
    """One, two, one, two: at the far platform, then at the near one."""
    with (
        tempfile.TemporaryDirectory(prefix="guanjia-bench-") as folder,
        postgres.server() as server,
        postgres.database(server, "cluster") as url,
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        furnish(url, Path(folder) / "workbook", Size(owners=effort.updates))
        return _report(runner.run(_measure(Path(folder), url, effort)), effort)


async def _measure(folder: Path, url: str, effort: Effort) -> Mapping[tuple[str, int], Sequence[Drained]]:
    found: dict[tuple[str, int], list[Drained]] = {}
    for name, seconds in ((FAR, effort.seconds), (NEAR, 0.0)):
        async with _platform(seconds) as api:
            for _ in range(effort.rounds):
                for count in WORKERS:
                    found.setdefault((name, count), []).append(await _round(folder, url, api, count, effort))
    return found


async def _round(folder: Path, url: str, api: str, count: int, effort: Effort) -> Drained:
    """A heap for so many workers, who wait for it."""
    engine = open_engine(url)
    async with AsyncExitStack() as stack:
        stack.callback(engine.dispose)
        with engine.begin() as connection:
            connection.execute(text(f"TRUNCATE {EMPTIED}"))
        await stack.enter_async_context(_process("clock", folder, url, api))
        workers = [await stack.enter_async_context(_process("worker", folder, url, api)) for _ in range(count)]
        call = await stack.enter_async_context(_caller(url))
        await asyncio.to_thread(_heap, Database(engine), effort.updates)
        busy, database, began = sum(one.busy for one in workers), _busy_server(engine), time.monotonic()
        for _ in workers:
            await call()
        await _worked_off(engine)
        seconds = time.monotonic() - began
        return Drained(
            updates=effort.updates,
            seconds=seconds,
            workers=sum(one.busy for one in workers) - busy,
            database=_busy_server(engine) - database,
        )


def _heap(database: Database, updates: int) -> None:
    """What so many people wrote while nobody worked; seen at once."""
    now = datetime.now(UTC)
    with database.writing() as work:
        for chat in Size(owners=updates).owner_chats:
            work.inbox.add(received_body(Person(chat, 0).next_update(), now=now))


async def _worked_off(engine: Any) -> None:
    """Until everything is handled and every answer has arrived."""

    def unfinished() -> int:
        with engine.connect() as connection:
            return int(connection.scalar(UNFINISHED))

    async with asyncio.timeout(300):
        while await asyncio.to_thread(unfinished):  # noqa: ASYNC110 - other processes
            await asyncio.sleep(0.05)


@asynccontextmanager
async def _process(role: str, folder: Path, url: str, api: str) -> AsyncIterator[Bot]:
    port = free_port()
    told = environment(
        url,
        GUANJIA_HTTP__PORT=str(port),
        GUANJIA_TELEGRAM__TOKEN=TOKEN,
        GUANJIA_TELEGRAM__API_URL=api,
        GUANJIA_TELEGRAM__PER_SECOND="0",  # the platform's own limit would be the same for any number of workers
        GUANJIA_TELEGRAM__WEBHOOK_URL=f"http://127.0.0.1:{port}",
        GUANJIA_TELEGRAM__WEBHOOK_SECRET=SECRET,
    )
    command = [sys.executable, str(ROOT / "main.py"), "run", "--role", role]
    ready = f"http://127.0.0.1:{port}/readyz"
    async with running(role, command, told, folder, Place(ready, ready)) as bot:
        yield bot


@asynccontextmanager
async def _caller(url: str) -> AsyncIterator[Callable[[], Awaitable[None]]]:
    """Calls for a worker, as a web process does; the next call waits until somebody has heard the last."""

    async def nothing() -> None: ...

    connector = PsycopgConnector(conninfo=address(open_engine(url).url), kwargs={"options": CALLS_MAY_BE_LOST})
    calling = Calling(connector, "inbox", nothing, sweep=nothing, period=2)

    async def call() -> None:
        await calling.call_for("inbox")
        await asyncio.sleep(0.1)

    await connector.open_async()
    yield call
    await connector.close_async()


@asynccontextmanager
async def _platform(seconds: float) -> AsyncIterator[str]:
    """A Bot API server that takes everything, and *seconds* to say so."""
    quiet = Quiet()
    me = {"id": 1000, "is_bot": True, "first_name": "bot", "username": "bench_bot"}

    async def answer(request: web.Request) -> web.Response:
        method, body = request.match_info["method"], await request.read()
        if method == "getMe":
            return web.json_response({"ok": True, "result": me})
        await asyncio.sleep(seconds)
        return web.Response(body=quiet.answer(method, body), content_type="application/json")

    app = web.Application()
    app.router.add_post("/bot{token}/{method}", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    port = free_port()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    yield f"http://127.0.0.1:{port}"
    await runner.cleanup()


def _busy_server(engine: Any) -> float:
    """Processor time of PostgreSQL: of the postmaster, of its processes, and of those that have ended."""
    with engine.connect() as connection:
        data = connection.scalar(text("SHOW data_directory"))
    postmaster = Path(data, "postmaster.pid").read_text(encoding="ascii").split("\n", 1)[0]
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text(encoding="utf-8").rpartition(")")[2].split()
        except OSError:
            continue  # it has just ended
        if stat.parent.name == postmaster:
            ticks += sum(map(int, fields[11:15]))
        elif fields[1] == postmaster:
            ticks += sum(map(int, fields[11:13]))
    return ticks / os.sysconf("SC_CLK_TCK")


def _report(found: Mapping[tuple[str, int], Sequence[Drained]], effort: Effort) -> Report:
    rates = {key: middle(one.rate for one in rounds) for key, rounds in found.items()}
    ratios = {
        name: [two.rate / one.rate for one, two in zip(found[name, 1], found[name, 2], strict=True)]
        for name in (FAR, NEAR)
    }
    rows = [
        [
            f"{name}, {count}", f"{rates[name, count]:.0f}", f"{rates[name, count] / rates[name, 1]:.2f}",
            *(f"{middle(share(one) / one.updates for one in rounds) * 1e6:.0f}" for share in (_of_workers, _of_server)),
            f"{middle((one.workers + one.database) / one.seconds for one in rounds):.2f}",
        ]
        for (name, count), rounds in found.items()
    ]  # fmt: skip
    return Report(
        title=f"cluster: {effort.updates} waiting updates handled and answered, {effort.rounds} rounds, medians",
        columns=["platform, workers", "updates/s", "÷ one worker", "worker CPU µs", "PostgreSQL CPU µs", "cores busy"],
        rows=rows,
        aims=[Aim(f"two workers ÷ one, answers {effort.seconds:g} s away", middle(ratios[FAR]), "", at_least=1.6)],
        notes=[
            f"far: every call is answered after {effort.seconds:g} s, so a worker's 64 sends under way are the limit",
            f"near: answered at once, so {os.cpu_count()} cores are the limit, shared with PostgreSQL and the platform",
            *(
                f"ratio in each round, {name}: {', '.join(f'{one:.2f}' for one in each)}"
                for name, each in ratios.items()
            ),
        ],
    )


def _of_workers(drained: Drained) -> float:
    return drained.workers


def _of_server(drained: Drained) -> float:
    return drained.database

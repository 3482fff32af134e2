"""Pushes of the official account: how fast they are answered, beside wechatpy and Flask; and templates at a limit."""

from __future__ import annotations

import asyncio
import sqlite3
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import uvloop
from sqlalchemy import insert, select

from benchmarks.estate import ROOT, Size, environment, furnish
from benchmarks.followers import Crowd, Run
from benchmarks.programs import PEER_PYTHON, Bot, Place, free_port, running
from benchmarks.report import Aim, Report, middle, share
from domain.messaging.model import Delivery, Lane
from storage import tables
from storage.engine import Database, open_engine
from tests.wechatapi import WeChatApi
from tests.wechatapi.api import AES_KEY, APP_ID, TOKEN

CALLBACK = "/wechat/callback"
ECHO, KEEPING = "wechatpy + Flask", "the same, storing"
PEERS = (ECHO, KEEPING)
WHY = (
    "an echo opens a push, renders and seals: Guanjia does these as well, then remembers the nonce, stores the push,"
    " looks up who wrote and where they stand, understands, opens tickets, keeps what it says and that it was said. Two"
    " commits stand between a push and its answer, two more behind it: nothing that does this is twice as fast as a"
    " program that does the first part only. One committed INSERT is what the second echo adds to that part."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """How long and how much."""

    owners: int = 400
    rounds: int = 3
    seconds: float = 5.0
    rate: float = 200.0  # pushes a second
    at_once: tuple[int, ...] = (8, 64)  # each account counts with what suits it best
    threads: int = 8  # of the peer
    templates: int = 10_000
    limit: int = 200  # templates a second


QUICK = Effort(owners=100, rounds=1, seconds=1.0, at_once=(8,), templates=300)


def run(effort: Effort = Effort()) -> Report:
    """Both accounts in turns, then the templates."""
    with (
        tempfile.TemporaryDirectory(prefix="guanjia-bench-") as folder,
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        return runner.run(_measure(Path(folder), effort))


async def _measure(folder: Path, effort: Effort) -> Report:
    openids = [f"o-bench-{number:020d}" for number in range(effort.owners)]
    url = f"sqlite:///{folder / 'estate.sqlite3'}"
    await asyncio.to_thread(_move_in, url, folder, openids)
    async with AsyncExitStack() as stack:
        api = await stack.enter_async_context(WeChatApi())
        api.world.quiet = True
        for openid in openids:
            api.follower(openid)
            api.world.follower(openid).said = float("inf"), 10**9  # they write all the time, past the double's door
        ours = await stack.enter_async_context(_guanjia(folder, url, api))
        echo = await stack.enter_async_context(_echo(ECHO, folder, effort))
        keeping = await stack.enter_async_context(_echo(KEEPING, folder, effort, str(folder / "peer.sqlite3")))
        crowds = {
            bot.name: await stack.enter_async_context(Crowd(bot, openids, dialogs=bot is ours))
            for bot in (ours, echo, keeping)
        }
        for crowd in crowds.values():
            await crowd.at_once(effort.at_once[0], min(2.0, effort.seconds))  # caches fill, dialogs are at all steps
        steady = await crowds["guanjia"].at_rate(effort.rate, effort.seconds * 2)
        best: dict[str, list[Run]] = {name: [] for name in crowds}
        for _ in range(effort.rounds):
            for name, crowd in crowds.items():
                runs = [await crowd.at_once(level, effort.seconds) for level in effort.at_once]
                best[name].append(max(runs, key=lambda one: one.rate))
        note = _told(folder / "estate.sqlite3")
    (folder / "templates").mkdir()
    news = await _templates(folder / "templates", effort)
    return _report(effort, steady, best, news, note)


def _move_in(url: str, folder: Path, openids: Sequence[str]) -> None:
    """Owners are bound to the account, and nobody to Telegram."""
    furnish(url, folder / "workbook", Size(owners=len(openids), engineers=0))
    engine = open_engine(url)
    with engine.begin() as connection:
        connection.execute(tables.addresses.delete())
        connection.execute(tables.groups.delete())
        people = connection.execute(select(tables.people.c.id).order_by(tables.people.c.id)).scalars().all()
        rows = [
            {"channel": "wechat", "user": one, "chat": one, "person_id": person}
            for one, person in zip(openids, people, strict=False)
        ]
        connection.execute(insert(tables.addresses), rows)
    engine.dispose()


@asynccontextmanager
async def _guanjia(folder: Path, url: str, api: WeChatApi, **settings: str) -> AsyncIterator[Bot]:
    port = free_port()
    told = environment(url, GUANJIA_HTTP__PORT=str(port), **api.settings, **settings)
    place = Place(f"http://127.0.0.1:{port}/readyz", f"http://127.0.0.1:{port}{CALLBACK}")
    async with running("guanjia", [sys.executable, str(ROOT / "main.py"), "run"], told, folder, place) as bot:
        yield bot


@asynccontextmanager
async def _echo(name: str, folder: Path, effort: Effort, *database: str) -> AsyncIterator[Bot]:
    port = free_port()
    program = str(ROOT / "benchmarks" / "peers" / "wechatpy_echo.py")
    command = [str(PEER_PYTHON), program, str(port), TOKEN, AES_KEY, APP_ID, str(effort.threads), *database]
    place = Place(f"http://127.0.0.1:{port}/ready", f"http://127.0.0.1:{port}{CALLBACK}")
    async with running(name, command, {"PATH": "/usr/bin:/bin"}, folder, place) as bot:
        yield bot


def _told(database: Path) -> str:
    """What was really done."""
    wanted = {
        "handled": ("inbox", "state = 'done'"),
        "parked": ("inbox", "state = 'parked'"),
        "tickets": ("tickets", "1"),
        "failed": ("deliveries", "state NOT IN ('sent', 'queued', 'sending')"),
    }
    count = {name: _count(database, *which) for name, which in wanted.items()}
    if count["parked"] or count["failed"]:
        raise RuntimeError(f"{count['parked']} updates parked, {count['failed']} deliveries failed: {_why(database)}")
    return f"guanjia: {count['handled']} pushes stored, understood and answered, {count['tickets']} tickets opened"


def _why(database: Path) -> list[tuple[str, ...]]:
    """States and reasons of what was not sent."""
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    try:
        chosen = (
            "SELECT state, reason, channel, mode, count(*) FROM deliveries WHERE state <> 'sent' GROUP BY 1, 2, 3, 4"
        )
        return connection.execute(chosen).fetchall()
    finally:
        connection.close()


def _count(database: Path, table: str, condition: str) -> int:
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    try:
        return int(connection.execute(f"SELECT count(*) FROM {table} WHERE {condition}").fetchone()[0])
    finally:
        connection.close()


async def _templates(folder: Path, effort: Effort) -> tuple[float, int]:
    """Share of the limit that was used, and how many calls were refused."""
    url = f"sqlite:///{folder / 'estate.sqlite3'}"
    openids = [f"o-news-{number:021d}" for number in range(effort.templates)]
    await asyncio.to_thread(furnish, url, folder / "workbook", Size(owners=1, engineers=0))
    await asyncio.to_thread(_queue, url, openids)
    async with WeChatApi() as api:
        api.world.quiet = True
        for openid in openids:
            api.follower(openid)
        api.template("news")
        moments: list[float] = []
        show = api.world.show

        def shown(openid: str, way: str, text: str) -> None:
            moments.append(time.monotonic())
            show(openid, way, text)

        api.world.show = shown  # type: ignore[method-assign]
        settings = {
            "GUANJIA_WECHAT__PER_SECOND": str(effort.limit),
            "GUANJIA_WECHAT__TEMPLATES": '{"*": {"id": "news", "fields": {"thing1": "{headline}"}}}',
        }
        async with _guanjia(folder, url, api, **settings):
            await api.wait_for(lambda: len(moments) >= effort.templates, 300, "all templates")
    refused = api.counts["message/template/send"] - len(moments)
    return (len(moments) - 1) / (moments[-1] - moments[0]) / effort.limit, refused


def _queue(url: str, openids: Sequence[str]) -> None:
    engine, now = open_engine(url), datetime.now(UTC)
    with Database(engine).writing() as work:
        work.connection.execute(tables.addresses.delete())
        work.connection.execute(tables.groups.delete())
        work.deliveries.add(
            Delivery(channel="wechat", chat=one, lane=Lane.NOTICE, body={"text": "停水通知：明早停水"}, created_at=now)
            for one in openids
        )
    engine.dispose()


def _compared(name: str, ratios: Sequence[float]) -> str:
    return f"guanjia ÷ {name}, in each round: " + ", ".join(f"{ratio:.2f}" for ratio in ratios)


def _report(effort: Effort, steady: Run, best: dict[str, list[Run]], news: tuple[float, int], note: str) -> Report:
    rates = {name: middle(one.rate for one in runs) for name, runs in best.items()}
    cost = {name: middle(one.busy / len(one.latencies) * 1e6 for one in runs) for name, runs in best.items()}
    p99 = {name: middle(share(one.latencies, 0.99) * 1000 for one in runs) for name, runs in best.items()}
    ratios = {
        name: [one.rate / other.rate for one, other in zip(best["guanjia"], best[name], strict=True)] for name in PEERS
    }
    late = sum(one > 1 for one in steady.latencies)
    return Report(
        title=f"wechat: pushes answered per second, {effort.rounds} rounds of {effort.seconds:g} s, medians",
        columns=["account", "at its best", "CPU µs/push", "p99 ms"],
        rows=[[name, f"{rates[name]:.0f}", f"{cost[name]:.0f}", f"{p99[name]:.0f}"] for name in best],
        aims=[
            Aim(
                f"p99 of the passive reply at {effort.rate:g}/s",
                share(steady.latencies, 0.99) * 1000,
                "ms",
                at_most=300,
            ),
            Aim("passive replies over 1 s, or postponed", late + steady.postponed, "", at_most=0),
            Aim("throughput ÷ wechatpy + Flask echo, each at its best", middle(ratios[ECHO]), "", at_least=2.0),
            Aim(f"share used of a limit of {effort.limit} templates/s", news[0], "", at_least=0.95),
            Aim("template calls refused", news[1], "", at_most=0),
        ],
        notes=[note, *(_compared(name, each) for name, each in ratios.items()), WHY],
    )

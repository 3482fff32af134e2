"""How fast it speaks: at Telegram's limits, at the paid limit, without any; and how long a dialog waits meanwhile."""

from __future__ import annotations

import asyncio
import itertools
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import uvloop
from sqlalchemy import Engine

from benchmarks.estate import Size, furnish
from benchmarks.load import Crowd, listening
from benchmarks.programs import PEER_PYTHON, guanjia
from benchmarks.report import Aim, Report, share
from domain.messaging.model import Delivery, Lane
from storage.engine import Database, open_engine
from tests.botapi.api import BotApi
from tests.botapi.faults import Limits

FIRST = 7_000_000  # the chats that an announcement goes to
TEXT = "停水通知：明天上午九点到十二点停水，请提前储水。"
PEERS = {"ptb_sender": "python-telegram-bot", "aiogram_sender": "aiogram"}
LIMITED = {"GUANJIA_TELEGRAM__PER_SECOND": "30"}
PAID = LIMITED | {"GUANJIA_TELEGRAM__PAID_PER_SECOND": "1000"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """How long and how much."""

    seconds: float = 60.0
    bulk: int = 8000  # messages without a limit
    rounds: int = 3
    dialogs: float = 2.0  # updates per second beside the announcement
    backlog: int = 100_000


QUICK = Effort(seconds=3, bulk=300, rounds=1, backlog=500)


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What arrived at the Bot API server: moments of accepted messages, and how many it refused for haste."""

    accepted: Sequence[float]
    refused: int = 0
    latencies: Sequence[float] = field(default=())  # of the dialogs beside it

    def used(self, per_second: float, seconds: float) -> float:
        """Share of what the limit would have let through from the first message on."""
        end = self.accepted[0] + seconds
        return sum(moment <= end for moment in self.accepted) / (per_second * seconds)

    @property
    def rate(self) -> float:
        """Messages per second, from the first to the last."""
        return (len(self.accepted) - 1) / (self.accepted[-1] - self.accepted[0])


def run(effort: Effort = Effort()) -> Report:
    """Ours and the peers in turns."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_measure(effort))


async def _measure(effort: Effort) -> Report:
    limited = {"guanjia": await _ours_limited(effort)}
    for name in PEERS:
        limited[name] = await _peer_limited(name, effort)
    paid = await _ours(effort.bulk * 2, PAID)
    rounds = [
        {"guanjia": await _ours(effort.bulk, {}), "ptb_sender": await _peer("ptb_sender", effort.bulk)}
        for _ in range(effort.rounds)
    ]
    beside = await _dialogs_beside(effort)
    return _report(effort, limited, paid, rounds, beside)


# ---- ours ----


def _queue(database: Path, count: int) -> None:
    """An announcement for so many chats; the running program finds it at its next look."""
    now = datetime.now(UTC)
    chats = (str(FIRST + number) for number in range(count))
    rows = (
        Delivery(channel="telegram", chat=chat, lane=Lane.BULK, body={"text": TEXT}, created_at=now) for chat in chats
    )
    engine = open_engine(f"sqlite:///{database}")
    for some in iter(lambda: list(itertools.islice(rows, 1000)), []):
        with Database(engine).writing() as work:
            work.deliveries.add(some)
    engine.dispose()


async def _ours_limited(effort: Effort) -> Heard:
    with tempfile.TemporaryDirectory(prefix="guanjia-bench-") as folder:
        database = Path(folder) / "estate.sqlite3"
        await asyncio.to_thread(furnish, f"sqlite:///{database}", Path(folder) / "workbook", Size(owners=20))
        async with _strict(int(effort.seconds * 30) + 60) as api:
            where = {"api": api.url, "token": api.token}
            async with guanjia(Path(folder), f"sqlite:///{database}", **where, **LIMITED):
                await asyncio.to_thread(_queue, database, int(effort.seconds * 30) + 60)
                await _until(api, effort.seconds)
            return _heard(api)


async def _ours(count: int, settings: Mapping[str, str]) -> Heard:
    """All of them as fast as the settings allow; every row is recorded as sent at the end."""
    with tempfile.TemporaryDirectory(prefix="guanjia-bench-") as folder:
        database = Path(folder) / "estate.sqlite3"
        await asyncio.to_thread(furnish, f"sqlite:///{database}", Path(folder) / "workbook", Size(owners=20))
        async with listening() as (api, heard):
            await asyncio.to_thread(_queue, database, count)
            where = {"api": api.url, "token": api.token}
            async with guanjia(Path(folder), f"sqlite:///{database}", **where, **settings):
                await _all_recorded(database)
            return Heard(accepted=[moment for chat, moment, _ in heard.arrivals if chat >= FIRST])


async def _all_recorded(database: Path) -> None:
    engine = open_engine(f"sqlite:///{database}")
    left = "SELECT count(*) FROM deliveries WHERE state IN ('queued', 'sending')"
    async with asyncio.timeout(300):
        while await asyncio.to_thread(_scalar, engine, left):  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.1)
    if failed := _scalar(engine, "SELECT count(*) FROM deliveries WHERE state <> 'sent'"):
        raise RuntimeError(f"{failed} rows not sent")
    engine.dispose()


def _scalar(engine: Engine, statement: str) -> int:
    with Database(engine).reading() as work:
        found: int = work.connection.exec_driver_sql(statement).scalar_one()
        return found


async def _dialogs_beside(effort: Effort) -> Heard:
    """People write and press while an announcement is under way at thirty a second."""
    with tempfile.TemporaryDirectory(prefix="guanjia-bench-") as folder:
        database, size = Path(folder) / "estate.sqlite3", Size(owners=400)
        await asyncio.to_thread(furnish, f"sqlite:///{database}", Path(folder) / "workbook", size)
        async with listening() as (api, heard):
            where = {"api": api.url, "token": api.token}
            async with guanjia(Path(folder), f"sqlite:///{database}", **where, **LIMITED) as bot:
                await asyncio.to_thread(_queue, database, effort.backlog)
                async with Crowd(bot, heard, size.owner_chats, presses=0) as crowd:
                    run = await crowd.at_rate(effort.dialogs, effort.seconds)
            accepted = [moment for chat, moment, _ in heard.arrivals if chat >= FIRST]
            return Heard(accepted=accepted, latencies=run.latencies)


# ---- the peers ----


async def _peer_limited(name: str, effort: Effort) -> Heard:
    async with _strict(int(effort.seconds * 30) * 2) as api:
        await _sender(name, api, int(effort.seconds * 30) * 2, effort.seconds, "limited")
        return _heard(api)


async def _peer(name: str, count: int) -> Heard:
    async with listening() as (api, heard):
        await _sender(name, api, count, 600, "unlimited")
        return Heard(accepted=[moment for _, moment, method in heard.arrivals if method == "sendMessage"])


async def _sender(name: str, api: BotApi, count: int, seconds: float, limited: str) -> None:
    script = Path(__file__).parent / "peers" / f"{name}.py"
    told = [str(script), api.url, api.token, str(FIRST), str(count), str(seconds), limited]
    process = await asyncio.create_subprocess_exec(str(PEER_PYTHON), *told)
    if await process.wait():
        raise RuntimeError(f"{name} ended with {process.returncode}")


# ---- the server's side ----


def _strict(chats: int) -> BotApi:
    """A Bot API server that counts: thirty a second, in a sliding window."""
    api = BotApi()
    for number in range(chats):
        api.user(FIRST + number, "业主", started=True)
    api.enforce_limits(Limits())
    return api


async def _until(api: BotApi, seconds: float) -> None:
    await api.wait_for(lambda: api.counts["sendMessage"] >= 1, 60, "the first message")
    await asyncio.sleep(seconds + 0.5)


def _heard(api: BotApi) -> Heard:
    calls = [call for call in api.calls if call.method == "sendMessage"]
    accepted = [call.arrived for call in calls if call.accepted]
    return Heard(accepted=accepted, refused=sum(call.status == 429 for call in calls))


def _report(
    effort: Effort, limited: Mapping[str, Heard], paid: Heard, rounds: Sequence[Mapping[str, Heard]], beside: Heard
) -> Report:
    used = {name: heard.used(30, effort.seconds) for name, heard in limited.items()}
    ratios = sorted(one["guanjia"].rate / one["ptb_sender"].rate for one in rounds)
    middle = ratios[len(ratios) // 2]
    p99 = share(beside.latencies, 0.99) * 1000
    rows = [
        [PEERS.get(name, name), f"{100 * used[name]:.1f} %", str(heard.refused), _rates(name, rounds)]
        for name, heard in limited.items()
    ]
    return Report(
        title=f"sending: {effort.seconds:g} s at 30/s against a server that counts, then without a limit",
        columns=["bot", "of 30/s used", "answers 429", "messages/s without a limit"],
        rows=rows,
        aims=[
            Aim("of the 30/s used", 100 * used["guanjia"], "%", at_least=99),
            Aim("answers 429", limited["guanjia"].refused, "", at_most=0),
            Aim("of the paid 1000/s used", paid.rate / 10, "%", at_least=95),
            Aim("unlimited ÷ python-telegram-bot's loop, 64 in flight", middle, "", at_least=2),
            Aim("dialog answer p99 during an announcement", p99, "ms", at_most=200),
        ],
        notes=[
            f"beside the dialogs the announcement went on at {beside.rate:.1f}/s, {effort.backlog} rows in its queue"
        ],
    )


def _rates(name: str, rounds: Sequence[Mapping[str, Heard]]) -> str:
    return ", ".join(f"{one[name].rate:.0f}" for one in rounds if name in one) or "-"

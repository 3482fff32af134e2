"""What `guanjia run` costs while nobody writes, how much memory it takes, and how soon it is ready."""

from __future__ import annotations

import asyncio
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import uvloop

from benchmarks.estate import Size, furnish
from benchmarks.household import at_sqlite
from benchmarks.load import Crowd, listening
from benchmarks.programs import Bot, guanjia
from benchmarks.report import Aim, Report, middle


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """How long to look, how much to send."""

    seconds: float = 20.0
    updates: int = 2000
    starts: int = 3


QUICK = Effort(seconds=2, updates=60, starts=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """Seconds to ready, megabytes, and the share of a core in percent."""

    started_in: float
    fresh: float
    idle: float
    worked: float
    idle_afterwards: float


def run(effort: Effort = Effort()) -> Report:
    """Start, look, load, look again."""
    with (
        tempfile.TemporaryDirectory(prefix="guanjia-bench-") as folder,
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        found = runner.run(_measure(Path(folder), effort))
    rows = [
        ["seconds to /readyz 200", f"{found.started_in:.2f}"],
        ["resident MB after start", f"{found.fresh:.0f}"],
        [f"% of a core, idle for {effort.seconds:g} s", f"{found.idle:.2f}"],
        [f"resident MB after {effort.updates} updates", f"{found.worked:.0f}"],
        [f"% of a core, idle afterwards for {effort.seconds:g} s", f"{found.idle_afterwards:.2f}"],
    ]
    return Report(
        title=f"idle: guanjia run, webhook mode, SQLite; median of {effort.starts} starts",
        columns=["figure", ""],
        rows=rows,
        aims=[
            Aim("start", found.started_in, "s", at_most=2),
            Aim("idle", max(found.idle, found.idle_afterwards), "% of a core", at_most=1),
            Aim("memory", max(found.fresh, found.worked), "MB", at_most=150),
        ],
    )


async def _measure(folder: Path, effort: Effort) -> Findings:
    size, url = Size(owners=300), at_sqlite(folder)
    await asyncio.to_thread(furnish, url, folder / "workbook", size)
    async with listening() as (api, heard):
        where = {"api": api.url, "token": api.token}
        started = []
        for _ in range(effort.starts):
            async with guanjia(folder, url, **where) as bot:
                started.append(bot.started_in)
        async with guanjia(folder, url, **where) as bot, Crowd(bot, heard, size.owner_chats, presses=2) as crowd:
            await asyncio.sleep(min(2.0, effort.seconds))  # it has introduced itself by then
            fresh, idle = bot.megabytes, await _share(bot, effort.seconds)
            await crowd.some(effort.updates, concurrency=32)
            await asyncio.sleep(1)  # the last cards go out
            worked, idle_afterwards = bot.megabytes, await _share(bot, effort.seconds)
    return Findings(started_in=middle(started), fresh=fresh, idle=idle, worked=worked, idle_afterwards=idle_afterwards)


async def _share(bot: Bot, seconds: float) -> float:
    """Percent of one core over so many seconds."""
    busy, started = bot.busy, time.monotonic()
    await asyncio.sleep(seconds)
    return (bot.busy - busy) / (time.monotonic() - started) * 100

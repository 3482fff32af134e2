"""Updates through the whole path of `guanjia run`, beside bots that only echo."""

from __future__ import annotations

import asyncio
import sqlite3
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import uvloop

from benchmarks.estate import Size, furnish
from benchmarks.load import Crowd, Heard, Run, listening
from benchmarks.programs import Bot, guanjia, peer
from benchmarks.report import Aim, Report, middle, share

PRESSES = 2  # words; then "any time", then "send"
PEERS = ("ptb_echo", "aiogram_echo")


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """How long and how often to measure."""

    owners: int = 400
    rounds: int = 3
    seconds: float = 6.0
    concurrency: int = 64
    low: float = 20.0  # updates per second


QUICK = Effort(owners=100, rounds=1, seconds=0.5, concurrency=8)


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One round of one bot."""

    full: Run
    low: Run
    half: Run


def run(effort: Effort = Effort()) -> Report:
    """Measure all three bots in turns, round after round."""
    with (
        tempfile.TemporaryDirectory(prefix="guanjia-bench-") as folder,
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        return runner.run(_measure(Path(folder), effort))


async def _measure(folder: Path, effort: Effort) -> Report:
    database, size = folder / "estate.sqlite3", Size(owners=effort.owners)
    await asyncio.to_thread(furnish, f"sqlite:///{database}", folder / "workbook", size)
    async with AsyncExitStack() as stack:
        api, heard = await stack.enter_async_context(listening())
        where = {"api": api.url, "token": api.token}
        ours = await stack.enter_async_context(guanjia(folder, f"sqlite:///{database}", **where))
        bots = [ours, *[await stack.enter_async_context(peer(name, folder, **where)) for name in PEERS]]
        crowds = {bot.name: await stack.enter_async_context(_crowd(bot, heard, size)) for bot in bots}
        rounds = await _rounds(crowds, effort)
        await _finished(database)
        note = _told(database, ours)
    return _report(rounds, effort, note)


def _crowd(bot: Bot, heard: Heard, size: Size) -> Crowd:
    return Crowd(bot, heard, size.owner_chats, presses=PRESSES if bot.name == "guanjia" else 0)


async def _rounds(crowds: Mapping[str, Crowd], effort: Effort) -> dict[str, list[Round]]:
    """A, B, C, A, B, C: whatever else the machine does meets all of them."""
    found: dict[str, list[Round]] = {name: [] for name in crowds}
    for crowd in crowds.values():
        await crowd.at_once(effort.concurrency, min(1.5, effort.seconds))  # caches fill, connections are made
    for _ in range(effort.rounds):
        fulls = {name: await crowd.at_once(effort.concurrency, effort.seconds) for name, crowd in crowds.items()}
        lows = {name: await crowd.at_rate(effort.low, effort.seconds) for name, crowd in crowds.items()}
        halves = {name: await crowd.at_rate(fulls[name].rate / 2, effort.seconds) for name, crowd in crowds.items()}
        for name, those in found.items():
            those.append(Round(full=fulls[name], low=lows[name], half=halves[name]))
    return found


async def _finished(database: Path) -> None:
    """The cards in the staff groups go out behind the answers: wait for the last."""
    async with asyncio.timeout(60):
        while _count(database, "deliveries", "state IN ('queued', 'sending')"):  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.05)


def _told(database: Path, ours: Bot) -> str:
    """What was really done, from the records and from the server's side."""
    handled, parked = _count(database, "inbox", "state = 'done'"), _count(database, "inbox", "state = 'parked'")
    tickets, failed = _count(database, "tickets"), _count(database, "deliveries", "state <> 'sent'")
    if parked or failed:
        raise RuntimeError(f"{parked} updates parked, {failed} deliveries failed")
    sent = _count(database, "deliveries")
    return (
        f"guanjia: {handled} updates stored and handled, {tickets} tickets opened, {sent} messages and button answers"
        f" sent ({sent / handled:.1f} per update; an echo sends 1), none lost; {ours.megabytes:.0f} MB afterwards"
    )


def _count(database: Path, table: str, condition: str = "1") -> int:
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        count: int = connection.execute(f"SELECT count(*) FROM {table} WHERE {condition}").fetchone()[0]
    connection.close()
    return count


def _report(rounds: Mapping[str, Sequence[Round]], effort: Effort, note: str) -> Report:
    def each(name: str, figure: Callable[[Round], float]) -> float:
        return middle(map(figure, rounds[name]))

    rate = {name: each(name, lambda one: one.full.rate) for name in rounds}
    cost = {name: each(name, lambda one: one.full.cost) for name in rounds}
    p50 = {name: each(name, lambda one: share(one.low.latencies, 0.5) * 1000) for name in rounds}
    p99 = {name: each(name, lambda one: share(one.half.latencies, 0.99) * 1000) for name in rounds}
    rows = [
        [
            name, f"{rate[name]:.0f}", f"{rate['guanjia'] / rate[name]:.2f}", f"{cost[name]:.0f}",
            f"{cost[name] / cost['guanjia']:.2f}", f"{p50[name]:.1f}", f"{p99[name]:.1f}",
        ]
        for name in rounds
    ]  # fmt: skip
    ratios = [one.full.rate / other.full.rate for one, other in zip(rounds["guanjia"], rounds["ptb_echo"], strict=True)]
    return Report(
        title=f"inbound: {effort.concurrency} at once, {effort.rounds} rounds of {effort.seconds:g} s, medians",
        columns=["bot", "updates/s", "guanjia ÷ it", "CPU µs/update", "it ÷ guanjia", f"p50 ms at {effort.low:g}/s",
                 "p99 ms at half load"],
        rows=rows,
        aims=[
            Aim("throughput ÷ python-telegram-bot echo (median of rounds)", middle(ratios), "", at_least=1.0),
            Aim("p50 at low load beyond that echo's", p50["guanjia"] - p50["ptb_echo"], "ms", at_most=8),
            Aim("p99 at half of its own full load", p99["guanjia"], "ms", at_most=100),
        ],
        notes=[note, "ratio in each round: " + ", ".join(f"{ratio:.2f}" for ratio in ratios)],
    )  # fmt: skip

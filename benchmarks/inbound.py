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
    seconds: float = 4.0
    levels: tuple[int, ...] = (8, 64)  # updates at once; each bot counts with the level that suits it best
    low: float = 20.0  # updates per second


QUICK = Effort(owners=100, rounds=1, seconds=0.5, levels=(8,))


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One round of one bot."""

    full: Sequence[Run]  # one for each level
    low: Run
    half: Run

    @property
    def best(self) -> Run:
        """At the level that suits it best."""
        return max(self.full, key=lambda run: run.rate)


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
        await crowd.at_once(effort.levels[-1], min(2.0, effort.seconds))  # caches fill, dialogs are at all their steps
    for _ in range(effort.rounds):
        fulls: dict[str, list[Run]] = {name: [] for name in crowds}
        for level in effort.levels:
            for name, crowd in crowds.items():
                fulls[name].append(await crowd.at_once(level, effort.seconds))
        lows = {name: await crowd.at_rate(effort.low, effort.seconds) for name, crowd in crowds.items()}
        halves = {
            name: await crowd.at_rate(max(run.rate for run in fulls[name]) / 2, effort.seconds)
            for name, crowd in crowds.items()
        }
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

    rate = {name: each(name, lambda one: one.best.rate) for name in rounds}
    cost = {name: each(name, lambda one: one.best.cost) for name in rounds}
    p50 = {name: each(name, lambda one: share(one.low.latencies, 0.5) * 1000) for name in rounds}
    p99 = {name: each(name, lambda one: share(one.half.latencies, 0.99) * 1000) for name in rounds}
    at_level = {
        name: [f"{middle(one.full[place].rate for one in those):.0f}" for place in range(len(effort.levels))]
        for name, those in rounds.items()
    }
    rows = [
        [
            name, *at_level[name], f"{rate['guanjia'] / rate[name]:.2f}", f"{cost[name]:.0f}", f"{p50[name]:.1f}",
            f"{p99[name]:.1f}",
        ]
        for name in rounds
    ]  # fmt: skip
    ratios = [one.best.rate / other.best.rate for one, other in zip(rounds["guanjia"], rounds["ptb_echo"], strict=True)]
    return Report(
        title=f"inbound: updates answered per second, {effort.rounds} rounds of {effort.seconds:g} s, medians",
        columns=[
            "bot", *(f"{level} at once" for level in effort.levels), "guanjia ÷ it", "CPU µs/update",
            f"p50 ms at {effort.low:g}/s", "p99 ms at half load",
        ],
        rows=rows,
        aims=[
            Aim("throughput ÷ python-telegram-bot echo, each at its best", middle(ratios), "", at_least=1.0),
            Aim("p50 at low load beyond that echo's", p50["guanjia"] - p50["ptb_echo"], "ms", at_most=8),
            Aim("p99 at half of its own full load", p99["guanjia"], "ms", at_most=100),
        ],
        notes=[note, "ratio in each round: " + ", ".join(f"{ratio:.2f}" for ratio in ratios)],
    )  # fmt: skip

"""Processor time per update in storing, handling and sending, without network: a figure to watch for regressions."""

from __future__ import annotations

import random
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.estate import Size, furnish
from benchmarks.household import Household, at_sqlite, household
from benchmarks.load import Person
from benchmarks.report import Report, middle

BATCH = 32
Spent = defaultdict[tuple[str, int], float]  # by step, and by processor (0) or clock (1); seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """How much to handle."""

    rounds: int = 5
    updates: int = 960


QUICK = Effort(rounds=1, updates=192)


def run(effort: Effort = Effort()) -> Report:
    """Handle dialogs in batches of 32 and one by one."""
    with tempfile.TemporaryDirectory(prefix="guanjia-bench-") as folder:
        url, size = at_sqlite(Path(folder)), Size(owners=2 * BATCH)
        furnish(url, Path(folder) / "workbook", size)
        with household(url) as house:
            play = _Play(house, size)
            play.some(9 * BATCH, BATCH)  # statements are compiled, caches fill
            rounds = [
                (play.some(effort.updates, BATCH), play.some(effort.updates // 4, 1)) for _ in range(effort.rounds)
            ]
    steps = ("store", "handle", "send", "all")
    return Report(
        title=f"storage: µs per update on SQLite, medians of {effort.rounds} rounds",
        columns=["step", f"CPU, batches of {BATCH}", "elapsed", "CPU, one by one", "elapsed"],
        rows=[
            [step, *(f"{middle(one[which][step][kind] for one in rounds):.0f}" for which in (0, 1) for kind in (0, 1))]
            for step in steps
        ],
        notes=["an update: words, or a button's press; a dialog of three opens a ticket and says four things"],
    )


class _Play:
    """People in the middle of their dialogs."""

    def __init__(self, house: Household, size: Size) -> None:
        self._house = house
        self._ready = [Person(chat, presses=2) for chat in size.owner_chats]
        self._chance = random.Random(1)
        self._asked: dict[str, Person] = {}

    def some(self, updates: int, batch: int) -> dict[str, tuple[float, float]]:
        """(processor time, elapsed time) of each step per update, in microseconds."""
        spent: Spent = defaultdict(float)
        for _ in range(updates // batch):
            self._batch(batch, spent)
        figures = {
            step: (spent[step, 0] / updates * 1e6, spent[step, 1] / updates * 1e6)
            for step in ("store", "handle", "send")
        }
        return {**figures, "all": (sum(cpu for cpu, _ in figures.values()), sum(wall for _, wall in figures.values()))}

    def _batch(self, size: int, spent: Spent) -> None:
        self._chance.shuffle(self._ready)  # so that all steps of the dialogs are mixed
        writers, self._ready = self._ready[:size], self._ready[size:]
        bodies = [one.next_update() for one in writers]
        self._asked |= {str(one.chat): one for one in writers}
        _timed(spent, "store", lambda: self._house.store(bodies))
        _timed(spent, "handle", self._house.handle)
        while rows := _timed(spent, "send", self._house.send):
            for row in rows:
                self._hear(row.chat, row.body)
        if self._asked:
            raise RuntimeError(f"{len(self._asked)} people got no answer")

    def _hear(self, chat: str, body: Any) -> None:
        if "toast" in body or chat not in self._asked:
            return
        buttons = [button["data"] for row in body.get("buttons", ()) for button in row]
        person = self._asked.pop(chat)
        person.hears(buttons[0] if buttons else None)
        self._ready.append(person)


def _timed(spent: Spent, step: str, do: Callable[[], Any]) -> Any:
    busy, started = time.thread_time(), time.perf_counter()
    done = do()
    spent[step, 0] += time.thread_time() - busy
    spent[step, 1] += time.perf_counter() - started
    return done

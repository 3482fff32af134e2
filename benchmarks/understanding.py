"""How long it takes to understand one message: every labelled example of both languages."""

from __future__ import annotations

import time
from dataclasses import dataclass

from benchmarks.report import Aim, Report, middle, share
from bot.understanding import understand
from bot.understanding.labelled import Example, examples_of

LANGUAGES = ("zh_CN", "en")


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """How often each example is read."""

    rounds: int = 5
    examples: int | None = None


QUICK = Effort(rounds=1, examples=20)


def run(effort: Effort = Effort()) -> Report:
    """Read all examples round after round; the first round, in which dictionaries are loaded, is not counted."""
    chosen = {language: examples_of(language)[: effort.examples] for language in LANGUAGES}
    rounds = [{language: _read(some) for language, some in chosen.items()} for _ in range(effort.rounds + 1)][1:]
    p50 = {name: middle(share(one[name], 0.5) for one in rounds) for name in LANGUAGES}
    p99 = {name: middle(share(one[name], 0.99) for one in rounds) for name in LANGUAGES}
    slowest = {name: min(max(one[name]) for one in rounds) for name in LANGUAGES}
    return Report(
        title=f"understanding: µs per message, medians of {effort.rounds} rounds",
        columns=["language", "messages", "p50", "p99", "slowest message"],
        rows=[
            [name, str(len(chosen[name])), *(f"{figure[name]:.0f}" for figure in (p50, p99, slowest))]
            for name in LANGUAGES
        ],
        aims=[Aim(f"p99 {name}", p99[name] / 1000, "ms", at_most=2) for name in LANGUAGES],
    )


def _read(some: tuple[Example, ...]) -> list[float]:
    spent = []
    for example in some:
        started = time.perf_counter()
        understand(example.text, language=example.language)
        spent.append((time.perf_counter() - started) * 1e6)
    return spent

"""Understanding beside spaCy's classifier: both know the build half of the examples and are asked the check half."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from benchmarks.estate import ROOT
from benchmarks.programs import PEER_PYTHON
from benchmarks.report import Aim, Report, share
from bot.understanding import prepare, understand
from bot.understanding.labelled import Example, examples_of, of_half
from bot.understanding.phrases import phrases

LANGUAGES = ("zh_CN", "en")
PEER = ROOT / "benchmarks" / "peers" / "spacy_textcat.py"


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """How often the peer sees the build half, and how much of it."""

    rounds: int = 12
    examples: int | None = None


QUICK = Effort(rounds=2, examples=120)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """How many of the labels were right, and what a message took."""

    right: float
    p50: float
    p99: float


def run(effort: Effort = Effort()) -> Report:
    """Intents and categories, language by language."""
    rows, aims = [], []
    for language in LANGUAGES:
        build, check = (of_half(examples_of(language), half)[: effort.examples] for half in ("build", "check"))
        for kind, right in (("intent", _intents), ("category", _categories)):
            ours, theirs = _ours(check, kind, right), _theirs(build, check, kind, right, effort.rounds)
            for name, found in (("guanjia", ours), ("spaCy textcat", theirs)):
                rows.append([f"{language} {kind}", name, f"{found.right:.1%}", f"{found.p50:.0f}", f"{found.p99:.0f}"])
            aims.append(Aim(f"{language} {kind}: right beside the peer", ours.right / theirs.right, "×", at_least=1))
    return Report(
        title="understanding beside spaCy: check half, µs per message",
        columns=["what", "who", "right", "p50", "p99"],
        rows=rows,
        aims=aims,
        notes=["guanjia reads intent, category, urgency and all answers in its time, spaCy one label."],
    )


def _intents(example: Example) -> frozenset[str]:
    return example.intents


def _categories(example: Example) -> frozenset[str]:
    return example.categories


def _ours(check: Sequence[Example], kind: str, right: Callable[[Example], frozenset[str]]) -> Found:
    prepare()
    labels, spent = [], []
    for example in check:
        started = time.perf_counter()
        said = understand(example.text, language=example.language)
        spent.append((time.perf_counter() - started) * 1e6)
        labels.append(getattr(said, kind))
    return _found(check, labels, spent, right)


def _theirs(
    build: Sequence[Example],
    check: Sequence[Example],
    kind: str,
    right: Callable[[Example], frozenset[str]],
    rounds: int,
) -> Found:
    told = {
        "train": [[example.text, getattr(example, kind)] for example in build],
        "test": [example.text for example in check],
        "spaced": phrases(check[0].language).spaced,
        "rounds": rounds,
    }
    answer = subprocess.run(
        [PEER_PYTHON, str(PEER)], input=json.dumps(told), capture_output=True, text=True, check=True
    )
    found = json.loads(answer.stdout)
    return _found(check, found["labels"], found["microseconds"], right)


def _found(
    check: Sequence[Example],
    labels: Sequence[str],
    spent: Sequence[float],
    right: Callable[[Example], frozenset[str]],
) -> Found:
    hits = sum(label in right(example) for example, label in zip(check, labels, strict=True))
    return Found(right=hits / len(check), p50=share(spent, 0.5), p99=share(spent, 0.99))

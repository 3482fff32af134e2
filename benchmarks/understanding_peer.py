"""Understanding beside spaCy's and Rasa's classifiers: taught the build half of the examples, asked the check half."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from benchmarks.classifiers import Classifier, installed
from benchmarks.report import Aim, Report, share
from bot.understanding import prepare, understand
from bot.understanding.labelled import Example, examples_of, of_half
from bot.understanding.phrases import phrases

LANGUAGES = ("zh_CN", "en")
ONE_LABEL = "guanjia reads intent, category, urgency and all answers in its time, a peer one label, a model for each."
NO_DIET = "Rasa's DIET was left out: it takes more than a glance, and a Python 3.10 (make bench PYTHON310=… names it)."


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """How often spaCy and DIET see the build half (DIET is left out at 0), and how much of it."""

    rounds: int = 12
    epochs: int = 100
    examples: int | None = None


QUICK = Effort(rounds=2, epochs=0, examples=120)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """How many of the labels were right, and what a message took."""

    right: float
    p50: float
    p99: float


def run(effort: Effort = Effort()) -> Report:
    """Intents and categories, language by language."""
    rows: list[list[str]] = []
    aims: list[Aim] = []
    peers = installed(rounds=effort.rounds, epochs=effort.epochs)
    for language in LANGUAGES:
        build, check = (of_half(examples_of(language), half)[: effort.examples] for half in ("build", "check"))
        for kind, right in (("intent", _intents), ("category", _categories)):
            ours = _ours(check, kind, right)
            theirs = {peer.name: _theirs(peer, build, check, kind, right) for peer in peers}
            what = f"{language} {kind}"
            rows += [_row(what, name, found) for name, found in ({"guanjia": ours} | theirs).items()]
            aims += [aim for name, found in theirs.items() for aim in _beside(what, name, ours, found)]
    return Report(
        title="understanding beside other classifiers: check half, µs per message",
        columns=["what", "who", "right", "p50", "p99"],
        rows=rows,
        aims=aims,
        notes=[ONE_LABEL] if len(peers) > 1 else [ONE_LABEL, NO_DIET],
    )


def _row(what: str, name: str, found: Found) -> list[str]:
    return [what, name, f"{found.right:.1%}", f"{found.p50:.0f}", f"{found.p99:.0f}"]


def _beside(what: str, name: str, ours: Found, theirs: Found) -> Iterator[Aim]:
    yield Aim(f"{what}: right beside {name}", ours.right / theirs.right, "×", at_least=1)
    yield Aim(f"{what}: speed beside {name}", theirs.p50 / ours.p50, "×", at_least=1)


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
    peer: Classifier,
    build: Sequence[Example],
    check: Sequence[Example],
    kind: str,
    right: Callable[[Example], frozenset[str]],
) -> Found:
    told = {
        "train": [[example.text, getattr(example, kind)] for example in build],
        "test": [example.text for example in check],
        "spaced": phrases(check[0].language).spaced,
    }
    found = peer.answer(told)
    return _found(check, found["labels"], found["microseconds"], right)


def _found(
    check: Sequence[Example],
    labels: Sequence[str],
    spent: Sequence[float],
    right: Callable[[Example], frozenset[str]],
) -> Found:
    hits = sum(label in right(example) for example, label in zip(check, labels, strict=True))
    return Found(right=hits / len(check), p50=share(spent, 0.5), p99=share(spent, 0.99))

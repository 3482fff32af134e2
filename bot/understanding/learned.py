"""What people want, weighed by examples: a linear model over the concepts of a message and the rules that fired.

`tools/train_intents.py` makes `weights.json`; nothing but arithmetic is needed to use it.
"""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bot.understanding.lexicon import Hit

WEIGHTS = Path(__file__).with_name("weights.json")
Scores = Sequence[tuple[str, float]]  # labels by weight, heaviest first

LETTERS_PER_UNIT = 2.5  # an English word says what a Chinese character or two say
SHORT, LONG = 20, 60
MATTERS = 3
HIGHEST, LOWEST = 8.0, -4.0
HERE, OURS = "estate", "ours"  # "路灯" alone may be the city's
PLACES = ("outside", "outside_weak", "city", "shop")
ELSEWHERE = frozenset({*PLACES, "letter"})
FEW, MANY = 2, 3
CATEGORY_SCALE, INTENT_SCALE = 6.0, 4.0
PLAIN = 4.0


@dataclass(frozen=True, slots=True)
class Weights:
    """For each feature a weight per label; `bias` stands where nothing is known."""

    labels: tuple[str, ...]
    bias: tuple[float, ...]
    features: Mapping[str, tuple[float, ...]]

    def shares(self, features: Mapping[str, float]) -> dict[str, float]:
        """How likely each label is; together 1."""
        totals = list(self.bias)
        for name, value in features.items():
            for at, weight in enumerate(self.features.get(name, ())):
                totals[at] += weight * value
        highest = max(totals)
        grown = [math.exp(total - highest) for total in totals]
        whole = sum(grown)
        return {label: each / whole for label, each in zip(self.labels, grown, strict=True)}


@cache
def weights() -> Weights:
    """Read the weights."""
    data = json.loads(WEIGHTS.read_bytes())
    return Weights(
        labels=tuple(data["labels"]),
        bias=tuple(data["bias"]),
        features={name: tuple(values) for name, values in data["features"].items()},
    )


def features_of(
    concepts: Mapping[str, Sequence[Hit]], categories: Scores, intents: Scores, *, length: int, spaced: bool
) -> dict[str, float]:
    """What the model looks at: what is mentioned, what it seems to be about, what the rules say, how long it is."""
    found = {f"concept {name}": 1.0 for name in concepts if name != OURS}
    found |= {f"category {label}": score / CATEGORY_SCALE for label, score in categories[:MATTERS]}
    found |= {f"rules {label}": max(LOWEST, min(score, HIGHEST)) / INTENT_SCALE for label, score in intents if score}
    units = length / LETTERS_PER_UNIT if spaced else length
    found[f"length {'long' if units > LONG else 'middling' if units > SHORT else 'short'}"] = 1.0
    if not categories:
        found["category none"] = 1.0
    matter = "a matter" if categories and categories[0][1] >= PLAIN else "no matter"
    for name in ELSEWHERE & concepts.keys():
        where = f"{name} {'with' if HERE in concepts else 'without'} {HERE}"
        found |= {where: 1.0, f"{name} and {matter}": 1.0, f"{where} and {matter}": 1.0}
        if OURS in concepts:
            found[f"{name} with {OURS}"] = 1.0
    found |= dict.fromkeys(_whose(concepts), 1.0)
    if intents:
        found[f"best {intents[0][0]}"] = 1.0
    return found


def _whose(concepts: Mapping[str, Sequence[Hit]]) -> Iterator[str]:
    """Who names the city once names it in passing: how often it is named beside the estate, and which comes first."""
    elsewhere = {hit.start for name in PLACES for hit in concepts.get(name, ())}
    here = {hit.start for name in (HERE, OURS) for hit in concepts.get(name, ())}
    if not elsewhere:
        return
    if len(elsewhere) >= FEW:
        yield "elsewhere few"
    if len(elsewhere) >= MANY:
        yield "elsewhere many"
    if not here:
        return
    yield "elsewhere first" if min(elsewhere) < min(here) else "here first"
    if len(elsewhere) != len(here):
        yield "elsewhere more" if len(elsewhere) > len(here) else "here more"

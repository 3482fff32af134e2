"""What people want, what it is about, and whether it is danger, weighed by examples: linear models over concepts,
fired rules and plain words.

`tools/train_understanding.py` makes `weights.json` and `words.bin`; nothing but arithmetic is needed to use them.
"""

import json
import math
import sys
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from zlib import crc32

from bot.understanding.lexicon import Hit
from bot.understanding.units import units

WEIGHTS, WORDS = Path(__file__).with_name("weights.json"), Path(__file__).with_name("words.bin")
KINDS = (  # in the order of the columns of the table of words
    "intent",
    "category",
    "danger",  # one label: how likely it is that somebody is in danger now
    "hazard",  # which danger, where there is one
)
Scores = Sequence[tuple[str, float]]  # labels by weight, heaviest first

LETTERS_PER_UNIT = 2.5  # an English word says what a Chinese character or two say
SHORT, LONG = 20, 60
MATTERS = 3
HIGHEST, LOWEST = 8.0, -4.0
HERE, OURS = "estate", "ours"  # "路灯" alone may be the city's
PLACES = ("outside", "outside_weak", "city", "shop")
ELSEWHERE = frozenset({*PLACES, "letter"})
FEW, MANY = 2, 3
CATEGORY_SCALE, INTENT_SCALE, MATTER_SCALE = 6.0, 4.0, 2.0
PLAIN = 4.0
MIDDLE = 128
BUCKETS = 12  # bits of a checksum by which words are found faster
SHOWN = 5


@dataclass(frozen=True, slots=True)
class Model:
    """For each feature, and for each word, a weight per label; `bias` stands where nothing is known."""

    labels: tuple[str, ...]
    bias: tuple[float, ...]
    features: Mapping[str, tuple[float, ...]]
    first: int  # the column of the table of words where our labels begin

    def shares(self, features: Mapping[str, float], by_words: Sequence[float]) -> dict[str, float]:
        """How likely each label is; together 1, unless it is the only one."""
        totals = list(self.bias)
        for at, weight in enumerate(by_words[self.first : self.first + len(totals)]):
            totals[at] += weight
        for name, value in features.items():
            for at, weight in enumerate(self.features.get(name, ())):
                totals[at] += weight * value
        if len(totals) == 1:
            return {self.labels[0]: 1 / (1 + math.exp(-totals[0]))}
        highest = max(totals)
        grown = [math.exp(total - highest) for total in totals]
        whole = sum(grown)
        return {label: each / whole for label, each in zip(self.labels, grown, strict=True)}


@dataclass(frozen=True, slots=True)
class Words:
    """What plain words say for each label. They are known by their checksums only: no text is kept.

    Checksums ascend; in their order `rows` holds a byte for each column: MIDDLE says nothing, a step is its scale.
    `starts` says where those begin that share their upper BUCKETS bits.
    """

    checksums: Sequence[int]
    starts: Sequence[int]
    rows: bytes
    scales: tuple[float, ...]

    def find(self, parts: Iterable[str]) -> list[int | None]:
        """Where in `rows` each part begins; None of those that are not known."""
        return [self._find(crc32(part.encode())) for part in parts]

    def _find(self, checksum: int) -> int | None:
        bucket = checksum >> 32 - BUCKETS
        end = self.starts[bucket + 1]
        at = bisect_left(self.checksums, checksum, self.starts[bucket], end)
        return at * len(self.scales) if at < end and self.checksums[at] == checksum else None

    def weigh(self, parts: Iterable[str]) -> tuple[float, ...]:
        """A weight for each column; empty when no part is known."""
        width, rows = len(self.scales), self.rows
        known = [at for at in self.find(parts) if at is not None]
        if not known:
            return ()
        root, nothing = math.sqrt(len(known)), MIDDLE * len(known)
        columns = map(sum, zip(*(rows[at : at + width] for at in known), strict=True))
        return tuple((total - nothing) * scale / root for total, scale in zip(columns, self.scales, strict=True))


@dataclass(frozen=True, slots=True)
class Learned:
    """The models by what they tell (KINDS), and the words that all of them weigh."""

    models: Mapping[str, Model]
    words: Words

    def shares(self, kind: str, features: Mapping[str, float], by_words: Sequence[float]) -> dict[str, float]:
        """How likely each label of a kind is."""
        return self.models[kind].shares(features, by_words)


@cache
def learned() -> Learned:
    """Read the weights."""
    data = json.loads(WEIGHTS.read_bytes())
    first, models = 0, {}
    for kind in KINDS:
        models[kind] = _model(data[kind], first)
        first += len(data[kind]["labels"])
    return Learned(models, _words(WORDS.read_bytes(), data["scales"]))


def _model(data: Mapping[str, Any], first: int) -> Model:
    features = {name: tuple(values) for name, values in data["features"].items()}
    return Model(tuple(data["labels"]), tuple(data["bias"]), features, first)


def _words(content: bytes, scales: Sequence[float]) -> Words:
    """Checksums of four bytes each, the lowest byte first, then as many rows."""
    count = len(content) // (4 + len(scales))
    checksums = array("I", content[: 4 * count])
    if sys.byteorder == "big":
        checksums.byteswap()
    edges = (bucket << 32 - BUCKETS for bucket in range((1 << BUCKETS) + 1))
    starts = array("I", (bisect_left(checksums, edge) for edge in edges))
    return Words(checksums, starts, content[4 * count :], tuple(scales))


def weigh_words(plain: str) -> tuple[float, ...]:
    """What the words of a normalised text say, by column; empty when none is known."""
    return learned().words.weigh(units(plain))


def words_for(plain: str, **labels: str) -> dict[str, float]:
    """Those that speak most for these labels (of intent, category, danger) together, and how strongly."""
    found, parts = learned(), dict.fromkeys(units(plain))
    models = [(found.models[kind], label) for kind, label in labels.items()]
    columns = [model.first + model.labels.index(label) for model, label in models if label in model.labels]
    spoken = {
        part: sum((found.words.rows[at + column] - MIDDLE) * found.words.scales[column] for column in columns)
        for part, at in zip(parts, found.words.find(parts), strict=True) if at is not None
    }  # fmt: skip
    ranked = sorted(spoken.items(), key=lambda item: -item[1])
    return {part: round(weight, 2) for part, weight in ranked[:SHOWN] if weight > 0}


def matters_of(categories: Scores) -> dict[str, float]:
    """What the rules say that it is about, all of it: what the model of categories looks at besides the features."""
    return {f"matter {label}": score / MATTER_SCALE for label, score in categories}


def features_of(
    concepts: Mapping[str, Sequence[Hit]], categories: Scores, intents: Scores, *, length: int, spaced: bool
) -> dict[str, float]:
    """What the model looks at: what is mentioned, what it seems to be about, what the rules say, how long it is."""
    found = {f"concept {name}": 1.0 for name in concepts if name != OURS}
    found |= {f"category {label}": score / CATEGORY_SCALE for label, score in categories[:MATTERS]}
    found |= {f"rules {label}": max(LOWEST, min(score, HIGHEST)) / INTENT_SCALE for label, score in intents if score}
    found[_length(length, spaced=spaced)] = 1.0
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


def dangers_of(concepts: Mapping[str, Sequence[Hit]], hazard: str | None, *, muted: str | None, urgent: bool,
               length: int, spaced: bool) -> dict[str, float]:  # fmt: skip
    """What the model of danger looks at: what is mentioned or denied, the danger that rules see or hold to be moot."""
    found = {f"concept {name}": 1.0 for name in concepts}
    found[_length(length, spaced=spaced)] = 1.0
    if hazard:
        found |= {"hazard": 1.0, f"hazard {hazard}": 1.0}
    elif muted:
        found |= {"muted": 1.0, f"muted {muted}": 1.0}
    if urgent:
        found["urgent"] = 1.0
    return found


def _length(length: int, *, spaced: bool) -> str:
    units = length / LETTERS_PER_UNIT if spaced else length
    return f"length {'long' if units > LONG else 'middling' if units > SHORT else 'short'}"


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

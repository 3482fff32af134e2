"""Learn which times that people name are times for a visit: makes `bot/understanding/visits.json`.

    python -m tools.train_visits            says what a model knows of each file of messages that it never saw
    python -m tools.train_visits --write    writes the weights (seconds)

Learns from every message under `tests/bot/understanding` that says "when", but not from those kept unseen. Needs
scikit-learn, the program does not.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression

from bot.understanding import understand
from bot.understanding.labelled import read_lines
from bot.understanding.normalise import normalise
from bot.understanding.times import times_in
from bot.understanding.visits import WEIGHTS, signs_of

MESSAGES = Path(__file__).parents[1] / "tests" / "bot" / "understanding"
UNSEEN = "unseen"
PARTS = 6
OFTEN = 2  # times that a sign must be seen with
STRENGTH = 1.0  # regularisation, inverted
SMALL = 0.05  # weights below change nothing


@dataclass(frozen=True, slots=True)
class Message:
    """The signs of each time in a message, and which of them is the one for a visit; None if none is."""

    file: str
    times: Sequence[Mapping[str, float]]
    visit: int | None
    is_labelled: bool


def everything() -> list[Message]:
    """All messages in which somebody looked for a time."""
    found: list[Message] = []
    for path in sorted(MESSAGES.rglob("*.jsonl")):
        if UNSEEN in path.parts:
            continue
        for example in read_lines(path.read_bytes())[0]:
            slots = dict(example.slots)
            if "when" in slots:
                found.append(_message(str(path.relative_to(MESSAGES)), example.text, example.language, slots["when"]))
    return found


def _message(file: str, text: str, language: str, when: str | None) -> Message:
    said = understand(text, language=language)
    times = times_in(said.text)
    signs = signs_of(said.text, said.intent, times)
    wanted = normalise(when or "").plain
    start = said.text.find(wanted)
    shared = [min(each.end, start + len(wanted)) - max(each.start, start) for each in times] if when else []
    most = max(shared, default=0)
    return Message(file, signs, shared.index(most) if most > 0 else None, when is not None)


def train(seen: Sequence[Message]) -> tuple[float, dict[str, float]]:
    """The bias and a weight for each sign."""
    signs = [each for message in seen for each in message.times]
    often = Counter(sign for each in signs for sign in each)
    kept = [{sign: value for sign, value in each.items() if often[sign] >= OFTEN} for each in signs]
    table = DictVectorizer()
    features = table.fit_transform(kept)
    right = [at == message.visit for message in seen for at in range(len(message.times))]
    model = LogisticRegression(C=STRENGTH, max_iter=1000).fit(features, right)
    weights = zip(table.get_feature_names_out(), model.coef_[0], strict=True)
    return float(model.intercept_[0]), {
        sign: round(float(weight), 2) for sign, weight in weights if abs(weight) >= SMALL
    }


def leave_out(seen: Sequence[Message]) -> None:
    """Print what models that never saw a sixth of the files find in it."""
    part_of = {message.file: crc32(message.file.encode()) % PARTS for message in seen}
    counted: Counter[str] = Counter()
    for part in range(PARTS):
        bias, weights = train([message for message in seen if part_of[message.file] != part])
        for message in (message for message in seen if part_of[message.file] == part):
            totals = [
                bias + sum(weights.get(sign, 0) * value for sign, value in each.items()) for each in message.times
            ]
            best = max(range(len(totals)), key=totals.__getitem__, default=None)
            found = best if best is not None and totals[best] >= 0 else None
            counted["labelled" if message.is_labelled else "none"] += 1
            if message.is_labelled:
                counted["found"] += found is not None and found == message.visit
            else:
                counted["false"] += found is not None
    print(f"{counted['found']} of {counted['labelled']} found, {counted['false']} of {counted['none']} false")


def main() -> None:
    """Measure, and write when told to."""
    seen = everything()
    print(f"{len(seen)} messages, {sum(len(message.times) for message in seen)} times")
    if "--write" in sys.argv:
        bias, weights = train(seen)
        lines = ",\n".join(f"{json.dumps(sign, ensure_ascii=False)}: {weight}" for sign, weight in weights.items())
        WEIGHTS.write_text(f'{{"bias": {bias:.2f}, "signs": {{\n{lines}\n}}}}\n', encoding="utf-8")
    else:
        leave_out(seen)


if __name__ == "__main__":
    main()

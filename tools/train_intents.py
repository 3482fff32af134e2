"""Makes bot/understanding/weights.json from the build half of the examples and the batches of the tests.

Run it where scikit-learn and requirements.txt are installed (an environment of its own: the program never needs it):

    python -m tools.train_intents            says what leave-one-batch-out tells, rules alone beside rules and model
    python -m tools.train_intents --write    ... and writes the weights

The check half is never read here. A batch is left out as a whole, because messages of one writer resemble each other:
pooled cross-validation flatters.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression

from bot.understanding.intent import judge_category, judge_intent
from bot.understanding.labelled import Example, examples_of, of_half, read_lines
from bot.understanding.learned import WEIGHTS, features_of
from bot.understanding.lexicon import by_concept, lexicon
from bot.understanding.normalise import normalise
from bot.understanding.phrases import guess_language, languages, phrases
from bot.understanding.rules import rulebook
from bot.understanding.urgency import EMERGENCY, judge_urgency

BATCHES = Path(__file__).parents[1] / "tests" / "bot" / "understanding" / "batches"
STRENGTH = 0.2  # of the regularisation, inverted
RARE = 0.25  # how much more what is rarely wanted counts: 0 not at all, 1 as much as what is often wanted
SMALL = 0.02  # weights below change nothing

Row = tuple[Example, dict[str, float], str]  # what the model sees, and what the rules alone say


def rows(examples: Sequence[Example]) -> Iterator[Row]:
    """Emergencies, steering words and what says nothing are decided before the model is asked."""
    for example in examples:
        said = normalise(example.text)
        known = phrases(guess_language(said.plain) or example.language)
        found = by_concept(lexicon(known.language).find(said), rulebook().groups)
        if judge_urgency(found, known.reach, said.plain)[0] == EMERGENCY:
            continue
        if example.intent == EMERGENCY or said.plain.strip(" .,!?~。、…;:") in known.control:
            continue
        category = judge_category(found, known.reach, len(said.plain))
        intent = judge_intent(found, category, known.reach)
        if not (category.fired or intent.fired):
            continue
        features = features_of(found, category.scores, intent.scores, length=len(said.plain), spaced=known.spaced)
        yield example, features, intent.best


def train(rows: Sequence[Row]) -> tuple[DictVectorizer, LogisticRegression]:
    """Fit to rows."""
    table = DictVectorizer()
    features = table.fit_transform([features for _, features, _ in rows])
    wanted = [str(example.intent) for example, _, _ in rows]
    often = Counter(wanted)
    weight = {intent: (len(wanted) / len(often) / times) ** RARE for intent, times in often.items()}
    model = LogisticRegression(C=STRENGTH, max_iter=600, class_weight=weight)
    model.fit(features, wanted)
    return table, model


def leave_one_out(build: Sequence[Row], batches: Mapping[str, Sequence[Row]]) -> None:
    """Print, for every batch, what the rules and what the model trained on all others get right."""
    by_rules = by_model = total = 0
    for left_out, tested in batches.items():
        table, model = train([*build, *(row for name, some in batches.items() if name != left_out for row in some)])
        guessed = model.predict(table.transform([features for _, features, _ in tested]))
        rules = sum(best in example.intents for example, _, best in tested)
        right = sum(guess in example.intents for guess, (example, _, _) in zip(guessed, tested, strict=True))
        print(f"{left_out:16} {len(tested):4}  rules {rules / len(tested):6.1%}  model {right / len(tested):6.1%}")
        by_rules, by_model, total = by_rules + rules, by_model + right, total + len(tested)
    print(f"{'all':16} {total:4}  rules {by_rules / total:6.1%}  model {by_model / total:6.1%}")


def written(table: DictVectorizer, model: LogisticRegression) -> dict[str, Any]:
    """The model as data."""
    columns = {
        name: [round(float(weight), 2) for weight in model.coef_[:, at]]
        for at, name in enumerate(table.get_feature_names_out())
    }
    return {
        "labels": list(model.classes_),
        "bias": [round(float(each), 2) for each in model.intercept_],
        "features": {name: each for name, each in columns.items() if max(map(abs, each)) >= SMALL},
    }


def main() -> None:
    """Measure, and write when told to."""
    build = [row for language in languages() for row in rows(of_half(examples_of(language), "build"))]
    read = {path.stem: read_lines(path.read_bytes())[0] for path in sorted(BATCHES.glob("*.jsonl"))}
    batches = {name: tuple(rows(examples)) for name, examples in read.items()}
    leave_one_out(build, batches)
    if "--write" in sys.argv:
        model = written(*train([*build, *(row for some in batches.values() for row in some)]))
        lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(each)}" for name, each in model["features"].items())
        head = f'"labels": {json.dumps(model["labels"])},\n"bias": {json.dumps(model["bias"])}'
        WEIGHTS.write_text(f'{{{head},\n"features": {{\n{lines}\n}}}}\n', encoding="utf-8")


if __name__ == "__main__":
    main()

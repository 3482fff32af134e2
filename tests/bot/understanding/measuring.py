"""Labelled examples, split in two halves, and how well understanding does on them."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from bot.understanding import understand
from bot.understanding.phrases import LOCALES, load


@dataclass(frozen=True, slots=True)
class Example:
    language: str
    text: str
    intent: str
    category: str
    urgency: str
    also: frozenset[tuple[str, str]]

    @property
    def is_for_checking(self) -> bool:
        """Half of them, always the same half: these are never looked at while improving."""
        return hashlib.sha256(self.text.encode()).digest()[0] % 2 == 1

    @property
    def intents(self) -> frozenset[str]:
        return frozenset({self.intent, *(intent for intent, _ in self.also)})

    @property
    def categories(self) -> frozenset[str]:
        return frozenset({self.category, *(category for _, category in self.also)})


@dataclass(frozen=True, slots=True)
class Score:
    """Shares between 0 and 1."""

    examples: int
    intent: float
    category: float
    urgency: float
    emergencies_recalled: float
    false_alarms: float
    false_opens: float


@cache
def examples(language: str) -> tuple[Example, ...]:
    return tuple(_read(language))


def _read(language: str) -> Iterator[Example]:
    for labels, lines in load(LOCALES / language / "examples.yaml")["examples"].items():
        intent, category, urgency = labels.split()
        for line in lines:
            text, alt = (line["text"], line["alt"]) if isinstance(line, dict) else (line, ())
            also = frozenset((other.partition(":")[0], other.partition(":")[2]) for other in alt)
            yield Example(language, text, intent, category, urgency, also)


def measure(chosen: Sequence[Example]) -> Score:
    said = [(example, understand(example.text, language=example.language)) for example in chosen]
    danger = [each for each in said if each[0].urgency == "emergency"]
    calm = [each for each in said if each[0].urgency != "emergency"]
    outside = [each for each in said if each[0].intent == "out_of_scope"]
    matters = [each for each in said if each[0].categories != {"none"}]
    return Score(
        examples=len(said),
        intent=_share(understood.intent in example.intents for example, understood in said),
        category=_share(understood.category in example.categories for example, understood in matters),
        urgency=_share(understood.urgency == example.urgency for example, understood in said),
        emergencies_recalled=_share(understood.urgency == "emergency" for _, understood in danger),
        false_alarms=_share(understood.urgency == "emergency" for _, understood in calm),
        false_opens=_share(understood.intent in {"repair", "complaint", "emergency"} for _, understood in outside),
    )


def _share(rights: Iterator[bool]) -> float:
    counted = list(rights)
    return round(sum(counted) / len(counted), 3) if counted else 1.0

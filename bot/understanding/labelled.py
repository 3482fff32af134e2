"""Labelled messages: from a language's `examples.yaml`, or from lines of JSON that somebody else wrote."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from bot.understanding.phrases import LOCALES, languages, load

Half = Literal["build", "check", "all"]
INTENTS = frozenset({
    "repair", "complaint", "inquiry", "fee", "renovation", "emergency", "progress", "suggestion", "praise", "human",
    "control", "chitchat", "out_of_scope",
})  # fmt: skip
CATEGORIES = frozenset({
    "water_supply", "leak", "drainage", "plumbing_fixture", "electric", "elevator", "noise", "parking", "hygiene",
    "security", "public_facility", "greenery", "gas_heating", "door_window_access", "wall_structure",
    "illegal_construction", "fee", "property_service", "fire_safety", "pets", "cooking_fume", "maintenance_fund",
    "owners_committee", "renovation", "appliance", "hvac", "furniture_fixture", "other", "none",
})  # fmt: skip
URGENCIES = frozenset({"emergency", "normal", "planned"})
KNOWN = {"intent": INTENTS, "category": CATEGORIES, "urgency": URGENCIES}
SLOTS = ("room", "when", "phone")


@dataclass(frozen=True, slots=True)
class Example:
    """A message and what is right about it; None where nobody said. `also` holds other right (intent, category)."""

    text: str
    language: str
    intent: str | None = None
    category: str | None = None
    urgency: str | None = None
    also: frozenset[tuple[str, str]] = frozenset()
    hazard: str | None = None  # of an emergency: what advice it needs
    slots: tuple[tuple[str, str | None], ...] = ()  # only those that were labelled; None: there is none to be read

    @property
    def half(self) -> Half:
        """Always the same half: "check" is never looked at while improving."""
        return "check" if hashlib.sha256(self.text.encode()).digest()[0] % 2 else "build"

    @property
    def intents(self) -> frozenset[str]:
        """Every right intent."""
        return frozenset({self.intent or "", *(intent for intent, _ in self.also)})

    @property
    def categories(self) -> frozenset[str]:
        """Every right category."""
        return frozenset({self.category or "", *(category for _, category in self.also)})


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that cannot be used, and why: the key of a sentence, and the words that it is about."""

    number: int
    key: str
    about: str = ""


def of_half(examples: Iterable[Example], half: Half) -> tuple[Example, ...]:
    """Those that belong to one half, or all."""
    return tuple(example for example in examples if half in (example.half, "all"))


@cache
def examples_of(language: str) -> tuple[Example, ...]:
    """What `locales/<language>/examples.yaml` holds."""
    return tuple(_written(language))


def _written(language: str) -> Iterator[Example]:
    for labels, lines in load(LOCALES / language / "examples.yaml")["examples"].items():
        intent, category, urgency = labels.split()
        for line in lines:
            text, alt = (line["text"], line["alt"]) if isinstance(line, dict) else (line, ())
            yield Example(text, language, intent, category, urgency, _also(alt))


def _also(alt: Iterable[str]) -> frozenset[tuple[str, str]]:
    return frozenset((intent, category) for intent, _, category in (each.partition(":") for each in alt))


def read_lines(content: bytes) -> tuple[tuple[Example, ...], tuple[BadLine, ...]]:
    """Read lines of JSON: those that make sense, and those that do not; empty lines are passed over."""
    read = [_line(number, line) for number, line in enumerate(content.removeprefix(b"\xef\xbb\xbf").splitlines(), 1)]
    good = tuple(each for each in read if isinstance(each, Example))
    return good, tuple(each for each in read if isinstance(each, BadLine))


def _line(number: int, line: bytes) -> Example | BadLine | None:
    if not line.strip():
        return None
    try:
        data = json.loads(line)
    except ValueError:  # what is no JSON, and what is no UTF-8
        return BadLine(number, "evaluate-no-json")
    if not isinstance(data, dict) or not isinstance(data.get("text"), str) or not data["text"].strip():
        return BadLine(number, "evaluate-no-text")
    wrong = next(_wrong(data), None)
    return BadLine(number, "evaluate-bad-label", wrong) if wrong else _example(data)


def _wrong(data: Mapping[str, Any]) -> Iterator[str]:
    """Whatever is not one of the known labels, or not of the kind that it should be."""
    for name, known in KNOWN.items():
        if data.get(name) is not None and data[name] not in tuple(known):
            yield f"{name}: {data[name]}"
    for name in ("lang", "hazard", *SLOTS):
        if not isinstance(data.get(name), str | None):
            yield f"{name}: {data[name]}"
    alt = data.get("alt") or ()
    if not isinstance(alt, list | tuple):
        yield f"alt: {alt}"
        return
    for each in alt:
        intent, _, category = each.partition(":") if isinstance(each, str) else ("", "", "")
        if intent not in INTENTS or category not in CATEGORIES | {""}:
            yield f"alt: {each}"


def _example(data: Mapping[str, Any]) -> Example:
    return Example(
        text=data["text"],
        language=language_of(data.get("lang")),
        intent=data.get("intent"),
        category=data.get("category"),
        urgency=data.get("urgency"),
        also=_also(data.get("alt") or ()),
        hazard=data.get("hazard"),
        slots=tuple((name, data[name]) for name in SLOTS if name in data),
    )


def language_of(tag: str | None) -> str:
    """Our name for a language, whatever dialect of it is named: "zh-TW", "zh_CN" and "zh" are one to understanding."""
    wanted = (tag or "").replace("_", "-").split("-")[0].lower()
    return next((name for name in languages() if name.split("_")[0] == wanted), wanted)

"""The language data: one folder of `locales/` per language, read once, when first needed."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

LOCALES = Path(__file__).parents[2] / "locales"
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
RULES = Path(__file__).with_name("rules.yaml")


@dataclass(frozen=True, slots=True)
class Phrases:
    """What one language's `phrases.yaml` says."""

    language: str
    unit: re.Pattern[str]  # what counts as one unit of this language, to guess the language of a message
    spaced: bool  # words stand apart (English) or run together (Chinese)
    suffixes: tuple[str, ...]  # endings that make no difference
    reach: int  # how many units apart the words of one thought may stand
    negation_reach: int
    rewrite: Mapping[str, str]
    control: Mapping[str, str]  # whole message -> control
    courtesy: re.Pattern[str]  # what may stand before and after a control
    goes_on: re.Pattern[str]  # how a clause begins that says more of the same thing
    joints: re.Pattern[str]  # words between two matters
    corrections: tuple[re.Pattern[str], ...]  # how people take something back: (wrong and) right
    concepts: Mapping[str, tuple[str, ...]]
    patterns: Mapping[str, tuple[re.Pattern[str], ...]]
    misheard: frozenset[str]  # concepts whose words are also known by their sound
    never_misspelt: frozenset[str]


@cache
def languages() -> tuple[str, ...]:
    """Every language that has phrases."""
    return tuple(sorted(path.parent.name for path in LOCALES.glob("*/phrases.yaml")))


@cache
def phrases(language: str) -> Phrases:
    """Read one language's phrases."""
    data = load(LOCALES / language / "phrases.yaml")
    return Phrases(
        language=language,
        unit=re.compile(data["unit"]),
        spaced=data["spaced"],
        suffixes=tuple(data["suffixes"]),
        reach=data["reach"],
        negation_reach=data["negation_reach"],
        rewrite=data["rewrite"],
        control={word: control for control, words in data["control"].items() for word in listed(words)},
        courtesy=re.compile(data["courtesy"]),
        goes_on=re.compile(data["goes_on"]),
        joints=re.compile(data["joints"]),
        corrections=tuple(map(re.compile, data["corrections"])),
        concepts={concept: listed(words) for concept, words in data["concepts"].items()},
        patterns={concept: tuple(map(re.compile, found)) for concept, found in data["patterns"].items()},
        misheard=frozenset(listed(data["misheard"])),
        never_misspelt=frozenset(listed(data["never_misspelt"])),
    )


def load(path: Path) -> Any:
    """Read YAML with libyaml where it is there: ten times faster."""
    return yaml.load(path.read_bytes(), Loader=_Loader)  # noqa: S506  # it is a safe one


def listed(words: str) -> tuple[str, ...]:
    """Split "leak, drip" into its words."""
    return tuple(word for word in (part.strip() for part in str(words).split(",")) if word)


def guess_language(plain: str) -> str | None:
    """Name the language that most of the message is written in; None when it holds no words at all."""
    counted = [(len(phrases(language).unit.findall(plain)), language) for language in languages()]
    most, language = max(counted)
    return language if most else None

"""Is a time that somebody names one for a visit, or does it tell when something happened: weighed by examples.

`tools/train_visits.py` makes `visits.json` from every labelled message that says when somebody may come, or that no
time in it says so.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bot.understanding.learned import Model
from bot.understanding.units import units

WEIGHTS = Path(__file__).with_name("visits.json")
VISIT = "visit"
NEAR = 40  # characters on either side that are weighed
WORD, NEXT, ITSELF = 0.7, 0.5, 0.7  # how much each of the many words counts beside the other signs
LENGTHS = ((8, "word or two"), (20, "short"), (60, "middling"))
MANY = 3

_token = re.compile(r"[a-z][a-z']*|[0-9]+|[\u4e00-\u9fff]|[,.;:!?]")


@dataclass(frozen=True, slots=True)
class Said:
    """A time in a message, and what stands around it."""

    start: int
    end: int
    words: str
    kinds: frozenset[str]  # of what it is made
    before: str  # in its clause
    after: str
    follows: str  # beyond the clause
    is_instead: bool  # of another one
    is_vague: bool  # no day and no hour: "any time", "in the morning"
    is_alone: bool  # nothing else is said in its clause


@cache
def weights() -> Model:
    """Read what speaks for a visit."""
    data = json.loads(WEIGHTS.read_bytes())
    signs = {sign: (weight,) for sign, weight in data["signs"].items()}
    return Model(labels=(VISIT,), bias=(data["bias"],), features=signs, first=0)


def how_likely(signs: Mapping[str, float]) -> float:
    """That the time with these signs is one for a visit, 0 to 1."""
    return weights().shares(signs, ())[VISIT]


def signs_of(plain: str, wish: str, times: Sequence[Said]) -> list[dict[str, float]]:
    """What is weighed of each of the times in a normalised message with a wish."""
    length = len(_token.findall(plain)) if times else 0
    message = {f"wish {wish}": 1.0, f"message {next((name for most, name in LENGTHS if length < most), 'long')}": 1.0}
    return [message | _signs(plain, said, at, len(times)) for at, said in enumerate(times)]


def _signs(plain: str, said: Said, at: int, of: int) -> dict[str, float]:
    found = dict.fromkeys(_form(plain, said, at, of), 1.0)
    found |= dict.fromkeys(_beside(plain, said), 1.0)
    for word in units(f"{said.before[-NEAR:]} , {said.after[:NEAR]}"):
        found[f"with {word}"] = WORD
    for word in units(said.follows):
        found[f"then {word}"] = NEXT
    for word in units(said.words):
        found[f"time {word}"] = ITSELF
    return found


def _form(plain: str, said: Said, at: int, of: int) -> Iterator[str]:
    yield from (f"of {kind}" for kind in said.kinds)
    yield f"times {min(of, MANY)}"
    yield "earliest" if at == 0 else "last" if at == of - 1 else "amid"
    begins, ends = not plain[: said.start].strip(" ,."), not plain[said.end :].strip(" ,.!?。")
    marks = {
        "begins": begins, "ends": ends, "is all": begins and ends, "instead": said.is_instead, "vague": said.is_vague,
        "alone": said.is_alone, "asks": "?" in said.after + said.follows,
    }  # fmt: skip
    yield from (mark for mark, holds in marks.items() if holds)


def _beside(plain: str, said: Said) -> Iterator[str]:
    """The words right before and after, one and two of them, with marks between."""
    before = _tokens(plain[max(0, said.start - NEAR) : said.start])
    after = _tokens(plain[said.end : said.end + NEAR])
    yield from (f"before {' '.join(before[-size:])}" for size in (1, 2) if len(before) >= size)
    yield from (f"after {' '.join(after[:size])}" for size in (1, 2) if len(after) >= size)


def _tokens(plain: str) -> list[str]:
    return ["0" if token[0].isdigit() else token for token in _token.findall(plain)]

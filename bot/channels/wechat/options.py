"""Buttons where there are none: a numbered list, and which of it an answer means."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from bot.channels.base import Button, Outgoing
from bot.channels.wechat.text import plain
from bot.understanding.numerals import digits
from bot.understanding.phrases import LOCALES, languages, load
from domain.messaging.wechat import Option

LONGEST = 40  # characters: whoever writes more tells a story
_NOISE = re.compile(r"[^\w]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Choosing:
    """How people name one of several, in all our languages: `choosing` in phrases.yaml."""

    counted: tuple[re.Pattern[str], ...]  # one group: the number
    last: tuple[re.Pattern[str], ...]
    numbers: dict[str, int]  # "second": 2


def numbered(message: Outgoing) -> tuple[list[str], list[Option]]:
    """The lines under the text, and what each number stands for; links stand by themselves."""
    lines: list[str] = []
    options: list[Option] = []
    for button in (one for row in message.buttons for one in row):
        label = plain(button.label)
        if button.data:
            options.append((label, button.data))
            lines.append(f"{len(options)}. {label}")
        elif button.url:
            lines.append(f"{label}: {button.url}")
    return lines, options


def asks_for(message: Outgoing, what: str) -> bool:
    """Is there a button that would ask WeChat for something which it never gives?"""
    buttons: Sequence[Button] = [one for row in message.buttons for one in row]
    return any(one.ask == what for one in buttons)


def chosen(text: str, options: Sequence[Option]) -> str | None:
    """What the chosen option carries: named by its number, its place or its words; None for everything else."""
    said = _bare(text)
    if not options or not said or len(text) > LONGEST:
        return None
    for label, data in options:
        if _bare(label) == said:
            return data
    number = _number(said, len(options))
    return options[number - 1][1] if number and number <= len(options) else None


def _bare(text: str) -> str:
    """Without punctuation, signs and width: "２。" is "2", "✅ 发送" is "发送"."""
    return _NOISE.sub(" ", unicodedata.normalize("NFKC", text)).strip().casefold()


def _number(said: str, count: int) -> int | None:
    words = _choosing()
    if any(one.fullmatch(said) for one in words.last):
        return count
    for pattern in words.counted:
        if found := pattern.fullmatch(said):
            named = found[1]
            number = str(words.numbers.get(named, "")) or digits(named)
            return int(number) if number.isascii() and number.isdecimal() else None
    return None


@cache
def _choosing() -> Choosing:
    data = [load(LOCALES / language / "phrases.yaml")["choosing"] for language in languages()]
    return Choosing(
        counted=tuple(re.compile(one) for each in data for one in each["counted"]),
        last=tuple(re.compile(one) for each in data for one in each["last"]),
        numbers={word: number for each in data for word, number in each["numbers"].items()},
    )

"""What one cell says: each reader gives a value, or refuses with the reason."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from math import isfinite
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from domain.errors import Refusal
from domain.register import phones
from domain.register.intake.model import Value, Words

Reader = Callable[[Value, Words], object]  # the value is never blank
SEPARATORS = re.compile(r"[,;/、|\n]+")  # the wide ones are narrow after NFKC
_INVISIBLE = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060\ufeff]+")


class BadValue(Refusal):
    """This cell cannot be read as what its column holds."""


def blank(value: Value) -> bool:
    """Does the cell say nothing?"""
    return value is None or (isinstance(value, str) and not value.strip("\ufeff\u200b \t\r\n\xa0\u3000"))


def written(value: Value) -> str:
    """A cell as one would have written it as text: Excel's 1201.0 is "1201", a time is "08:30"."""
    if isinstance(value, str):
        return (
            value
            if value.isascii() and value.isprintable()
            else _INVISIBLE.sub("", unicodedata.normalize("NFKC", value))
        )
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return format(value, ".15g") if not value.is_integer() else str(int(value))
    if isinstance(value, time):
        return value.strftime("%H:%M")
    return str(value)


def clean(value: Value) -> str:
    """As :func:`written`, trimmed, with single spaces."""
    return " ".join(written(value).split())


def text(limit: int) -> Reader:
    """Words of at most *limit* characters."""

    def read(value: Value, _: Words) -> str:
        return _fit(clean(value), limit)

    return read


def code(name: str, limit: int = 20) -> Reader:
    """The bare number or name of a building, an entrance or a room: "3栋" is "3"."""

    def read(value: Value, words: Words) -> str:
        if isinstance(value, date | time | timedelta):
            raise BadValue("intake-became-date", value=clean(value))
        if isinstance(value, float) and not value.is_integer():
            raise BadValue("intake-became-number", value=clean(value))
        plain = re.sub(r"^(\d+)\.0+$", r"\1", clean(value))
        bare = words.affixes[name].sub("", plain) if name in words.affixes else plain
        return _fit(bare or plain, limit)

    return read


def _fit(plain: str, limit: int) -> str:
    if len(plain) > limit:
        raise BadValue("intake-too-long", limit=limit, length=len(plain))
    return plain


def phone(value: Value, _: Words) -> str:
    """A phone number's digits (see domain.register.phones)."""
    plain = clean(value)
    number = phones.normalise(re.sub(r"^(\d+)\.0+$", r"\1", plain)) if not isinstance(value, date) else None
    if number is None:
        raise BadValue("intake-bad-phone", value=plain)
    return number


def telegram_id(value: Value, _: Words) -> str:
    """A person's numeric id: positive, unlike a group's; never an @name."""
    plain = re.sub(r"\.0+$", "", clean(value))
    if not re.fullmatch(r"[1-9]\d{0,15}", plain, re.ASCII):
        raise BadValue("intake-bad-telegram-id", value=plain)
    return plain


def decimal(low: float, high: float, *, key: str, above: bool = False) -> Reader:
    """A number from *low* (or only *above* it) to *high*."""

    def read(value: Value, _: Words) -> float:
        plain = clean(value)
        try:
            number = float(plain) if not isinstance(value, bool) else float("nan")
        except ValueError:
            raise BadValue("intake-not-a-number", value=plain) from None
        if not isfinite(number):
            raise BadValue("intake-not-a-number", value=plain)
        if not low <= number <= high or (above and number == low):
            raise BadValue(key, value=plain, low=f"{low:,.15g}", high=f"{high:,.15g}")
        return number

    return read


def day(value: Value, words: Words) -> date:
    """A real date, or one written as year, month, day."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    plain = clean(value).replace(" ", "") if isinstance(value, str) else ""
    for pattern in words.dates:
        try:
            return datetime.strptime(plain, pattern).replace(tzinfo=UTC).date()
        except ValueError:
            continue  # the next way of writing dates may fit
    raise BadValue("intake-bad-date", value=clean(value))


def zone(value: Value, _: Words) -> str:
    """The name of a timezone that exists."""
    name = clean(value)
    try:
        return ZoneInfo(name).key
    except (ZoneInfoNotFoundError, ValueError, OSError):  # unknown; not a name at all; a folder of the database
        raise BadValue("intake-unknown-timezone", value=name) from None


def one_of(choices: str) -> Reader:
    """One word of an enumeration, in any language."""

    def read(value: Value, words: Words) -> str:
        return choose(clean(value), choices, words)

    return read


def any_of(choices: str) -> Reader:
    """Several words of an enumeration; "none" says that there are none."""

    def read(value: Value, words: Words) -> frozenset[str]:
        plain = several(value)
        if len(plain) == 1 and words.nothing.meaning(plain[0]) is not None:
            return frozenset()
        return frozenset(choose(word, choices, words) for word in plain)

    return read


def names(value: Value, _: Words) -> frozenset[str]:
    """Several names."""
    return frozenset(several(value))


def several(value: Value) -> list[str]:
    """The parts of a list, however they are separated."""
    return [part for part in (clean(part) for part in SEPARATORS.split(written(value))) if part]


def choose(word: str, choices: str, words: Words) -> str:
    """What *word* means in an enumeration."""
    lexicon = words.choices[choices]
    if (meaning := lexicon.meaning(word)) is None:
        near = lexicon.near(word)
        raise BadValue("intake-unknown-word-near" if near else "intake-unknown-word", value=word, near=near)
    return meaning

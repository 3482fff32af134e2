"""The words: every sentence by its key and language, and times and sums as people write them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cache
from gettext import c2py
from html import escape
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_time
from babel.messages.pofile import read_po

DEFAULT = "zh_CN"
Sentence = tuple[tuple[str, ...], Callable[[int], int]]


class Said(str):
    """Words of ours, safe to show as they are: Words.say does not escape them again."""

    __slots__ = ()


class Words:
    """Sentences from locales/<language>/LC_MESSAGES/*.po; adding a language is adding a folder."""

    def __init__(self, folder: Path) -> None:
        self._sentences = {path.parent.name: _read(path) for path in sorted(folder.glob("*/LC_MESSAGES"))}

    @property
    def languages(self) -> tuple[str, ...]:
        """What we speak."""
        return tuple(self._sentences)

    def keys(self, language: str) -> frozenset[str]:
        """Every key that the language has."""
        return frozenset(self._sentences[language])

    def say(self, key: str, language: str, **values: Any) -> Said:
        """The sentence with its values put in, safe to show: what people wrote is escaped. *count* chooses the plural.

        :raises KeyError: no such sentence in the language
        """
        forms, plural = self._sentences[language][key]
        form = forms[plural(values["count"])] if len(forms) > 1 else forms[0]
        safe = {name: escape(value, quote=False) if type(value) is str else value for name, value in values.items()}
        return Said(form.format_map(safe))

    def closest(self, hint: str | None) -> str:
        """The language we speak that is nearest to a platform's hint ("zh-hans", "en-GB"); ours by default."""
        if hint:
            wanted = hint.replace("_", "-").split("-")[0].lower()
            for language in self._sentences:
                if language.split("_")[0] == wanted:
                    return language
        return DEFAULT

    def named(self, text: str) -> str | None:
        """The language that somebody names by its code or in its own words: "en", "English", "中文"."""
        wanted = text.strip().casefold()
        for language in self._sentences:
            if wanted in (language.casefold(), language.split("_")[0], self.say("language-name", language).casefold()):
                return language
        return None

    def moment(self, when: datetime, *, now: datetime, language: str, timezone: str) -> str:
        """A time as one says it: "今天 15:30", "tomorrow 9:00 AM", "11月23日周一 09:00"."""
        zone = ZoneInfo(timezone)
        local = when.astimezone(zone)
        clock = format_time(local, "short", locale=_locale(language))
        near = {-1: "day-yesterday", 0: "day-today", 1: "day-tomorrow"}
        key = near.get((local.date() - now.astimezone(zone).date()).days)
        return f"{self.say(key, language) if key else self.day(when, language=language, timezone=timezone)} {clock}"

    def date(self, when: datetime, *, language: str, timezone: str) -> str:
        """A time by its date: "11月23日周一 09:00"."""
        clock = format_time(when.astimezone(ZoneInfo(timezone)), "short", locale=_locale(language))
        return f"{self.day(when, language=language, timezone=timezone)} {clock}"

    def written(self, when: datetime, *, language: str) -> str:
        """A date for the record: "2026年11月1日", "November 1, 2026"."""
        return format_date(when.date(), "long", locale=_locale(language))

    def day(self, when: datetime, *, language: str, timezone: str) -> str:
        """A date as one says it: "11月23日周一", "Mon, Nov 23"."""
        locale = _locale(language)
        return format_date(
            when.astimezone(ZoneInfo(timezone)).date(), locale.datetime_skeletons["MMMEd"].pattern, locale=locale
        )


@cache
def _locale(language: str) -> Locale:
    return Locale.parse(language)


def _read(folder: Path) -> Mapping[str, Sentence]:
    sentences: dict[str, Sentence] = {}
    for path in sorted(folder.glob("*.po")):
        with path.open("rb") as file:
            catalog = read_po(file, locale=folder.parent.name)
        plural = c2py(catalog.plural_expr)
        for message in catalog:
            if message.id:
                key, forms = _several(message.id)[0], tuple(_several(message.string))
                sentences[key] = (forms, plural)
    return sentences


def _several(text: Any) -> Sequence[str]:
    """Babel gives one string, or several for what has a plural."""
    return (text,) if isinstance(text, str) else text


_NUMBER = re.compile(r"(?<!\d)(?:1\d{2}[ -]\d{4}[ -]\d{4}|\d{7,})(?!\d)")


def mask_numbers(text: str) -> str:
    """What people wrote, as it may be shown in a group: telephone numbers in it are masked."""
    return _NUMBER.sub(lambda found: mask(re.sub(r"\D", "", found[0])), text)


def mask(phone: str) -> str:
    """A number as it may be shown in a group: 138****1234."""
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= 11 else f"{phone[:-4]}****" if len(phone) > 4 else "****"

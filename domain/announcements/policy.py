"""The trade's figures for announcements, and how an estate overrides them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import Any

from domain.tickets.policy import span


@dataclass(frozen=True, slots=True)
class Policy:
    """An estate's figures for announcements; quiet hours are those of its calendar."""

    second_above: int = 500  # for more people than this, a second person must approve
    undo: timedelta = timedelta(seconds=15)
    gap: timedelta = timedelta(hours=1)  # between two ordinary ones to the same person
    expires: timedelta = timedelta(hours=24)  # what has not got through by then is not sent any more


def _seconds(text: str) -> int:
    if not 0 <= (seconds := int(text)) <= 600:
        raise ValueError("0 to 600 seconds")
    return seconds


def _count(text: str) -> int:
    if (count := int(text)) < 0:
        raise ValueError("at least 0")
    return count


def _span_text(text: str) -> str:
    if span(text) <= timedelta():
        raise ValueError(f"not a duration: {text!r}")
    return text


# What an estate may set, and how the text of a setting is read; the values are plain data (JSON).
SETTINGS: Mapping[str, Callable[[str], Any]] = MappingProxyType(
    {
        "announce.second_above": _count,
        "announce.undo_seconds": _seconds,
        "announce.gap": _span_text,
        "announce.expires": _span_text,
    }
)


def policy_of(overrides: Mapping[str, Any]) -> Policy:
    """The default figures with an estate's own ones (keys and values as in SETTINGS) put over them."""
    default = Policy()
    undo, gap, expires = (overrides.get(f"announce.{name}") for name in ("undo_seconds", "gap", "expires"))
    return Policy(
        second_above=overrides.get("announce.second_above", default.second_above),
        undo=default.undo if undo is None else timedelta(seconds=undo),
        gap=span(gap) if gap else default.gap,
        expires=span(expires) if expires else default.expires,
    )

"""Promises and ladders: the trade's default figures, and how an estate overrides them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import StrEnum
from itertools import pairwise
from types import MappingProxyType
from typing import Any

from domain.calendar import Clock
from domain.tickets.lifecycle import PATIENCE, Status
from domain.tickets.model import Urgency


class Audience(StrEnum):
    """Whom a rung of the ladder calls."""

    REPAIRER = "repairer"
    GROUP = "group"  # the staff group, or the eligible staff where an estate has none
    DUTY_MANAGER = "duty_manager"
    MANAGER = "manager"
    DIRECTOR = "director"  # the manager's manager


@dataclass(frozen=True, slots=True)
class Promise:
    """How soon somebody is there and how soon it is done, counted on *clock*."""

    respond: timedelta
    resolve: timedelta
    clock: Clock


@dataclass(frozen=True, slots=True)
class Rung:
    """One level: *after* the ladder's start (before it, when negative), on its clock, this audience is called."""

    after: timedelta
    audience: Audience


@dataclass(frozen=True, slots=True)
class Ladder:
    """Levels in order of time; the last one is repeated until somebody acts. Nobody is called outside *clock*."""

    rungs: tuple[Rung, ...]
    repeat: timedelta
    clock: Clock


def _ladder(clock: Clock, repeat: int, *rungs: tuple[int, Audience]) -> Ladder:
    """A ladder in minutes."""
    steps = tuple(Rung(timedelta(minutes=after), audience) for after, audience in rungs)
    return Ladder(steps, timedelta(minutes=repeat), clock)


LONGEST = timedelta(days=366)
_HOUR = 60  # a day awake has 13
# Emergencies: respond within 2 h, round the clock. Normal: within 24 h of wall clock on an ordinary day, which
# is one working day of 8 office hours (docs/decisions/0004-promises-in-office-hours.md).
PROMISES: Mapping[Urgency, Promise] = MappingProxyType(
    {
        Urgency.EMERGENCY: Promise(timedelta(hours=2), timedelta(hours=24), Clock.ALWAYS),
        Urgency.NORMAL: Promise(timedelta(hours=8), timedelta(hours=24), Clock.OFFICE),
        Urgency.PLANNED: Promise(timedelta(hours=24), timedelta(hours=80), Clock.OFFICE),
    }
)
# Minutes since the ticket waits for somebody to take it.
UNCLAIMED: Mapping[Urgency, Ladder] = MappingProxyType(
    {
        Urgency.EMERGENCY: _ladder(
            Clock.ALWAYS, 10,
            (2, Audience.GROUP), (5, Audience.DUTY_MANAGER), (10, Audience.MANAGER), (20, Audience.DIRECTOR),
        ),
        Urgency.NORMAL: _ladder(
            Clock.WAKING, 2 * _HOUR,
            (15, Audience.GROUP), (30, Audience.DUTY_MANAGER),
            (_HOUR, Audience.MANAGER), (3 * _HOUR, Audience.DIRECTOR),
        ),
        Urgency.PLANNED: _ladder(
            Clock.WAKING, 13 * _HOUR,
            (4 * _HOUR, Audience.GROUP), (13 * _HOUR, Audience.DUTY_MANAGER), (26 * _HOUR, Audience.MANAGER),
        ),
    }
)  # fmt: skip
# Minutes around a promise that is about to break (or a pause that is over).
AT_RISK: Mapping[Urgency, Ladder] = MappingProxyType(
    {
        Urgency.EMERGENCY: _ladder(
            Clock.ALWAYS, 30,
            (-30, Audience.REPAIRER), (-15, Audience.DUTY_MANAGER), (0, Audience.MANAGER), (30, Audience.DIRECTOR),
        ),
        Urgency.NORMAL: _ladder(
            Clock.WAKING, 13 * _HOUR,
            (-2 * _HOUR, Audience.REPAIRER), (-_HOUR, Audience.DUTY_MANAGER),
            (0, Audience.MANAGER), (4 * _HOUR, Audience.DIRECTOR),
        ),
        Urgency.PLANNED: _ladder(
            Clock.WAKING, 13 * _HOUR,
            (-4 * _HOUR, Audience.REPAIRER), (0, Audience.DUTY_MANAGER), (13 * _HOUR, Audience.MANAGER),
        ),
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Policy:
    """An estate's figures for tickets."""

    promises: Mapping[Urgency, Promise] = field(default_factory=lambda: PROMISES)
    unclaimed: Mapping[Urgency, Ladder] = field(default_factory=lambda: UNCLAIMED)
    at_risk: Mapping[Urgency, Ladder] = field(default_factory=lambda: AT_RISK)
    patience: Mapping[Status, timedelta] = field(default_factory=lambda: MappingProxyType(PATIENCE))
    cap: int = 10  # open tickets one repairer may hold
    low_mark: int = 2  # this or less is told to the manager


def span(text: str) -> timedelta:
    """A duration such as "90m", "2h", "3d" or "-30m".

    :raises ValueError: it is not one
    """
    units = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
    if text[-1:] not in units:
        raise ValueError(f"not a duration: {text!r}")
    try:
        length = float(text[:-1]) * units[text[-1]]
    except OverflowError:
        length = timedelta.max
    if abs(length) > LONGEST:
        raise ValueError(f"longer than anybody waits: {text!r}")
    return length


def _ladder_text(text: str) -> str:
    """A ladder such as "15m group, 30m duty_manager, 1h manager, repeat 2h", checked."""
    parse_ladder(text, Clock.WAKING)
    return text


def _queue_text(text: str) -> str:
    """A ladder for a ticket that nobody has: it starts when the ticket does, and there is no repairer to call."""
    ladder = parse_ladder(text, Clock.WAKING)
    if ladder.rungs[0].after < timedelta() or Audience.REPAIRER in {rung.audience for rung in ladder.rungs}:
        raise ValueError(f"nobody has it yet: {text!r}")
    return text


def parse_ladder(text: str, clock: Clock) -> Ladder:
    """Read "15m group, 30m duty_manager, 1h manager, repeat 2h".

    :raises ValueError: it is not one
    """
    *steps, last = [part.split() for part in text.split(",")]
    if not steps or len(last) != 2 or last[0] != "repeat" or span(last[1]) <= timedelta():
        raise ValueError(f"a ladder ends with a repeat: {text!r}")
    rungs = tuple(Rung(span(after), Audience(audience)) for after, audience in steps)
    if any(later.after <= earlier.after for earlier, later in pairwise(rungs)):
        raise ValueError(f"a ladder goes up: {text!r}")
    return Ladder(rungs, span(last[1]), clock)


def _span_text(text: str) -> str:
    if span(text) <= timedelta():
        raise ValueError(f"not a duration: {text!r}")
    return text


def _count(text: str) -> int:
    if (count := int(text)) < 1:
        raise ValueError("at least 1")
    return count


# What an estate may set, and how the text of a setting is read; the values are plain data (JSON).
SETTINGS: Mapping[str, Callable[[str], Any]] = MappingProxyType(
    {
        **{f"respond.{urgency}": _span_text for urgency in Urgency},
        **{f"resolve.{urgency}": _span_text for urgency in Urgency},
        **{f"unclaimed.{urgency}": _queue_text for urgency in Urgency},
        **{f"at_risk.{urgency}": _ladder_text for urgency in Urgency},
        "close_after": _span_text,
        "cap": _count,
        "low_mark": _count,
    }
)


def policy_of(overrides: Mapping[str, Any]) -> Policy:
    """The default figures with an estate's own ones (keys and values as in SETTINGS) put over them."""
    default = Policy()
    if not overrides:
        return default
    promises = {
        urgency: replace(
            promise,
            respond=_span(overrides.get(f"respond.{urgency}"), promise.respond),
            resolve=_span(overrides.get(f"resolve.{urgency}"), promise.resolve),
        )
        for urgency, promise in default.promises.items()
    }
    close_after = overrides.get("close_after")
    return Policy(
        promises=promises,
        unclaimed=_ladders("unclaimed", default.unclaimed, overrides),
        at_risk=_ladders("at_risk", default.at_risk, overrides),
        patience=dict.fromkeys(PATIENCE, span(close_after)) if close_after else default.patience,
        cap=overrides.get("cap", default.cap),
        low_mark=overrides.get("low_mark", default.low_mark),
    )


def _span(text: str | None, default: timedelta) -> timedelta:
    return span(text) if text else default


def _ladders(name: str, default: Mapping[Urgency, Ladder], overrides: Mapping[str, Any]) -> dict[Urgency, Ladder]:
    own = {urgency: overrides.get(f"{name}.{urgency}") for urgency in default}
    return {
        urgency: parse_ladder(text, default[urgency].clock) if text else default[urgency]
        for urgency, text in own.items()
    }

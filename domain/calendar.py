"""An estate's own time: office hours, holidays and moved working days, and how long things take in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import count
from types import MappingProxyType
from zoneinfo import ZoneInfo

Hours = tuple[time, time]
HORIZON = 400  # days without a single open hour: this calendar never opens

# Domain figure: Mon–Fri 8:30–18:00, Sat–Sun 9:00–17:00 (Monday is 0).
OFFICE_HOURS: Mapping[int, Hours] = MappingProxyType(
    {day: (time(8, 30), time(18)) for day in range(5)} | {day: (time(9), time(17)) for day in (5, 6)}
)
WAKING_HOURS: Hours = (time(8), time(21))  # the rest is quiet: 21:00–8:00


class Clock(StrEnum):
    """Which hours count."""

    ALWAYS = "always"  # 24 × 365
    OFFICE = "office"  # the estate's office hours, holidays and moved working days considered
    WAKING = "waking"  # outside quiet hours, every day


@dataclass(frozen=True, slots=True)
class Calendar:
    """When an estate is open. *days* overrides single dates: True a working day (Monday's hours), False a day off."""

    timezone: str = "Asia/Shanghai"
    hours: Mapping[int, Hours] = field(default_factory=lambda: OFFICE_HOURS)  # 3.11 takes it for a mutable default
    waking: Hours = WAKING_HOURS
    days: Mapping[date, bool] = field(default_factory=dict)

    def local(self, moment: datetime) -> datetime:
        """*moment* on the estate's wall clock."""
        return moment.astimezone(ZoneInfo(self.timezone))

    def add(self, start: datetime, span: timedelta, clock: Clock = Clock.ALWAYS) -> datetime:
        """The moment (UTC) at which *span* of counting time has passed since *start*; before it, when negative."""
        if clock is Clock.ALWAYS:
            return start + span
        if span < timedelta():
            return self._back(start, -span, clock)
        for opens, closes in self._windows(start, clock):
            begin = max(opens, start)
            if begin + span <= closes:
                return begin + span
            span -= closes - begin
        raise ValueError("this calendar never opens")

    def _back(self, end: datetime, span: timedelta, clock: Clock) -> datetime:
        for opens, closes in self._windows(end, clock, step=-1):
            last = min(closes, end)
            if last - span >= opens:
                return last - span
            span -= last - opens
        raise ValueError("this calendar never opens")

    def between(self, start: datetime, end: datetime, clock: Clock = Clock.ALWAYS) -> timedelta:
        """Counting time from *start* to *end*; negative when *end* is before *start*."""
        if end < start:
            return -self.between(end, start, clock)
        if clock is Clock.ALWAYS:
            return end - start
        total = timedelta()
        for opens, closes in self._windows(start, clock):
            if opens >= end:
                break
            total += max(timedelta(), min(closes, end) - max(opens, start))
        return total

    def _windows(self, start: datetime, clock: Clock, step: int = 1) -> Iterator[tuple[datetime, datetime]]:
        """The counting stretches (UTC) from the day of *start* on, or back."""
        zone = ZoneInfo(self.timezone)
        first = start.astimezone(zone).date()
        closed = 0
        for offset in count():
            day = first + timedelta(days=step * offset)
            hours = self.waking if clock is Clock.WAKING else self._office(day)
            if hours is None:
                closed += 1
                if closed > HORIZON:
                    return
                continue
            closed = 0
            opens, closes = (datetime.combine(day, at, zone).astimezone(UTC) for at in hours)
            if closes > start if step > 0 else opens < start:
                yield opens, closes

    def _office(self, day: date) -> Hours | None:
        working = self.days.get(day)
        if working is None:
            return self.hours.get(day.weekday())
        return self.hours.get(0) if working else None

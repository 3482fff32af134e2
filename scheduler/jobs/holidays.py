"""Keep the public holidays and moved working days of this year and the next in the calendar."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import holidays
import structlog

from scheduler.job import Begin

log = structlog.get_logger(__name__)


def keep_holidays(begin: Begin, now: datetime) -> int:
    """Write what the library knows of China's calendar; days entered by hand stay as they are.

    The state council announces a year's moved working days (调休) late in the year before: until the library knows
    them the calendar counts plain weekdays, and a warning says so.
    """
    year = now.year
    known = holidays.country_holidays("CN", years=[year, year + 1])
    workdays = {day: True for one in (year, year + 1) for day in _moved(known, one)}
    days = {day: False for day in known if day.year in (year, year + 1)} | workdays
    for one in (year, year + 1):
        if not any(day.year == one for day in workdays):
            log.warning("moved-working-days-unknown", year=one)
    with begin() as work:
        return work.register.keep_days(days)


def _moved(known: holidays.HolidayBase, year: int) -> list[date]:
    """Saturdays and Sundays that are working days this year."""
    day, found = date(year, 1, 1), []
    while day.year == year:
        if day.weekday() >= 5 and known.is_working_day(day):
            found.append(day)
        day += timedelta(days=1)
    return found

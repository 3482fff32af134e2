"""When an announcement shall go out: a moment read from words, in either language."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from dateutil.parser import ParserError, parse
from dateutil.relativedelta import relativedelta

from bot.understanding.normalise import normalise
from bot.understanding.numerals import digits
from domain.calendar import Calendar

MORNING = 9  # o'clock, where only a day was said
_n = r"(?:\d{1,2}|[一二三四五六七八九十两]{1,3})"
_NOW = re.compile(r"(?:现在|马上|立刻|立即|即刻|尽快)(?:就?发(?:出去?|送)?)?|(?:right )?now|immediately|at once|asap")
_LATER = re.compile(
    rf"(?:in )?(?:(?P<some>半个?|half an? |an? )|(?P<count>{_n}))\s*个?"
    r"(?P<unit>分钟?|小时|钟头|minutes?|mins?|hours?|hrs?)\s*(?:(?:之|以)?后|later|from now)?"
)
# What a day is called, how many days that is from today, and what is left of the word: a part of the day.
_DAYS = {
    "大后天": (3, ""), "后天": (2, ""), "明天": (1, ""), "明日": (1, ""), "明早": (1, "早上"), "明晚": (1, "晚上"),
    "昨天": (-1, ""), "yesterday": (-1, ""),
    "今天": (0, ""), "今日": (0, ""), "今早": (0, "早上"), "今晚": (0, "晚上"), "day after tomorrow": (2, ""),
    "tomorrow": (1, ""), "tmrw": (1, ""), "today": (0, ""), "tonight": (0, "evening"), "this ": (0, ""),
}  # fmt: skip
# What a part of the day is called: the hour where none is said, and the half of the day that is meant.
_PARTS = {
    "凌晨": (5, "am"), "早上": (8, "am"), "早晨": (8, "am"), "上午": (9, "am"), "中午": (12, "pm"), "下午": (15, "pm"),
    "傍晚": (18, "pm"), "晚上": (19, "pm"), "morning": (9, "am"), "midday": (12, "pm"), "afternoon": (15, "pm"),
    "noon": (12, "pm"), "evening": (19, "pm"),
}  # fmt: skip
_WEEK = "一二三四五六日"
_WEEKDAY = re.compile(r"(?P<next>下个?)?(?:这个?|本)?(?:周|星期|礼拜)(?P<day>[一二三四五六日天])")
_DATE = re.compile(rf"(?:(?P<year>\d{{4}})年)?(?P<month>{_n})月(?P<day>{_n})[日号]?")
_CLOCK = re.compile(rf"(?P<hour>{_n})\s*[点时]钟?(?:(?P<half>半)|(?P<quarter>一刻)|(?P<minute>{_n})分?)?")
_WALL = re.compile(r"\b(?P<hour>\d{1,2})(?:(?::\d\d)?\s*(?P<half>[ap]\.?m\b)|:\d\d)")
_BARE = re.compile(r"(?<![\d:/-])(\d{1,2})$")  # "tomorrow 9"
_NAMED = re.compile(r"\d月|\d-\d|/|\b(?:mon|tue|wed|thu|fri|sat|sun|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)")
_YEAR = re.compile(r"\d{4}")
_FILLER = re.compile(r"\b(?:at|on|in|the|next|send it|send|o'?clock)\b|发出去?|发送|再?发|[的,在]")


def read_moment(said: str, *, calendar: Calendar, now: datetime) -> datetime | None:
    """The moment (UTC) that the words mean on the estate's clock; *now* for "at once". None for words that mean none.

    A time of day that is over means tomorrow's; a day that is over is returned as it is.
    """
    plain = normalise(said).plain.strip(" .!。")
    if _NOW.fullmatch(plain):
        return now
    if found := _LATER.fullmatch(plain):
        return now + _span(found)
    local = calendar.local(now)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    day, rest = _day(plain, midnight)
    then = _parsed(rest, day or midnight)
    if then is None or not plain:
        return None
    if then <= local and then.date() == local.date() and day is None and not _NAMED.search(rest):
        then += timedelta(days=1)
    if then < midnight and not _YEAR.search(rest):
        then += relativedelta(years=1)
    return then.astimezone(UTC)


def _span(found: re.Match[str]) -> timedelta:
    unit = timedelta(minutes=1) if found["unit"].startswith(("分", "min")) else timedelta(hours=1)
    if found["some"]:
        return unit / 2 if found["some"].startswith(("半", "half")) else unit
    return unit * int(_figures(found["count"]))


def _figures(said: str) -> str:
    return digits(said.replace("两", "二"))


def _day(plain: str, midnight: datetime) -> tuple[datetime | None, str]:
    """The day that "tomorrow" or "下周一" is, and the words that are left."""
    if found := _WEEKDAY.search(plain):
        weekday = _WEEK.index(found["day"].replace("天", "日"))
        ahead = weekday - midnight.weekday() + 7 if found["next"] else (weekday - midnight.weekday()) % 7
        return midnight + timedelta(days=ahead), plain.replace(found[0], " ")
    name = next((one for one in _DAYS if one in plain), None)
    if name is None:
        return None, plain
    ahead, left = _DAYS[name]
    return midnight + timedelta(days=ahead), plain.replace(name, f" {left} ")


def _parsed(rest: str, day: datetime) -> datetime | None:
    """What is left, put the way that dateutil knows and read by it."""
    part = next((name for name in _PARTS if name in rest), None)
    hour, half = _PARTS[part] if part else (MORNING, "")
    rest = _DATE.sub(lambda found: _dated(found, day), rest.replace(part, " ") if part else rest)
    rest = _BARE.sub(r"\1:00", _FILLER.sub(" ", _CLOCK.sub(_clocked, rest)).strip())
    clock = _WALL.search(rest)
    if clock and half and not clock["half"] and int(clock["hour"]) <= 12:
        rest = rest.replace(clock[0], f"{clock[0]} {half}")
    if not clock:
        day = day.replace(hour=hour)
    try:
        return parse(rest, default=day) if rest else day
    except (ParserError, OverflowError):
        return None


def _dated(found: re.Match[str], day: datetime) -> str:
    return f"{found['year'] or day.year}-{_figures(found['month'])}-{_figures(found['day'])} "


def _clocked(found: re.Match[str]) -> str:
    minute = "30" if found["half"] else "15" if found["quarter"] else _figures(found["minute"] or "00")
    return f" {_figures(found['hour'])}:{minute.zfill(2)}"

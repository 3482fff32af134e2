"""An estate's own time: what counts, what does not, and that adding and measuring agree."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.calendar import Calendar, Clock
from tests.builders import at

HOUR = timedelta(hours=1)
PLAIN = Calendar()
BERLIN = Calendar(timezone="Europe/Berlin")


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    (
        ("2026-11-18 10:00", 2, "2026-11-18 12:00"),  # a Wednesday
        ("2026-11-18 17:00", 2, "2026-11-19 09:30"),  # closes at 18:00, opens at 8:30
        ("2026-11-18 06:00", 1, "2026-11-18 09:30"),  # before opening
        ("2026-11-18 23:00", 1, "2026-11-19 09:30"),  # after closing
        ("2026-11-20 17:00", 2, "2026-11-21 10:00"),  # Friday into Saturday, which opens at 9:00
        ("2026-11-22 16:00", 2, "2026-11-23 09:30"),  # Sunday closes at 17:00
        ("2026-11-18 08:30", 9.5, "2026-11-18 18:00"),  # a whole day ends when the office closes, not the next morning
    ),
)
def test_office_hours_pass_only_while_the_office_is_open(start: str, hours: float, end: str):
    assert PLAIN.add(at(start), hours * HOUR, Clock.OFFICE) == at(end)


def test_an_emergency_counts_every_hour_of_the_year():
    assert PLAIN.add(at("2026-12-31 23:30"), HOUR) == at("2027-01-01 00:30")


def test_a_holiday_does_not_count():
    golden_week = Calendar(days={date(2026, 10, day): False for day in range(1, 8)})
    assert golden_week.add(at("2026-09-30 17:00"), 2 * HOUR, Clock.OFFICE) == at("2026-10-08 09:30")


def test_a_moved_working_day_has_mondays_hours_even_on_a_sunday():
    moved = Calendar(days={date(2026, 10, 10): True, date(2026, 11, 22): True})
    assert moved.add(at("2026-11-22 16:30"), HOUR, Clock.OFFICE) == at("2026-11-22 17:30")
    assert moved.between(at("2026-11-22 00:00"), at("2026-11-23 00:00"), Clock.OFFICE) == timedelta(hours=9.5)


def test_quiet_hours_are_quiet_on_holidays_too_and_waking_hours_count_on_them():
    holiday = Calendar(days={date(2026, 10, 1): False})
    assert holiday.add(at("2026-10-01 20:50"), timedelta(minutes=20), Clock.WAKING) == at("2026-10-02 08:10")


def test_two_hours_before_the_office_opens_were_the_evening_before():
    assert PLAIN.add(at("2026-11-19 09:10"), -2 * HOUR, Clock.WAKING) == at("2026-11-18 20:10")


def test_nothing_to_add_at_night_means_the_next_morning():
    assert PLAIN.add(at("2026-11-18 23:00"), timedelta(), Clock.WAKING) == at("2026-11-19 08:00")
    assert PLAIN.add(at("2026-11-18 12:00"), timedelta(), Clock.WAKING) == at("2026-11-18 12:00")


def test_the_leap_day_is_a_day_like_any_other():
    assert PLAIN.add(at("2028-02-28 17:00"), 2 * HOUR, Clock.OFFICE) == at("2028-02-29 09:30")
    assert PLAIN.between(at("2028-02-28 12:00"), at("2028-03-01 12:00")) == timedelta(days=2)


def test_office_hours_follow_the_wall_clock_when_summer_time_begins_and_ends():
    berlin = ZoneInfo("Europe/Berlin")

    def local(text: str) -> datetime:
        return datetime.fromisoformat(text).replace(tzinfo=berlin)

    for day in ("2026-03-29", "2026-10-25"):  # Sundays: 9:00–17:00, however long the night was
        span = BERLIN.between(local(f"{day} 00:00"), local(f"{day} 23:59"), Clock.OFFICE)
        assert span == 8 * HOUR
    assert BERLIN.add(local("2026-03-28 16:00"), 2 * HOUR, Clock.OFFICE) == local("2026-03-29 10:00")
    assert BERLIN.between(local("2026-03-29 00:00"), local("2026-03-30 00:00").astimezone(UTC)) == 23 * HOUR


def test_a_calendar_that_never_opens_says_so():
    with pytest.raises(ValueError, match="never opens"):
        Calendar(hours={}).add(at("2026-11-18 10:00"), HOUR, Clock.OFFICE)


def test_years_of_waiting_still_have_an_end():
    assert PLAIN.add(at("2026-11-18 08:00"), timedelta(hours=13 * 1000), Clock.WAKING) == at("2029-08-13 21:00")


def test_what_lies_in_the_past_is_a_negative_time():
    assert PLAIN.between(at("2026-11-18 12:00"), at("2026-11-18 10:00"), Clock.OFFICE) == -2 * HOUR


moments = st.datetimes(datetime(2026, 1, 1), datetime(2028, 12, 31)).map(lambda one: one.replace(tzinfo=UTC))  # noqa: DTZ001
spans = st.timedeltas(timedelta(seconds=1), timedelta(days=5))
calendars = st.builds(
    lambda zone, days: Calendar(timezone=zone, days=days),
    st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe"]),
    st.dictionaries(st.dates(date(2026, 1, 1), date(2028, 12, 31)), st.booleans(), max_size=30),
)


@given(calendars, moments, spans, st.sampled_from(Clock))
def test_what_was_added_is_what_is_measured(calendar: Calendar, start: datetime, span: timedelta, clock: Clock):
    assert calendar.between(start, calendar.add(start, span, clock), clock) == span


@given(calendars, moments, spans, st.sampled_from(Clock))
def test_adding_what_was_measured_never_overshoots(calendar: Calendar, start: datetime, span: timedelta, clock: Clock):
    end = start + span
    assert calendar.add(start, calendar.between(start, end, clock), clock) <= max(
        end, calendar.add(start, timedelta(), clock)
    )


@given(calendars, moments, spans, st.sampled_from(Clock))
def test_the_way_back_leads_to_where_one_came_from(calendar: Calendar, start: datetime, span: timedelta, clock: Clock):
    start = calendar.add(start, timedelta(), clock)
    assert calendar.add(calendar.add(start, span, clock), -span, clock) == start


@given(calendars, moments, spans, spans, st.sampled_from(Clock))
def test_two_spans_one_after_the_other_are_their_sum(
    calendar: Calendar, start: datetime, first: timedelta, second: timedelta, clock: Clock
):
    assert calendar.add(calendar.add(start, first, clock), second, clock) == calendar.add(start, first + second, clock)

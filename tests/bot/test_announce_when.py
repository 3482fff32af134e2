"""When an announcement goes out, said in the ways people say it. It is Monday, 23 November 2026, ten in the morning."""

from datetime import UTC, datetime

import pytest

from bot.intents.announce_when import read_moment
from domain.calendar import Calendar

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # 10:00 in Shanghai
SHANGHAI = Calendar()

SAID = {
    "现在": "11-23 10:00",
    "马上发": "11-23 10:00",
    "now": "11-23 10:00",
    "半小时后": "11-23 10:30",
    "两个小时后": "11-23 12:00",
    "in 30 minutes": "11-23 10:30",
    "in an hour": "11-23 11:00",
    "15:30": "11-23 15:30",
    "9:00": "11-24 09:00",  # over for today
    "下午三点": "11-23 15:00",
    "下午3点半": "11-23 15:30",
    "晚上八点一刻": "11-23 20:15",
    "今晚7点": "11-23 19:00",
    "tonight at 8": "11-23 20:00",
    "3pm": "11-23 15:00",
    "3:30 pm": "11-23 15:30",
    "明天": "11-24 09:00",
    "明天上午": "11-24 09:00",
    "明早八点": "11-24 08:00",
    "明天 9:00": "11-24 09:00",
    "明天下午2点20分": "11-24 14:20",
    "tomorrow": "11-24 09:00",
    "tomorrow 9:00": "11-24 09:00",
    "tomorrow at 9": "11-24 09:00",
    "tomorrow afternoon at 3": "11-24 15:00",
    "tomorrow morning": "11-24 09:00",
    "the day after tomorrow, 10:15": "11-25 10:15",
    "后天中午": "11-25 12:00",
    "大后天早上": "11-26 08:00",
    "周五下午3点": "11-27 15:00",
    "下周一上午9点": "11-30 09:00",
    "friday 9:00": "11-27 09:00",
    "on Friday at 3 pm": "11-27 15:00",
    "12月1日上午9点": "12-01 09:00",
    "十二月一号": "12-01 09:00",
    "2026-12-01 08:30": "12-01 08:30",
    "dec 1 9:00": "12-01 09:00",
    "1月3日 9:00": "01-03 09:00",
}


@pytest.mark.parametrize(("said", "meant"), SAID.items())
def test_a_moment_is_read_as_it_was_meant(said, meant):
    found = read_moment(said, calendar=SHANGHAI, now=NOW)
    assert found is not None
    assert SHANGHAI.local(found).strftime("%m-%d %H:%M") == meant


def test_a_day_of_next_year_is_next_years():
    found = read_moment("1月3日 9:00", calendar=SHANGHAI, now=NOW)
    assert found is not None
    assert found.year == 2027


def test_an_hour_of_today_that_is_over_stays_over_where_today_was_said():
    found = read_moment("今天早上8点", calendar=SHANGHAI, now=NOW)
    assert found is not None
    assert found < NOW


@pytest.mark.parametrize("said", ("", "停水了", "whenever", "请大家注意", "99:99", "3栋", "to everybody"))
def test_words_that_mean_no_moment_are_none(said):
    assert read_moment(said, calendar=SHANGHAI, now=NOW) is None

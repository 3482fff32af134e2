"""Promises and ladders: the figures, and how an estate puts its own over them."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from functools import partial
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.calendar import Clock
from domain.tickets.model import Urgency
from domain.tickets.policy import (
    AT_RISK,
    PROMISES,
    SETTINGS,
    UNCLAIMED,
    Audience,
    Policy,
    Rung,
    parse_ladder,
    policy_of,
    span,
)

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def test_an_emergency_is_answered_within_two_hours_day_and_night():
    assert PROMISES[Urgency.EMERGENCY].respond == 2 * HOUR
    assert PROMISES[Urgency.EMERGENCY].clock is Clock.ALWAYS
    assert {ladder[Urgency.EMERGENCY].clock for ladder in (UNCLAIMED, AT_RISK)} == {Clock.ALWAYS}


@pytest.mark.parametrize("ladders", (UNCLAIMED, AT_RISK))
@pytest.mark.parametrize("urgency", Urgency)
def test_ladders_go_up_in_time_and_in_rank_and_then_repeat(ladders, urgency: Urgency):
    ladder = ladders[urgency]
    ranks = [list(Audience).index(rung.audience) for rung in ladder.rungs]
    assert all(earlier.after < later.after for earlier, later in pairwise(ladder.rungs))
    assert ranks == sorted(ranks)
    assert ladder.repeat > timedelta()


@pytest.mark.parametrize("urgency", (Urgency.NORMAL, Urgency.PLANNED))
def test_nobody_is_woken_for_what_can_wait(urgency: Urgency):
    assert UNCLAIMED[urgency].clock is AT_RISK[urgency].clock is Clock.WAKING


def test_without_overrides_the_defaults_hold():
    assert policy_of({}) == Policy()


def test_an_estate_puts_its_own_figures_over_some_of_them():
    own = policy_of({"respond.emergency": "30m", "unclaimed.normal": "5m group, 10m director, repeat 1h", "cap": 3})
    assert own.promises[Urgency.EMERGENCY].respond == 30 * MINUTE
    assert own.promises[Urgency.EMERGENCY].resolve == PROMISES[Urgency.EMERGENCY].resolve
    assert own.unclaimed[Urgency.NORMAL].rungs == (
        Rung(5 * MINUTE, Audience.GROUP),
        Rung(10 * MINUTE, Audience.DIRECTOR),
    )
    assert own.unclaimed[Urgency.NORMAL].clock is Clock.WAKING
    assert own.unclaimed[Urgency.PLANNED] == UNCLAIMED[Urgency.PLANNED]
    assert (own.cap, own.low_mark) == (3, 2)


def test_an_estate_may_close_sooner():
    assert set(policy_of({"close_after": "3d"}).patience.values()) == {timedelta(days=3)}


@pytest.mark.parametrize(
    ("text", "length"), (("90m", 90 * MINUTE), ("2h", 2 * HOUR), ("3d", 72 * HOUR), ("-30m", -30 * MINUTE))
)
def test_durations_are_written_short(text: str, length: timedelta):
    assert span(text) == length


@pytest.mark.parametrize(
    ("name", "text"),
    (
        ("respond.normal", ""), ("respond.normal", "soon"), ("respond.normal", "0h"), ("respond.normal", "-2h"),
        ("respond.normal", "nanh"), ("respond.normal", "infd"), ("respond.normal", "1e99d"),
        ("resolve.planned", "900d"), ("close_after", "never"), ("cap", "0"), ("low_mark", "two"),
        ("unclaimed.normal", "15m group"), ("unclaimed.normal", "repeat 2h"),
        ("unclaimed.normal", "15m group, repeat 0m"), ("at_risk.normal", "15m manager manager, repeat 2h"),
        ("unclaimed.normal", "15m cook, repeat 2h"), ("unclaimed.normal", "30m group, 15m manager, repeat 2h"),
        ("unclaimed.normal", "-5m group, repeat 2h"), ("unclaimed.normal", "5m repairer, repeat 2h"),
    ),
)  # fmt: skip
def test_a_setting_that_makes_no_sense_is_refused(name: str, text: str):
    with pytest.raises(ValueError, match=r"."):
        SETTINGS[name](text)


@pytest.mark.parametrize(
    ("name", "text"),
    (
        ("respond.normal", "4h"), ("unclaimed.emergency", "1m group, 3m duty_manager, repeat 5m"),
        ("at_risk.normal", "-1h repairer, 0m manager, repeat 4h"),
        ("close_after", "3d"), ("cap", "5"), ("low_mark", "3"),
    ),
)  # fmt: skip
def test_every_setting_that_is_read_is_understood_by_the_policy(name: str, text: str):
    assert policy_of({name: SETTINGS[name](text)}) != Policy()


READERS: tuple[Callable[[str], object], ...] = (*SETTINGS.values(), span, partial(parse_ladder, clock=Clock.ALWAYS))
WRITTEN = st.text(max_size=30) | st.from_regex(r"-?[0-9.]{1,6}[mhd]( [a-z_]+, repeat [0-9]{1,9}[mhd])?", fullmatch=True)


@given(WRITTEN, st.sampled_from(READERS))
def test_whatever_somebody_writes_is_understood_or_a_plain_no(text: str, read: Callable[[str], object]):
    with suppress(ValueError):
        assert read(text)

"""The functions that read every area's tables."""

from enum import StrEnum

import pytest

from domain.errors import NotAllowed, NotNow
from domain.lifecycle import move, permit


class Light(StrEnum):
    RED = "red"
    GREEN = "green"


class Turn(StrEnum):
    ON = "on"


class Who(StrEnum):
    DRIVER = "driver"
    WARDEN = "warden"


MOVES = {(Light.RED, Turn.ON): Light.GREEN}


def test_a_move_of_the_table_is_made():
    assert move(MOVES, Light.RED, Turn.ON) is Light.GREEN


def test_any_other_move_is_refused_with_what_is_true_now():
    with pytest.raises(NotNow) as refusal:
        move(MOVES, Light.GREEN, Turn.ON)
    assert refusal.value.values == {"status": Light.GREEN, "action": Turn.ON}


def test_who_is_in_the_row_may_and_everybody_else_may_not():
    permit({Turn.ON: {Who.WARDEN}}, Turn.ON, {Who.WARDEN, Who.DRIVER})
    with pytest.raises(NotAllowed):
        permit({Turn.ON: {Who.WARDEN}}, Turn.ON, {Who.DRIVER})


def test_an_action_without_a_row_is_for_nobody():
    with pytest.raises(NotAllowed):
        permit({}, Turn.ON, set(Who))

"""A place that the register does not know, or not fully: what there is instead, as buttons."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from bot.intents.reported import estates_of
from bot.turn import Turn
from bot.understanding.rooms import key
from domain.register.model import Room

SHOWN = 4


def doubt(said: str, nearest: Iterable[int] = (), *, known: bool = False) -> dict[str, Any]:
    """An answer that says: this place must be asked about. *known*: the building exists, its room was not said."""
    return {"unsure": {"said": said, "nearest": list(nearest)[:SHOWN], "known": known}}


def in_building(turn: Turn, said: str, building: str, *, number: str = "") -> dict[str, Any]:
    """The answers that a building alone makes: the only own room there, else a doubt with what may be meant.

    *number* is a room that was named before, in the wrong building.
    """
    own = [room for room in turn.rooms if key(room.building) == building]
    if len(own) == 1:
        return {"place": {"room": own[0].id}}
    inside = [room for room in _register(turn) if key(room.building) == building]
    meant = [room for room in inside if room.room == number]
    return doubt(said, [room.id for room in (*own, *meant)], known=bool(inside))


def ask_again(turn: Turn, unsure: Mapping[str, Any]) -> tuple[str, Sequence[Room]]:
    """What is true of the place that was said, and the rooms that may have been meant."""
    found = [turn.work.register.room(one) for one in unsure["nearest"]]
    nearest = [room for room in found if room is not None]
    if unsure["known"]:
        return turn.text("ask-room-in", building=unsure["said"]), nearest
    buildings = _ranges(turn, {room.building for room in _register(turn)})
    return turn.text("no-such-place", said=unsure["said"], buildings=buildings), nearest


def _register(turn: Turn) -> list[Room]:
    return [room for estate in estates_of(turn) for room in turn.work.register.rooms_in(estate)]


def _ranges(turn: Turn, names: Iterable[str]) -> str:
    """ "1–8、10" of the numbers; names that are none follow."""
    numbers = sorted({int(name) for name in names if name.isdecimal()})
    starts = [one for before, one in pairwise([numbers[0] - 2, *numbers]) if one - before > 1] if numbers else []
    ends = [one for one, after in pairwise([*numbers, numbers[-1] + 2]) if after - one > 1] if numbers else []
    runs = [str(low) if low == high else f"{low}–{high}" for low, high in zip(starts, ends, strict=True)]
    return turn.text("comma").join([*runs, *sorted(name for name in names if not name.isdecimal())])

"""The registers of rooms as understanding wants them, kept between messages."""

from __future__ import annotations

from collections.abc import Sequence

from bot.intents.reported import estates_of
from bot.turn import Turn
from bot.understanding import Room, RoomIndex
from domain.register import model


def _known(rooms: Sequence[model.Room]) -> list[Room]:
    return [Room(id=room.id, building=room.building, entrance=room.entrance, room=room.room) for room in rooms]


class Rooms:
    """Indexes of the estates' rooms, built when somebody first names a number, anew when the register grew."""

    def __init__(self) -> None:
        self._indexes: dict[tuple[int, ...], tuple[object, RoomIndex]] = {}

    def own(self, turn: Turn) -> Sequence[Room]:
        """The speaker's own rooms."""
        return _known(turn.rooms)

    def index(self, turn: Turn) -> RoomIndex | Sequence[Room]:
        """Every room of the speaker's estates; only their own while no number is in sight, which costs nothing."""
        if not any(character.isnumeric() for character in turn.incoming.text):
            return self.own(turn)
        estates = estates_of(turn)
        stamp = turn.work.register.room_stamp(estates)
        kept = self._indexes.get(estates)
        if kept is None or kept[0] != stamp:
            rooms = [room for estate_id in estates for room in turn.work.register.rooms_in(estate_id)]
            kept = self._indexes[estates] = (stamp, RoomIndex(_known(rooms)))
        return kept[1]

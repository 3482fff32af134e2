"""Words in, meaning out: intent, category, urgency and the answers that a message already holds."""

from bot.understanding.model import Match, Place, Room, Understood
from bot.understanding.reading import prepare, understand
from bot.understanding.rooms import RoomIndex

__all__ = ["Match", "Place", "Room", "RoomIndex", "Understood", "prepare", "understand"]

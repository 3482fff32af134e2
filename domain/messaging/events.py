"""What happens on the rails that somebody should hear of."""

from __future__ import annotations

from dataclasses import dataclass

from domain.transaction import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationStalled(Event):
    """Somebody has fallen silent before an emergency had a place, or just before a report was sent."""

    person_id: int
    urgent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonUnreached(Event):
    """News for somebody who lives here could not be brought to them on any channel; *day* is the estate's."""

    person_id: int
    estate_id: int
    room_id: int
    day: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryFailed(Event):
    """A message that matters did not get through, for a reason of its own; *hour* is UTC's."""

    delivery_id: int
    estate_id: int
    reason: str
    hour: str
    person_id: int | None = None

"""What happened to people."""

from __future__ import annotations

from dataclasses import dataclass

from domain.transaction import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonBound(Event):
    """A chat identity now belongs to a person."""

    person_id: int
    channel: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactViewed(Event):
    """Somebody was shown another person's full name and number."""

    person_id: int
    ticket_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffDismissed(Event):
    """A member of staff left."""

    person_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffRehired(Event):
    """Somebody who had left works here again."""

    person_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KnockEvent(Event):
    """Something about a knock at a room's code."""

    knock_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KnockReceived(KnockEvent):
    """Somebody says that they live in a room, and cannot prove it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnockSeen(KnockEvent):
    """Staff looked at the name and number of somebody who knocked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnockAdmitted(KnockEvent):
    """Staff confirmed who they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnockTurnedAway(KnockEvent):
    """Staff do not know them."""

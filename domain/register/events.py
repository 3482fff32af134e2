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
class KnockReceived(Event):
    """Somebody says at a room's code that they live there, and cannot prove it."""

    knock_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KnockWaits(Event):
    """Nobody at the desk has said who they are, for a while."""

    knock_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KnockSeen(Event):
    """Staff looked at the name and number of somebody who knocked."""

    knock_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KnockAdmitted(Event):
    """Staff said who they are."""

    knock_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KnockTurnedAway(Event):
    """Staff do not know them."""

    knock_id: int

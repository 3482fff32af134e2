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

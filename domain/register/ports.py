"""What the register's operations need from storage."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

from domain.calendar import Calendar
from domain.register.model import (
    Address,
    Estate,
    Group,
    GroupKind,
    Knock,
    Person,
    Relation,
    Role,
    Room,
    Speaker,
    Staff,
)
from domain.transaction import Work


class Register(Protocol):
    """Places, people and where they can be reached."""

    def estate(self, estate_id: int) -> Estate: ...

    def estates(self) -> Sequence[Estate]: ...

    def calendar(self, estate_id: int) -> Calendar: ...

    def room(self, room_id: int) -> Room | None: ...

    def rooms_of(self, person_id: int) -> Sequence[Room]:
        """The rooms that a person owns, rents or lives in."""

    def rooms_in(self, estate_id: int) -> Sequence[Room]: ...

    def room_stamp(self, estate_ids: Collection[int]) -> object:
        """Changes whenever these estates gain rooms."""

    def person(self, person_id: int) -> Person | None: ...

    def search(self, said: str) -> Sequence[Person]:
        """Whom an operator means by an id, a phone number or a name."""

    def people_by_phone(self, phone: str) -> Sequence[Person]: ...

    def staff(self, person_id: int) -> Staff | None:
        """Only while they are employed."""

    def staff_of(self, estate_id: int, *roles: Role) -> Sequence[Staff]:
        """Everybody who serves the estate in one of *roles* (in any, when none is named)."""

    def set_language(self, person_id: int, language: str) -> None: ...

    def set_duty(self, person_id: int, on_duty: bool) -> None: ...

    def keep_days(self, days: Mapping[date, bool]) -> int:
        """Add holidays (False) and moved working days (True) that the calendar does not have yet; how many."""

    def dismiss(self, person_id: int) -> None:
        """No longer staff, from the next press on."""

    def rehire(self, person_id: int) -> bool:
        """Staff again with the roles and estates they had; False for somebody who never was."""


class Addresses(Protocol):
    """Chat identities and the allow-list of group chats."""

    def find(self, channel: str, user: str) -> Address | None: ...

    def speaker(self, channel: str, user: str) -> Speaker | None:
        """Who writes from there, all in one look: it is asked for every message."""

    def of(self, person_ids: Collection[int]) -> Sequence[Address]:
        """Every address of these people: on the channel that they prefer, then the one last used first."""

    def bind(self, address: Address) -> None:
        """Give a platform identity to a person; it replaces whom it belonged to before."""

    def seen(self, channel: str, user: str, *, now: datetime) -> None: ...

    def set_reachable(self, channel: str, chat: str, reachable: bool) -> None: ...

    def group(self, channel: str, chat: str) -> Group | None: ...

    def groups(self, estate_id: int, kind: GroupKind) -> Sequence[Group]: ...

    def set_group_language(self, channel: str, chat: str, language: str) -> None: ...

    def move_group(self, *, channel: str, old: str, new: str) -> None: ...


class Invites(Protocol):
    """One-time links, hashed at rest."""

    def add(self, digest: str, *, person_id: int, expires_at: datetime) -> None: ...

    def take(self, digest: str, *, now: datetime) -> int | None:
        """The person's id, once, while it is valid; None ever after."""

    def purge(self, *, before: datetime) -> int:
        """Forget links that ended before that; the number of rows."""


class Doors(Protocol):
    """The codes printed for rooms (hashed at rest), who tried wrong ones, and who knocked."""

    def editions(self, room_ids: Collection[int]) -> Mapping[int, int]:
        """The newest edition of the code that each room was given; rooms without a code are left out."""

    def open_by(self, digest: str, *, room_id: int, edition: int, now: datetime) -> None:
        """From now on this code names the room; keeping it again changes nothing."""

    def close(self, newest: Mapping[int, int], *, now: datetime) -> None:
        """No code of an earlier edition than these, by their rooms, is good any more."""

    def named_by(self, digest: str) -> int | None:
        """The room's id, as long as the code is good."""

    def occupants(self, room_id: int) -> Sequence[Person]: ...

    def move_in(self, person_id: int | None, *, name: str, phone: str, room_id: int, relation: Relation) -> int:
        """Whoever it is lives in this room now; somebody who was not on file is from now on. Their id."""

    def missed(self, channel: str, user: str, *, now: datetime) -> None:
        """Somebody tried a code or link that is none."""

    def misses(self, channel: str, user: str, *, since: datetime) -> int: ...

    def knock(self, knock: Knock) -> Knock:
        """Keep it; the same with its number."""

    def knocked(self, knock_id: int) -> Knock | None: ...

    def knocks_of(self, channel: str, user: str, *, since: datetime) -> Sequence[Knock]:
        """The newest first."""

    def answer(self, knock: Knock) -> bool:
        """Keep how it ended; False when somebody else had answered it."""

    def unanswered(self, *, now: datetime, limit: int) -> Sequence[int]:
        """Knocks of which somebody should be reminded, the longest due first."""

    def reminded(self, knock_id: int) -> bool:
        """Not to be reminded of again; False when that had been so."""

    def purge(self, *, before: datetime) -> int:
        """Forget misses and knocks from before that; the number of rows."""


class RegisterWork(Work, Protocol):
    """One transaction over the register."""

    @property
    def register(self) -> Register: ...

    @property
    def addresses(self) -> Addresses: ...

    @property
    def invites(self) -> Invites: ...

    @property
    def doors(self) -> Doors: ...

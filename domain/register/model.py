"""Records of places and people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any


class Role(StrEnum):
    """What a member of staff answers for; a person may have several."""

    CUSTOMER_SERVICE = "customer_service"
    ENGINEER = "engineer"
    SECURITY = "security"
    CLEANING = "cleaning"
    FINANCE = "finance"
    DUTY_MANAGER = "duty_manager"  # first to be called when nobody takes a ticket
    MANAGER = "manager"
    DIRECTOR = "director"  # the manager's manager
    ADMIN = "admin"


class Skill(StrEnum):
    """What a repairer can be sent to; somebody without any recorded skill is an all-rounder."""

    WATER = "water"
    ELECTRICITY = "electricity"
    LIFT = "lift"
    CIVIL = "civil"
    HVAC = "hvac"
    LOCKS = "locks"
    NETWORK = "network"
    FIRE = "fire"
    GREENING = "greening"


class Relation(StrEnum):
    """What a person is to a room."""

    OWNER = "owner"
    CO_OWNER = "co_owner"
    TENANT = "tenant"
    FAMILY = "family"


class Flag(StrEnum):
    """What to be careful about with a person."""

    ELDERLY = "elderly"
    LIVING_ALONE = "living_alone"
    DISABLED = "disabled"
    INFANT = "infant"
    VIP = "vip"
    LOW_INCOME = "low_income"


class GroupKind(StrEnum):
    """What a group chat is for; a chat without a row is not ours, and the bot leaves it."""

    STAFF = "staff"
    OWNERS = "owners"
    MANAGERS = "managers"


@dataclass(frozen=True, slots=True, kw_only=True)
class Estate:
    """One residential estate 小区; *policy* overrides the trade's default figures (see domain.tickets.policy)."""

    id: int
    name: str
    city: str = ""
    timezone: str = "Asia/Shanghai"
    latitude: float | None = None
    longitude: float | None = None
    language: str = "zh_CN"
    policy: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """A flat: building 栋, entrance 单元 ("" where a building has none), room 室."""

    id: int
    estate_id: int
    building: str
    entrance: str
    room: str
    area: float | None = None  # m²
    handover_date: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Anybody with a name on file; *phone* is the first of their numbers, digits only."""

    id: int
    name: str
    phone: str = ""
    language: str | None = None  # None until they choose or first write
    flags: frozenset[Flag] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """A person who works for estates."""

    person: Person
    roles: frozenset[Role]
    skills: frozenset[Skill] = frozenset()
    estates: frozenset[int] = frozenset()
    on_duty: bool = True
    cap: int | None = None  # open tickets at once; None: the estate's default

    @property
    def id(self) -> int:
        """The person's id: staff and owners are the same kind of people."""
        return self.person.id

    def serves(self, estate_id: int, *roles: Role) -> bool:
        """Does this person work for the estate (in one of *roles*, if any are named)?"""
        return estate_id in self.estates and (not roles or bool(self.roles & set(roles)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where one person can be written to in private: the platform's user id and chat."""

    channel: str
    user: str
    chat: str
    person_id: int
    seen_at: datetime | None = None
    reachable: bool = True


class KnockState(StrEnum):
    """What became of somebody who said at a room's code that they live there."""

    WAITING = "waiting"
    ADMITTED = "admitted"
    TURNED_AWAY = "turned_away"


@dataclass(frozen=True, slots=True, kw_only=True)
class Knock:
    """Somebody scanned a room's printed code and could not prove to be who lives there: staff decide.

    *person_id* is who they proved to be, who is not on file in this room; once admitted, who they are.
    """

    room_id: int
    channel: str
    user: str
    chat: str
    phone: str
    name: str
    language: str
    asked_at: datetime
    person_id: int | None = None
    state: KnockState = KnockState.WAITING
    answered_by: int | None = None
    answered_at: datetime | None = None
    remind_at: datetime | None = None  # when more people are asked, if nobody has answered
    id: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A group chat on the allow-list; *category* narrows a staff group (or its *thread*, a topic) to one trade."""

    channel: str
    chat: str
    estate_id: int
    kind: GroupKind
    category: str | None = None
    thread: str | None = None
    language: str = "zh_CN"


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaker:
    """Whoever writes from an address: the person, and their employment as it is now."""

    address: Address
    person: Person
    staff: Staff | None = None

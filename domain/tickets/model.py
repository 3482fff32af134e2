"""The ticket and its words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from domain.register.model import Role, Skill


class Kind(StrEnum):
    """What a ticket is about; its first letter opens the number that people say."""

    REPAIR = "repair"
    COMPLAINT = "complaint"
    QUESTION = "question"  # whatever the bot cannot answer goes to a person


class Urgency(StrEnum):
    """The class of a ticket, which sets its promises and its ladder."""

    EMERGENCY = "emergency"
    NORMAL = "normal"
    PLANNED = "planned"


class Hazard(StrEnum):
    """A danger that is going on; whoever names one gets the advice for it before anything else."""

    FIRE = "fire"
    LIFT_TRAPPED = "lift_trapped"
    BURST_PIPE = "burst_pipe"
    GAS = "gas"
    ELECTRIC_SHOCK = "electric_shock"
    MEDICAL = "medical"
    CRIME = "crime"
    FALLING_OBJECT = "falling_object"
    LOST_PERSON = "lost_person"
    OTHER = "other"


class WaitFor(StrEnum):
    """Why work is paused."""

    PARTS = "parts"
    OWNER = "owner"
    CONTRACTOR = "contractor"


class Category(StrEnum):
    """What is wrong, in the words of the trade."""

    WATER_SUPPLY = "water_supply"
    LEAK = "leak"
    DRAINAGE = "drainage"
    PLUMBING_FIXTURE = "plumbing_fixture"
    ELECTRIC = "electric"
    ELEVATOR = "elevator"
    NOISE = "noise"
    PARKING = "parking"
    HYGIENE = "hygiene"
    SECURITY = "security"
    PUBLIC_FACILITY = "public_facility"
    GREENERY = "greenery"
    GAS_HEATING = "gas_heating"
    DOOR_WINDOW_ACCESS = "door_window_access"
    WALL_STRUCTURE = "wall_structure"
    ILLEGAL_CONSTRUCTION = "illegal_construction"
    FEE = "fee"
    PROPERTY_SERVICE = "property_service"
    FIRE_SAFETY = "fire_safety"
    PETS = "pets"
    COOKING_FUME = "cooking_fume"
    MAINTENANCE_FUND = "maintenance_fund"
    OWNERS_COMMITTEE = "owners_committee"
    RENOVATION = "renovation"
    APPLIANCE = "appliance"
    HVAC = "hvac"
    FURNITURE_FIXTURE = "furniture_fixture"
    OTHER = "other"


ENGINEERS = frozenset({Role.ENGINEER})
DESK = frozenset({Role.CUSTOMER_SERVICE})
GUARDS = frozenset({Role.SECURITY, Role.CUSTOMER_SERVICE})
CLEANERS = frozenset({Role.CLEANING, Role.CUSTOMER_SERVICE})
CASHIERS = frozenset({Role.FINANCE, Role.CUSTOMER_SERVICE})

# Who takes what: the roles that may claim a category, and the skill they need (None: any).
TRADES: dict[Category, tuple[frozenset[Role], Skill | None]] = {
    Category.WATER_SUPPLY: (ENGINEERS, Skill.WATER),
    Category.LEAK: (ENGINEERS, Skill.WATER),
    Category.DRAINAGE: (ENGINEERS, Skill.WATER),
    Category.PLUMBING_FIXTURE: (ENGINEERS, Skill.WATER),
    Category.ELECTRIC: (ENGINEERS, Skill.ELECTRICITY),
    Category.ELEVATOR: (ENGINEERS, Skill.LIFT),
    Category.NOISE: (GUARDS, None),
    Category.PARKING: (GUARDS, None),
    Category.HYGIENE: (CLEANERS, None),
    Category.SECURITY: (GUARDS, None),
    Category.PUBLIC_FACILITY: (ENGINEERS, None),
    Category.GREENERY: (CLEANERS, None),
    Category.GAS_HEATING: (ENGINEERS, Skill.HVAC),
    Category.DOOR_WINDOW_ACCESS: (ENGINEERS, Skill.LOCKS),
    Category.WALL_STRUCTURE: (ENGINEERS, Skill.CIVIL),
    Category.ILLEGAL_CONSTRUCTION: (GUARDS, None),
    Category.FEE: (CASHIERS, None),
    Category.PROPERTY_SERVICE: (DESK, None),
    Category.FIRE_SAFETY: (ENGINEERS | GUARDS, Skill.FIRE),
    Category.PETS: (GUARDS, None),
    Category.COOKING_FUME: (DESK, None),
    Category.MAINTENANCE_FUND: (CASHIERS, None),
    Category.OWNERS_COMMITTEE: (DESK, None),
    Category.RENOVATION: (DESK | ENGINEERS, None),
    Category.APPLIANCE: (ENGINEERS, None),
    Category.HVAC: (ENGINEERS, Skill.HVAC),
    Category.FURNITURE_FIXTURE: (ENGINEERS, None),
    Category.OTHER: (ENGINEERS | DESK, None),
}

# What an emergency is about where the words do not say: whose trade it is.
HAZARDS: dict[Hazard, Category] = {
    Hazard.FIRE: Category.FIRE_SAFETY,
    Hazard.LIFT_TRAPPED: Category.ELEVATOR,
    Hazard.BURST_PIPE: Category.LEAK,
    Hazard.GAS: Category.GAS_HEATING,
    Hazard.ELECTRIC_SHOCK: Category.ELECTRIC,
    Hazard.MEDICAL: Category.SECURITY,
    Hazard.CRIME: Category.SECURITY,
    Hazard.FALLING_OBJECT: Category.SECURITY,
    Hazard.LOST_PERSON: Category.SECURITY,
    Hazard.OTHER: Category.SECURITY,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """Where it is, as far as anybody has said; nothing of it is known only while an emergency is being located."""

    room_id: int | None = None  # None: a public area, named by *place*
    place: str = ""  # the public area, or the spot in the flat
    building: str = ""  # of the room, or named with the public area
    location: tuple[float, float] | None = None  # latitude and longitude that somebody shared

    @property
    def is_known(self) -> bool:
        """Is there anything to go by?"""
        return bool(self.room_id or self.place or self.location)

    def spot(self) -> dict[str, Any]:
        """These four alone, to be put into something else that is somewhere."""
        return {name: getattr(self, name) for name in ("room_id", "place", "building", "location")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller(Spot):
    """Somebody who called about an emergency, bound or not; the first one is who reported it."""

    channel: str
    user: str
    chat: str | None  # their private chat; None while we have none with them
    language: str
    at: datetime  # when they last said something
    ticket_id: int = 0
    person_id: int | None = None
    name: str = ""
    words: str = ""
    withdrawn: bool = False  # says that it was a false alarm

    def is_same(self, other: Caller) -> bool:
        """The same identity, or the same person on another channel."""
        same_person = self.person_id is not None and self.person_id == other.person_id
        return same_person or (self.channel, self.user) == (other.channel, other.user)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report(Spot):
    """What an owner told us, complete: what a ticket is opened from."""

    estate_id: int
    reporter_id: int | None  # None: an emergency called in by somebody whom we do not know (yet)
    kind: Kind
    category: Category
    urgency: Urgency
    words: str
    hazard: Hazard | None = None
    visit: str = ""  # when someone may come
    contact: str = ""  # phone, digits
    photos: tuple[str, ...] = ()  # keys of Media


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket(Report):
    """One request, from its report to its end. Moments are UTC."""

    id: int
    number: str
    status: str  # lifecycle.Status
    opened_at: datetime
    queued_at: datetime  # when it last came to wait for a repairer
    respond_by: datetime  # promise: somebody is there
    resolve_by: datetime  # promise: it is done; counts on after a pause
    responded_at: datetime | None = None
    paused_at: datetime | None = None
    wait_for: WaitFor | None = None
    wait_until: datetime | None = None
    repairer_id: int | None = None  # set if and only if the ticket is in progress
    done_by: int | None = None
    done_at: datetime | None = None
    work_done: str = ""
    work_photos: tuple[str, ...] = ()
    closed_at: datetime | None = None
    reopened: int = 0
    mark: int | None = None  # 1–5
    comment: str = ""
    rung: int = 0  # steps of the ladder already climbed
    due_at: datetime | None = None  # when the clock must look at it again
    version: int = 1

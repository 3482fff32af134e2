"""The ticket and its words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What an owner told us, complete: what a ticket is opened from."""

    estate_id: int
    reporter_id: int
    kind: Kind
    category: Category
    urgency: Urgency
    words: str
    room_id: int | None = None  # None: a public area, named by *place*
    place: str = ""  # the public area, or the spot in the flat
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

"""Believable records with one line each: a small estate, its people, and moments on its wall clock."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from domain.messaging.model import Delivery, Lane, Received
from domain.register.model import Address, Estate, Group, GroupKind, Person, Relation, Role, Room, Skill, Staff
from domain.tickets.model import Category, Kind, Report, Ticket, Urgency

SHANGHAI = ZoneInfo("Asia/Shanghai")

GARDEN, RIVERSIDE = 1, 2  # estates
HOME, NEXT_DOOR, ELSEWHERE = 101, 102, 201  # rooms
OWNER, NEIGHBOUR, STRANGER = 1, 2, 3
PLUMBER, ELECTRICIAN, RESTING, DESK, GUARD = 11, 12, 13, 14, 15
DUTY_MANAGER, MANAGER, DIRECTOR = 21, 22, 23
OUTSIDER = 31  # an engineer of the other estate


def at(text: str) -> datetime:
    """A moment (UTC) by the estate's wall clock: "2026-11-18 10:00"."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).astimezone(UTC)


NOW = at("2026-11-18 10:00")  # a Wednesday, the office is open


def staff(person_id: int, name: str, *roles: Role, **more: Any) -> Staff:
    """Somebody who works for the garden estate."""
    phone = more.pop("phone", f"1390000{person_id:04d}")
    return Staff(
        **{"estates": frozenset({GARDEN})} | more, person=person(person_id, name, phone), roles=frozenset(roles)
    )


def person(person_id: int, name: str, phone: str = "", **more: Any) -> Person:
    """Anybody."""
    return Person(id=person_id, name=name, phone=phone or f"1380000{person_id:04d}", **more)


def _colleagues() -> dict[int, Staff]:
    everybody = (
        staff(PLUMBER, "王师傅", Role.ENGINEER, skills=frozenset({Skill.WATER})),
        staff(ELECTRICIAN, "赵师傅", Role.ENGINEER, skills=frozenset({Skill.ELECTRICITY})),
        staff(RESTING, "陈师傅", Role.ENGINEER, on_duty=False),
        staff(DESK, "小孙", Role.CUSTOMER_SERVICE),
        staff(GUARD, "老周", Role.SECURITY),
        staff(DUTY_MANAGER, "钱主管", Role.DUTY_MANAGER),
        staff(MANAGER, "冯经理", Role.MANAGER),
        staff(DIRECTOR, "邓总", Role.DIRECTOR),
        staff(OUTSIDER, "郑师傅", Role.ENGINEER, estates=frozenset({RIVERSIDE})),
    )
    return {one.id: one for one in everybody}


def _estates() -> dict[int, Estate]:
    return {GARDEN: Estate(id=GARDEN, name="阳光花园", city="上海"), RIVERSIDE: Estate(id=RIVERSIDE, name="Riverside")}


def _rooms() -> dict[int, Room]:
    return {
        HOME: Room(id=HOME, estate_id=GARDEN, building="3", entrance="2", room="1201", area=89.5),
        NEXT_DOOR: Room(id=NEXT_DOOR, estate_id=GARDEN, building="3", entrance="2", room="1202"),
        ELSEWHERE: Room(id=ELSEWHERE, estate_id=RIVERSIDE, building="A", entrance="", room="1406"),
    }


def _residents() -> dict[int, Person]:
    return {OWNER: person(OWNER, "李雷"), NEIGHBOUR: person(NEIGHBOUR, "韩梅"), STRANGER: person(STRANGER, "Nobody")}


@dataclass(kw_only=True)
class Place:
    """Everything that is on file when a test begins; fakes and databases are furnished with the same."""

    estates: dict[int, Estate] = field(default_factory=_estates)
    rooms: dict[int, Room] = field(default_factory=_rooms)
    residents: dict[int, Person] = field(default_factory=_residents)
    occupancies: list[tuple[int, int, Relation]] = field(
        default_factory=lambda: [
            (OWNER, HOME, Relation.OWNER),
            (OWNER, ELSEWHERE, Relation.TENANT),
            (NEIGHBOUR, NEXT_DOOR, Relation.OWNER),
        ]
    )
    staff: dict[int, Staff] = field(default_factory=_colleagues)
    addresses: list[Address] = field(default_factory=list)
    groups: list[Group] = field(
        default_factory=lambda: [
            Group(channel="telegram", chat="-100", estate_id=GARDEN, kind=GroupKind.STAFF),
            Group(
                channel="telegram", chat="-100", estate_id=GARDEN, kind=GroupKind.STAFF, category="electric", thread="7"
            ),
            Group(channel="telegram", chat="-200", estate_id=GARDEN, kind=GroupKind.MANAGERS),
        ]
    )
    days: Mapping[date, bool] = field(default_factory=dict)


def report(**changes: Any) -> Report:
    """A kitchen pipe leaks."""
    told: dict[str, Any] = {
        "estate_id": GARDEN, "reporter_id": OWNER, "kind": Kind.REPAIR, "category": Category.LEAK,
        "urgency": Urgency.NORMAL, "words": "厨房水管漏水", "room_id": HOME, "place": "厨房", "contact": "13800000001",
    }  # fmt: skip
    return Report(**told | changes)


def ticket(**changes: Any) -> Ticket:
    """The same as a ticket, open since NOW, not kept anywhere yet."""
    told = report()
    fields = {name: getattr(told, name) for name in Report.__dataclass_fields__}
    fields |= {"id": 0, "number": "R1118-001", "status": "open", "opened_at": NOW, "queued_at": NOW}
    return Ticket(**fields | {"respond_by": at("2026-11-18 18:00"), "resolve_by": at("2026-11-20 15:00")} | changes)


def delivery(**changes: Any) -> Delivery:
    """A short answer in somebody's chat."""
    made: dict[str, Any] = {"channel": "telegram", "chat": "1", "lane": Lane.DIALOG, "body": {"text": "hello"}}
    return Delivery(**made | {"created_at": NOW} | changes)


def received(key: str, **changes: Any) -> Received:
    """A raw update."""
    made: dict[str, Any] = {"channel": "telegram", "key": key, "chat": "1", "body": "{}", "received_at": NOW}
    return Received(**made | changes)

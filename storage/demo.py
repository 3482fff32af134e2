"""The demo's estate and its week of tickets, made by the same operations that people use."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import insert, select

from domain.register.model import Role
from domain.tickets import operations as tickets
from domain.tickets.model import Category, Kind, Report, Ticket, Urgency, WaitFor
from storage import tables as t
from storage.engine import Database
from storage.work import SqlWork

_MORNING = time(2)  # ten o'clock on the estate
STAGES = ("claimed", "on_the_way", "on_site", "done", "confirmed", "rated")  # each comes through those before it


def seed(database: Database, *, aloud: Database, locale: Path, now: datetime) -> None:
    """Fill an empty database: the past in silence, the present *aloud*, so that the chats have something to show."""
    data = yaml.safe_load((locale / "demo.yaml").read_text(encoding="utf-8"))
    with database.writing() as work:
        people = _register(work, data)
        rooms = {f"{r.building}-{r.entrance}-{r.room}": r.id for r in work.register.rooms_in(1)}
    for told in data["tickets"]:
        with database.writing() as work:
            _week(work, told, people, rooms, now)
    for told in data["now"]:
        with aloud.writing() as work:
            _open(work, told, people, rooms, now - timedelta(minutes=told["minutes"]))


def is_empty(database: Database) -> bool:
    """Has nobody been entered yet?"""
    with database.reading() as work:
        return work.connection.execute(select(t.estates.c.id).limit(1)).first() is None


def _register(work: SqlWork, data: Mapping[str, Any]) -> dict[str, int]:
    """The estate, its rooms and everybody in it; each can be anybody's chat on the demo's page."""
    write = work.connection.execute
    write(insert(t.estates), {"id": 1, **data["estate"]})
    doors = [
        {"estate_id": 1, "building": str(b), "entrance": str(e), "room": f"{f}{d:02d}", "area": 60.0 + 12 * d}
        for b in range(1, data["buildings"] + 1)
        for e in range(1, data["entrances"] + 1)
        for f in range(1, data["floors"] + 1)
        for d in range(1, data["doors"] + 1)
    ]
    write(insert(t.rooms), doors)
    rooms = {f"{r.building}-{r.entrance}-{r.room}": r.id for r in work.register.rooms_in(1)}
    people = {}
    for number, one in enumerate([*data["owners"], *data["staff"]], start=1):
        row = {"id": number, "name": one["name"], "phone": one["phone"], "flags": one.get("flags", [])}
        write(insert(t.people), {**row, "language": one.get("language", "zh_CN")})
        people[one["name"]] = number
        chat = f"demo-{number}"
        write(insert(t.addresses), {"channel": "web", "user": chat, "chat": chat, "person_id": number})
        for room in one.get("rooms", ()):
            relation = one.get("relation", "owner")
            write(insert(t.occupancies), {"person_id": number, "room_id": rooms[room], "relation": relation})
        if "roles" in one:
            roles = [Role(role) for role in one["roles"]]
            write(insert(t.staff), {"person_id": number, "roles": roles, "skills": one.get("skills", [])})
            write(insert(t.staff_estates), {"person_id": number, "estate_id": 1})
    for group in data["groups"]:
        write(insert(t.groups), {"channel": "web", "estate_id": 1, "kind": "staff", **group})
    return people


def _open(
    work: SqlWork, told: Mapping[str, Any], people: Mapping[str, int], rooms: Mapping[str, int], at: datetime
) -> Ticket:
    owner = work.register.person(people[told["owner"]])
    assert owner is not None
    report = Report(
        estate_id=1, reporter_id=owner.id, kind=Kind(told.get("kind", "repair")), category=Category(told["category"]),
        urgency=Urgency(told.get("urgency", "normal")), words=told["words"],
        room_id=rooms[told["room"]] if "room" in told else None, place=told.get("place", ""),
        visit=told.get("visit", ""), contact=owner.phone,
    )  # fmt: skip
    return tickets.open(work=work, report=report, now=at)


def _week(
    work: SqlWork, told: Mapping[str, Any], people: Mapping[str, int], rooms: Mapping[str, int], now: datetime
) -> None:
    """One ticket of the past: reported, taken after a while, and carried as far as it came."""
    at = now - timedelta(hours=told["hours"])
    ticket = _open(work, told, people, rooms, at)
    owner, repairer = people[told["owner"]], people[told["by"]]
    tickets.assign(work=work, ticket_id=ticket.id, to=repairer, by=_manager(work), now=at + timedelta(minutes=6))
    stage = "on_site" if told["to"] == "waiting" else told["to"]
    for name in STAGES[1 : STAGES.index(stage) + 1]:
        at += timedelta(minutes=35)
        match name:
            case "on_the_way":
                tickets.depart(work=work, ticket_id=ticket.id, by=repairer, now=at)
            case "on_site":
                tickets.arrive(work=work, ticket_id=ticket.id, by=repairer, now=at)
            case "done":
                tickets.finish(work=work, ticket_id=ticket.id, words=told["work"], photos=(), by=repairer, now=at)
            case "confirmed":
                tickets.confirm(work=work, ticket_id=ticket.id, by=owner, now=at)
            case _:
                tickets.rate(work=work, ticket_id=ticket.id, mark=told.get("mark", 5), by=owner, now=at)
    if told["to"] == "waiting":
        until = datetime.combine((now + timedelta(days=2)).date(), _MORNING, UTC)
        tickets.wait(
            work=work, ticket_id=ticket.id, wait_for=WaitFor(told["wait_for"]), until=until, by=repairer, now=at
        )
    if "comment" in told:
        tickets.comment(work=work, ticket_id=ticket.id, words=told["comment"], by=owner, now=at)


def _manager(work: SqlWork) -> int:
    return work.register.staff_of(1, Role.MANAGER)[0].id

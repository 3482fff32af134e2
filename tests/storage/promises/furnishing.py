"""A database with the same on file as the fakes."""

from dataclasses import asdict

from sqlalchemy import Connection, func, insert, select, text

from storage import tables
from tests.builders import Place


def furnish(connection: Connection, place: Place) -> None:
    """Put everything of *place* into empty tables."""
    people = [*place.residents.values(), *(one.person for one in place.staff.values())]
    serving = [(one.id, estate) for one in place.staff.values() for estate in sorted(one.estates)]
    rows = {
        tables.estates: [asdict(one) for one in place.estates.values()],
        tables.calendar_days: [{"day": day, "working": working} for day, working in place.days.items()],
        tables.rooms: [asdict(one) for one in place.rooms.values()],
        tables.people: [asdict(one) | {"flags": sorted(one.flags)} for one in people],
        tables.occupancies: [
            {"person_id": person, "room_id": room, "relation": relation} for person, room, relation in place.occupancies
        ],
        tables.staff: [
            {
                "person_id": one.id, "roles": sorted(one.roles), "skills": sorted(one.skills),
                "on_duty": one.on_duty, "cap": one.cap,
            }
            for one in place.staff.values()
        ],
        tables.staff_estates: [{"person_id": person, "estate_id": estate} for person, estate in serving],
        tables.addresses: [asdict(one) for one in place.addresses],
        tables.groups: [asdict(one) | {"thread": one.thread or ""} for one in place.groups],
    }  # fmt: skip
    for table, facts in rows.items():
        if facts:
            connection.execute(insert(table), facts)
    if connection.dialect.name == "postgresql":  # its counters do not see ids that are given
        counter = func.pg_get_serial_sequence("people", "id")
        connection.execute(select(func.setval(counter, func.max(tables.people.c.id))))


def clear(connection: Connection) -> None:
    """Empty every table (PostgreSQL)."""
    names = ", ".join(table.name for table in tables.metadata.sorted_tables)
    connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))

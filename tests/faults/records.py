"""What the records say: counts for the table of faults, and dumps that two runs can be compared by."""

import re
from collections import Counter
from functools import reduce
from typing import Any

from sqlalchemy import Connection, func, select

from domain.lifecycle import move
from domain.tickets import events as e
from domain.tickets.lifecycle import MOVES, Action, Status
from storage.engine import Database
from storage.tables import addresses, conversations, deliveries, events, inbox, tickets
from tests.faults.people import NUMBER


def states(database: Database) -> dict[str, dict[str, int]]:
    """How many rows of the rails are in which state."""
    with database.reading() as work:
        return {
            table.name: dict(
                map(tuple, work.connection.execute(select(table.c.state, func.count()).group_by(table.c.state)))
            )
            for table in (inbox, deliveries)
        }


def doubled(database: Database) -> int:
    """Effects that happened more than once: an owner's second ticket, a ticket's second opening or claim."""
    with database.reading() as work:
        reports = Counter(work.connection.scalars(select(tickets.c.reporter_id)))
    return sum(count - 1 for count in reports.values()) + repeated_events(database)


def repeated_events(database: Database) -> int:
    """Openings and claims of a ticket after its first."""
    once = (e.TicketOpened.__name__, e.TicketClaimed.__name__)
    with database.reading() as work:
        found = work.connection.execute(select(events.c.name, events.c.ticket_id).where(events.c.name.in_(once)))
        told = Counter(tuple(row) for row in found)
    return sum(count - 1 for count in told.values())


def claimed(database: Database) -> int:
    """Tickets that somebody has in hand."""
    with database.reading() as work:
        return work.connection.execute(
            select(func.count()).where(tickets.c.status == "claimed", tickets.c.repairer_id.is_not(None))
        ).scalar_one()


ACTIONS = {
    e.TicketClaimed: Action.CLAIM,
    e.RepairerDeparted: Action.DEPART,
    e.RepairerArrived: Action.ARRIVE,
    e.WorkFinished: Action.FINISH,
    e.RepairConfirmed: Action.CONFIRM,
    e.TicketReopened: Action.REJECT,
    e.TicketCancelled: Action.CANCEL,
}
_MOVED = {event.__name__: action for event, action in ACTIONS.items()}


def walks(database: Database) -> list[tuple[str, str, str]]:
    """Each ticket's number, where its history leads by the table of moves, and where it stands.

    :raises Refusal: when the history holds a move that the table does not have
    """
    with database.reading() as work:
        found = [
            tuple(row) for row in work.connection.execute(select(tickets.c.id, tickets.c.number, tickets.c.status))
        ]
        return [
            (number, reduce(_moved, (name for _at, name, _by, _data in work.tickets.history(key)), Status.OPEN), status)
            for key, number, status in found
        ]


def _moved(status: Status, event: str) -> Status:
    return move(MOVES, status, _MOVED[event]) if event in _MOVED else status


def is_sound(database: Database) -> bool:
    """Does the file pass SQLite's own checks?"""
    with database.reading() as work:
        checked = work.connection.exec_driver_sql("PRAGMA integrity_check").scalar_one()
        return bool(checked == "ok") and not work.connection.exec_driver_sql("PRAGMA foreign_key_check").all()


def effects(database: Database) -> dict[str, Any]:
    """Everything that the updates did, without moments, row numbers and random keys.

    Two runs with the same people agree in it, whoever of them was quicker.
    """
    with database.reading() as work:
        about = _reporters(work.connection)
        return {
            "tickets": _tickets(work.connection),
            "events": _events(work.connection, about),
            "deliveries": _deliveries(work.connection),
            "conversations": Counter(
                map(tuple, work.connection.execute(select(conversations.c.owner, conversations.c.step)))
            ),
        }


def exactly(database: Database) -> dict[str, list[Any]]:
    """The same to the last byte, for one installation before and after."""
    with database.reading() as work:
        kept = (tickets, events, conversations, deliveries)
        return {table.name: sorted(map(tuple, work.connection.execute(select(table))), key=str) for table in kept} | {
            "inbox": sorted(map(tuple, work.connection.execute(select(inbox.c.key, inbox.c.state))))
        }


def _reporters(connection: Connection) -> dict[int, int]:
    return dict(map(tuple, connection.execute(select(tickets.c.id, tickets.c.reporter_id))))


def _tickets(connection: Connection) -> list[Any]:
    names = ("reporter_id", "room_id", "words", "category", "urgency", "visit", "contact", "status", "rung", "reopened")
    held = tickets.c.repairer_id.is_not(None)
    found = connection.execute(select(*(tickets.c[name] for name in names), held).order_by(tickets.c.reporter_id))
    return [tuple(row) for row in found]


def _events(connection: Connection, about: dict[int, int]) -> Counter[Any]:
    rows = connection.execute(select(events.c.name, events.c.ticket_id))
    return Counter((name, about.get(ticket)) for name, ticket in rows)


def _deliveries(connection: Connection) -> Counter[Any]:
    """By chat and words; the private chats of repairers count together, for any of them may have been first."""
    staff = select(addresses.c.chat).where(addresses.c.user.like("2______"))
    repairers = set(connection.scalars(staff))
    names = ("chat", "lane", "mode", "state", "body")
    found = connection.execute(select(*(deliveries.c[name] for name in names)).where(deliveries.c.mode != "edit"))
    return Counter(
        ("a repairer" if row.chat in repairers else row.chat, row.lane, row.mode, row.state, _words(row.body, row.mode))
        for row in found
    )


def _words(body: dict[str, Any], mode: str) -> str:
    text = re.sub(r"师傅\d+-\d+", "师傅", NUMBER.sub("#", body.get("text", "")))
    return text if mode == "send" else ""

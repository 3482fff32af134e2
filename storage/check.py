"""What an operator wants to know of a database: is it whole, does work flow, can every ticket find its people."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, and_, func, or_, select, text

from domain.errors import Refusal
from domain.messaging.model import DeliveryState
from domain.register.model import GroupKind, Role
from domain.tickets.lifecycle import IN_PROGRESS
from storage.election import ELECTED
from storage.lease import MEMBERS
from storage.place import file_of, legible, name_of
from storage.schema import verify
from storage.tables import deliveries, estates, groups, inbox, staff, staff_estates, tickets

SLOW = timedelta(minutes=10)  # what is due longer than this does not move
RECENT = timedelta(days=1)
LOW, ALARMING = 1000, 100  # megabytes left on the disk
_FAILED = (DeliveryState.FAILED, DeliveryState.UNKNOWN)


class Severity(StrEnum):
    """How bad it is."""

    GOOD = "good"
    WARNING = "warning"  # somebody should look at it
    BROKEN = "broken"  # this must not be


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line of the report; *key* names its sentence in every locale."""

    key: str
    severity: Severity = Severity.GOOD
    values: Mapping[str, Any] = field(default_factory=dict)


def check(engine: Engine, *, now: datetime) -> tuple[Finding, ...]:
    """Look at everything; never raises for what it finds, and changes nothing."""
    try:
        with legible(engine):
            verify(engine)
            with engine.connect().execution_options(reading=True) as connection, connection.begin():
                found = [finding for look in _LOOKS for finding in look(connection, now)]
    except Refusal as refusal:
        return (Finding(severity=Severity.BROKEN, key=refusal.key, values=refusal.values),)
    return (Finding(key="check-schema-good", values={"database": name_of(engine)}), *found)


def _bad(key: str, **values: Any) -> Finding:
    return Finding(severity=Severity.BROKEN, key=key, values=values)


def _doubtful(key: str, **values: Any) -> Finding:
    return Finding(severity=Severity.WARNING, key=key, values=values)


def _integrity(connection: Connection, _now: datetime) -> Iterator[Finding]:
    """PostgreSQL guards its own pages."""
    if connection.dialect.name == "sqlite":
        faults = [str(row) for row in connection.scalars(text("PRAGMA integrity_check")) if row != "ok"]
        if faults:
            yield _bad("check-integrity-broken", count=len(faults), first=" ".join(faults[0].split()))
        else:
            yield Finding(key="check-integrity-good")


def _references(connection: Connection, _now: datetime) -> Iterator[Finding]:
    """PostgreSQL never leaves one open; SQLite's checks can be switched off by other programs."""
    if connection.dialect.name == "sqlite":
        lost = Counter((row[0], row[2]) for row in connection.execute(text("PRAGMA foreign_key_check")))
        for (table, parent), count in sorted(lost.items()):
            yield _bad("check-references-broken", table=table, parent=parent, count=count)
        if not lost:
            yield Finding(key="check-references-good")


def _disk(connection: Connection, _now: datetime) -> Iterator[Finding]:
    """PostgreSQL's disk may be another machine's."""
    if file := file_of(connection.engine):
        megabytes = shutil.disk_usage(Path(file).parent).free // 1_000_000
        severity = Severity.BROKEN if megabytes < ALARMING else Severity.WARNING if megabytes < LOW else Severity.GOOD
        yield Finding(severity=severity, key="check-disk", values={"megabytes": megabytes})


def _progress(connection: Connection, _now: datetime) -> Iterator[Finding]:
    """A ticket is in progress if and only if it has a repairer; the table itself refuses anything else."""
    moving, taken = tickets.c.status.in_(IN_PROGRESS), tickets.c.repairer_id.is_not(None)
    torn = select(tickets.c.number, tickets.c.status).where(or_(and_(moving, ~taken), and_(~moving, taken)))
    found = connection.execute(torn.order_by(tickets.c.id)).all()
    for number, status in found:
        yield _bad("check-progress-broken", number=number, status=status)
    if not found:
        yield Finding(key="check-progress-good")


def _members(connection: Connection, _now: datetime) -> Iterator[Finding]:
    """Processes that work on PostgreSQL; one of those with the clock's role is elected."""
    if connection.dialect.name == "postgresql":
        count = connection.scalar(MEMBERS) or 0
        yield Finding(key="check-members", values={"count": count})
        if count and not connection.scalar(ELECTED):
            yield _doubtful("check-members-no-clock")


def _clock(connection: Connection, now: datetime) -> Iterator[Finding]:
    overdue = select(func.count(), func.min(tickets.c.due_at)).where(tickets.c.due_at < now - SLOW)
    count, since = connection.execute(overdue).one()
    if count:
        yield _doubtful("check-due-late", count=count, since=since)
    else:
        yield Finding(key="check-due-good")


def _updates(connection: Connection, now: datetime) -> Iterator[Finding]:
    parked = connection.scalar(select(func.count()).where(inbox.c.state == "parked"))
    yield _doubtful("check-parked", count=parked) if parked else Finding(key="check-parked-none")
    stuck = select(func.count(), func.min(inbox.c.received_at)).where(
        inbox.c.state == "new", inbox.c.received_at < now - SLOW
    )
    count, since = connection.execute(stuck).one()
    if count:
        yield _doubtful("check-updates-waiting", count=count, since=since)


def _deliveries(connection: Connection, now: datetime) -> Iterator[Finding]:
    states = connection.execute(select(deliveries.c.state, func.count()).group_by(deliveries.c.state)).all()
    for state, count in sorted(states, key=lambda row: str(row.state)):
        yield Finding(key="check-deliveries", values={"state": state, "count": count})
    lately = deliveries.c.state.in_(_FAILED), deliveries.c.created_at > now - RECENT
    if failed := connection.scalar(select(func.count()).where(*lately)):
        yield _doubtful("check-deliveries-failed", count=failed)
    since = func.min(func.coalesce(deliveries.c.due_at, deliveries.c.created_at, type_=deliveries.c.created_at.type))
    unsent = select(since).where(deliveries.c.state.in_((DeliveryState.QUEUED, DeliveryState.SENDING)))
    oldest = connection.scalar(unsent)
    if oldest is None:
        yield Finding(key="check-unsent-none")
    else:
        late = oldest < now - SLOW
        yield Finding(
            key="check-unsent", severity=Severity.WARNING if late else Severity.GOOD, values={"since": oldest}
        )


def _estates(connection: Connection, _now: datetime) -> Iterator[Finding]:
    """Whether a ticket of each estate would reach a group, somebody to repair it, and somebody to answer for it."""
    grouped = set(connection.scalars(select(groups.c.estate_id).where(groups.c.kind == GroupKind.STAFF)))
    roles: dict[int, set[str]] = {}
    serving = select(staff_estates.c.estate_id, staff.c.roles).join_from(staff_estates, staff).where(staff.c.active)
    for estate_id, held in connection.execute(serving):
        roles.setdefault(estate_id, set()).update(held)
    known = connection.execute(select(estates.c.id, estates.c.name).order_by(estates.c.name)).all()
    whole = bool(known)
    if not known:
        yield _doubtful("check-estates-none")
    for estate_id, name in known:
        held = roles.get(estate_id, set())
        wanting = {
            "check-estate-without-group": estate_id not in grouped,
            "check-estate-without-engineer": Role.ENGINEER not in held,
            "check-estate-without-manager": not held & {Role.MANAGER, Role.DUTY_MANAGER},
        }
        whole = whole and not any(wanting.values())
        yield from (_doubtful(key, estate=name) for key, missing in wanting.items() if missing)
    if whole:
        yield Finding(key="check-estates-good")


_LOOKS: tuple[Callable[[Connection, datetime], Iterator[Finding]], ...] = (
    _integrity,
    _references,
    _disk,
    _progress,
    _members,
    _clock,
    _updates,
    _deliveries,
    _estates,
)

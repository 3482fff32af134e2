"""The deliveries as an operator looks at them: found, counted, one seen closely, tried once more."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    and_,
    case,
    exists,
    func,
    literal_column,
    or_,
    select,
    update,
)

from domain.messaging.model import DeliveryState, Lane, Mode
from storage.deliveries import UNSENT
from storage.spreading import HELD
from storage.tables import deliveries, occupancies

ENDED_BADLY = (DeliveryState.FAILED, DeliveryState.UNKNOWN, DeliveryState.EXPIRED)
NOT_SENT = tuple(state for state in DeliveryState if state is not DeliveryState.SENT)
_NOTHING = ""  # stands in the way
LIFE = timedelta(hours=24)  # how long a row that is tried once more may wait for its platform
_SEEN = [
    deliveries.c[name]
    for name in (
        "id", "channel", "chat", "person_id", "lane", "mode", "subject", "announcement_id", "state", "tries",
        "due_at", "expires_at", "lease_until", "reason", "created_at", "sent_at",
    )
]  # fmt: skip


class Kept(StrEnum):
    """Why a row that was asked for is not tried once more."""

    UNKNOWN = "unknown"  # it may have arrived: twice would do harm
    STOPPED = "stopped"  # by whoever sent the announcement
    OUTDATED = "outdated"  # a toast whose press is long over, an edit after which the card was edited again
    SENT = "sent"
    WAITING = "waiting"
    UNREACHABLE = "unreachable"  # nobody is there; they come back by themselves, or by another channel
    UNHEARD_OF = "unheard-of"


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which deliveries are meant; what is not said does not matter."""

    ids: Collection[int] = ()
    states: Collection[DeliveryState] = ()
    lane: Lane | None = None
    channel: str | None = None
    announcement_id: int | None = None
    person_id: int | None = None
    room_id: int | None = None
    reason: str | None = None  # a part of it


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """One delivery without its words: those are between us and whom they are for."""

    id: int
    channel: str
    chat: str
    person_id: int | None
    lane: Lane
    mode: Mode
    subject: str | None
    announcement_id: int | None
    state: DeliveryState
    tries: int
    due_at: datetime | None
    expires_at: datetime | None
    lease_until: datetime | None
    reason: str | None
    created_at: datetime
    sent_at: datetime | None  # when it came to its end, whichever that was

    @property
    def is_held(self) -> bool:
        """Its announcement is paused."""
        return self.due_at is not None and self.due_at.timestamp() * 1_000_000 >= HELD


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How many stand alike."""

    state: DeliveryState
    reason: str | None
    count: int


def find(connection: Connection, wanted: Filter, *, limit: int | None = None) -> Sequence[Posted]:
    """The newest that are meant, newest first."""
    found = select(*_SEEN).where(*_meant(wanted)).order_by(deliveries.c.id.desc()).limit(limit)
    return [_posted(row) for row in connection.execute(found)]


def count(connection: Connection, wanted: Filter) -> Sequence[Count]:
    """How many of those that are meant stand alike, the most first."""
    many = func.count().label("count")
    alike = deliveries.c.state, deliveries.c.reason
    found = select(*alike, many).where(*_meant(wanted)).group_by(*alike).order_by(many.desc(), *alike)
    rows = connection.execute(found)
    return [Count(state=DeliveryState(row.state), reason=row.reason, count=row._asdict()["count"]) for row in rows]


def ahead(connection: Connection, row: Posted) -> int:
    """How many unsent messages of the same chat go before it."""
    before = UNSENT, deliveries.c.channel == row.channel, deliveries.c.chat == row.chat, deliveries.c.id < row.id
    return connection.execute(select(func.count()).where(*before)).scalar_one()


def retry(connection: Connection, wanted: Filter, *, even_unknown: bool, now: datetime) -> tuple[int, dict[Kept, int]]:
    """Queue once more what failed, expired or (*even_unknown*) may have arrived; how many, and how many not and why.

    Rows named by their numbers are all answered for; of others those are meant that ended badly.
    """
    meant = _meant(wanted if wanted.ids or wanted.states else replace(wanted, states=ENDED_BADLY))
    why = _why_not(even_unknown=even_unknown)
    found = connection.execute(select(why, func.count()).where(*meant).group_by(why)).all()
    kept = {Kept(name): many for name, many in found if name != _NOTHING}
    if (missing := len(set(wanted.ids)) - sum(many for _, many in found)) > 0:
        kept[Kept.UNHEARD_OF] = missing
    values = {
        "state": DeliveryState.QUEUED, "tries": 0, "due_at": now, "lease_until": None, "leaves_at": None,
        "tried": None, "sent_at": None,
        "expires_at": now + LIFE,  # else one that is older than its lane's span would end at once
    }  # fmt: skip
    queued = connection.execute(update(deliveries).where(*meant, why == _NOTHING).values(values)).rowcount
    return queued, kept


def _why_not(*, even_unknown: bool) -> ColumnElement[str]:
    """Why a row must not be tried once more."""
    state = deliveries.c.state
    later = deliveries.alias()
    newer = exists().where(
        later.c.subject == deliveries.c.subject,
        later.c.channel == deliveries.c.channel,
        later.c.chat == deliveries.c.chat,
        later.c.id > deliveries.c.id,
    )
    outdated = or_(deliveries.c.mode == Mode.TOAST, and_(deliveries.c.mode == Mode.EDIT, newer))
    reasons = [
        (state == DeliveryState.SENT, Kept.SENT),
        (UNSENT, Kept.WAITING),
        (state == DeliveryState.UNREACHABLE, Kept.UNREACHABLE),
        (and_(state == DeliveryState.EXPIRED, deliveries.c.reason == "stopped"), Kept.STOPPED),
        (outdated, Kept.OUTDATED),
    ]
    if not even_unknown:
        reasons.append((state == DeliveryState.UNKNOWN, Kept.UNKNOWN))
    return case(*((is_so, literal_column(f"'{name}'")) for is_so, name in reasons), else_=literal_column("''"))


def _meant(wanted: Filter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.ids:
        conditions.append(deliveries.c.id.in_(wanted.ids))
    if wanted.states:
        conditions.append(deliveries.c.state.in_(wanted.states))
    same = ("lane", "channel", "announcement_id", "person_id")
    conditions += [deliveries.c[name] == value for name in same if (value := getattr(wanted, name)) is not None]
    if wanted.room_id is not None:
        living = select(occupancies.c.person_id).where(occupancies.c.room_id == wanted.room_id)
        conditions.append(deliveries.c.person_id.in_(living))
    if wanted.reason is not None:
        conditions.append(deliveries.c.reason.icontains(wanted.reason, autoescape=True))
    return conditions


def _posted(row: Row[Any]) -> Posted:
    values = row._asdict()
    return Posted(**values | {"lane": Lane(row.lane), "mode": Mode(row.mode), "state": DeliveryState(row.state)})

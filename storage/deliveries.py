"""Deliveries in tables: in order per chat, bulk in no order, each ending in a named state."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    FromClause,
    Row,
    Select,
    and_,
    bindparam,
    case,
    cast,
    exists,
    func,
    literal_column,
    or_,
    select,
    text,
    update,
)
from sqlalchemy import delete as remove

from domain.messaging.model import Arrival, Delivery, DeliveryState, Lane, Mode
from storage.lease import IS_GONE
from storage.pending import Pending, Settled
from storage.tables import addresses, deliveries, keyboards
from storage.upsert import Insert, upsert

_NAMES = (
    "channel", "chat", "thread", "person_id", "lane", "mode", "subject", "key", "body", "state", "due_at", "expires_at",
    "careful", "tried", "announcement_id", "created_at",
)  # fmt: skip
_DELIVERY = [deliveries.c[name] for name in ("id", *_NAMES, "tries", "leaves_at", "reason", "reference")]
STUBBORN = 8  # after so many failed tries a row no longer holds up what follows it in its chat

# Spelled out: SQLite uses a partial index only where it can read its condition in the statement.
_QUEUED = deliveries.c.state == literal_column("'queued'")
_SENDING = deliveries.c.state == literal_column("'sending'")
_UNSENT = deliveries.c.state.in_([literal_column("'queued'"), literal_column("'sending'")])
IN_ORDER = and_(_UNSENT, deliveries.c.lane < literal_column("3"))
BULK = and_(_UNSENT, deliveries.c.lane == literal_column("3"))
QUEUED_BULK = and_(_QUEUED, deliveries.c.lane == literal_column("3"))
SENDING_BULK = and_(_SENDING, deliveries.c.lane == literal_column("3"))
UNSENT = or_(IN_ORDER, BULK)  # together with a channel and a chat
_IS_CARD = deliveries.c.subject.is_not(None)
_GONE = text(IS_GONE.format(member="deliveries.leased_by"))
_HERE = deliveries.c.channel == bindparam("on")
_ONCE = or_(deliveries.c.lane == Lane.BULK, deliveries.c.careful.is_(True))


def _of_card(table: FromClause) -> tuple[ColumnElement[bool], ...]:
    return table.c.subject == bindparam("about"), table.c.channel == bindparam("on"), table.c.chat == bindparam("where")


# The statements of the message path are built once: building one anew costs more than running it.
#
# Whose turn it is in a chat: new urgent messages, then everything in the order in which it was said (an edit never
# overtakes the card that it edits), then what has failed often. Rank and number in one figure make it one GROUP BY.
_STEP = literal_column("1152921504606846976", BigInteger)  # 2 ** 60
_RANK = case(
    (deliveries.c.tries >= STUBBORN, 2),
    (and_(deliveries.c.lane == Lane.URGENT, deliveries.c.mode == Mode.SEND), 0),
    else_=1,
)
_NOBODY_THERE = exists().where(
    addresses.c.channel == deliveries.c.channel, addresses.c.chat == deliveries.c.chat, addresses.c.reachable.is_(False)
)
_TURN = (
    select(func.min(cast(_RANK, BigInteger) * _STEP + deliveries.c.id) % _STEP)
    .where(IN_ORDER, _HERE, deliveries.c.mode != Mode.TOAST)
    .group_by(deliveries.c.chat)
    .having(func.max(deliveries.c.state) == DeliveryState.QUEUED)  # "sending" comes after it: nothing is under way
)
_NEXT = (
    select(*_DELIVERY, _NOBODY_THERE.label("gone"))
    .where(IN_ORDER, _HERE, _QUEUED, or_(deliveries.c.mode == Mode.TOAST, deliveries.c.id.in_(_TURN)))
    .where(or_(deliveries.c.due_at.is_(None), deliveries.c.due_at <= bindparam("now")))
    .order_by(deliveries.c.lane, deliveries.c.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)  # PostgreSQL; SQLite has one writer
)
_NEXT_BULK = (
    select(*_DELIVERY, _NOBODY_THERE.label("gone"))
    .where(_HERE, QUEUED_BULK, deliveries.c.due_at <= bindparam("now"))
    .order_by(deliveries.c.due_at, deliveries.c.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
_TAKE = (
    update(deliveries)
    .where(deliveries.c.id.in_(bindparam("rows", expanding=True)))
    .values(state=DeliveryState.SENDING, lease_until=bindparam("until"), leased_by=bindparam("by"), leaves_at=None)
)
_BOOK = (
    update(deliveries)
    .where(deliveries.c.id == bindparam("row"))
    .values(
        state=DeliveryState.SENDING, lease_until=bindparam("until"), leased_by=bindparam("by"),
        leaves_at=bindparam("leaves"),
    )
)  # fmt: skip
_GIVE_BACK = (
    update(deliveries)
    .where(deliveries.c.id == bindparam("row"), _SENDING, deliveries.c.lease_until == bindparam("end"))
    .values(state=DeliveryState.QUEUED)
)
_PUT_OFF = update(deliveries).where(deliveries.c.id == bindparam("row"), _QUEUED).values(due_at=bindparam("due"))
_SENT = (
    update(deliveries)
    .where(deliveries.c.id == bindparam("row"))
    .values(state=DeliveryState.SENT, reference=bindparam("message"), sent_at=bindparam("now"), reason=None)
)
_made = deliveries.alias()
_COPY = select(func.max(_made.c.id)).where(_made.c.mode == Mode.SEND, *_of_card(_made)).scalar_subquery()
_RENEW = (
    update(deliveries)
    .where(deliveries.c.mode == Mode.EDIT, deliveries.c.state == DeliveryState.QUEUED, *_of_card(deliveries))
    .where(deliveries.c.id > func.coalesce(_COPY, 0))
    .values(body=bindparam("said"))
)
_COPIES = (
    select(*_DELIVERY)
    .where(deliveries.c.subject == bindparam("about"), deliveries.c.mode == Mode.SEND)
    .where(deliveries.c.state.in_([DeliveryState.QUEUED, DeliveryState.SENDING, DeliveryState.SENT]))
    .order_by(deliveries.c.id)
)
_COPIES_THERE = _COPIES.where(*_of_card(deliveries))


@cache
def _queue(dialect: str) -> Insert:
    return upsert(dialect, deliveries).on_conflict_do_nothing(index_elements=[deliveries.c.key])


def _delivery(row: Row[Any]) -> Delivery:
    values = row._asdict()
    values.update(lane=Lane(row.lane), mode=Mode(row.mode), state=DeliveryState(row.state))
    return Delivery(**values)


def _row(delivery: Delivery) -> dict[str, Any]:
    values = {name: getattr(delivery, name) for name in _NAMES}
    if delivery.lane is Lane.BULK and delivery.due_at is None:
        values["due_at"] = delivery.created_at
    return values


class SqlDeliveries(Settled):
    """domain.messaging.ports.Deliveries."""

    def __init__(self, pending: Pending, news: set[str]) -> None:
        super().__init__(pending)
        self._news = news

    def add(self, new: Iterable[Delivery]) -> None:
        rows = [_row(one) for one in new if not (one.mode is Mode.EDIT and self._newer(one))]
        if rows:
            self._news.add("deliveries")
            self._pending.add(_queue(self._pending.dialect), rows)

    def _newer(self, edit: Delivery) -> bool:
        """Let an edit that still waits say the newest; True when there was one.

        It keeps its place and its wait. One that waits before a newer copy of the card would not reach that copy.
        """
        values = {"said": edit.body, "about": edit.subject, "on": edit.channel, "where": edit.chat}
        return self._connection.execute(_RENEW, values).rowcount > 0

    # --- whose turn it is --------------------------------------------------------------------------------------------

    def next(self, *, channel: str, now: datetime, limit: int) -> Sequence[Delivery]:
        rows = self._looked(_NEXT, channel, now, limit)
        if len(rows) < limit:
            self._news.discard("deliveries")  # whoever takes them has just looked
        return rows

    def next_bulk(self, *, channel: str, now: datetime, limit: int) -> Sequence[Delivery]:
        return self._looked(_NEXT_BULK, channel, now, limit)

    def _looked(self, statement: Select[Any], channel: str, now: datetime, limit: int) -> Sequence[Delivery]:
        rows = self._connection.execute(statement, {"on": channel, "now": now, "most": limit})
        return [_delivery(row) for row in rows]

    def take(self, rows: Collection[Delivery], *, until: datetime) -> None:
        by = self._connection.get_execution_options().get("member")
        paced = [{"row": row.id, "until": until, "by": by, "leaves": row.leaves_at} for row in rows if row.leaves_at]
        if paced:
            self._connection.execute(_BOOK, paced)
        if free := [row.id for row in rows if not row.leaves_at]:
            self._connection.execute(_TAKE, {"rows": free, "until": until, "by": by})

    def lease(self, *, now: datetime, until: datetime, limit: int, channels: Collection[str]) -> Sequence[Delivery]:
        rows: list[Delivery] = []
        for look in (self.next, self.next_bulk):
            for channel in channels:
                if len(rows) < limit:
                    rows += look(channel=channel, now=now, limit=limit - len(rows))
        rows.sort(key=lambda row: (row.lane, row.id))
        self.take(rows, until=until)
        return rows

    def put_off(self, rows: Iterable[tuple[int, datetime]]) -> None:
        if values := [{"row": row, "due": due} for row, due in rows]:
            self._connection.execute(_PUT_OFF, values)

    def give_back(self, rows: Iterable[tuple[int, datetime]]) -> None:
        self._connection.execute(_GIVE_BACK, [{"row": row, "end": until} for row, until in rows])

    def release(self, *, now: datetime, everything: bool = False) -> int:
        over = deliveries.c.lease_until <= now
        if self._connection.dialect.name == "postgresql":
            over = or_(over, _GONE)
        stuck = _SENDING if everything else and_(_SENDING, over)
        harmless = or_(~_ONCE, deliveries.c.leaves_at > now)
        back = update(deliveries).where(stuck, harmless).values(state=DeliveryState.QUEUED)
        lost = {"state": DeliveryState.UNKNOWN, "reason": "the sender ended before the answer came", "sent_at": now}
        freed = self._connection.execute(back).rowcount
        return freed + self._connection.execute(update(deliveries).where(stuck).values(lost)).rowcount

    # --- how it ended ------------------------------------------------------------------------------------------------

    def sent(self, row: int, *, reference: str | None, now: datetime) -> None:
        self.arrived([Arrival(row, reference, now)])

    def arrived(self, rows: Collection[Arrival]) -> None:
        if rows:
            values = [{"row": one.row, "message": one.reference, "now": one.at} for one in rows]
            self._connection.execute(_SENT, values)

    def again(self, row: int, *, due_at: datetime, reason: str, counted: bool = True) -> None:
        values = {"state": DeliveryState.QUEUED, "due_at": due_at, "reason": reason}
        statement = update(deliveries).where(deliveries.c.id == row)
        self._connection.execute(statement.values(**values, tries=deliveries.c.tries + int(counted)))

    def end(self, row: int, *, state: DeliveryState, reason: str, now: datetime) -> None:
        values = {"state": state, "reason": reason, "sent_at": now, "tries": deliveries.c.tries + 1}
        self._connection.execute(update(deliveries).where(deliveries.c.id == row).values(values))

    # --- cards -------------------------------------------------------------------------------------------------------

    def copies(self, subject: str, *, channel: str | None = None, chat: str | None = None) -> Sequence[Delivery]:
        wanted = {"about": subject} if channel is None else {"about": subject, "on": channel, "where": chat}
        rows = self._connection.execute(_COPIES if channel is None else _COPIES_THERE, wanted)
        return [_delivery(row) for row in rows]

    def subject(self, *, channel: str, chat: str, reference: str) -> str | None:
        same = deliveries.c.channel == channel, deliveries.c.chat == chat, deliveries.c.reference == reference
        card = _IS_CARD, deliveries.c.mode == Mode.SEND, *same
        found: str | None = self._connection.execute(select(deliveries.c.subject).where(*card)).scalars().first()
        return found

    # --- chats that are gone, or elsewhere ---------------------------------------------------------------------------

    def queued(self, *, channel: str, chat: str) -> Sequence[Delivery]:
        there = deliveries.c.channel == channel, deliveries.c.chat == chat, _QUEUED
        ways = (select(*_DELIVERY).where(way, *there).order_by(deliveries.c.id) for way in (IN_ORDER, BULK))
        return [_delivery(row) for way in ways for row in self._connection.execute(way)]

    def move(self, row: Delivery, *, channel: str, chat: str, now: datetime) -> None:
        tried = ",".join(filter(None, (row.tried, row.channel)))
        place = {"channel": channel, "chat": chat, "thread": None, "tried": tried}
        values = {**place, "state": DeliveryState.QUEUED, "due_at": now, "tries": 0}
        self._connection.execute(update(deliveries).where(deliveries.c.id == row.id).values(values))
        self._news.add("deliveries")

    def move_chat(self, *, channel: str, old: str, new: str) -> int:
        self._connection.execute(update(keyboards).where(keyboards.c.chat == old).values(chat=new))
        there = deliveries.c.channel == channel, deliveries.c.chat == old
        unsent_or_cards = (
            IN_ORDER, BULK,
            and_(_IS_CARD, deliveries.c.state.not_in([DeliveryState.QUEUED, DeliveryState.SENDING])),
        )  # fmt: skip
        moved = (update(deliveries).where(*there, these).values(chat=new) for these in unsent_or_cards)
        return sum(self._connection.execute(statement).rowcount for statement in moved)

    def purge(self, *, before: datetime) -> int:
        return self._connection.execute(remove(deliveries).where(deliveries.c.sent_at < before)).rowcount

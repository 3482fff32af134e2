"""From recipients to deliveries, thousands in one statement; and deliveries held back, let go, cancelled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    FromClause,
    Select,
    String,
    Subquery,
    and_,
    case,
    cast,
    func,
    literal,
    null,
    select,
    type_coerce,
    update,
)

from domain.announcements.model import Announcement, Kind
from domain.messaging.model import DeliveryState, Lane, Mode
from storage.audience import best_addresses, has_muted
from storage.columns import Moment
from storage.tables import addresses, announcement_leaflets, announcement_recipients, deliveries, people
from storage.upsert import upsert

AHEAD = timedelta(days=1)  # the bulk lane goes by when things are due: urgent ones stand before all ordinary ones
HELD = 100 * 365 * 24 * 3600 * 1_000_000  # microseconds: what is held back is due a century later
_WHO = announcement_recipients.c
_QUEUED = DeliveryState.QUEUED
_WAITING = (DeliveryState.QUEUED, DeliveryState.SENDING)
_NAMES = (
    "channel", "chat", "person_id", "lane", "mode", "key", "body", "state", "reason", "due_at", "expires_at", "sent_at",
    "created_at", "announcement_id", "tries",
)  # fmt: skip


def key_of(who: Any) -> ColumnElement[str]:
    """The key of a recipient's newest delivery: unique, so that nobody gets two."""
    first = literal("announcement:") + cast(who.announcement_id, String) + ":person:" + cast(who.person_id, String)
    return first + case((who.round > 0, literal(again("")) + cast(who.round, String)), else_="")


def again(number: object) -> str:
    """How the keys of a further round end."""
    return f":again:{number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """One announcement's round on its way into deliveries."""

    announcement: Announcement
    fallback: str
    now: datetime
    expires_at: datetime
    gap: timedelta
    earlier: Mapping[int, datetime]
    stopped: bool

    def next(self, connection: Connection, limit: int) -> tuple[int, int]:
        """Make the deliveries of the next recipients; how many, and the last of them."""
        chunk = select(_WHO.person_id).where(self._waiting()).order_by(_WHO.person_id).limit(limit).subquery()
        heads, last = connection.execute(select(func.count(), func.max(chunk.c.person_id))).one()
        if not heads:
            return 0, self.announcement.spread_to
        made = upsert(connection.dialect.name, deliveries).from_select(list(_NAMES), self._rows(last))
        connection.execute(made.on_conflict_do_nothing(index_elements=[deliveries.c.key]))
        return heads, last

    def _waiting(self) -> ColumnElement[bool]:
        """Recipients of this round who have no delivery yet."""
        mine = _WHO.announcement_id == self.announcement.id
        return and_(mine, _WHO.round == self.announcement.round, _WHO.person_id > self.announcement.spread_to)

    def _rows(self, last: int) -> Select[Any]:
        told = self._told(last)
        is_ended, now = told.c.reason.is_not(None), _micro(self.now)
        ended = DeliveryState.EXPIRED if self.stopped else DeliveryState.UNREACHABLE
        values: dict[str, Any] = {
            "channel": func.coalesce(told.c.channel, ""), "chat": func.coalesce(told.c.chat, ""),
            "person_id": told.c.person_id, "lane": literal(int(Lane.BULK)), "mode": literal(Mode.SEND.value),
            "key": told.c.key, "body": told.c.body, "state": case((is_ended, ended.value), else_=_QUEUED.value),
            "reason": told.c.reason, "due_at": told.c.due, "expires_at": _micro(self.expires_at),
            "sent_at": case((is_ended, now), else_=null()), "created_at": now,
            "announcement_id": literal(self.announcement.id, BigInteger), "tries": literal(0),
        }  # fmt: skip
        # The condition is always true: without one SQLite takes ON CONFLICT for a part of the FROM.
        return select(*(values[name] for name in _NAMES)).where(told.c.person_id <= last)

    def _told(self, last: int) -> Subquery:
        """Each of them with their chat, their words, and why they do not get it, if they do not."""
        best = best_addresses(addresses.c.person_id > self.announcement.spread_to, addresses.c.person_id <= last)
        ordinary = self.announcement.kind is Kind.ORDINARY
        reason = case(
            (literal(self.stopped), "stopped"),
            (has_muted(_WHO.person_id, self.announcement.audience.estates, ordinary=ordinary), "muted"),
            (best.c.channel.is_(None), "no-account"),
            (~best.c.reachable, "unreachable"),
            else_=null(),
        )
        facts = (
            _WHO.person_id, best.c.channel, best.c.chat, key_of(_WHO).label("key"), announcement_leaflets.c.body,
            reason.label("reason"), self._due().label("due"),
        )  # fmt: skip
        found = select(*facts).select_from(self._joined(best)).where(self._waiting(), _WHO.person_id <= last)
        return found.order_by(_WHO.person_id).subquery()

    def _joined(self, best: Subquery) -> FromClause:
        """Recipients, people, their best chats, the leaflet in their language."""
        letter = announcement_leaflets.c
        here = letter.announcement_id == self.announcement.id
        printed = select(letter.language).where(here)
        language = case((people.c.language.in_(printed), people.c.language), else_=self.fallback)
        return (
            announcement_recipients.join(people, people.c.id == _WHO.person_id)
            .join(announcement_leaflets, here & (letter.language == language))
            .outerjoin(best, best.c.person_id == _WHO.person_id)
        )

    def _due(self) -> ColumnElement[int]:
        """At once, or a while after the last ordinary one that this person gets."""
        if self.announcement.kind is Kind.URGENT:
            return _micro(self.now - AHEAD)
        at_once = _micro(self.now)
        if not self.earlier:
            return at_once
        after = self._last_push() + literal(self.gap // timedelta(microseconds=1), BigInteger)
        return case((after > at_once, after), else_=at_once)

    def _last_push(self) -> ColumnElement[int]:
        """When this person got the last of the earlier ones, or will have got it."""
        who = announcement_recipients.alias()
        clear = case({one: _micro(moment) for one, moment in self.earlier.items()}, value=who.c.announcement_id)
        due, sent = type_coerce(deliveries.c.due_at, BigInteger), type_coerce(deliveries.c.sent_at, BigInteger)
        moment = case(
            (deliveries.c.state == DeliveryState.SENT, sent),
            (deliveries.c.state.in_(_WAITING) & (due > clear) & (due < HELD), due),
            (deliveries.c.state.in_(_WAITING), clear),
        )
        theirs = who.c.announcement_id.in_(self.earlier), who.c.person_id == _WHO.person_id
        found = select(func.max(moment)).join_from(who, deliveries, deliveries.c.key == key_of(who.c)).where(*theirs)
        return found.correlate(announcement_recipients).scalar_subquery()


def hold_back(connection: Connection, announcement_id: int, limit: int) -> int:
    """Let so many of its deliveries not leave for now; the sender looks for what is due."""
    chosen = _queued(announcement_id, limit).where(deliveries.c.due_at < _held())
    later = type_coerce(deliveries.c.due_at, BigInteger) + _held()
    return connection.execute(update(deliveries).where(deliveries.c.id.in_(chosen)).values(due_at=later)).rowcount


def let_go(connection: Connection, announcement_id: int, limit: int, expires_at: datetime) -> int:
    """Let so many of those leave when they were due."""
    chosen = _queued(announcement_id, limit).where(deliveries.c.due_at >= _held())
    values = {"due_at": type_coerce(deliveries.c.due_at, BigInteger) - _held(), "expires_at": expires_at}
    return connection.execute(update(deliveries).where(deliveries.c.id.in_(chosen)).values(values)).rowcount


def expire(connection: Connection, announcement_id: int, limit: int, now: datetime) -> int:
    """End so many whose time has passed, as the sender does with those that it takes up."""
    chosen = _queued(announcement_id, limit).where(deliveries.c.expires_at <= now)
    ended = {"state": DeliveryState.EXPIRED, "reason": "its time had passed", "sent_at": now}
    return connection.execute(update(deliveries).where(deliveries.c.id.in_(chosen)).values(ended)).rowcount


def cancel(connection: Connection, announcement_id: int, limit: int, now: datetime) -> int:
    """End so many that have not left."""
    chosen = _queued(announcement_id, limit)
    ended = {"state": DeliveryState.EXPIRED, "reason": "stopped", "sent_at": now}
    return connection.execute(update(deliveries).where(deliveries.c.id.in_(chosen)).values(ended)).rowcount


def _queued(announcement_id: int, limit: int) -> Select[Any]:
    waiting = deliveries.c.announcement_id == announcement_id, deliveries.c.state == _QUEUED
    return select(deliveries.c.id).where(*waiting).order_by(deliveries.c.id).limit(limit)


def _held() -> ColumnElement[int]:
    return literal(HELD, BigInteger)


def _micro(moment: datetime) -> ColumnElement[int]:
    kept = Moment().process_bind_param(moment, None)
    return literal(kept, BigInteger)

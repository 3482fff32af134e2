"""Who got an announcement, in tables: the audience frozen, spread into deliveries, and what they answered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, insert, literal, select, text, update
from sqlalchemy import delete as remove

from domain.announcements.model import Again, Announcement, Audience, HeadCount, Recipient, Tally, Unreached
from domain.messaging.model import DeliveryState
from storage import spreading, unreached
from storage.audience import audience_of, best_addresses, has_muted
from storage.pending import Pending, Settled
from storage.tables import announcement_mutes, announcement_recipients, deliveries, people
from storage.upsert import upsert

MANY = 2000
_WHO = announcement_recipients.c
_RECIPIENT = [_WHO[field.name] for field in fields(Recipient)]
_FAILED = (DeliveryState.FAILED, DeliveryState.UNREACHABLE, DeliveryState.EXPIRED)
_NOT_SENT = (*_FAILED, DeliveryState.UNKNOWN)


class SqlRecipients(Settled):
    """domain.announcements.ports.Recipients."""

    def __init__(self, pending: Pending, news: set[str]) -> None:
        super().__init__(pending)
        self._news = news

    # --- the audience -----------------------------------------------------------------------------------------------

    def size(self, audience: Audience) -> int:
        everybody = audience_of(audience).order_by(None).subquery()
        return self._connection.execute(select(func.count()).select_from(everybody)).scalar_one()

    def count(self, audience: Audience, *, ordinary: bool) -> HeadCount:
        everybody = audience_of(audience).subquery()
        best = best_addresses()
        muted = has_muted(people.c.id, audience.estates, ordinary=ordinary).label("muted")
        joined = everybody.join(people, people.c.id == everybody.c.person_id).outerjoin(
            best, best.c.person_id == everybody.c.person_id
        )
        facts = select(best.c.channel, best.c.reachable, muted, people.c.language).select_from(joined).subquery()
        found = self._connection.execute(select(*facts.c, func.count().label("heads")).group_by(*facts.c))
        channels: Counter[str] = Counter()
        languages: Counter[str] = Counter()
        others: Counter[str] = Counter()
        for row in found:
            languages[row.language or ""] += row.heads
            if row.muted:
                others["muted"] += row.heads
            elif row.channel is None or not row.reachable:
                others["no_account" if row.channel is None else "unreachable"] += row.heads
            else:
                channels[row.channel] += row.heads
        return HeadCount(channels=dict(channels), languages=dict(languages), **others)

    def freeze(self, announcement_id: int, audience: Audience) -> int:
        everybody = audience_of(audience).subquery()
        rows = select(literal(announcement_id), everybody.c.person_id, everybody.c.room_id, literal(0))
        names = ["announcement_id", "person_id", "room_id", "round"]
        frozen = insert(announcement_recipients).from_select(names, rows).execution_options(preserve_rowcount=True)
        heads = self._connection.execute(frozen).rowcount
        if heads > MANY and self._connection.dialect.name == "postgresql":  # a plan for few would take minutes
            self._connection.execute(text("ANALYZE people, addresses, announcement_recipients"))
        return heads

    def thaw(self, announcement_id: int) -> None:
        self._connection.execute(remove(announcement_recipients).where(_WHO.announcement_id == announcement_id))

    # --- the deliveries ---------------------------------------------------------------------------------------------

    def spread(
        self,
        announcement: Announcement,
        *,
        limit: int,
        fallback: str,
        now: datetime,
        expires_at: datetime,
        gap: timedelta,
        earlier: Mapping[int, datetime],
        stopped: bool = False,
    ) -> tuple[int, int]:
        spread = spreading.Spread(
            announcement=announcement, fallback=fallback, now=now, expires_at=expires_at, gap=gap, earlier=earlier,
            stopped=stopped,
        )  # fmt: skip
        made = spread.next(self._connection, limit)
        if made[0]:
            self._news.add("deliveries")
        return made

    def hold_back(self, announcement_id: int, *, limit: int) -> int:
        return spreading.hold_back(self._connection, announcement_id, limit)

    def let_go(self, announcement_id: int, *, limit: int, expires_at: datetime) -> int:
        self._news.add("deliveries")
        return spreading.let_go(self._connection, announcement_id, limit, expires_at)

    def expire(self, announcement_id: int, *, limit: int, now: datetime) -> int:
        return spreading.expire(self._connection, announcement_id, limit, now)

    def cancel(self, announcement_id: int, *, limit: int, now: datetime) -> int:
        return spreading.cancel(self._connection, announcement_id, limit, now)

    # --- how they stand ---------------------------------------------------------------------------------------------

    def tally(self, announcement: Announcement) -> Tally:
        rows = select(deliveries.c.state, func.count()).where(*_of_round(announcement)).group_by(deliveries.c.state)
        states: dict[str, int] = {row[0]: row[1] for row in self._connection.execute(rows)}
        ended = {state.value: states.get(state, 0) for state in (DeliveryState.SENT, *_NOT_SENT)}
        read = _WHO.announcement_id == announcement.id, _WHO.confirmed_at.is_not(None)
        confirmed = self._connection.execute(select(func.count()).where(*read)).scalar_one()
        return Tally(people=self._people(announcement), confirmed=confirmed, **ended)

    def _people(self, announcement: Announcement) -> int:
        if not announcement.round:
            return announcement.people
        again = _WHO.announcement_id == announcement.id, _WHO.round == announcement.round
        return self._connection.execute(select(func.count()).where(*again)).scalar_one()

    def reasons(self, announcement: Announcement) -> Mapping[tuple[str, str], int]:
        facts = deliveries.c.state, func.coalesce(deliveries.c.reason, "")
        lost = select(*facts, func.count()).where(*_of_round(announcement), deliveries.c.state.in_(_NOT_SENT))
        return {(state, reason): heads for state, reason, heads in self._connection.execute(lost.group_by(*facts))}

    def unreached(self, announcement: Announcement) -> Sequence[Unreached]:
        return unreached.rooms_without(self._connection, announcement)

    def repeat(self, announcement: Announcement, to: Again, *, round: int) -> int:  # noqa: A002 - the port's name
        mine = _WHO.announcement_id == announcement.id
        if to is Again.FAILED:
            failed = deliveries.c.announcement_id == announcement.id, deliveries.c.state.in_(_FAILED)
            theirs = announcement_recipients.join(deliveries, deliveries.c.key == spreading.key_of(_WHO))
            mine &= _WHO.person_id.in_(select(_WHO.person_id).select_from(theirs).where(mine, *failed))
        else:
            mine &= _WHO.confirmed_at.is_(None)
        return self._connection.execute(update(announcement_recipients).where(mine).values(round=round)).rowcount

    # --- what they answered -----------------------------------------------------------------------------------------

    def get(self, announcement_id: int, person_id: int) -> Recipient | None:
        mine = _WHO.announcement_id == announcement_id, _WHO.person_id == person_id
        row = self._connection.execute(select(*_RECIPIENT).where(*mine)).one_or_none()
        return Recipient(**row._asdict()) if row else None

    def put(self, recipient: Recipient) -> None:
        mine = _WHO.announcement_id == recipient.announcement_id, _WHO.person_id == recipient.person_id
        answers = {name: getattr(recipient, name) for name in ("confirmed_at", "choice", "joined_at")}
        self._connection.execute(update(announcement_recipients).where(*mine).values(answers))

    def votes(self, announcement_id: int) -> Mapping[int, int]:
        cast = select(_WHO.choice, func.count()).where(
            _WHO.announcement_id == announcement_id, _WHO.choice.is_not(None)
        )
        return {row[0]: row[1] for row in self._connection.execute(cast.group_by(_WHO.choice))}

    def joined(self, announcement_id: int) -> Sequence[int]:
        mine = _WHO.announcement_id == announcement_id, _WHO.joined_at.is_not(None)
        ordered = select(_WHO.person_id).where(*mine).order_by(_WHO.joined_at, _WHO.person_id)
        return self._connection.execute(ordered).scalars().all()

    # --- who wants none ---------------------------------------------------------------------------------------------

    def mute(self, person_id: int, estate_id: int, *, now: datetime) -> None:
        row = upsert(self._connection.dialect.name, announcement_mutes)
        kept = row.values(person_id=person_id, estate_id=estate_id, since=now)
        self._connection.execute(kept.on_conflict_do_nothing())

    def unmute(self, person_id: int, estate_id: int) -> None:
        self._connection.execute(remove(announcement_mutes).filter_by(person_id=person_id, estate_id=estate_id))

    def muted(self, person_id: int) -> frozenset[int]:
        mine = select(announcement_mutes.c.estate_id).where(announcement_mutes.c.person_id == person_id)
        return frozenset(self._connection.execute(mine).scalars())


def _of_round(announcement: Announcement) -> tuple[ColumnElement[bool], ...]:
    """The deliveries of its current round; of the first one, where it was never sent again, that is all of them."""
    mine = deliveries.c.announcement_id == announcement.id
    again = deliveries.c.key.like(f"%{spreading.again(announcement.round)}")
    return (mine, again) if announcement.round else (mine,)

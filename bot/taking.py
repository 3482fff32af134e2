"""Which rows may go now: decided in the transaction that leases them, at the pace of each account."""

from __future__ import annotations

import heapq
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

from bot.channels.base import Allowance, Channel, Outgoing, Parcel
from bot.outcomes import ended
from bot.pacing import AHEAD, Door, Ledger, cost
from bot.turn import DeskWork
from bot.unreached import pass_on
from domain.messaging.model import Delivery, DeliveryState, Mode

AT_ONCE: Final = 64  # sends under way at the same time on one channel; a quarter of it is not for bulk
MOST_AT_ONCE: Final = 240  # where an account may be that fast; an HTTP client's pool has 256 connections
AT_MOST: Final = 100  # rows in one transaction: whoever else wants to write waits no longer than for these
LEASE: Final = timedelta(seconds=90)  # longer than any send may take
_BUSY: Final = timedelta(milliseconds=10)  # another process has the account's books: by then they are free again
_PRESSES: Final = 8  # so many answers to presses are looked for beside the messages that are paced
_LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)


class Taker:
    """Takes the rows of one channel, as far as there is room for them.

    Of the rows it remembers only the *moments* at which more of them may go: an operation may be run again.
    """

    def __init__(self, channel: Channel, *, served: Collection[str]) -> None:
        """*served* are the names of all channels, this one too."""
        self._channel = channel
        self._served = served
        self._moments: list[datetime] = []
        self._most = _most_at_once(channel.pace)
        self._ahead = _most_ahead(channel.pace)
        self._full_until = _LONG_AGO  # the account's books are known to be full until then
        self.door = Door(channel.pace)
        self.under_way = 0
        self.is_held = False  # the platform told us to wait, here or in one of its chats: the books know where
        self.has_bulk = True  # as far as one knows

    def look_again(self, moment: datetime) -> None:
        """More may go then."""
        heapq.heappush(self._moments, moment)

    @property
    def next_look(self) -> datetime | None:
        """When more may go."""
        return self._moments[0] if self._moments else None

    def hold(self, until: datetime, *, whole: bool) -> None:
        """The platform told us to wait, on the whole account or in one chat."""
        self.is_held = True
        if whole:
            self.door.hold(until)
        self.look_again(until)

    def take(self, work: DeskWork, now: datetime) -> list[Parcel]:
        """Lease what may go; once *work* is kept it must be sent."""
        while self._moments and self._moments[0] <= now:
            heapq.heappop(self._moments)
        room = min(self._most - self.under_way, self._ahead)
        if room <= 0 or self._is_told_to_wait(now, max(self.door.held_until, self._full_until)):
            return []
        found = self._rows(work, now, room)
        rows = [row for row in found if not self._has_ended(work, row, now)]
        paced = self._is_paced(rows)
        ledger = self._ledger(work, now) if paced else None
        if paced and ledger is None:
            return []
        parcels = [_parcel(work, row) for row in rows]
        if ledger is not None:
            parcels = self._paced(work, ledger, parcels, now)
        if parcels:
            work.deliveries.take([parcel.delivery for parcel in parcels], until=now + LEASE)
        if len(found) == room or len(rows) < len(found):
            self.look_again(now)
        return parcels

    def _is_paced(self, rows: Sequence[Delivery]) -> bool:
        if not rows:
            return False
        return bool(self._channel.pace) or self.is_held or any(self._channel.allowances(row) for row in rows)

    def _has_ended(self, work: DeskWork, row: Delivery, now: datetime) -> bool:
        """It is not worth sending any more, or there is nobody to hear it: that is its end."""
        if row.ends_at <= now:
            ended(row, DeliveryState.EXPIRED, row.reason or "its time had passed").keep(work)
        elif row.gone:
            pass_on(work, row, reason=row.reason or "not reached before", now=now, served=self._served)
        return row.gone or row.ends_at <= now

    def _is_told_to_wait(self, now: datetime, until: datetime | None) -> bool:
        if until is None or until <= now:
            return False
        self.look_again(until)
        return True

    def _ledger(self, work: DeskWork, now: datetime) -> Ledger | None:
        """The account's books; None when nothing can be booked in them now, and a moment when to look again."""
        account = work.paces.account(self._channel.name)
        if account is None:
            self.look_again(now + _BUSY)
            return None
        if self._is_told_to_wait(now, account.held_until):
            return None
        ledger = Ledger(account, self._channel.pace, now)
        ledger.correct(self.door.late)
        return None if self._is_full(ledger, now) else ledger

    def _is_full(self, ledger: Ledger, now: datetime) -> bool:
        """All moments are taken, or more rows than that stand at the door; then nobody looks until there is room."""
        if ledger.is_full or self.door.waiting > self._ahead:
            self._full_until = max(now, ledger.opens_at - AHEAD) + AHEAD / 2
            self.look_again(self._full_until)
            return True
        return False

    def _rows(self, work: DeskWork, now: datetime, room: int) -> Sequence[Delivery]:
        rows = list(work.deliveries.next(channel=self._channel.name, now=now, limit=room))
        for_bulk = min(room - len(rows), self._most * 3 // 4 - self.under_way - len(rows), AT_MOST)
        if self.has_bulk and for_bulk > 0:
            bulk = work.deliveries.next_bulk(channel=self._channel.name, now=now, limit=for_bulk)
            self.has_bulk = bool(bulk)
            rows += bulk
        return rows

    def _paced(self, work: DeskWork, ledger: Ledger, parcels: Sequence[Parcel], now: datetime) -> list[Parcel]:
        """Those that may leave, each with its moment; what its chat does not bear yet is put off."""
        ledger.know(work.paces.of(self._channel.name, {parcel.delivery.chat for parcel in parcels if cost(parcel)}))
        going: list[Parcel] = []
        late: list[tuple[int, datetime]] = []
        for parcel in parcels:
            row, allowances = parcel.delivery, self._channel.allowances(parcel.delivery)
            if not cost(parcel):
                going.append(parcel)
            elif (clear := ledger.bears(parcel, allowances)) > ledger.opens_at:
                late.append((row.id, clear))
                self.look_again(clear)
            elif not self._is_full(ledger, now):
                going.append(replace(parcel, delivery=replace(row, leaves_at=ledger.book(parcel, allowances))))
        work.deliveries.put_off(late)
        work.paces.put(ledger.entries())
        return going


def _most_at_once(pace: Allowance | None) -> int:
    """Enough for half a second's worth."""
    rate = pace.count / pace.span.total_seconds() if pace else 0
    return min(MOST_AT_ONCE, max(AT_ONCE, round(rate / 2)))


def _most_ahead(pace: Allowance | None) -> int:
    """As many as can be booked at once, and some answers to presses."""
    return _PRESSES + (1 + AHEAD // (pace.span / pace.count) if pace else AT_MOST)


def _parcel(work: DeskWork, row: Delivery) -> Parcel:
    """Everything the channel needs, looked up in the leasing transaction."""
    message = Outgoing.of(row.body)
    kept = (work.media.get(key) for key in message.photos)
    copies: tuple[str, ...] = (message.message,) if message.message else ()
    if row.mode is Mode.EDIT and row.subject and not copies:
        found = work.deliveries.copies(row.subject, channel=row.channel, chat=row.chat)
        copies = tuple(one.reference for one in found if one.reference)
    paper = work.media.get(message.document.handle) if message.document else None
    return Parcel(
        delivery=row, message=message, photos=tuple((one.channel, one.ref) for one in kept if one), copies=copies,
        document=(paper.channel, paper.ref) if paper else None,
    )  # fmt: skip

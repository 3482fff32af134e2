"""How fast an account may speak: the books that all processes share, the door by which this one's rows leave."""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from bot.channels.base import Allowance, Parcel
from domain.messaging.model import Lane, Mode, Pace

AHEAD: Final = timedelta(milliseconds=60)  # nothing is booked longer before it leaves: the urgent wait no longer
SLACK: Final = 1.004  # a little slower than allowed, for what leaves evenly does not arrive evenly
BREATH: Final = timedelta(milliseconds=50)  # the same in one chat
KEPT: Final = 6  # one in so many of what a chat bears is kept for the urgent
JUMP: Final = timedelta(seconds=5)  # what is further ahead was booked by a clock that has been put back since
_DOUBT: Final = 0.003  # seconds: the quickest there and the quickest back need not have been the same one's
_TICK: Final = 0.001  # an event loop's timers know no less
LISTED: Final = 100  # an account that may say more in a span has only the door of each process to look back
_LONGER: Final = 1.0005  # the way to the platform may become longer: so much at each message
_COUNTED: Final = (Mode.SEND, Mode.EDIT)
_LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)


def cost(parcel: Parcel) -> int:
    """How many messages the platform counts: each photo of an album, each edited copy; a press is none."""
    if parcel.delivery.mode not in _COUNTED:
        return 0
    return max(1, len(parcel.photos), len(parcel.copies))


class Ledger:
    """One account's books, ours until the end of the transaction.

    The account as a whole is paced evenly (GCRA without a burst); a chat's last messages are all in its book, so that
    it never hears more than its allowance in any span. So are the account's, unless they are too many: every process
    puts right there what came late.
    """

    def __init__(self, account: Pace, pace: Allowance | None, now: datetime) -> None:
        self._account = account
        self._now = now
        self._step = pace.span / pace.count * SLACK if pace else timedelta()
        free = account.free_at or now
        self._free = free if now < free < now + JUMP else now
        self._pace = pace if pace and pace.count <= LISTED else None
        self._booked = [one for one in account.left if pace and now - 2 * pace.span < one < now + JUMP]
        self._chats: dict[str, Pace] = {}
        self._touched: set[str] = set()

    @property
    def opens_at(self) -> datetime:
        """When the next message may leave."""
        if self._pace is None or len(self._booked) < self._pace.count:
            return self._free
        return max(self._free, sorted(self._booked)[-self._pace.count] + self._pace.span)

    @property
    def is_full(self) -> bool:
        """All moments are taken, as far ahead as one books."""
        return self.opens_at > self._now + AHEAD

    def correct(self, late: Mapping[datetime, datetime]) -> None:
        """What was booked for a moment was counted at another."""
        self._booked = [late.get(moment, moment) for moment in self._booked]

    def know(self, chats: Mapping[str, Pace]) -> None:
        """What was said in these chats lately."""
        self._chats.update(chats)

    def bears(self, parcel: Parcel, allowances: Sequence[Allowance]) -> datetime:
        """From when on its chat bears one more; not later than now: it does."""
        row = parcel.delivery
        kept = self._chats.get(row.chat)
        if kept is None:
            return self._now
        moments = [
            _free_at(kept.left, one, cost(parcel), self._now, urgent=row.lane is Lane.URGENT) for one in allowances
        ]
        return max(self._now, kept.held_until or self._now, *moments)

    def book(self, parcel: Parcel, allowances: Sequence[Allowance]) -> datetime:
        """The moment at which it leaves."""
        leaves, heads = self.opens_at, cost(parcel)
        self._free = leaves + self._step * heads
        if self._pace:
            self._booked += [leaves] * heads
        self._touched.add("")
        if allowances:
            self._write(parcel.delivery.chat, leaves, heads, max(one.span for one in allowances))
        return leaves

    def _write(self, chat: str, leaves: datetime, heads: int, span: timedelta) -> None:
        kept = self._chats.get(chat) or Pace(channel=self._account.channel, chat=chat)
        left = (*(moment for moment in kept.left if moment > self._now - span), *[leaves] * heads)
        stale = max(leaves + span, kept.held_until or leaves)
        self._chats[chat] = replace(kept, left=left, stale_at=stale)
        self._touched.add(chat)

    def entries(self) -> Iterable[Pace]:
        """What is to be kept of it."""
        for chat in self._touched:
            yield self._chats[chat] if chat else replace(self._account, free_at=self._free, left=tuple(self._booked))


def _free_at(left: Sequence[datetime], allowance: Allowance, heads: int, now: datetime, *, urgent: bool) -> datetime:
    """When *heads* more stay within the allowance; who is not urgent leaves a part of it to those who are."""
    most = allowance.count if urgent else allowance.count - allowance.count // KEPT
    within = [moment for moment in left if now - allowance.span - BREATH < moment < now + JUMP]
    too_many = len(within) + min(heads, most) - most
    return within[too_many - 1] + allowance.span + BREATH if too_many > 0 else now


@dataclass(slots=True, eq=False)
class Passage:
    """One message on its way: when it left and when its answer came, by the loop's clock."""

    booked: datetime | None
    left: float
    answered: float = math.inf


class Door:
    """Where one account's rows leave this process: at their moment, and never more in a span than may.

    The books know when each should leave; only here is known when it did. What left on time may arrive late, and then
    the one that leaves a span after it would come too early: an answer that took longer than others tells of it.
    """

    def __init__(self, pace: Allowance | None) -> None:
        self.held_until = _LONG_AGO
        self.waiting = 0
        self._count = pace.count if pace else 0
        self._span = pace.span.total_seconds() if pace else 0.0
        self._first = asyncio.Lock()
        self._out: deque[Passage] = deque()
        self._late: deque[tuple[datetime, datetime]] = deque(maxlen=2 * LISTED)
        self._quickest = math.inf  # from leaving to the answer, in seconds

    def hold(self, until: datetime) -> None:
        """Nothing leaves until then."""
        self.held_until = max(self.held_until, until)

    def is_held(self, now: datetime) -> bool:
        """The platform told us to wait."""
        return self.held_until > now

    async def leave(self, at: datetime | None) -> Passage | None:
        """Wait for the moment; None: not now, we were told to wait. What has no moment is not counted."""
        if at is not None:
            self.waiting += 1
            try:
                await self._moment(min(at - datetime.now(UTC), AHEAD).total_seconds())
            finally:
                self.waiting -= 1
        if self.is_held(datetime.now(UTC)):
            return None
        now = asyncio.get_running_loop().time()
        passage = Passage(at, now)
        if self._count and at is not None:
            self._out.append(passage)
        return passage

    async def _moment(self, wait: float) -> None:
        clock = asyncio.get_running_loop().time
        moment = clock() + wait
        async with self._first:  # one looks at the clock for all that stand behind it
            while (wait := max(moment, self._bears_at(clock())) - clock()) > 0:  # noqa: ASYNC110 - time itself is awaited
                await asyncio.sleep(max(wait, _TICK))

    def is_over(self, passage: Passage, *, arrived: bool) -> None:
        """The platform has answered, or it never will."""
        passage.answered = asyncio.get_running_loop().time()
        if arrived:
            self._quickest = min(passage.answered - passage.left, self._quickest * _LONGER)
        if passage.booked is not None:
            ago = timedelta(seconds=passage.answered - self._counted(passage, passage.answered))
            if (counted := datetime.now(UTC) - ago) > passage.booked:
                self._late.append((passage.booked, counted))

    @property
    def late(self) -> Mapping[datetime, datetime]:
        """When the platform counted what was booked for an earlier moment."""
        return dict(self._late)

    def _bears_at(self, now: float) -> float:
        while self._out and self._counted(self._out[0], now) < now - self._span:
            self._out.popleft()
        if len(self._out) < self._count or not self._count:
            return 0.0
        return sorted(self._counted(one, now) for one in self._out)[-self._count] + self._span

    def _counted(self, passage: Passage, now: float) -> float:
        """When the platform counted it, at the latest: the quickest shows how long the way is."""
        return max(passage.left, min(passage.answered, now) - self._quickest + _DOUBT)

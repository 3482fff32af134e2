"""Stored deliveries → channel.send: in order per chat, the urgent first, each ending in a named state."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Final

import structlog

from bot import metrics
from bot.channels.base import Channel, DeliveryError, Parcel
from bot.commit import Commit
from bot.leased import Leased
from bot.outcomes import REFUSED, Outcome, accepted_again, ended, failed, given_back, keep_all, sent
from bot.taking import LEASE, Taker
from bot.turn import DeskWork
from domain.errors import Collided, Unavailable
from domain.messaging.model import DeliveryState

log = structlog.get_logger(__name__)
SWEEP: Final = 1.0  # seconds: how often somebody else's rows are noticed
RELEASE: Final = 5.0  # seconds: how often what others left behind is looked for
LAST_WORDS: Final = (
    5.0  # seconds for what is under way when we are told to stop; what is not done by then is sent again
)


class Sender:
    """Leases rows, sends them side by side, and writes down how each ended.

    *alone*: no other process sends for this installation, so whatever is leased at the start was left by the dead.
    """

    def __init__(self, *, commit: Commit, channels: Mapping[str, Channel], alone: bool = True) -> None:
        self._commit = commit
        self._channels = channels
        self._alone = alone
        self._takers = {name: Taker(channel, served=channels) for name, channel in channels.items()}
        self._leased = Leased()
        self._unheard: Sequence[tuple[int, datetime]] = ()  # given back by the transaction under way
        self._under_way: set[asyncio.Task[None]] = set()
        self._outcomes: list[Outcome] = []  # of what has ended and is not written down yet
        self._refused: dict[str, float] = {}  # channel → when its credential was refused last, by the loop's clock
        self._wake = asyncio.Event()
        self._begun = False
        self._swept_at = datetime.min.replace(tzinfo=UTC)
        self._released_at = self.moved_at = datetime.now(UTC)  # readiness watches the last

    def wake(self) -> None:
        """There is something new to send."""
        self._wake.set()

    # --- the loop ----------------------------------------------------------------------------------------------------

    async def run(self, stop: asyncio.Event) -> None:
        """Send until told to stop; what is under way is finished."""
        while not (self._begun or stop.is_set()):
            await self._take_over(stop)
        while not stop.is_set():
            self._wake.clear()
            if await self._write_down(self._look):
                self.moved_at = datetime.now(UTC)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), self._patience())
        with suppress(TimeoutError):
            await asyncio.wait_for(self._finish(), LAST_WORDS)

    async def _take_over(self, stop: asyncio.Event) -> None:
        """Before the first row goes: what a dead sender held is free again. Later, while the records are away."""
        try:
            await self._commit(self._begin)
        except Unavailable as error:
            log.warning("records-unavailable", reason=str(error))
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), SWEEP)
        else:
            self._begun = True

    def _begin(self, work: DeskWork) -> None:
        work.paces.open(self._channels)
        for name in self._channels:
            work.paces.let_go(name, reason=REFUSED)  # perhaps we were started for a new credential
        work.deliveries.release(now=datetime.now(UTC), everything=self._alone)

    def _look(self, work: DeskWork) -> Sequence[Parcel]:
        """Take what may go; now and then, see also what others have left."""
        now = datetime.now(UTC)
        self._unheard = self._leased.unheard(now)
        if self._unheard:
            work.deliveries.give_back(self._unheard)
            return ()  # whoever looks next takes them anew
        if abs((now - self._swept_at).total_seconds()) >= SWEEP:
            self._swept_at = now
            held = {pace.channel for pace in work.paces.held(now=now)}
            for name, taker in self._takers.items():
                taker.is_held, taker.has_bulk = name in held, True
        if abs((now - self._released_at).total_seconds()) > RELEASE:
            self._released_at = now
            work.deliveries.release(now=now)
        return self.take(work)

    def _patience(self) -> float:
        """Seconds until there may be something to do."""
        now = datetime.now(UTC)
        looks = (taker.next_look for taker in self._takers.values())
        return min([SWEEP, *((look - now).total_seconds() for look in looks if look)])

    async def _finish(self) -> None:
        """Let what is under way end, and write all of it down."""
        while self._under_way or self._outcomes:
            if self._under_way:
                await asyncio.wait(self._under_way)
            if not await self._write_down(lambda _work: ()):
                await asyncio.sleep(SWEEP)

    # --- the records -------------------------------------------------------------------------------------------------

    def take(self, work: DeskWork) -> Sequence[Parcel]:
        """Lease as many rows as may go; once *work* is kept they must be sent."""
        if not self._begun:
            return ()  # what is leased now would be taken for what a dead sender held
        now = datetime.now(UTC)
        parcels = [parcel for taker in self._takers.values() for parcel in taker.take(work, now)]
        self._leased.took((parcel.delivery.id for parcel in parcels), now=now, until=now + LEASE)
        return parcels

    async def _write_down(self, take: Callable[[DeskWork], Sequence[Parcel]]) -> bool:
        """Keep how sends have ended and take what may go next, in one transaction; False: the records are out of reach.

        Then the outcomes wait: what was sent once must not be sent again because the disk was full.
        """
        outcomes, self._outcomes = self._outcomes, []

        def write(work: DeskWork) -> Sequence[Parcel]:
            keep_all(work, outcomes)
            return take(work)

        try:
            self._start(await self._commit(write))
            if self._unheard:
                self._leased.gave_back(self._unheard)
                self._wake.set()
        except Collided:  # undone: at once again
            self._outcomes[:0] = outcomes
            self._wake.set()
        except Unavailable as error:
            log.warning("records-unavailable", reason=str(error))
            self._outcomes[:0] = outcomes
            return False
        except Exception:
            if not outcomes:
                raise
            await self._write_one_by_one(outcomes)
        return True

    async def _write_one_by_one(self, outcomes: Sequence[Outcome]) -> None:
        """One that cannot be written costs no other its place in the records."""
        for outcome in outcomes:
            try:
                await self._commit(outcome.keep)
            except Unavailable:
                self._outcomes.append(outcome)
            except Exception:
                log.exception("delivery-lost-track", delivery=outcome.row.id)

    # --- sending -----------------------------------------------------------------------------------------------------

    def send(self, parcels: Iterable[Parcel]) -> None:
        """Begin to send what somebody else's transaction has taken; what it had to leave is looked at in time."""
        self._start(parcels)
        if any(taker.next_look for taker in self._takers.values()):
            self._wake.set()

    def _start(self, parcels: Iterable[Parcel]) -> None:
        for parcel in parcels:
            if not self._leased.kept(parcel.delivery.id):
                continue
            self._takers[parcel.delivery.channel].under_way += 1
            task = asyncio.create_task(self._send(parcel))
            self._under_way.add(task)
            task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        self._wake.set()
        if not task.cancelled() and (error := task.exception()):
            log.error("delivery-lost-track", exc_info=error)

    async def _send(self, parcel: Parcel) -> None:
        taker = self._takers[parcel.delivery.channel]
        try:
            outcome = await self._outcome(parcel, taker)
        finally:
            taker.under_way -= 1
        metrics.delivered(outcome.row, outcome.state, datetime.now(UTC))
        if outcome.due:
            taker.look_again(outcome.due)
        self._outcomes.append(outcome)

    async def _outcome(self, parcel: Parcel, taker: Taker) -> Outcome:
        """Send it at its moment; what came of it."""
        row = parcel.delivery
        passage = await taker.door.leave(row.leaves_at)
        if passage is None:
            return given_back(row, taker.door.held_until)
        arrived = False
        try:
            reference = await self._channels[row.channel].send(parcel)
            arrived = True
        except DeliveryError as error:
            return self._failed(parcel, error, taker)
        except Exception:
            log.exception("delivery-bug", delivery=row.id, channel=row.channel)
            return ended(row, DeliveryState.FAILED, "bug")
        finally:
            taker.door.is_over(passage, arrived=arrived)
        if row.channel in self._refused and self._refused[row.channel] < passage.left:
            del self._refused[row.channel]
            return accepted_again(sent(row, reference))
        return sent(row, reference)

    def _failed(self, parcel: Parcel, error: DeliveryError, taker: Taker) -> Outcome:
        row, outcome = parcel.delivery, failed(parcel.delivery, error, served=self._channels)
        if outcome.hold:
            taker.hold(outcome.hold, whole=outcome.whole)
        if error.paused:
            self._refused[row.channel] = asyncio.get_running_loop().time()
        else:
            reason, tries = error.reason, row.tries + 1
            log.warning("delivery-failed", delivery=row.id, channel=row.channel, reason=reason, tries=tries)
        return outcome

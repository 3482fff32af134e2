"""Stored deliveries → channel.send: in order per chat, the urgent first, each ending in a named state."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import structlog

from bot import metrics
from bot.channels.base import Channel, DeliveryError, Outgoing, Parcel
from bot.commit import Commit
from bot.turn import DeskWork
from domain.errors import Unavailable
from domain.messaging.model import Delivery, DeliveryState, Lane, Mode
from domain.tickets.events import RepairerUnreachable

log = structlog.get_logger(__name__)
AT_ONCE = 64  # sends under way at the same time
LEASE = timedelta(seconds=90)  # longer than any send may take
SWEEP = 1.0  # seconds: how often somebody else's rows are noticed
LAST_WORDS = 5.0  # seconds for what is under way when we are told to stop; what is not done by then is sent again
Keep = Callable[[DeskWork], object]
Outcome = tuple[Delivery, DeliveryState, Keep]  # the row, its state now, how that is kept
TRIES = 8  # 1 s, 2 s, 4 s … about four minutes; then the row has failed


class Sender:
    """Leases rows, sends them side by side, and writes down how each ended."""

    def __init__(self, *, commit: Commit, channels: Mapping[str, Channel]) -> None:
        self._commit = commit
        self._channels = channels
        self._under_way: set[asyncio.Task[None]] = set()
        self._outcomes: list[tuple[Delivery, Keep]] = []  # of what has ended and is not written down yet
        self._wake = asyncio.Event()
        self._paused: dict[str, datetime] = {}  # channel → when to try its credential again
        self.moved_at = datetime.now(UTC)  # when the sender last looked at its rows: readiness watches it

    def wake(self) -> None:
        """There is something new to send."""
        self._wake.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Send until told to stop; what is under way is finished."""
        await self._commit(lambda work: work.deliveries.release(now=datetime.now(UTC), everything=True))
        released = datetime.now(UTC)
        while not stop.is_set():
            self._wake.clear()
            if await self._write_down(self.take):
                self.moved_at = datetime.now(UTC)
            if self.moved_at - released > LEASE:
                released = self.moved_at
                await self._write_down(self._release)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), SWEEP)
        with suppress(TimeoutError):
            await asyncio.wait_for(self._finish(), LAST_WORDS)

    async def _finish(self) -> None:
        """Let what is under way end, and write all of it down."""
        while self._under_way or self._outcomes:
            if self._under_way:
                await asyncio.wait(self._under_way)
            if not await self._write_down(lambda _work: ()):
                await asyncio.sleep(SWEEP)

    async def _write_down(self, take: Callable[[DeskWork], Sequence[Parcel]]) -> bool:
        """Keep how sends have ended and take what may go next, in one transaction; False: the records are out of reach.

        Then the outcomes wait: what was sent once must not be sent again because the disk was full.
        """
        outcomes, self._outcomes = self._outcomes, []

        def write(work: DeskWork) -> Sequence[Parcel]:
            for _, keep in outcomes:
                keep(work)
            return take(work)

        try:
            self.send(await self._commit(write))
        except Unavailable as error:
            log.warning("records-unavailable", reason=str(error))
            self._outcomes[:0] = outcomes
            return False
        except Exception:
            if not outcomes:
                raise
            await self._write_one_by_one(outcomes)
        return True

    async def _write_one_by_one(self, outcomes: Sequence[tuple[Delivery, Keep]]) -> None:
        """One that cannot be written costs no other its place in the records."""
        for outcome in outcomes:
            try:
                await self._commit(outcome[1])
            except Unavailable:
                self._outcomes.append(outcome)
            except Exception:
                log.exception("delivery-lost-track", delivery=outcome[0].id)

    @staticmethod
    def _release(work: DeskWork) -> Sequence[Parcel]:
        """What nobody has heard of since it was leased goes out again."""
        work.deliveries.release(now=datetime.now(UTC))
        return ()

    def take(self, work: DeskWork) -> Sequence[Parcel]:
        """Lease as many rows as there is room for; once *work* is kept they must be sent."""
        room = AT_ONCE - len(self._under_way)
        channels = [name for name in self._channels if self._open(name)]
        if room <= 0 or not channels:
            return []
        now = datetime.now(UTC)
        rows = work.deliveries.lease(now=now, until=now + LEASE, limit=room, channels=channels)
        return [_parcel(work, row) for row in rows]

    def send(self, parcels: Iterable[Parcel]) -> None:
        """Begin to send what was taken."""
        for parcel in parcels:
            task = asyncio.create_task(self._send(parcel))
            self._under_way.add(task)
            task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        self._wake.set()
        if not task.cancelled() and (error := task.exception()):
            log.error("delivery-lost-track", exc_info=error)

    def _open(self, channel: str) -> bool:
        until = self._paused.get(channel)
        return until is None or until <= datetime.now(UTC)

    async def _send(self, parcel: Parcel) -> None:
        row = parcel.delivery
        try:
            reference = await self._channels[row.channel].send(parcel)
        except DeliveryError as error:
            outcome = self._outcome(row, error)
        except Exception:
            log.exception("delivery-bug", delivery=row.id, channel=row.channel)
            outcome = _end(row, DeliveryState.FAILED, "bug")
        else:
            self._paused.pop(row.channel, None)
            outcome = _sent(row, reference)
        row, state, keep = outcome
        metrics.delivered(row, state, datetime.now(UTC))
        self._outcomes.append((row, keep))

    def _outcome(self, row: Delivery, error: DeliveryError) -> Outcome:
        """What the error means for the row."""
        if error.paused:
            if self._open(row.channel):
                log.error("channel-paused", channel=row.channel, reason=error.reason)
            self._paused[row.channel] = datetime.now(UTC) + timedelta(seconds=30)
            return _again(row, timedelta(), error.reason, counted=False)
        log.warning("delivery-failed", delivery=row.id, channel=row.channel, reason=error.reason, tries=row.tries + 1)
        if error.moved_to:
            return _moved(row, error.moved_to)
        if error.unreachable:
            return _unreachable(row, error.reason)
        if error.permanent:
            return _end(row, DeliveryState.FAILED, error.reason)
        if error.retry_after is not None:
            return _again(row, error.retry_after, error.reason, counted=False)
        if error.lost and row.lane is Lane.BULK:
            return _end(row, DeliveryState.UNKNOWN, error.reason)
        if row.tries + 1 >= TRIES:
            return _end(row, DeliveryState.FAILED, error.reason)
        jitter = random.uniform(0.5, 1)  # noqa: S311 - no secret
        return _again(row, timedelta(seconds=2**row.tries * jitter), error.reason)


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


def _sent(row: Delivery, reference: str | None) -> Outcome:
    now = datetime.now(UTC)
    return row, DeliveryState.SENT, lambda work: work.deliveries.sent(row.id, reference=reference, now=now)


def _again(row: Delivery, wait: timedelta, reason: str, *, counted: bool = True) -> Outcome:
    due = datetime.now(UTC) + wait
    write = lambda work: work.deliveries.again(row.id, due_at=due, reason=reason, counted=counted)  # noqa: E731
    return row, DeliveryState.QUEUED, write


def _end(row: Delivery, state: DeliveryState, reason: str) -> Outcome:
    now = datetime.now(UTC)
    return row, state, lambda work: work.deliveries.end(row.id, state=state, reason=reason, now=now)


def _moved(row: Delivery, new: str) -> Outcome:
    """The chat has a new id: everywhere, and this row goes out again."""

    def write(work: DeskWork) -> None:
        work.addresses.move_group(channel=row.channel, old=row.chat, new=new)
        work.deliveries.move_chat(channel=row.channel, old=row.chat, new=new)
        work.deliveries.again(row.id, due_at=datetime.now(UTC), reason="chat moved", counted=False)

    return row, DeliveryState.QUEUED, write


def _unreachable(row: Delivery, reason: str) -> Outcome:
    """Nobody there: no row of this chat is tried again until they come back."""

    def write(work: DeskWork) -> None:
        now = datetime.now(UTC)
        work.addresses.set_reachable(row.channel, row.chat, reachable=False)
        work.deliveries.unreachable(channel=row.channel, chat=row.chat, reason=reason, now=now)
        card, _, ticket = (row.subject or "").partition(":")
        if card == "work" and row.mode is Mode.SEND:
            work.record(RepairerUnreachable(ticket_id=int(ticket)), now=now)

    return row, DeliveryState.UNREACHABLE, write

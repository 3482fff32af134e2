"""Draining the inbox: every stored update is handled once, in order, and one that always fails is set aside."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Protocol

import structlog

from bot import metrics
from bot.channels.base import Parcel
from bot.commit import Commit
from bot.turn import DeskWork
from domain.errors import Collided, Unavailable
from domain.messaging.model import Received

log = structlog.get_logger(__name__)
Apologise = Callable[[DeskWork, Received, datetime], None]
BATCH = 32
SWEEP = 1.0  # seconds
TRIES = 3


class Sender(Protocol):
    """Takes rows in a transaction, and sends them once it is kept."""

    def take(self, work: DeskWork) -> Sequence[Parcel]: ...

    def send(self, parcels: Sequence[Parcel]) -> None: ...


class Handle(Protocol):
    """App.handle."""

    def __call__(self, work: DeskWork, received: Received, *, now: datetime) -> None: ...


def drain(work: DeskWork, handle: Handle, apologise: Apologise, *, now: datetime) -> int:
    """Handle the oldest waiting updates in this transaction; how many there were.

    The whole batch is tried in one go; where one of it fails, each gets a savepoint of its own, so that nobody pays
    for somebody else's bad message.
    """
    batch = work.inbox.waiting(limit=BATCH)
    if not batch:
        return 0
    try:
        with work.savepoint():
            for received in batch:
                handle(work, received, now=now)
            work.inbox.done([received.id for received in batch], now=now)
        for received in batch:
            metrics.handled(received, "handled", now)
    except Unavailable:
        raise
    except Exception:  # noqa: BLE001 - found and logged one by one below
        _one_by_one(work, batch, handle, apologise, now)
    return len(batch)


def _one_by_one(work: DeskWork, batch: Sequence[Received], handle: Handle, apologise: Apologise, now: datetime) -> None:
    for received in batch:
        if _handled(work, received, handle, now):
            work.inbox.done([received.id], now=now)
            metrics.handled(received, "handled", now)
        else:
            metrics.handled(received, "parked", now)
            with work.savepoint():
                apologise(work, received, now)


def _handled(work: DeskWork, received: Received, handle: Handle, now: datetime) -> bool:
    """Try an update up to three times; False when it was parked."""
    reason = f"failed {TRIES} times"
    for attempt in range(received.tries + 1, TRIES + 1):
        try:
            with work.savepoint():
                handle(work, received, now=now)
        except Unavailable:
            raise
        except Exception as error:  # one of the two places where a bug is caught
            reason = f"{type(error).__name__} at try {attempt}"
            log.warning(
                "update-failed", channel=received.channel, key=received.key, reason=reason, exc_info=attempt == TRIES
            )
            work.inbox.failed(received.id, reason=reason)
        else:
            return True
    work.inbox.park(received.id, reason=reason, now=now)
    log.error("update-parked", channel=received.channel, key=received.key, reason=reason)
    return False


class Reader:
    """Drains the inbox: in a loop of its own, or whenever somebody asks for it.

    What is answered is taken for sending in the same transaction, and so leaves without waiting for another one.
    """

    def __init__(self, *, commit: Commit, handle: Handle, apologise: Apologise, sender: Sender) -> None:
        self._commit = commit
        self._handle = handle
        self._apologise = apologise
        self._sender = sender
        self._awake = asyncio.Event()
        self._stopped = False
        self.call_others: Callable[[], None] = _nobody  # there is more than we can take at a time

    def wake(self) -> None:
        """There is something new to handle."""
        self._awake.set()

    def stop(self) -> None:
        """Take no further batch."""
        self._stopped = True
        self._awake.set()

    async def run(self) -> None:
        """Handle whatever comes in, and look every second in case it came in elsewhere, until told to stop."""
        while not self._stopped:
            self._awake.clear()
            await self.drain()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._awake.wait(), SWEEP)

    async def drain(self) -> None:
        """Handle what waits, until nothing does or we are told to stop."""
        while not self._stopped and await self._batch():
            pass

    async def _batch(self) -> bool:
        """Handle one batch; False when there was none, or the records are out of reach."""
        try:
            handled, parcels = await self._commit(self._drain)
        except Collided:
            return True  # undone: at once again
        except Unavailable as error:
            log.warning("records-unavailable", reason=str(error))
            return False
        self._sender.send(parcels)
        if handled == BATCH:
            self.call_others()
        return handled > 0

    def _drain(self, work: DeskWork) -> tuple[int, Sequence[Parcel]]:
        handled = drain(work, self._handle, self._apologise, now=datetime.now(UTC))
        return handled, self._sender.take(work) if handled else ()


def _nobody() -> None:
    """Where no other process could help."""

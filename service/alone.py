"""All work in this one process, without any server: the loops and the clock that SQLite's installation runs on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from datetime import UTC, datetime
from functools import partial

from bot.delivery import Sender
from bot.inbox import Reader
from scheduler.clock import Clock, tick
from scheduler.job import Begin, Job
from scheduler.jobs import JOBS
from service.channels import Line, listen


class Alone:
    """Keeps service.Team."""

    def __init__(self, *, reader: Reader, sender: Sender, lines: Iterable[Line], begin: Begin) -> None:
        self._reader = reader
        self._sender = sender
        self._lines = lines
        self._clock = Clock(JOBS, partial(_run, begin))
        self._stop_sending = asyncio.Event()
        self._parts: Sequence[asyncio.Task[None]] = ()
        self._feeds: Sequence[asyncio.Task[None]] = ()

    @property
    def moved(self) -> Mapping[str, Callable[[], datetime]]:
        """See Team."""
        return {"sender": lambda: self._sender.moved_at, "clock": lambda: self._clock.ticked_at}

    async def start(self) -> Sequence[asyncio.Task[None]]:
        """See Team."""
        self._clock.start()
        self._parts = [
            asyncio.create_task(self._reader.run()),
            asyncio.create_task(self._sender.run(self._stop_sending)),
        ]
        self._feeds = [asyncio.create_task(listen(line)) for line in self._lines]
        return [*self._parts, *self._feeds]

    async def finish(self) -> None:
        """See Team. The sender is told last: the reader hands over what it answers."""
        for feed in self._feeds:
            feed.cancel()
        self._reader.stop()
        reading, sending = self._parts
        await asyncio.gather(reading, *self._feeds, return_exceptions=True)
        self._stop_sending.set()
        self._sender.wake()
        await asyncio.gather(sending, return_exceptions=True)
        await asyncio.to_thread(self._clock.stop)

    def wake(self, news: Set[str]) -> None:
        """See Team."""
        if "inbox" in news:
            self._reader.wake()
        if "deliveries" in news:
            self._sender.wake()


def _run(begin: Begin, job: Job) -> None:
    tick(job, begin, now=datetime.now(UTC))

"""Many processes as one installation on PostgreSQL: each has its roles; one, elected, does what only one may."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping, Sequence, Set
from datetime import UTC, datetime
from typing import Any

import structlog
from procrastinate import PsycopgConnector
from sqlalchemy import Engine

from bot.delivery import Sender
from bot.inbox import Reader
from domain.errors import Unavailable
from scheduler.clock import Clock, tick
from scheduler.job import Begin, Job
from scheduler.jobs import JOBS
from service.calling import Calling
from service.channels import Line, listen
from storage import hearing
from storage.election import Candidate, turn
from storage.queue import SCHEMA, address

log = structlog.get_logger(__name__)
ASK_EVERY = 1.0  # seconds: how soon a clock that is gone is noticed
CALLS_MAY_BE_LOST = f"-c search_path={SCHEMA} -c synchronous_commit=off"


class Cluster:
    """Keeps service.Team, in the roles that this process has.

    A web process calls for hands, a worker lends them, the clock calls for what is due and listens to the platforms.
    """

    def __init__(
        self, engine: Engine, *, roles: Set[str], reader: Reader, sender: Sender, lines: Sequence[Line], begin: Begin
    ) -> None:
        for chatty in ("procrastinate", "psycopg.pool"):
            logging.getLogger(chatty).setLevel(logging.ERROR)
        self._engine, self._roles, self._lines = engine, roles, lines
        self._reader, self._sender, self._begin = reader, sender, begin
        self._connector = PsycopgConnector(
            conninfo=address(engine.url), kwargs={"options": CALLS_MAY_BE_LOST}, min_size=1, max_size=6,
            timeout=2.0, reconnect_timeout=1.0,  # short: who asks again begins to connect again
        )  # fmt: skip
        self._inbox = Calling(self._connector, "inbox", reader.drain, sweep=reader.drain, period=2)
        self._deliveries = Calling(self._connector, "deliveries", self._send, sweep=self._send, period=2)
        self._ticks = Calling(self._connector, "ticks", self._tick, sweep=self._forget, period=15)
        reader.call_others = self._inbox.call
        self._looked_at = datetime.now(UTC)
        self._stop_sending = asyncio.Event()
        self._started: list[asyncio.Task[None]] = []
        self._sending: list[asyncio.Task[None]] = []

    @property
    def moved(self) -> Mapping[str, Callable[[], datetime]]:
        """See Team."""
        known = {"worker": ("sender", lambda: self._sender.moved_at), "clock": ("clock", lambda: self._looked_at)}
        return dict(known[role] for role in self._roles if role in known)

    async def start(self) -> Sequence[asyncio.Task[None]]:
        """See Team."""
        await self._connector.open_async()
        parts: list[Coroutine[Any, Any, None]] = [self._inbox.keep_calling(), self._deliveries.keep_calling()]
        if "web" in self._roles:
            parts.append(hearing.listen(self._engine.url, self._heard))
        if "worker" in self._roles:
            self._sending = [asyncio.create_task(self._sender.run(self._stop_sending))]
            parts += [calling.work() for calling in (self._inbox, self._deliveries, self._ticks)]
        if "clock" in self._roles:
            parts.append(self._stand())
        self._started = [asyncio.create_task(part) for part in parts]
        return [*self._started, *self._sending]

    async def finish(self) -> None:
        """See Team. The sender is told last: the reader hands over what it answers."""
        self._reader.stop()
        for part in self._started:
            part.cancel()  # a worker ends what it does first
        await asyncio.gather(*self._started, return_exceptions=True)
        self._stop_sending.set()
        self._sender.wake()
        await asyncio.gather(*self._sending, return_exceptions=True)
        await self._connector.close_async()

    def wake(self, news: Set[str]) -> None:
        """See Team."""
        if "inbox" in news:
            self._inbox.call()
        if "deliveries" in news:
            self._sender.wake()  # who has room here takes them at once
            self._deliveries.call()

    def _heard(self, sign: str) -> None:
        for line in self._lines:
            line.hear(sign)

    # --- worker -----------------------------------------------------------------------------------------------------

    async def _send(self) -> None:
        """The sender has rows under way of which only it knows how they ended; so it keeps a loop of its own."""
        self._sender.wake()

    async def _tick(self, job: str) -> None:
        known = next((one for one in JOBS if one.name == job), None)
        if known is None:
            log.warning("job-unknown", job=job)  # the clock runs a newer program than we
        else:
            await asyncio.to_thread(self._run, known)

    def _run(self, job: Job) -> None:
        """A job that takes longer than its period is not begun beside itself."""
        try:
            with turn(self._engine, job.name) as ours:
                if ours:
                    tick(job, self._begin, now=datetime.now(UTC))
        except Unavailable as error:
            log.warning("records-unavailable", job=job.name, reason=str(error))

    async def _forget(self) -> None:
        await self._ticks.forget_stalled()

    # --- clock ------------------------------------------------------------------------------------------------------

    async def _stand(self) -> None:
        """Stand for the office of the clock, and hold it while we are elected."""
        candidate = Candidate(self._engine)
        try:
            while True:
                if await self._elected(candidate):
                    await self._hold_office(candidate)
                await asyncio.sleep(ASK_EVERY)
        finally:
            await asyncio.to_thread(candidate.resign)

    async def _elected(self, candidate: Candidate) -> bool:
        elected = await asyncio.to_thread(candidate.ask)
        self._looked_at = datetime.now(UTC)
        return elected

    async def _hold_office(self, candidate: Candidate) -> None:
        log.info("clock-elected")
        loop = asyncio.get_running_loop()
        clock = Clock(JOBS, lambda job: asyncio.run_coroutine_threadsafe(self._strike(job), loop).result())
        feeds = [asyncio.create_task(listen(line)) for line in self._lines]
        clock.start()
        try:
            while await self._elected(candidate):
                ended, _ = await asyncio.wait(feeds, timeout=ASK_EVERY, return_when=asyncio.FIRST_EXCEPTION)
                for feed in ended:
                    feed.result()
                if len(ended) == len(feeds):
                    await asyncio.sleep(ASK_EVERY)
            log.warning("clock-lost-office")
        finally:
            for feed in feeds:
                feed.cancel()
            await asyncio.gather(*feeds, return_exceptions=True)
            await asyncio.to_thread(clock.stop)

    async def _strike(self, job: Job) -> None:
        await self._ticks.call_for(f"tick {job.name}", job=job.name)

"""One process of the service: from the first request to the last row, in the roles that it has."""

from __future__ import annotations

import asyncio
import gc
import signal
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence, Set
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from types import FrameType
from typing import Any, Protocol, TypeVar

import structlog
import uvicorn
from prometheus_client import REGISTRY
from starlette.applications import Starlette
from starlette.routing import BaseRoute

from bot import health, metrics
from bot.announcement_report import SHELF, Reports
from bot.app import App
from bot.commit import GroupCommit
from bot.delivery import Sender
from bot.inbox import Reader
from bot.knowledge import prepare_answers
from bot.lateness import LatenessCollector
from bot.rooms import Rooms
from bot.telling import Telling
from bot.understanding import prepare
from bot.words import Words
from domain.errors import Unavailable
from domain.messaging.lateness import Lateness
from domain.messaging.model import Received
from service.alone import Alone
from service.channels import Installation, introduce, open_lines, utc_now
from settings import Settings
from storage import backlog, lateness
from storage.engine import Database
from storage.work import SqlWork

log = structlog.get_logger(__name__)
T = TypeVar("T")
KEEP_EVERY = 5.0  # seconds
LOCALES = Path(__file__).parents[1] / "locales"
ALL_ROLES = frozenset({"web", "worker", "clock"})


class Team(Protocol):
    """Who handles, sends and ticks: this process alone, or a cluster of them."""

    @property
    def moved(self) -> Mapping[str, Callable[[], datetime]]:
        """When each part that works here last moved: readiness watches it."""
        ...

    async def start(self) -> Sequence[asyncio.Task[None]]:
        """Begin; the process ends when one of the tasks does with an error."""
        ...

    async def finish(self) -> None:
        """End, after what is under way."""
        ...

    def wake(self, news: Set[str]) -> None:
        """These rails have new rows, kept by this process."""
        ...


class Service:
    """Everything of one process, from the first request to the last row, in the *roles* that it has."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        *,
        secret: str,
        keep: Callable[[], None],
        roles: Set[str] = ALL_ROLES,
        demo: bool = False,
    ) -> None:
        """*keep* makes sure, every few seconds, that the database is still ours to work on."""
        self.settings = settings
        self._roles = roles
        self._keep = keep
        self.words = Words(LOCALES)
        self.database = database.heard_by(Telling(self.words).hear, wake=self._wake_soon)
        self.commit: GroupCommit[SqlWork] = GroupCommit(self.database.writing)
        ours = Installation(
            settings=settings,
            words=self.words,
            commit=self.commit,
            read=self.read,
            store=self.store,
            store_many=self.store_many,
            open_media=self.open_media,
            fetch_elsewhere=self._fetch,
            secret=secret,
            demo=demo,
        )
        self.lines = open_lines(ours)
        self.reports = Reports(self.words, self.read)
        channels = {name: line.channel for name, line in self.lines.items()}
        if "worker" in roles:
            prepare()
            prepare_answers()
        app = App(words=self.words, channels=channels, rooms=Rooms(), deep_link=self._deep_link)
        alone = database.engine.dialect.name == "sqlite"
        sender = Sender(commit=self.commit, channels=channels, alone=alone)
        # PostgreSQL has many writers: what comes in and how sends have ended need not wait for what is being handled
        self._handling = self.commit if alone else GroupCommit(self.database.writing)
        reader = Reader(commit=self._handling.by_itself, handle=app.handle, apologise=app.apologise, sender=sender)
        self.team = self._team(reader, sender)
        self._loop: asyncio.AbstractEventLoop | None = None

    def _team(self, reader: Reader, sender: Sender) -> Team:
        lines, begin, engine = tuple(self.lines.values()), self.database.writing, self.database.engine
        if engine.dialect.name == "sqlite":
            return Alone(reader=reader, sender=sender, lines=lines, begin=begin)
        from service.cluster import Cluster  # noqa: PLC0415 - SQLite needs nothing of it

        return Cluster(engine, roles=self._roles, reader=reader, sender=sender, lines=lines, begin=begin)

    # --- receiving --------------------------------------------------------------------------------------------------

    async def store(self, received: Received) -> None:
        """Keep one raw update; it is on disk when this returns."""
        await self.store_many([received])

    async def store_many(self, batch: Sequence[Received]) -> None:
        """Keep raw updates; those kept before are passed over."""
        await self.commit(lambda work: [work.inbox.add(one) for one in batch])

    # --- for the channels -------------------------------------------------------------------------------------------

    def read(self, look: Callable[[Any], T], /) -> Awaitable[T]:
        """One look at the records, on a worker thread, holding up no writer."""

        def run() -> T:
            with self.database.reading() as work:
                return look(work)

        return asyncio.to_thread(run)

    async def open_media(self, key: str) -> tuple[bytes, str]:
        """A photo's bytes and type, whatever channel it came by."""
        photo = await self.read(lambda work: work.media.get(key))
        if photo is None:
            raise LookupError(f"no media {key}")
        return await self._fetch(photo.channel, photo.ref), photo.content_type

    async def _fetch(self, channel: str, ref: str) -> bytes:
        if channel == SHELF:
            return await self.reports.fetch(ref)
        return await self.lines[channel].channel.fetch(ref)

    def _deep_link(self, channel: str, payload: str) -> str | None:
        return self.lines[channel].deep_link(payload)

    # --- running ----------------------------------------------------------------------------------------------------

    def application(self) -> Starlette:
        """Every address that we answer."""
        routes: list[BaseRoute] = [*health.routes(commit=self.commit, moved=self.team.moved, registry=REGISTRY)]
        if "web" in self._roles:
            routes += (route for line in self.lines.values() for route in line.routes)
        return Starlette(routes=routes)

    async def run(self) -> None:
        """Serve until told to stop; work under way is finished first."""
        self._loop = asyncio.get_running_loop()
        collectors = metrics.BacklogCollector(self._count), LatenessCollector(self._measure)
        for collector in collectors:
            REGISTRY.register(collector)
        around = [asyncio.create_task(introduce(line)) for line in self.lines.values()]
        around.append(asyncio.create_task(self._stay()))
        try:
            await self._serve([*await self.team.start(), *around])
        finally:
            for task in around:
                task.cancel()
            await asyncio.gather(*around, return_exceptions=True)
            await self.team.finish()
            for line in self.lines.values():
                await line.stop()
            await asyncio.to_thread(self._handling.close)
            await asyncio.to_thread(self.commit.close)
            for collector in collectors:
                REGISTRY.unregister(collector)
            log.info("stopped")

    async def _serve(self, parts: Iterable[asyncio.Task[None]]) -> None:
        http = self.settings.http
        config = uvicorn.Config(
            self.application(), host=http.host, port=http.port, log_config=None, access_log=False, lifespan="off",
            timeout_graceful_shutdown=3, server_header=False, proxy_headers=False,
        )  # fmt: skip
        server = Server(config, self._close_streams)
        for part in parts:
            part.add_done_callback(server.give_up)
        await server.serve()
        if server.lost:
            raise server.lost

    def _close_streams(self) -> None:
        for line in self.lines.values():
            line.close()

    async def _stay(self) -> None:
        """A restarted database forgets who held it: ask for it again, and give way to whoever was faster."""
        while True:
            await asyncio.sleep(KEEP_EVERY)
            try:
                await asyncio.to_thread(self._keep)
            except Unavailable as error:
                log.warning("records-unavailable", reason=str(error))

    def _count(self) -> Any:
        with self.database.reading() as work:
            return backlog.count(work.connection)

    def _measure(self) -> Lateness:
        with self.database.reading() as work:
            return lateness.measure(work.connection, now=utc_now())

    def _wake_soon(self, news: Set[str]) -> None:
        """After a commit, on whichever thread it was."""
        if self._loop is not None:
            with suppress(RuntimeError):  # the loop is closed: nobody is left to be woken
                self._loop.call_soon_threadsafe(self.team.wake, frozenset(news))


def run_until_stopped(service: Service) -> None:
    """Run it on the fastest loop there is."""
    gc.collect()
    gc.freeze()  # what is loaded by now stays: no collection need ever look at it again
    gc.set_threshold(20_000, 20, 20)  # an update makes thousands of objects, and hardly a circle
    with asyncio.Runner(loop_factory=_fast_loop()) as runner:
        runner.run(service.run())


def _fast_loop() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """libuv's loop; Python's own where there is none (Windows)."""
    try:
        import uvloop  # noqa: PLC0415
    except ImportError:
        return None
    return uvloop.new_event_loop


class Server(uvicorn.Server):
    """Ends the endless streams when told to stop, and stops when a part of the service dies."""

    def __init__(self, config: uvicorn.Config, close_streams: Callable[[], None]) -> None:
        super().__init__(config)
        self._close_streams = close_streams
        self.lost: BaseException | None = None

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """SIGTERM or Ctrl+C; a second Ctrl+C does not wait for open connections.

        uvicorn's own handler would raise the signal again once the doors are closed, and the process would die of it
        before what is under way is finished.
        """
        log.info("stopping", signal=signal.Signals(sig).name)
        self._close_streams()
        self.force_exit = self.should_exit and sig == signal.SIGINT
        self.should_exit = True

    def give_up(self, part: asyncio.Task[None]) -> None:
        """A part that ends by itself with an error takes the service down: a supervisor restarts it whole."""
        if not part.cancelled() and (error := part.exception()) and not self.should_exit:
            self.lost = error
            self._close_streams()
            self.should_exit = True

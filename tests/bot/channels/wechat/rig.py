"""The program around the official account, in this process: its database, its loops, its port."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import uvicorn
from sqlalchemy import Table, insert, select
from starlette.applications import Starlette

from bot.app import App
from bot.channels.base import Outgoing
from bot.channels.wechat.account import Account, open_account
from bot.channels.wechat.callback import PATH
from bot.channels.wechat.templates import Template
from bot.commit import GroupCommit
from bot.delivery import Sender
from bot.inbox import Reader
from bot.rooms import Rooms
from bot.telling import Telling
from bot.words import Words
from domain.messaging.model import Delivery, Lane
from storage import tables
from storage.engine import Database, open_engine
from storage.work import SqlWork
from tests.faults.house import free_port
from tests.journeys.cast import move_in
from tests.wechatapi import WeChatApi
from tests.wechatapi.api import AES_KEY, APP_ID, SECRET, TOKEN

T = TypeVar("T")
WORDS = Words(Path(__file__).parents[4] / "locales")
WANG, CHEN = "o-wang-0000000000000000001", "o-chen-0000000000000000002"
PEOPLE = {WANG: 1, CHEN: 2}
PAGE = "https://estate.example"


class Server(uvicorn.Server):
    """Leaves the signals of the tests alone."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class Rig:
    """``async with Rig(folder, api) as house``; started, and stopped at the end. *handling* cleared: nothing is."""

    def __init__(self, folder: Path, api: WeChatApi, **account: Any) -> None:
        self.api = api
        self.photos: dict[str, bytes] = {}  # of other channels, by Media key
        self.ahead = timedelta()
        self.handling = asyncio.Event()
        self.handling.set()
        self.engine = open_engine(f"sqlite:///{folder}/rig.db")
        self.furnish()
        self.loop = asyncio.get_running_loop()
        self.database = Database(self.engine).heard_by(Telling(WORDS).hear, wake=self._wake_soon)
        self.commit: GroupCommit[SqlWork] = GroupCommit(self.database.writing)
        mine = Account(app_id=APP_ID, app_secret=SECRET, token=TOKEN, aes_key=AES_KEY, api_url=api.url, **account)
        opened = open_account(
            mine, url=PAGE, say=WORDS.say, commit=self.commit, read=self.read, open_media=self._open, now=self.now
        )
        self.channel = opened.channel
        app = App(words=WORDS, channels={"wechat": self.channel}, rooms=Rooms(), deep_link=lambda *_: None)
        self.sender = Sender(commit=self.commit, channels={"wechat": self.channel}, alone=True)
        self.reader = Reader(commit=self._drain, handle=app.handle, apologise=app.apologise, sender=self.sender)
        self.port = free_port()
        config = uvicorn.Config(Starlette(routes=[opened.route]), port=self.port, log_config=None, lifespan="off")
        self.server = Server(config)
        self.stopping = asyncio.Event()

    def furnish(self) -> None:
        """Two owners are bound."""
        tables.metadata.create_all(self.engine)
        with self.engine.begin() as connection:
            move_in(connection, language="zh_CN")
            rows = [{"channel": "wechat", "user": one, "chat": one, "person_id": PEOPLE[one]} for one in PEOPLE]
            connection.execute(insert(tables.addresses), rows)
        for openid in PEOPLE:
            self.api.follower(openid)

    async def __aenter__(self) -> Self:
        self.api.pusher.url = f"http://127.0.0.1:{self.port}{PATH}"
        self.feed = asyncio.create_task(self.channel.pictures.run())
        loops = self.server.serve(), self.reader.run(), self.sender.run(self.stopping)
        self.tasks = [asyncio.create_task(one) for one in loops]
        while not self.server.started:  # noqa: ASYNC110 - uvicorn tells nobody
            await asyncio.sleep(0.005)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.handling.set()
        self.stopping.set()
        self.reader.stop()
        self.server.should_exit = True
        self._wake()
        self.feed.cancel()
        await asyncio.gather(*self.tasks, self.feed, return_exceptions=True)
        await self.channel.stop()
        await asyncio.to_thread(self.commit.close)
        self.engine.dispose()

    # ---- for the program ----

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead  # noqa: TID251 - as the program's front door does

    def read(self, look: Callable[[Any], T], /) -> Awaitable[T]:
        def run() -> T:
            with self.database.reading() as work:
                return look(work)

        return asyncio.to_thread(run)

    async def _open(self, key: str) -> tuple[bytes, str]:
        return self.photos[key], "image/jpeg"

    async def _drain(self, operation: Callable[[SqlWork], T], /) -> T:
        await self.handling.wait()
        return await self.commit(operation)

    def _wake_soon(self, _news: object) -> None:
        self.loop.call_soon_threadsafe(self._wake)

    def _wake(self) -> None:
        self.reader.wake()
        self.sender.wake()

    # ---- for tests ----

    def pass_time(self, span: timedelta) -> None:
        """Here and at the platform; what waits in the queue looks at the machine's own clock."""
        self.ahead += span
        self.api.pass_time(span.total_seconds())

    async def say(self, openid: str, text: str, **more: Any) -> int:
        """Queue news for somebody; its row."""
        about = {name: more.pop(name) for name in ("buttons", "photos", "notice", "facts") if name in more}
        facts: dict[str, Any] = {
            "channel": "wechat", "chat": openid, "person_id": PEOPLE.get(openid), "lane": Lane.NOTICE,
            "created_at": datetime.now(UTC), "body": Outgoing(text=text, **about).plain(),  # noqa: TID251
        }  # fmt: skip

        def queue(work: SqlWork) -> int:
            work.deliveries.add([Delivery(**(facts | more))])
            found = select(tables.deliveries.c.id).order_by(tables.deliveries.c.id.desc()).limit(1)
            return int(work.connection.execute(found).scalar_one())

        return await self.commit(queue)

    async def ended(self, row: int) -> tuple[str, str | None]:
        """State and reason of a row, once something became of it; "elsewhere" where it cannot be said here."""
        async with asyncio.timeout(10):
            while True:
                with self.database.reading() as work:
                    d = tables.deliveries.c
                    one = work.connection.execute(select(d.channel, d.state, d.reason).where(d.id == row)).one()
                if one.channel != "wechat" or one.state == "unreachable":
                    return "elsewhere", None
                if one.state not in ("queued", "sending") or one.reason:
                    return one.state, one.reason
                await asyncio.sleep(0.01)

    def rows(self, table: Table) -> list[Any]:
        with self.database.reading() as work:
            return list(work.connection.execute(select(table)))

    async def until(self, condition: Callable[[], T]) -> T:
        """The first true value; the records tell nobody when they change."""
        async with asyncio.timeout(10):
            while not (found := condition()):  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        return found


TEMPLATE = Template(id="tmpl-1", fields={"character_string1": "{number}", "thing2": "{headline}"})

"""The channel at work: its records, its door on a port, and a hand that sends parcels and reads the inbox."""

import asyncio
import itertools
import socket
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import uvicorn
from starlette.applications import Starlette

from bot.channels.base import Button, Outgoing, Parcel
from bot.channels.wecom.account import Account, open_account
from bot.words import Words
from domain.messaging.model import Delivery, Lane, Mode, Received
from domain.register.model import Address
from domain.transaction import Event
from storage import tables
from storage.engine import Database, open_engine
from storage.work import SqlWork
from tests.wecomapi import WecomApi
from tests.wecomapi.api import AES_KEY, AGENT, CORP, SECRET, TOKEN

T = TypeVar("T")
LOCALES = Path(__file__).parents[4] / "locales"
ROBOTS = {"staff": "5a1e0000-0000-4000-8000-000000000001"}
NIGHT = "wrNightShift0000000000000000000001"


def _hear(_work: SqlWork, _event: Event, _now: datetime) -> None:
    """Nobody is told of anything here."""


class House:
    """``async with House(api, folder) as house``; *ahead* moves its clock."""

    def __init__(self, api: WecomApi, folder: Path) -> None:
        self.api = api
        self.ahead = timedelta()
        engine = open_engine(f"sqlite:///{folder}/house.db")
        tables.metadata.create_all(engine)
        self.database = Database(engine, hear=_hear)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])
        self.account = Account(
            corp_id=CORP, agent_id=AGENT, secret=SECRET, token=TOKEN, aes_key=AES_KEY, api_url=api.url,
            open_url=api.url, robots=ROBOTS,
        )  # fmt: skip
        self.opened = open_account(
            self.account, url=self.url, secret="for-tests", commit=self.commit, read=self.commit, store=self.store,
            fetch_elsewhere=self.elsewhere, say=Words(LOCALES).say, now=self.now,
        )  # fmt: skip
        self.channel = self.opened.channel
        self.photos: dict[tuple[str, str], bytes] = {}
        self._rows = itertools.count(1)
        api.callback.url = f"{self.url}/wecom/callback"
        for key in ROBOTS.values():
            api.robot(key)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead  # noqa: TID251 - the double's clock is the machine's, too

    def pass_time(self, span: timedelta) -> None:
        """For both sides."""
        self.ahead += span
        self.api.pass_time(span.total_seconds())

    async def __aenter__(self) -> Self:
        config = uvicorn.Config(
            Starlette(routes=list(self.opened.routes)),
            host="127.0.0.1",
            port=self.port,
            log_config=None,
            lifespan="off",
        )
        self._server = uvicorn.Server(config)
        self._serving = asyncio.create_task(self._server.serve())
        while not self._server.started:  # noqa: ASYNC110 - uvicorn tells nobody
            await asyncio.sleep(0)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.should_exit = True
        await self._serving
        await self.channel.stop()
        self.database.engine.dispose()

    # ---- the records ----

    async def commit(self, function: Callable[[Any], T], /) -> T:
        def run() -> T:
            with self.database.writing() as work:
                return function(work)

        return await asyncio.to_thread(run)

    async def store(self, received: Received) -> None:
        await self.commit(lambda work: work.inbox.add(received))

    async def elsewhere(self, channel: str, ref: str) -> bytes:
        return self.photos[channel, ref]

    async def inbox(self) -> list[Any]:
        """Everything that came in, as the program understands it."""
        rows = await self.commit(lambda work: work.inbox.waiting(limit=1000))
        return [self.channel.parse(row.body) for row in rows]

    async def card(self, task: str | None) -> Any:
        return await self.commit(lambda work: work.wecom_cards.get(task))

    async def knows(self, user: str) -> None:
        """Somebody is bound to this userid."""

        def bind(work: SqlWork) -> None:
            work.connection.execute(
                tables.people.insert(), {"id": 1, "name": "李师傅", "phone": "13800000004", "flags": []}
            )
            work.addresses.bind(Address(channel="wecom", user=user, chat=user, person_id=1))

        await self.commit(bind)

    async def has_group(self, chat: str = NIGHT) -> str:
        """A group chat on the allow-list."""

        def add(work: SqlWork) -> None:
            work.connection.execute(tables.estates.insert(), {"id": 1, "name": "翠湖花园", "timezone": "Asia/Shanghai"})
            work.connection.execute(
                tables.groups.insert(), {"channel": "wecom", "chat": chat, "estate_id": 1, "kind": "staff"}
            )

        await self.commit(add)
        return self.api.group(chat)

    # ---- what goes out ----

    def parcel(self, chat: str, text: str, *labels: str, **changed: Any) -> Parcel:
        buttons = tuple((Button(label=label, data=f"{'K' * 16}:{n}"),) for n, label in enumerate(labels))
        photos = tuple(changed.pop("photos", ()))
        copies, paper = tuple(changed.pop("copies", ())), changed.pop("document", None)
        message = Outgoing(
            text=text, buttons=buttons, photos=tuple(ref for _, ref in photos), **changed.pop("more", {})
        )
        values = {"mode": Mode.SEND, "lane": Lane.NOTICE, "subject": "ticket:1", **changed}
        row = Delivery(
            id=next(self._rows), channel="wecom", chat=chat, body=message.plain(), created_at=self.now(), **values
        )
        return Parcel(delivery=row, message=message, photos=photos, copies=copies, document=paper)

    async def send(self, chat: str, text: str, *labels: str, **changed: Any) -> str | None:
        return await self.channel.send(self.parcel(chat, text, *labels, **changed))

    async def edit(self, chat: str, task: str | None, text: str, *labels: str, **changed: Any) -> None:
        await self.send(chat, text, *labels, mode=Mode.EDIT, copies=[task], **changed)

    async def toast(self, words: str, to: str, *, alert: bool = False) -> None:
        await self.send("", words, mode=Mode.TOAST, subject=None, more={"toast": to, "alert": alert})

"""A little estate with the web channel on a real database, for the tests of this folder."""

from __future__ import annotations

import asyncio
import io
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import httpx
import uvicorn
from PIL import Image
from sqlalchemy import insert
from starlette.applications import Starlette

from bot.channels.base import Outgoing, Parcel
from bot.channels.web import WebChannel, routes
from domain.messaging.model import Delivery, Lane, Mode
from storage import tables
from storage.engine import Database

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
PEOPLE = {1: "王芳", 2: "李雷", 3: "陈师傅", 4: "周师傅", 5: "赵经理"}
ROLES = {3: ["engineer"], 4: ["engineer", "duty_manager"], 5: ["manager"]}
GROUP = "demo-staff"


def seed(database: Database, *, user: str = "demo-{id}") -> None:
    """Two owners, two repairers, a manager, their chats, and the staff group."""
    with database.writing() as work:
        put = work.connection.execute
        put(insert(tables.estates).values(id=1, name="春江花园", timezone="Asia/Shanghai"))
        put(
            insert(tables.rooms),
            [
                {"id": number, "estate_id": 1, "building": "3", "entrance": "2", "room": f"120{number}"}
                for number in (1, 2)
            ],
        )
        put(
            insert(tables.people),
            [{"id": number, "name": name, "phone": f"1380000000{number}"} for number, name in PEOPLE.items()],
        )
        put(
            insert(tables.occupancies),
            [{"person_id": number, "room_id": number, "relation": "owner"} for number in (1, 2)],
        )
        put(insert(tables.staff), [{"person_id": number, "roles": roles} for number, roles in ROLES.items()])
        put(insert(tables.groups).values(channel="web", chat=GROUP, estate_id=1, kind="staff"))
        names = [(number, user.format(id=number)) for number in PEOPLE]
        put(
            insert(tables.addresses),
            [{"channel": "web", "user": name, "chat": name, "person_id": number} for number, name in names],
        )


class House:
    """The channel, its web application, and what was done with them."""

    def __init__(self, database: Database, *, demo: bool = True) -> None:
        self.database = database
        self.media: dict[str, bytes] = {}
        self.channel = WebChannel(
            commit=self._commit,
            read=self._read,
            open_media=self._open,
            secret="planted",
            demo=demo,
            now=lambda: NOW,
        )
        self.app = Starlette(routes=routes(self.channel))

    async def _commit(self, function: Callable[[Any], Any]) -> Any:
        return await asyncio.to_thread(self.write, function)

    async def _read(self, function: Callable[[Any], Any]) -> Any:
        def read() -> Any:
            with self.database.reading() as work:
                return function(work)

        return await asyncio.to_thread(read)

    async def _open(self, key: str) -> tuple[bytes, str]:
        return self.media[key], "image/jpeg"

    def write(self, function: Callable[[Any], Any]) -> Any:
        """In a transaction of its own."""
        with self.database.writing() as work:
            return function(work)

    def inbox(self) -> list[Any]:
        """The updates that wait for the app."""
        with self.database.reading() as work:
            return list(work.inbox.waiting(limit=100))

    def log(self, chat: str) -> list[Any]:
        """What the chat shows."""
        with self.database.reading() as work:
            return list(work.web.before(chat, message=None, limit=100))

    async def say(
        self, chat: str, text: str, *, mode: Mode = Mode.SEND, copies: tuple[str, ...] = (), **message: Any
    ) -> str | None:
        """The bot speaks."""
        photos, paper = message.pop("handles", ()), message.pop("paper", None)
        delivery = Delivery(channel="web", chat=chat, lane=Lane.DIALOG, body={}, created_at=NOW, mode=mode)
        outgoing = Outgoing(text=text, **message)
        parcel = Parcel(delivery=delivery, message=outgoing, copies=copies, photos=photos, document=paper)
        return await self.channel.send(parcel)


@asynccontextmanager
async def serving(house: House) -> AsyncIterator[httpx.AsyncClient]:
    """The house on a port of its own; at the end it is told to stop as by a signal."""
    server = uvicorn.Server(uvicorn.Config(house.app, log_config=None, lifespan="off", ws="none"))
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listening:
        listening.bind(("127.0.0.1", 0))  # with the protocol named, asyncio turns Nagle's delay off
        listening.listen()
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        task = asyncio.create_task(server.serve(sockets=[listening]))
        async with httpx.AsyncClient(base_url=address, timeout=5) as client:
            yield client
            house.channel.close()
            server.should_exit = True
            await asyncio.wait_for(task, 5)


def photo(width: int = 640, height: int = 480, *, kind: str = "JPEG", colour: str = "teal", exif: Any = None) -> bytes:
    """A picture's bytes."""
    out = io.BytesIO()
    options = {"exif": exif} if exif is not None else {}
    Image.new("RGB", (width, height), colour).save(out, kind, **options)
    return out.getvalue()

"""Several processes of one installation on PostgreSQL, and the one address that leads to those that serve the web."""

import asyncio
import itertools
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx

from tests.botapi import BotApi
from tests.faults.house import PATIENCE, House, free_port


class Village:
    """``async with Village(folder, api, url, roles) as village``; whatever it started is dead afterwards."""

    def __init__(
        self, folder: Path, api: BotApi, url: str, roles: Iterable[str], *, webhook: bool = True, **settings: str
    ) -> None:
        self.gate = Gate()
        self.members: list[House] = []
        for number, role in enumerate(roles):
            house = House(folder / f"{number}-{role}", api, webhook=webhook, url=url, **settings)
            house.role = role
            if webhook:
                house.settings["GUANJIA_TELEGRAM__WEBHOOK_URL"] = self.gate.address
            self.members.append(house)

    async def __aenter__(self) -> Self:
        await self.gate.open([house.port for house in self.of("web")])
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for house in self.members:
            await house.__aexit__(kind, error, trace)
        await self.gate.close()

    @property
    def first(self) -> House:
        """Whoever one asks for the records that all share."""
        return self.members[0]

    def of(self, role: str) -> list[House]:
        """Those who have this role."""
        return [house for house in self.members if house.role in {role, "all"}]

    async def start(self) -> None:
        """All of them; they are there when this returns."""
        for house in self.members:
            await house.spawn()
        for house in self.members:
            await arrived(house)
        if self.first.webhook:
            async with asyncio.timeout(PATIENCE):
                while not self.first.api.updates.has_webhook:  # noqa: ASYNC110 - the clock has yet to be elected
                    await asyncio.sleep(0.05)

    def complaints(self) -> list[str]:
        """See House; a database that was away is complained of by Procrastinate, too, and rightly."""
        return [line for house in self.members if house.log.exists() for line in house.complaints()]


async def arrived(house: House) -> None:
    """Until it answers that everything in it works."""
    async with asyncio.timeout(PATIENCE), httpx.AsyncClient(base_url=house.address) as client:
        while True:
            with suppress(httpx.TransportError):
                if (await client.get("/readyz")).is_success:
                    return
            await asyncio.sleep(0.05)


class Gate:
    """What stands before the web processes: a connection goes to the next of them that takes it."""

    def __init__(self) -> None:
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self._ports: list[int] = []
        self._turn = itertools.count()
        self.port = free_port()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def open(self, ports: list[int]) -> None:
        self._ports = ports
        self._server = await asyncio.start_server(self._let_in, "127.0.0.1", self.port)

    async def close(self) -> None:
        assert self._server is not None
        self._server.close()
        for writer in self._open:
            writer.close()
        await self._server.wait_closed()

    async def _let_in(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for _ in self._ports:
            port = self._ports[next(self._turn) % len(self._ports)]
            with suppress(OSError):
                back, forth = await asyncio.open_connection("127.0.0.1", port)
                await asyncio.gather(self._carry(reader, forth), self._carry(back, writer))
                return
        writer.close()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        with suppress(OSError):
            while some := await reader.read(65536):
                writer.write(some)
                await writer.drain()
        self._open.discard(writer)
        writer.close()

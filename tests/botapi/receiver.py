"""A webhook for the double's own tests, which answers as it is told to."""

import asyncio
from collections import defaultdict
from types import TracebackType
from typing import Self

import orjson
from aiohttp import web

from tests.botapi.errors import Json
from tests.botapi.pulse import Pulse


class Receiver:
    """Keeps what was posted; an update's text decides its answers: ``answers[text] = [503, 503]``, then 200."""

    def __init__(self) -> None:
        self.got: list[Json] = []
        self.secrets: list[str | None] = []
        self.answers: defaultdict[str, list[int]] = defaultdict(list)
        self.retry_after: str | None = None
        self.body: Json | None = None
        self.open = asyncio.Event()
        self.open.set()
        self.waiting = 0
        self.pulse = Pulse()
        self._runner = web.ServerRunner(web.Server(self._post, access_log=None), shutdown_timeout=0.1)

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._runner.cleanup()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._runner.addresses[0][1]}/telegram/webhook"

    @property
    def texts(self) -> list[str]:
        return [text_of(update) for update in self.got]

    async def has(self, count: int, timeout: float = 5.0) -> None:
        await self.pulse.until(lambda: len(self.got) >= count, timeout, f"{count} updates")

    async def _post(self, request: web.BaseRequest) -> web.StreamResponse:
        update = orjson.loads(await request.read())
        self.got.append(update)
        self.secrets.append(request.headers.get("X-Telegram-Bot-Api-Secret-Token"))
        self.waiting += 1
        self.pulse.beat()
        await self.open.wait()
        self.waiting -= 1
        planned = self.answers[text_of(update)]
        status = planned.pop(0) if planned else 200
        headers = {"Retry-After": self.retry_after} if self.retry_after and status != 200 else None
        if self.body is not None:
            return web.json_response(self.body, status=status)
        return web.Response(status=status, headers=headers)


def text_of(update: Json) -> str:
    if "callback_query" in update:
        return str(update["callback_query"]["data"])
    return str(update.get("message", {}).get("text", ""))

"""The listening socket: addresses to calls, calls to answers, connections cut on purpose."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import orjson
from aiohttp import web
from aiohttp.http_parser import RawRequestMessage
from aiohttp.streams import StreamReader

from tests.botapi.errors import Json

Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]
_LARGEST_BODY = 64 * 1024 * 1024


class Cut(Exception):
    """The connection is to be closed without an answer."""


class Server:
    """One port that can be closed and opened again, as if the machine went away for a while."""

    def __init__(self, handler: Handler, port: int) -> None:
        self._handler = handler
        self.port = port
        self._server: web.Server | None = None
        self._runner: web.ServerRunner | None = None
        self._site: web.TCPSite | None = None

    async def start(self) -> None:
        # Cancelled with its connection: a poller that was killed must not go on polling.
        self._server = web.Server(
            self._answered, request_factory=_request, handler_cancellation=True, access_log=None, tcp_keepalive=False
        )
        self._runner = web.ServerRunner(self._server, shutdown_timeout=0.1)
        await self._runner.setup()
        await self.listen()

    async def listen(self) -> None:
        assert self._runner is not None
        self._site = web.TCPSite(self._runner, "127.0.0.1", self.port, reuse_address=True)
        await self._site.start()
        self.port = self._runner.addresses[0][1]

    async def close_port(self) -> None:
        """New connections are refused, those that are open are cut."""
        assert self._server is not None
        if self._site is not None:
            await self._site.stop()
            self._site = None
        for connection in self._server.connections:
            if connection.transport is not None:
                connection.transport.abort()
        for _ in range(3):
            await asyncio.sleep(0)  # A client in this very loop sees the end of its idle connections now.

    async def stop(self) -> None:
        if self._runner is not None:
            await self.close_port()
            await self._runner.cleanup()

    async def _answered(self, request: web.BaseRequest) -> web.StreamResponse:
        try:
            return await self._handler(request)
        except Cut:
            if request.transport is not None:
                request.transport.abort()
            return web.Response()  # Nobody reads this: the connection is gone already.


def _request(
    message: RawRequestMessage, payload: StreamReader, protocol: Any, writer: Any, task: "asyncio.Task[None]"
) -> web.BaseRequest:
    loop = asyncio.get_running_loop()
    return web.BaseRequest(message, payload, protocol, writer, task, loop, client_max_size=_LARGEST_BODY)


def json_answer(content: Any, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    return web.Response(body=orjson.dumps(content), status=status, content_type="application/json", headers=headers)


def bytes_answer(body: bytes) -> web.Response:
    return web.Response(body=body, content_type="application/json")


async def json_body(request: web.BaseRequest) -> Json:
    body = await request.read()
    parsed: Json = orjson.loads(body) if body else {}
    return parsed

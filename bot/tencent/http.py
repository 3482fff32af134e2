"""HTTP to the platforms' APIs: one module knows aiohttp, and its errors stop here."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any, Final

import aiohttp
import orjson

LARGEST_FILE: Final = 20 * 1024 * 1024
_CHUNK: Final = 64 * 1024
_KEPT: Final = 5.0  # seconds that an idle connection is kept: less than the platforms do
_NO_FILE: Final = frozenset({"application/json", "text/plain"})
Json = dict[str, Any]
File = tuple[str, bytes, str]  # name, content, type


class ApiError(Exception):
    """The platform refused: *code* is its errcode. What it says beside may quote people: it is not kept."""

    def __init__(self, code: int) -> None:
        super().__init__(f"errcode {code}")
        self.code = code


class NotSent(Exception):
    """The platform was not reached: nothing happened."""


class AnswerLost(Exception):
    """No answer, or none that makes sense: it may have happened."""


class Http:
    """Requests to *base_url*; what is refused is raised. To be used on one event loop, from the first request on.

    Not httpx, which tests and the command line know: with 64 connections it took seventeen times the processor's time.
    """

    def __init__(self, base_url: str, *, connections: int = 64, timeout: float = 15.0) -> None:
        self._base = base_url.rstrip("/")
        self._connections = connections
        self._timeout = aiohttp.ClientTimeout(total=timeout)
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        """End all connections."""
        if self._session is not None:
            await self._session.close()

    async def call(
        self,
        path: str,
        payload: Any = None,
        *,
        query: Mapping[str, str] | None = None,
        files: Mapping[str, File] | None = None,
    ) -> Json:
        """POST with a payload or files, else GET; the JSON object that comes back.

        :raises ApiError, NotSent, AnswerLost:
        """
        try:
            async with self._asked(path, payload, query, files) as answer:
                status, content = answer.status, await answer.read()
        except (aiohttp.ClientError, OSError) as error:
            raise _meaning(error) from None
        return _read(status, content)

    async def download(self, path: str, payload: Any = None, *, query: Mapping[str, str]) -> bytes:
        """A file's bytes.

        :raises ApiError, NotSent, AnswerLost: the last also for one that is too large
        """
        parts: list[bytes] = []
        size = 0
        try:
            async with self._asked(path, payload, query) as answer:
                async for part in answer.content.iter_chunked(_CHUNK):
                    size += len(part)
                    if size > LARGEST_FILE:
                        raise AnswerLost("too large")
                    parts.append(part)
        except (aiohttp.ClientError, OSError) as error:
            raise _meaning(error) from None
        file = b"".join(parts)
        if answer.status != 200 or answer.content_type in _NO_FILE:
            _read(answer.status, file)
            raise AnswerLost("no file")
        return file

    def _asked(
        self, path: str, payload: Any, query: Mapping[str, str] | None, files: Mapping[str, File] | None = None
    ) -> AbstractAsyncContextManager[aiohttp.ClientResponse]:
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=self._connections, keepalive_timeout=_KEPT)
            self._session = aiohttp.ClientSession(connector=connector, timeout=self._timeout)
        data: bytes | aiohttp.FormData | None = None
        headers = None
        if files is not None:
            data = aiohttp.FormData()
            for name, (filename, content, kind) in files.items():
                data.add_field(name, content, filename=filename, content_type=kind)
        elif payload is not None:
            data = orjson.dumps(payload)  # not escaped: WeChat shows escapes as they are
            headers = {"Content-Type": "application/json"}
        method = "GET" if data is None else "POST"
        return self._session.request(
            method, f"{self._base}{path}", params=query, data=data, headers=headers, allow_redirects=False
        )


def _meaning(error: Exception) -> Exception:
    name = type(error).__name__  # its text may hold addresses with tokens in them
    if isinstance(error, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError):
        return NotSent(name)
    return AnswerLost(name)


def _read(status: int, content: bytes) -> Json:
    if status != 200:
        raise AnswerLost(f"HTTP {status}")
    try:
        found = orjson.loads(content)
    except orjson.JSONDecodeError:
        raise AnswerLost("no JSON") from None
    if not isinstance(found, dict):
        raise AnswerLost("no JSON object")
    code = found.get("errcode") or 0
    if code != 0:
        raise ApiError(code if isinstance(code, int) else -1)
    return found

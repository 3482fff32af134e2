"""HTTP to the platforms' APIs: one module knows httpx, and its errors stop here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import httpx
import orjson

LARGEST_FILE: Final = 20 * 1024 * 1024
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
    """Requests to *base_url*; what is refused is raised."""

    def __init__(self, base_url: str, *, connections: int = 64, timeout: float = 15.0) -> None:
        self._client = httpx.AsyncClient(
            base_url=base_url.rstrip("/"),
            timeout=timeout,
            limits=httpx.Limits(max_connections=connections, max_keepalive_connections=connections),
            trust_env=False,
        )

    async def close(self) -> None:
        """End all connections."""
        await self._client.aclose()

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
        content = None if payload is None else orjson.dumps(payload)  # not escaped: WeChat shows \\u4f60 as it came
        headers = {"Content-Type": "application/json"} if content is not None else None
        method = "GET" if content is None and files is None else "POST"
        try:
            answer = await self._client.request(
                method, path, params=query, content=content, files=files, headers=headers
            )
        except httpx.HTTPError as error:
            raise _meaning(error) from None
        return _read(answer.status_code, answer.content)

    async def download(self, path: str, payload: Any = None, *, query: Mapping[str, str]) -> bytes:
        """A file's bytes.

        :raises ApiError, NotSent, AnswerLost: the last also for one that is too large
        """
        parts: list[bytes] = []
        size = 0
        method, content = ("GET", None) if payload is None else ("POST", orjson.dumps(payload))
        try:
            async with self._client.stream(method, path, params=query, content=content) as answer:
                async for part in answer.aiter_bytes():
                    size += len(part)
                    if size > LARGEST_FILE:
                        raise AnswerLost("too large")
                    parts.append(part)
        except httpx.HTTPError as error:
            raise _meaning(error) from None
        file, kind = b"".join(parts), answer.headers.get("content-type", "")
        if answer.status_code != 200 or kind.startswith(("application/json", "text/plain")):
            _read(answer.status_code, file)
            raise AnswerLost("no file")
        return file


def _meaning(error: httpx.HTTPError) -> Exception:
    name = type(error).__name__  # its text may hold addresses with tokens in them
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout):
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

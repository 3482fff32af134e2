"""Reads what is pushed to us: never too long, never for too long; and answers in plain text."""

from __future__ import annotations

import asyncio
from typing import Final

from starlette.types import Receive, Scope, Send

LARGEST_BODY: Final = 1024 * 1024
PATIENCE: Final = 10.0  # seconds


class Refused(Exception):
    """A request that is answered with *status* and leaves nothing behind."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


async def read_body(scope: Scope, receive: Receive, *, patience: float = PATIENCE) -> bytes:
    """:raises Refused: when it is or grows too large, comes too slowly, or ends half-way"""
    announced = dict(scope["headers"]).get(b"content-length", b"0")
    if not announced.isdigit() or int(announced) > LARGEST_BODY:
        raise Refused(413)
    parts: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(patience):
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise Refused(400)
                part = message.get("body", b"")
                size += len(part)
                if size > LARGEST_BODY:
                    raise Refused(413)
                parts.append(part)
                if not message.get("more_body", False):
                    return b"".join(parts)
    except TimeoutError:
        raise Refused(408) from None


async def answer(send: Send, body: str = "", *, status: int = 200, kind: bytes = b"text/plain; charset=utf-8") -> None:
    """An answer; after a refusal the connection is not kept: the rest of the body may still be under way."""
    content = body.encode()
    headers = [(b"content-length", str(len(content)).encode()), (b"content-type", kind)]
    if status >= 400:
        headers.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": content})

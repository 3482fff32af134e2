"""Reads requests' bodies: never too long, never for too long."""

from __future__ import annotations

import asyncio
import json
import re
import unicodedata
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from starlette.datastructures import FormData
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect, Request

from bot.channels.web.refused import BAD, Refused

JSON_BYTES = 1_000_000
PHOTO_BYTES = 10_000_000
PHOTOS = 10
DOCUMENT_BYTES = 20_000_000  # as much as Telegram hands on
ALL_BYTES = 40_000_000  # of one message with all its photos
TEXT = 4096
_JSON_SECONDS, _PHOTOS_SECONDS = 10, 60
_SHAPES = {
    "key": re.compile(r"[A-Za-z0-9-]{8,35}"),
    "tab": re.compile(r"[A-Za-z0-9-]{8,40}"),
    "as": re.compile(r"[0-9]{1,18}"),
    "language": re.compile(r"[A-Za-z_]{2,16}"),
    "button": re.compile(r"[A-Za-z0-9_:.=-]{1,64}"),
    "message": re.compile(r"[0-9]{1,18}"),
    "reply_to": re.compile(r"[0-9]{1,18}"),
}


async def read_json(request: Request, *, seconds: float = _JSON_SECONDS) -> dict[str, Any]:
    """The body as a JSON object.

    :raises Refused: too long, too slow, or no JSON object
    """
    _too_long(request, JSON_BYTES)
    async with _in_time(seconds):
        raw = b"".join([chunk async for chunk in _capped(request, JSON_BYTES)])
    try:
        values = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise Refused(*BAD) from error
    if not isinstance(values, dict):
        raise Refused(*BAD)
    return values


@asynccontextmanager
async def read_form(request: Request) -> AsyncGenerator[FormData]:
    """The body as a form with photos; they lie in temporary files until the block ends.

    :raises Refused: too long, too slow, too many photos, or no form
    """
    _too_long(request, ALL_BYTES)
    # the photos, a file, and one more than we take, so that the refusal can be worded
    parser = MultiPartParser(request.headers, _capped(request, ALL_BYTES), max_files=PHOTOS + 2, max_fields=20)
    try:
        async with _in_time(_PHOTOS_SECONDS):
            form = await parser.parse()
    except MultiPartException as error:
        raise Refused(*BAD) from error
    try:
        yield form
    finally:
        await form.close()


def field(values: Any, name: str, *, needed: bool = True) -> str | None:
    """A value that must have its name's shape.

    :raises Refused: when it has not, or is needed and missing
    """
    value = values.get(name)
    if not value and not needed:
        return None
    if not isinstance(value, str) or not _SHAPES[name].fullmatch(value):
        raise Refused(*BAD)
    return value


def text_of(values: Any) -> str:
    """What was written, without characters that cannot be kept or seen.

    :raises Refused: when it is longer than any chat takes
    """
    value = values.get("text") or ""
    if not isinstance(value, str):
        raise Refused(*BAD)
    if len(value) > TEXT:
        raise Refused(413, "web-text-too-long", limit=TEXT)
    return "".join(c for c in value if c in "\n\t" or unicodedata.category(c) not in {"Cc", "Cs"}).strip()


def _too_long(request: Request, limit: int) -> None:
    said = request.headers.get("content-length", "")
    if said.isdecimal() and int(said) > limit:
        raise _large(limit)


async def _capped(request: Request, limit: int) -> AsyncGenerator[bytes]:
    length = 0
    async for chunk in request.stream():
        length += len(chunk)
        if length > limit:
            raise _large(limit)
        yield chunk


def _large(limit: int) -> Refused:
    return Refused(413, "web-too-large", limit=limit // 1_000_000)


@asynccontextmanager
async def _in_time(seconds: float) -> AsyncGenerator[None]:
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError as error:
        raise Refused(408, "web-too-slow") from error
    except ClientDisconnect as error:
        raise Refused(*BAD) from error

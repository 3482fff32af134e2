"""WeCom's double, and the channel over a fresh SQLite file, its callback served on a port of its own."""

import asyncio
import io
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PIL import Image

from tests.bot.channels.wecom.house import House
from tests.wecomapi import WecomApi


@pytest.fixture
async def api() -> AsyncIterator[WecomApi]:
    async with WecomApi() as double:
        yield double


@pytest.fixture
async def house(api: WecomApi, tmp_path: Path) -> AsyncIterator[House]:
    async with House(api, tmp_path) as ours:
        yield ours


@pytest.fixture
async def fetching(house: House) -> AsyncIterator[House]:
    """The same, with the task that fetches photos."""
    task = asyncio.create_task(house.channel.run())
    yield house
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@pytest.fixture
def jpeg() -> bytes:
    """A photo as a phone sends it: with what the camera wrote into it."""
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "a phone"
    Image.new("RGB", (64, 48), "teal").save(out, "JPEG", exif=exif)
    return out.getvalue()

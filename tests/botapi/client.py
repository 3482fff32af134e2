"""Talking to a double that runs as a process of its own."""

import asyncio
import io
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
import orjson

from tests.botapi.api import TOKEN


@dataclass(frozen=True)
class RemoteBotApi:
    """The double at ``url``; ``do`` carries out a command of the control interface."""

    url: str
    session: aiohttp.ClientSession
    token: str = TOKEN

    async def do(self, command: str, **arguments: Any) -> Any:
        """:raises AssertionError: with the double's reason when it refuses the command or waited in vain."""
        async with self.session.post(
            f"{self.url}/control/{command}", data=io.BytesIO(orjson.dumps(arguments))
        ) as answer:
            content = orjson.loads(await answer.read())
            assert answer.ok, content["error"]
            return content


@asynccontextmanager
async def botapi_process(*arguments: str) -> AsyncIterator[RemoteBotApi]:
    """Start the double as a process, on a free port unless told, and end it afterwards."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.botapi", *arguments, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        url = (await process.stdout.readline()).decode().strip()
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=None)) as session:
            yield RemoteBotApi(url, session)
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()

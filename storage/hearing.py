"""Listening to what the processes of an installation whisper to each other (PostgreSQL)."""

from __future__ import annotations

from collections.abc import Callable

import psycopg
import stamina
from sqlalchemy import URL

from storage.queue import address
from storage.web import WHISPERS


async def listen(url: URL, heard: Callable[[str], None]) -> None:
    """Until cancelled. An empty sign means that some may have been missed."""
    while True:
        async for attempt in stamina.retry_context(
            on=psycopg.OperationalError, attempts=None, timeout=None, wait_initial=0.2, wait_max=2.0
        ):
            with attempt:
                await _listen(address(url), heard)


async def _listen(conninfo: str, heard: Callable[[str], None]) -> None:
    async with await psycopg.AsyncConnection.connect(
        conninfo, autocommit=True, keepalives_idle=10, keepalives_interval=5, keepalives_count=3
    ) as connection:
        await connection.execute(f"LISTEN {WHISPERS}")
        heard("")
        async for sign in connection.notifies():
            heard(sign.payload)

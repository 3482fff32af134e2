"""Members' photos: fetched while WeCom has them, and shown from our own copy ever after."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

import structlog

from bot.channels.base import DeliveryError
from bot.channels.wecom.calls import Calls
from bot.channels.wecom.failing import Failed, meaning
from bot.photos import Unreadable, keepable
from bot.tencent.tokens import Transact
from domain.errors import Unavailable
from domain.messaging.wecom import WecomWork

THERE: Final = timedelta(days=3)  # for so long WeCom has what a member sent
_SWEEP: Final = 60.0  # seconds
_AT_ONCE: Final = 20

log = structlog.get_logger(__name__)


class Pictures:
    """Keeps them; *run* fetches what came in, *content* gives what was kept."""

    def __init__(self, calls: Calls, *, commit: Transact, read: Transact, now: Callable[[], datetime]) -> None:
        self._calls = calls
        self._commit = commit
        self._read = read
        self._now = now
        self._wake = asyncio.Event()
        self._fetching = asyncio.Lock()

    def arrived(self) -> None:
        """There is something new to fetch."""
        self._wake.set()

    async def run(self) -> None:
        """Fetch until cancelled; what cannot be had now is tried again as long as WeCom has it."""
        while True:
            self._wake.clear()
            try:
                await self.fetch_waiting()
            except (DeliveryError, Unavailable) as error:
                log.warning("wecom-pictures-wait", reason=str(error))
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), _SWEEP)

    async def fetch_waiting(self) -> int:
        """Fetch what came in and is not here yet; how many.

        :raises DeliveryError: WeCom is out of reach, or refuses us
        """
        since, fetched = self._now() - THERE, 0

        def look(work: WecomWork) -> list[tuple[str, str]]:
            return list(work.wecom_pictures.waiting(since=since, limit=_AT_ONCE))

        while waiting := await self._read(look):
            for ref, _ in waiting:
                await self._fetch(ref)
            fetched += len(waiting)
        return fetched

    async def content(self, ref: str) -> bytes:
        """A photo's bytes.

        :raises LookupError: nobody sent it, it is gone, or it is no photo
        :raises DeliveryError: worth another try
        """

        _, content = await self._look(ref)
        content = await self._fetch(ref) if content is None else content
        if not content:
            raise LookupError(f"photo {ref} is gone")
        return content

    async def _look(self, ref: str) -> tuple[str, bytes | None]:
        """:raises LookupError: nobody sent it"""

        def look(work: WecomWork) -> tuple[str, bytes | None] | None:
            return work.wecom_pictures.get(ref)

        found = await self._read(look)
        if found is None:
            raise LookupError(f"no photo {ref}")
        return found

    async def _fetch(self, ref: str) -> bytes:
        """Bring it here, once; nothing is kept in its place when it is gone or no photo, and never asked for again."""
        async with self._fetching:
            media_id, content = await self._look(ref)
            return await self._bring(ref, media_id) if content is None else content

    async def _bring(self, ref: str, media_id: str) -> bytes:
        try:
            content = await self._calls.download(media_id)
            kept = (await asyncio.to_thread(keepable, io.BytesIO(content))).content
        except Unreadable:
            log.warning("wecom-picture-unreadable", picture=ref)
            kept = b""
        except Failed as error:
            failure = meaning(error, repeatable=True)
            if not failure.permanent:
                raise failure from None
            log.warning("wecom-picture-gone", picture=ref, reason=failure.reason)
            kept = b""

        def keep(work: WecomWork) -> None:
            work.wecom_pictures.keep(ref, kept)

        await self._commit(keep)
        return kept

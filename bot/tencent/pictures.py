"""Pictures that people send: fetched while the platform has them, and shown from our own copy ever after."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final
from weakref import WeakValueDictionary

import structlog

from bot.photos import Unreadable, keepable
from bot.tencent.api import Api
from bot.tencent.http import AnswerLost, ApiError, NotSent
from bot.tencent.tokens import TokenRefused, Transact
from domain.errors import Unavailable
from domain.messaging.tencent import Picture, TencentWork

THERE: Final = timedelta(days=3)  # for so long the platforms have what somebody sent
Failure = ApiError | TokenRefused | NotSent | AnswerLost
FAILURES: Final = (ApiError, TokenRefused, NotSent, AnswerLost)
_SWEEP: Final = 30.0  # seconds
_AT_ONCE: Final = 8

log = structlog.get_logger(__name__)


class Pictures:
    """Those of one channel. *is_final* says of a failure that no other try is worth it."""

    def __init__(
        self,
        channel: str,
        api: Api,
        *,
        is_final: Callable[[Failure], bool],
        commit: Transact,
        read: Transact,
        now: Callable[[], datetime],
    ) -> None:
        self._channel = channel
        self._api = api
        self._is_final = is_final
        self._commit = commit
        self._read = read
        self._now = now
        self._wake = asyncio.Event()
        self._fetching: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def arrived(self) -> None:
        """One waits to be fetched."""
        self._wake.set()

    async def run(self) -> None:
        """Fetch whatever waits, until cancelled; what cannot be had now is tried again as long as it is there."""
        while True:
            self._wake.clear()
            with suppress(Unavailable):
                missing = await self._read(self._missing)
                fetched = await asyncio.gather(*(self._fetched(one.ref) for one in missing))
                if any(fetched):
                    continue
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), _SWEEP)

    def _missing(self, work: TencentWork) -> Sequence[Picture]:
        return work.pictures.missing(self._channel, since=self._now() - THERE, limit=_AT_ONCE)

    async def _fetched(self, ref: str) -> bool:
        try:
            await self._here(ref)
        except FAILURES as error:
            log.warning("picture-not-fetched", channel=self._channel, picture=ref, reason=_reason(error))
            return False
        return True

    async def fetch(self, ref: str) -> bytes:
        """A picture's bytes.

        :raises LookupError: nobody sent it, it is gone, or it is no picture
        :raises ApiError, TokenRefused, NotSent, AnswerLost: worth another try
        """
        content = await self._here(ref)
        if not content:
            raise LookupError(f"picture {ref} is gone")
        return content

    async def _here(self, ref: str) -> bytes:
        """Brought here once, however many ask; nothing is kept in the place of what is gone or no picture."""
        async with self._fetching.setdefault(ref, asyncio.Lock()):
            picture = await self._read(lambda work: work.pictures.get(ref))
            if picture is None:
                raise LookupError(f"no picture {ref}")
            if picture.content is not None:
                return bytes(picture.content)
            content = await self._brought(picture)
            await self._commit(lambda work: work.pictures.keep(ref, content))
            return content

    async def _brought(self, picture: Picture) -> bytes:
        try:
            raw = await self._api.download("/cgi-bin/media/get", query={"media_id": picture.media_id})
            return (await asyncio.to_thread(keepable, io.BytesIO(raw))).content
        except Unreadable:
            why = "unreadable"
        except FAILURES as error:
            if not self._is_final(error):
                raise
            why = _reason(error)
        log.warning("picture-gone", channel=self._channel, picture=picture.ref, reason=why)
        return b""


def _reason(failure: Failure) -> str:
    return f"{type(failure).__name__}: {failure}"

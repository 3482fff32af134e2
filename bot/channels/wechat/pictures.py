"""Pictures that come in are fetched at once and kept as ours; pictures that go out are lent to the platform."""

from __future__ import annotations

import asyncio
import io
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

import structlog

from bot.channels.base import DeliveryError
from bot.channels.wechat.failing import meaning
from bot.photos import Unreadable, keepable
from bot.tencent.api import Api
from bot.tencent.http import AnswerLost, ApiError, NotSent
from bot.tencent.tokens import TokenRefused, Transact
from domain.errors import Unavailable
from domain.messaging.wechat import Picture, WeChatWork

KEPT: Final = timedelta(days=3)  # by the platform, both ways
_LENT: Final = timedelta(days=2)
_SWEEP: Final = 30.0  # seconds
_AT_ONCE: Final = 8
_MOST: Final = 1000
_GONE: Final = frozenset({40007, 41006})  # no such media

log = structlog.get_logger(__name__)


class Pictures:
    """*open_media* gives the bytes and type of a Media key, whatever channel the photo came by."""

    def __init__(
        self,
        api: Api,
        *,
        commit: Transact,
        read: Transact,
        open_media: Callable[[str], Awaitable[tuple[bytes, str]]],
        now: Callable[[], datetime],
    ) -> None:
        self._api = api
        self._commit = commit
        self._read = read
        self._open_media = open_media
        self._now = now
        self._wake = asyncio.Event()
        self._lent: OrderedDict[str, tuple[datetime, str]] = OrderedDict()  # media key → until, the platform's id

    def arrived(self) -> None:
        """One waits to be fetched."""
        self._wake.set()

    async def run(self) -> None:
        """Fetch whatever waits, until cancelled; what cannot be fetched now is tried again."""
        while True:
            self._wake.clear()
            with suppress(Unavailable):
                missing = await self._read(self._missing)
                fetched = await asyncio.gather(*(self._fetched(one) for one in missing))
                if any(fetched):
                    continue
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), _SWEEP)

    def _missing(self, work: WeChatWork) -> Sequence[Picture]:
        return work.wechat_pictures.missing(since=self._now() - KEPT, limit=_AT_ONCE)

    async def _fetched(self, picture: Picture) -> bool:
        try:
            await self._bring(picture)
        except DeliveryError as error:
            log.warning("wechat-picture-not-fetched", picture=picture.ref, reason=error.reason)
            return False
        return True

    async def fetch(self, ref: str) -> bytes:
        """A picture's bytes.

        :raises LookupError: nobody sent it
        :raises DeliveryError: it cannot be fetched, now or for ever
        """
        picture = await self._read(lambda work: work.wechat_pictures.get(ref))
        if picture is None:
            raise LookupError(f"no picture {ref}")
        if picture.content is None:
            return await self._bring(picture)
        return _there(bytes(picture.content))

    async def _bring(self, picture: Picture) -> bytes:
        """Fetched, made safe, kept. What is no picture is kept as nothing, and not asked for again."""
        try:
            raw = await self._api.download("/cgi-bin/media/get", query={"media_id": picture.media_id})
            content = (await asyncio.to_thread(keepable, io.BytesIO(raw))).content
        except Unreadable:
            content = b""
        except ApiError as error:
            if error.code not in _GONE:
                raise meaning(error) from None
            content = b""
        except (TokenRefused, NotSent, AnswerLost) as error:
            raise meaning(error) from None
        await self._commit(lambda work: work.wechat_pictures.keep(picture.ref, content))
        return _there(content)

    async def lend(self, key: str) -> str:
        """The platform's id of one of our photos, which it keeps for a while.

        :raises ApiError, TokenRefused, NotSent, AnswerLost: it did not take it
        """
        until, media = self._lent.get(key, (self._now(), ""))
        if until > self._now():
            return media
        content, kind = await self._open_media(key)
        files = {"media": ("photo.jpg", content, kind)}
        media = str((await self._api.call("/cgi-bin/media/upload", query={"type": "image"}, files=files))["media_id"])
        self._lent[key] = (self._now() + _LENT, media)
        if len(self._lent) > _MOST:
            self._lent.popitem(last=False)
        return media


def _there(content: bytes) -> bytes:
    if not content:
        raise DeliveryError("no picture (any more)", permanent=True)
    return content

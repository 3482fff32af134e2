"""Photos of ours that go out: WeChat is lent a copy, and takes its word for it for a while."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Final

from bot.tencent.api import Api

_LENT: Final = timedelta(days=2)  # the platform keeps it for three
_MOST: Final = 1000


class Lender:
    """*open_media* gives the bytes and type of a Media key, whatever channel the photo came by."""

    def __init__(
        self, api: Api, *, open_media: Callable[[str], Awaitable[tuple[bytes, str]]], now: Callable[[], datetime]
    ) -> None:
        self._api = api
        self._open_media = open_media
        self._now = now
        self._lent: OrderedDict[str, tuple[datetime, str]] = OrderedDict()  # media key → until, the platform's id

    async def lend(self, key: str) -> str:
        """The platform's id of one of our photos.

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

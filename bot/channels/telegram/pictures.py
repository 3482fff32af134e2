"""The photos of a parcel: under their words where one photo can carry them, before them otherwise."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Final

import structlog
from telegram import InputMediaPhoto
from telegram.constants import FileSizeLimit, MediaGroupLimit
from telegram.error import BadRequest, TelegramError

from bot.channels.base import DeliveryError, Parcel
from bot.channels.telegram.api import SealedBot
from bot.channels.telegram.failing import is_topic_gone, meaning
from bot.channels.telegram.message import DOCUMENT
from bot.channels.telegram.reading import NAME

Fetch = Callable[[str], Awaitable[bytes]]
FetchElsewhere = Callable[[str, str], Awaitable[bytes]]
Params = dict[str, Any]
Photo = str | bytes  # a file id of Telegram's, or the content

_REMEMBERED: Final = 1000

log = structlog.get_logger(__name__)


class Pictures:
    """Shows photos. One that is gone, or that Telegram does not take, never holds up the words."""

    def __init__(self, bot: SealedBot, *, fetch: Fetch, fetch_elsewhere: FetchElsewhere) -> None:
        self._bot = bot
        self._fetch = fetch
        self._fetch_elsewhere = fetch_elsewhere
        # Deliveries whose photos are out while their words are not: a further try does not show them again.
        self._shown: dict[int, None] = {}
        self._uploaded: dict[tuple[str, str], str] = {}  # what an announcement shows to thousands is uploaded once

    async def show(self, parcel: Parcel, around: Params, *, words: Params | None) -> str | None:
        """Send the photos, a single one with *words* (its caption and buttons) if there are any for it.

        The id of the message that carries the words; None if they are still to be sent.
        """
        if self.are_out(parcel):
            return None
        photos = await self._photos(parcel)
        try:
            if len(photos) == 1 and words is not None:
                sent = await self._one(photos[0], around | words)
                self._learn(parcel, photos, [sent])
                return str(sent["message_id"])
            self._learn(parcel, photos, await self._ahead(photos, around))
        except BadRequest as error:
            if is_topic_gone(error):
                raise
            for name in parcel.photos:  # perhaps an id that is good no more
                self._uploaded.pop(name, None)
            log.warning("telegram-photo-refused", delivery=parcel.delivery.id, reason=meaning(error).reason)
            return None
        if photos:
            self._remember(parcel.delivery.id)
        return None

    def are_out(self, parcel: Parcel) -> bool:
        """Were the photos shown already, now or in an earlier try?"""
        return parcel.delivery.id in self._shown

    async def _ahead(self, photos: list[Photo], around: Params) -> list[Any]:
        """As albums; the messages. When an answer is lost here, the words are not: they were never sent."""
        sent: list[Any] = []
        try:
            for start in range(0, len(photos), MediaGroupLimit.MAX_MEDIA_LENGTH):
                album = photos[start : start + MediaGroupLimit.MAX_MEDIA_LENGTH]
                if len(album) < MediaGroupLimit.MIN_MEDIA_LENGTH:
                    sent.append(await self._one(album[0], around))
                else:
                    media = [InputMediaPhoto(photo) for photo in album]
                    sent += await self._bot.call("sendMediaGroup", **around, media=media)
        except BadRequest:
            raise
        except TelegramError as error:
            failure = meaning(error, repeatable=True)
        else:
            return sent
        raise failure

    def _learn(self, parcel: Parcel, photos: list[Photo], messages: list[Any]) -> None:
        """Telegram's ids of what was uploaded, where every photo of the parcel went out."""
        if len(photos) != len(parcel.photos):
            return
        for name, photo, message in zip(parcel.photos, photos, messages, strict=True):
            if not isinstance(photo, str):
                self._uploaded[name] = str(message["photo"][-1]["file_id"])
        while len(self._uploaded) > _REMEMBERED:
            del self._uploaded[next(iter(self._uploaded))]

    async def _one(self, photo: Photo, params: Params) -> Any:
        media = photo if isinstance(photo, str) else InputMediaPhoto(photo).media
        return await self._bot.call("sendPhoto", **params, photo=media)

    async def _photos(self, parcel: Parcel) -> list[Photo]:
        """Each as Telegram takes it: what it has as a photo by file id, everything else as bytes."""
        photos: list[Photo] = []
        for channel, handle in parcel.photos:
            if known := self._uploaded.get((channel, handle)):
                photos.append(known)
            elif channel == NAME and not handle.startswith(DOCUMENT):
                photos.append(handle)
            elif 0 < len(content := await self._content(channel, handle)) <= FileSizeLimit.PHOTOSIZE_UPLOAD:
                photos.append(content)
            else:
                log.warning("telegram-photo-left-out", delivery=parcel.delivery.id, bytes=len(content))
        return photos

    async def _content(self, channel: str, handle: str) -> bytes:
        """The bytes; none when they are gone for good."""
        try:
            return await (self._fetch(handle) if channel == NAME else self._fetch_elsewhere(channel, handle))
        except LookupError:
            return b""
        except DeliveryError as error:
            if not error.permanent:
                raise
            return b""

    def _remember(self, delivery: int) -> None:
        self._shown[delivery] = None
        if len(self._shown) > _REMEMBERED:
            del self._shown[next(iter(self._shown))]

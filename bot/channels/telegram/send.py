"""A parcel as calls of the Bot API: sent, edited in every copy, answered as a toast, or the group left."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Final

import structlog
from telegram import InputMediaPhoto
from telegram.constants import CallbackQueryLimit, FileSizeLimit, MediaGroupLimit, MessageLimit, ParseMode
from telegram.error import BadRequest, Forbidden, TelegramError

from bot.channels.base import DeliveryError, Parcel
from bot.channels.telegram.api import SealedBot
from bot.channels.telegram.failing import (
    is_nothing_to_edit,
    is_old_query,
    is_topic_gone,
    is_unchanged,
    is_without_text,
    meaning,
)
from bot.channels.telegram.markup import fitted, keyboard, plain, units
from bot.channels.telegram.message import DOCUMENT
from bot.channels.telegram.reading import NAME
from domain.messaging.model import Mode

Fetch = Callable[[str], Awaitable[bytes]]
FetchElsewhere = Callable[[str, str], Awaitable[bytes]]
Params = dict[str, Any]

_ALBUMS_REMEMBERED: Final = 1000

log = structlog.get_logger(__name__)


class Postman:
    """Carries parcels to Telegram. *fetch* gets one of Telegram's files, *fetch_elsewhere* another channel's."""

    def __init__(self, bot: SealedBot, *, fetch: Fetch, fetch_elsewhere: FetchElsewhere) -> None:
        self._bot = bot
        self._fetch = fetch
        self._fetch_elsewhere = fetch_elsewhere
        # Deliveries whose album is out while its text is not: a further try sends the text only.
        self._albums_out: dict[int, None] = {}

    async def carry(self, parcel: Parcel) -> str | None:
        """Do what the parcel's mode says; the id of the message that carries the buttons, if there is a new one.

        :raises DeliveryError: with what it means for the row
        """
        mode = parcel.delivery.mode
        try:
            match mode:
                case Mode.SEND:
                    return await self._send(parcel)
                case Mode.EDIT:
                    await self._edit(parcel)
                case Mode.TOAST:
                    await self._toast(parcel)
                case Mode.LEAVE:
                    await self._leave(parcel)
        except TelegramError as error:
            failure = meaning(error, repeatable=mode is not Mode.SEND)
        else:
            return None
        raise failure

    # ---- a new message ----

    async def _send(self, parcel: Parcel) -> str:
        """Into its topic; into the group itself when the topic is gone: a card must not be lost with it."""
        around = _around(parcel)
        try:
            return await self._posted(parcel, around)
        except BadRequest as error:
            if "message_thread_id" not in around or not is_topic_gone(error):
                raise
        log.warning("telegram-topic-gone", chat=parcel.delivery.chat, thread=parcel.delivery.thread)
        del around["message_thread_id"]
        return await self._posted(parcel, around)

    async def _posted(self, parcel: Parcel, around: Params) -> str:
        if parcel.photos:
            sent = await self._illustrated(parcel, around)
            if sent is not None:
                return sent
        text = fitted(parcel.message.text, MessageLimit.MAX_TEXT_LENGTH)
        return _number(
            await self._bot.call(
                "sendMessage", **around, text=text, parse_mode=ParseMode.HTML, link_preview_options=_NO_PREVIEW,
                reply_markup=_markup(parcel),
            )
        )  # fmt: skip

    async def _illustrated(self, parcel: Parcel, around: Params) -> str | None:
        """Send the photos; the message's id if it could say everything, None if the words are still to be sent.

        A photo that Telegram does not take (too large, too long, not one at all) never holds up the words.
        """
        if parcel.delivery.id in self._albums_out:
            return None
        photos = await self._files(parcel)
        try:
            if len(photos) == 1:
                return await self._one_photo(parcel, around, photos[0])
            for start in range(0, len(photos), MediaGroupLimit.MAX_MEDIA_LENGTH):
                await self._album(around, photos[start : start + MediaGroupLimit.MAX_MEDIA_LENGTH])
        except BadRequest as error:
            if is_topic_gone(error):
                raise
            log.warning("telegram-photo-refused", delivery=parcel.delivery.id, reason=meaning(error).reason)
            return None
        self._remember_album(parcel.delivery.id)
        return None

    async def _one_photo(self, parcel: Parcel, around: Params, photo: str | bytes) -> str | None:
        """With its words if they are short enough for a caption."""
        caption = _caption(parcel.message.text)
        media = photo if isinstance(photo, str) else InputMediaPhoto(photo).media
        whole: Params = {"reply_markup": _markup(parcel)} | caption if caption is not None else {}
        sent = _number(await self._bot.call("sendPhoto", **around, photo=media, **whole))
        if caption is not None:
            return sent
        self._remember_album(parcel.delivery.id)
        return None

    async def _album(self, around: Params, photos: list[str | bytes]) -> None:
        if len(photos) < MediaGroupLimit.MIN_MEDIA_LENGTH:
            for photo in photos:
                media = photo if isinstance(photo, str) else InputMediaPhoto(photo).media
                await self._bot.call("sendPhoto", **around, photo=media)
            return
        await self._bot.call("sendMediaGroup", **around, media=[InputMediaPhoto(photo) for photo in photos])

    async def _files(self, parcel: Parcel) -> list[str | bytes]:
        """Each photo as Telegram takes it: its own by file id, everything else as bytes; what is gone is left out."""
        files: list[str | bytes] = []
        for channel, handle in parcel.photos:
            if channel == NAME and not handle.startswith(DOCUMENT):
                files.append(handle)
                continue
            try:
                own = channel == NAME
                content = await (self._fetch(handle) if own else self._fetch_elsewhere(channel, handle))
            except LookupError:
                content = b""
            if 0 < len(content) <= FileSizeLimit.PHOTOSIZE_UPLOAD:
                files.append(content)
            else:
                log.warning("telegram-photo-left-out", delivery=parcel.delivery.id, bytes=len(content))
        return files

    def _remember_album(self, delivery: int) -> None:
        self._albums_out[delivery] = None
        if len(self._albums_out) > _ALBUMS_REMEMBERED:
            del self._albums_out[next(iter(self._albums_out))]

    # ---- what is there already ----

    async def _edit(self, parcel: Parcel) -> None:
        """Every copy that still exists; one that was deleted holds up no other."""
        for copy in parcel.copies:
            try:
                await self._edit_copy(parcel, int(copy))
            except BadRequest as error:
                if is_nothing_to_edit(error):
                    log.info("telegram-copy-gone", chat=parcel.delivery.chat, message=copy)
                elif not is_unchanged(error):
                    raise

    async def _edit_copy(self, parcel: Parcel, copy: int) -> None:
        markup = keyboard(parcel.message, private=False)  # a keyboard that asks cannot be put under an old message
        where: Params = {"chat_id": _chat(parcel.delivery.chat), "message_id": copy, "reply_markup": markup}
        text = fitted(parcel.message.text, MessageLimit.MAX_TEXT_LENGTH)
        try:
            await self._bot.call(
                "editMessageText", **where, text=text, parse_mode=ParseMode.HTML, link_preview_options=_NO_PREVIEW
            )
            return
        except BadRequest as error:
            if not is_without_text(error):
                raise
        caption = fitted(parcel.message.text, MessageLimit.CAPTION_LENGTH)
        await self._bot.call("editMessageCaption", **where, caption=caption, parse_mode=ParseMode.HTML)

    async def _toast(self, parcel: Parcel) -> None:
        message = parcel.message
        if message.toast is None:
            raise DeliveryError("a toast for no press", permanent=True)
        text = plain(message.text, CallbackQueryLimit.ANSWER_CALLBACK_QUERY_TEXT_LENGTH)
        try:
            await self._bot.call(
                "answerCallbackQuery", callback_query_id=message.toast, text=text, show_alert=message.alert or None
            )
        except BadRequest as error:
            if not is_old_query(error):
                raise

    async def _leave(self, parcel: Parcel) -> None:
        try:
            await self._bot.call("leaveChat", chat_id=_chat(parcel.delivery.chat))
        except (BadRequest, Forbidden) as error:
            if not meaning(error).unreachable:
                raise


_NO_PREVIEW: Final = {"is_disabled": True}


def _around(parcel: Parcel) -> Params:
    where: Params = {"chat_id": _chat(parcel.delivery.chat)}
    if parcel.delivery.thread is not None:
        where["message_thread_id"] = int(parcel.delivery.thread)
    return where


def _chat(chat: str) -> int:
    """:raises DeliveryError: for what can be no chat of Telegram's"""
    try:
        return int(chat)
    except ValueError:
        raise DeliveryError("no chat of Telegram's", permanent=True) from None


def _markup(parcel: Parcel) -> Params | None:
    return keyboard(parcel.message, private=not parcel.delivery.chat.startswith("-"))


def _caption(text: str) -> Params | None:
    """The words as a caption; None when they are too long for one."""
    caption = fitted(text, MessageLimit.MAX_TEXT_LENGTH)
    if units(plain(caption, MessageLimit.MAX_TEXT_LENGTH)) > MessageLimit.CAPTION_LENGTH:
        return None
    return {"caption": caption, "parse_mode": ParseMode.HTML} if caption else {}


def _number(message: Any) -> str:
    return str(message["message_id"])

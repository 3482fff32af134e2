"""A parcel as calls of the Bot API: sent, edited in every copy, answered as a toast, or the group left."""

from __future__ import annotations

from typing import Final

import structlog
from telegram.constants import CallbackQueryLimit, MessageLimit, ParseMode
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
from bot.channels.telegram.pace import is_group
from bot.channels.telegram.papers import Papers
from bot.channels.telegram.pictures import Fetch, FetchElsewhere, Params, Pictures
from domain.messaging.model import Mode

_NO_PREVIEW: Final = {"is_disabled": True}

log = structlog.get_logger(__name__)


class Postman:
    """Carries parcels to Telegram. *fetch* gets one of Telegram's files, *fetch_elsewhere* another channel's.

    *paid*: what is beyond 30 a second may cost. Every new message says so, not bulk alone: an answer to somebody must
    not be refused because an announcement is under way.
    """

    def __init__(self, bot: SealedBot, *, fetch: Fetch, fetch_elsewhere: FetchElsewhere, paid: bool = False) -> None:
        self._bot = bot
        self._paid: Params = {"allow_paid_broadcast": True} if paid else {}
        self._pictures = Pictures(bot, fetch=fetch, fetch_elsewhere=fetch_elsewhere)
        self._papers = Papers(bot, fetch_elsewhere=fetch_elsewhere)

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
            failure = meaning(error, repeatable=mode is not Mode.SEND, group=is_group(parcel.delivery.chat))
        else:
            return None
        raise failure

    # ---- a new message ----

    async def _send(self, parcel: Parcel) -> str | None:
        sent = await self._placed(parcel)
        if sent and parcel.message.pinned:
            await self._pin(parcel, int(sent))
        return sent

    async def _placed(self, parcel: Parcel) -> str | None:
        """Into its topic; into the group itself when the topic is gone: a card must not be lost with it."""
        around = _around(parcel) | self._paid
        try:
            return await self._posted(parcel, around)
        except BadRequest as error:
            if "message_thread_id" not in around or not is_topic_gone(error):
                raise
        log.warning("telegram-topic-gone", chat=parcel.delivery.chat, thread=parcel.delivery.thread)
        del around["message_thread_id"]
        return await self._posted(parcel, around)

    async def _pin(self, parcel: Parcel, message: int) -> None:
        """It has been said, whether we may pin it or not."""
        try:
            await self._bot.call("pinChatMessage", chat_id=_chat(parcel.delivery.chat), message_id=message)
        except TelegramError as error:
            log.warning("telegram-not-pinned", chat=parcel.delivery.chat, reason=meaning(error).reason)

    async def _posted(self, parcel: Parcel, around: Params) -> str | None:
        markup = keyboard(parcel.message, private=not parcel.delivery.chat.startswith("-"))
        caption = _caption(parcel.message.text) if parcel.photos or parcel.document else None
        words = None if caption is None else caption | {"reply_markup": markup}
        if parcel.photos:
            if (
                sent := await self._pictures.show(parcel, around, words=None if parcel.document else words)
            ) is not None:
                return sent
            if not parcel.message.text and not parcel.document and self._pictures.are_out(parcel):
                return None
        if parcel.document and (sent := await self._papers.show(parcel, around, words=words)) is not None:
            return sent
        text = _text(parcel.message.text)
        message = await self._bot.call("sendMessage", **around, **text, reply_markup=markup)
        return str(message["message_id"])

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
        try:
            await self._bot.call("editMessageText", **where, **_text(parcel.message.text))
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


def _text(words: str) -> Params:
    text = fitted(words, MessageLimit.MAX_TEXT_LENGTH)
    return {"text": text, "parse_mode": ParseMode.HTML, "link_preview_options": _NO_PREVIEW}


def _caption(text: str) -> Params | None:
    """The words as a caption; None when they are too long for one."""
    caption = fitted(text, MessageLimit.MAX_TEXT_LENGTH)
    if units(plain(caption, MessageLimit.MAX_TEXT_LENGTH)) > MessageLimit.CAPTION_LENGTH:
        return None
    return {"caption": caption, "parse_mode": ParseMode.HTML} if caption else {}

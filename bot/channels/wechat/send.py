"""A parcel as WeChat can carry it: in the response that somebody waits for, else as news in whichever way is open."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

import structlog

from bot.channels.base import DeliveryError, Parcel
from bot.channels.wechat.failing import CONSEQUENCES, OURS, Way, meaning, reason_of
from bot.channels.wechat.mass import Mass
from bot.channels.wechat.options import asks_for, numbered
from bot.channels.wechat.pictures import Pictures
from bot.channels.wechat.replies import Replies
from bot.channels.wechat.templates import Templates
from bot.channels.wechat.text import pieces, plain
from bot.tencent.api import Api
from bot.tencent.http import AnswerLost, ApiError, Json, NotSent
from bot.tencent.tokens import TokenRefused, Transact
from domain.messaging.model import Lane
from domain.messaging.wechat import WeChatWork
from domain.register import operations as register

_FAILURES: Final = (ApiError, TokenRefused, NotSent, AnswerLost)
_CUSTOMER: Final = "/cgi-bin/message/custom/send"

log = structlog.get_logger(__name__)


class Say(Protocol):
    """Words.say."""

    def __call__(self, key: str, language: str, **values: object) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """What an account may use, and how it speaks."""

    templates: Templates
    mass: bool  # announcements as mass messages
    page: str  # where our page is; no slash at its end
    language: str  # of those whom we do not know


class Postman:
    """Carries parcels to WeChat."""

    def __init__(
        self, api: Api, *, replies: Replies, pictures: Pictures, say: Say, ways: Ways, commit: Transact,
        now: Callable[[], datetime],
    ) -> None:  # fmt: skip
        self._api = api
        self._replies = replies
        self._pictures = pictures
        self._say = say
        self._ways = ways
        self._commit = commit
        self._now = now
        self._mass = Mass(api, commit=commit, now=now)

    async def carry(self, parcel: Parcel) -> str:
        """Say it; what the platform calls it.

        :raises DeliveryError: with what it means for the row
        """
        link = secrets.token_urlsafe(18)
        letter = await self._commit(lambda work: self._letter(work, parcel, link))
        parts = tuple(pieces(letter))
        try:
            return await self._carry(parcel, parts)
        except _FAILURES as error:
            raise meaning(error) from None

    def _letter(self, work: WeChatWork, parcel: Parcel, link: str) -> str:
        """The words with numbered options; these are what an answer chooses from now."""
        message, chat = parcel.message, parcel.delivery.chat
        language = work.followers.language(chat) or self._ways.language
        lines, options = numbered(message)
        if options or parcel.delivery.lane is Lane.DIALOG:  # a new question, also one without options
            work.followers.offer(chat, options)
        if asks_for(message, "contact"):
            lines.append(plain(self._say("wechat-how-to-bind", language)))
        if asks_for(message, "location"):
            lines.append(plain(self._say("wechat-how-to-locate", language)))
        person = parcel.delivery.person_id
        if person is not None and (len(options) > 1 or message.document):
            register.invite(work=work, person_id=person, token=link, now=self._now())
            lines.append(plain(self._say("wechat-page", language, link=f"{self._ways.page}/i/{link}")))
        return "\n".join([plain(message.text), *lines]).strip()

    async def _carry(self, parcel: Parcel, parts: Sequence[str]) -> str:
        chat = parcel.delivery.chat
        waiting = self._replies.waiting(chat)
        if waiting and parts and await waiting.speak(parts[0]):
            if parts[1:]:
                await self._customer(chat, parts[1:])
            await self._show(parcel)
            return f"reply:{parcel.delivery.id}"
        if await self._customer(chat, parts):
            await self._show(parcel)
            return f"customer:{parcel.delivery.id}"
        return await self._news(parcel, parts)

    async def _customer(self, chat: str, parts: Sequence[str]) -> bool:
        """As customer messages, all or none; False where the chat is closed to them."""
        if not await self._reserve(chat, len(parts)):
            return False
        for part in parts:
            wish = {"touser": chat, "msgtype": "text", "text": {"content": part}}
            if not await self._call(_CUSTOMER, wish, chat):
                return False
        return True

    async def _reserve(self, chat: str, count: int) -> bool:
        return bool(await self._commit(lambda work: work.followers.reserve(chat, count=count, now=self._now())))

    async def _call(self, path: str, wish: Json, chat: str) -> bool:
        """False when WeChat does not let us go this way."""
        try:
            await self._api.call(path, wish)
        except NotSent:
            await self._commit(lambda work: work.followers.refund(chat, now=self._now()))
            raise
        except ApiError as error:
            way = CONSEQUENCES.get(error.code)
            if way not in (Way.CLOSED, Way.BARRED):
                raise
            _note(error.code, path)
            if way is Way.CLOSED:
                await self._commit(lambda work: work.followers.close(chat))
            return False
        return True

    async def _show(self, parcel: Parcel) -> None:
        """The photos as far as they may be shown. The words have arrived: what goes wrong here undoes nothing."""
        chat = parcel.delivery.chat
        for key in parcel.message.photos:
            try:
                media = await self._pictures.lend(key)
                if not await self._reserve(chat, 1):
                    return
                await self._call(_CUSTOMER, {"touser": chat, "msgtype": "image", "image": {"media_id": media}}, chat)
            except (*_FAILURES, DeliveryError, LookupError) as error:
                log.warning("wechat-photo-not-shown", delivery=parcel.delivery.id, kind=type(error).__name__)
                return

    async def _news(self, parcel: Parcel, parts: Sequence[str]) -> str:
        """To somebody who has not written lately: a mass message, a template message, or not here."""
        chat, message = parcel.delivery.chat, parcel.message
        if self._ways.mass and parcel.delivery.lane is Lane.BULK and len(parts) == 1:
            reference = await self._mass.say(chat, parts[0])
            if reference:
                return reference
        template = self._ways.templates.of(parcel)
        if template is None:
            raise DeliveryError("chat closed, and no template", elsewhere=True)
        wish = template.message(message, chat=chat, page=self._ways.page)
        try:
            answer = await self._api.call("/cgi-bin/message/template/send", wish)
        except ApiError as error:
            _note(error.code, "template")
            raise
        return f"template:{answer.get('msgid', '')}"[:64]


def _note(code: int, path: str) -> None:
    """What only the operator can put right is said to the operator."""
    (log.error if code in OURS else log.info)("wechat-refused", path=path, reason=reason_of(code))

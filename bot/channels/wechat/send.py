"""A parcel as WeChat can carry it: in the response that somebody waits for, else as news in whichever way is open."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final, Protocol

import structlog

from bot.channels.base import DeliveryError, Parcel
from bot.channels.wechat.failing import CONSEQUENCES, OURS, Way, meaning, reason_of
from bot.channels.wechat.lending import Lender
from bot.channels.wechat.mass import Mass
from bot.channels.wechat.options import asks_for, numbered
from bot.channels.wechat.replies import Replies
from bot.channels.wechat.templates import Templates
from bot.channels.wechat.text import pieces, plain
from bot.tencent.api import Api
from bot.tencent.http import AnswerLost, ApiError, Json, NotSent
from bot.tencent.tokens import TokenRefused, Transact
from domain.errors import Unavailable
from domain.messaging.model import Lane
from domain.messaging.wechat import Option, WeChatWork
from domain.register.operations import INVITE_LIFE, digest

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


@dataclass(frozen=True, slots=True)
class Letter:
    """A parcel with its numbered lines, what they stand for, and the key to our page."""

    parcel: Parcel
    lines: Sequence[str]
    options: Sequence[Option]
    link: str

    @property
    def has_link(self) -> bool:
        """Is it a list, or something that only a page can show, for somebody whom we know?"""
        known = self.parcel.delivery.person_id is not None
        return known and (len(self.options) > 1 or self.parcel.message.document is not None)


class Postman:
    """Carries parcels to WeChat."""

    def __init__(
        self, api: Api, *, replies: Replies, lender: Lender, say: Say, ways: Ways, commit: Transact,
        now: Callable[[], datetime],
    ) -> None:  # fmt: skip
        self._api = api
        self._replies = replies
        self._lender = lender
        self._say = say
        self._ways = ways
        self._commit = commit
        self._now = now
        self._mass = Mass(api, commit=commit, now=now)

    async def carry(self, parcel: Parcel) -> str:
        """Say it; what the platform calls it.

        :raises DeliveryError: with what it means for the row
        """
        letter = Letter(parcel, *numbered(parcel.message), secrets.token_urlsafe(18))
        try:
            return await self._answered(letter) or await self._told(letter)
        except Unavailable as error:
            raise DeliveryError(f"records unavailable ({error})") from None
        except _FAILURES as error:
            raise meaning(error) from None

    async def _answered(self, letter: Letter) -> str | None:
        """In the response that somebody waits for; None when nobody does, or not any more."""
        parcel, chat = letter.parcel, letter.parcel.delivery.chat
        waiting = self._replies.waiting(chat)
        parts = self._written(letter, waiting.language) if waiting else ()
        if not waiting or not parts:
            return None
        noted = asyncio.ensure_future(self._commit(lambda work: self._note_down(work, letter)))
        await asyncio.sleep(0)  # it is in the queue now: whatever they answer is written after it
        spoken = waiting.open and await waiting.speak(parts[0])
        await noted
        if not spoken:
            return None
        rest = parts[1:]
        if rest and not (await self._reserve(chat, len(rest)) and await self._customer(chat, rest)):
            log.warning("wechat-message-cut", delivery=parcel.delivery.id)
        await self._show(parcel)
        return f"reply:{parcel.delivery.id}"

    async def _told(self, letter: Letter) -> str:
        """As news."""
        parcel, chat = letter.parcel, letter.parcel.delivery.chat
        parts, reserved = await self._commit(lambda work: self._prepared(work, letter))
        if reserved and await self._customer(chat, parts):
            await self._show(parcel)
            return f"customer:{parcel.delivery.id}"
        return await self._news(parcel, parts)

    def _prepared(self, work: WeChatWork, letter: Letter) -> tuple[tuple[str, ...], bool]:
        """The words in messages, and whether so many customer messages were reserved for them: all or none."""
        self._note_down(work, letter)
        parts = self._written(letter, work.followers.language(letter.parcel.delivery.chat))
        return parts, work.followers.reserve(letter.parcel.delivery.chat, count=len(parts), now=self._now())

    def _note_down(self, work: WeChatWork, letter: Letter) -> None:
        """What an answer chooses from now, and who the link lets in."""
        row = letter.parcel.delivery
        if letter.options or row.lane is Lane.DIALOG:  # a new question, also one without options
            work.followers.offer(row.chat, letter.options)
        if letter.has_link and row.person_id is not None:
            work.invites.add(digest(letter.link), person_id=row.person_id, expires_at=self._now() + INVITE_LIFE)

    def _written(self, letter: Letter, language: str | None) -> tuple[str, ...]:
        """The words with their numbered options, in as many messages as they take."""
        say, message, lines = partial(self._say, language=language or self._ways.language), letter.parcel.message, []
        if asks_for(message, "contact"):
            lines.append(say("wechat-how-to-bind"))
        if asks_for(message, "location"):
            lines.append(say("wechat-how-to-locate"))
        if letter.has_link:
            lines.append(say("wechat-page", link=f"{self._ways.page}/i/{letter.link}"))
        return tuple(pieces("\n".join([plain(message.text), *letter.lines, *map(plain, lines)]).strip()))

    async def _customer(self, chat: str, parts: Sequence[str]) -> bool:
        """As customer messages, which are reserved; False where the chat is closed to them after all."""
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
                media = await self._lender.lend(key)
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

"""The door for WeChat's pushes: sealed, fresh, stored first, and answered within a second."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import parse_qsl

import structlog
from starlette.routing import Route
from starlette.types import Receive, Scope, Send
from wechatpy.replies import TextReply

from bot.channels.wechat.receive import NAME, Fields, body_of, chat_of, key_of, may_choose, not_shown, opens
from bot.channels.wechat.replies import Replies, Reply
from bot.channels.wechat.text import harmless, speakable
from bot.tencent.door import Refused, answer, read_body
from bot.tencent.seal import UNREADABLE, NotGenuine, Seal, fields_of
from bot.tencent.tokens import Transact
from domain.errors import Unavailable
from domain.messaging.model import Received
from domain.messaging.tencent import Picture
from domain.messaging.wechat import WeChatWork

PATH: Final = "/wechat/callback"
NOTHING_TO_SAY: Final = "success"
_LOOK: Final = 0.1  # seconds between looks whether anything will be said
_NONCES_LIVE: Final = timedelta(minutes=15)  # three times as long as a push is fresh

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Push:
    """One push that was found genuine."""

    fields: Fields
    nonce: str
    chat: str
    key: str
    picture: str | None  # our own name for what is still to be fetched

    @classmethod
    def of(cls, xml: str, *, nonce: str) -> Push:
        """:raises Refused: not what WeChat sends"""
        try:
            return cls._of(fields_of(speakable(xml)), nonce)
        except UNREADABLE as error:
            log.warning("wechat-callback-unreadable", kind=type(error).__name__)
            raise Refused(400) from None

    @classmethod
    def _of(cls, fields: Fields, nonce: str) -> Push:
        picture = secrets.token_urlsafe(18) if fields["MsgType"] == "image" and fields["MediaId"] else None
        return cls(fields=fields, nonce=nonce, chat=chat_of(fields), key=key_of(fields), picture=picture)


class Doorman:
    """Verifies, stores, and gives what is said in the chat within *patience* as the response; else "one moment"."""

    def __init__(
        self,
        seal: Seal,
        *,
        replies: Replies,
        commit: Transact,
        read: Transact,
        one_moment: Callable[[str | None], str],
        arrived: Callable[[], None],
        now: Callable[[], datetime],
        patience: float = 0.8,
    ) -> None:
        """*one_moment* says so in a language, or in ours; *arrived* is called when a picture waits to be fetched."""
        self._seal = seal
        self._replies = replies
        self._commit = commit
        self._read = read
        self._one_moment = one_moment
        self._arrived = arrived
        self._now = now
        self._patience = patience
        self._swept = now()
        self._watching: asyncio.Task[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            query = _query(scope)
            self._seal.check(query["signature"], query["timestamp"], query["nonce"], now=self._now())
            if scope["method"] == "GET":
                await answer(send, query["echostr"])
            else:
                await self._take(query, await read_body(scope, receive), send)
        except Refused as refused:
            await answer(send, status=refused.status)
        except NotGenuine as error:
            log.warning("wechat-callback-refused", reason=str(error))
            await answer(send, status=403)
        except Unavailable as error:  # WeChat comes again
            log.error("wechat-update-not-stored", reason=str(error))  # noqa: TRY400 - no bug
            await answer(send, status=503)
        except Exception:  # so it does here, and finds what was kept
            log.exception("wechat-callback-failed")
            await answer(send, status=503)

    async def _take(self, query: Mapping[str, str], body: bytes, send: Send) -> None:
        push = Push.of(self._seal.unseal(query, body, now=self._now()), nonce=query["nonce"])
        if why := not_shown(push.fields):
            log.warning("wechat-message-not-shown", reason=why)
        if repeated := self._replies.repeated(push.key):
            await self._say(send, push, await asyncio.shield(repeated))
            return
        reply = self._replies.begin(push.chat, push.key)
        try:
            await self._store(push, reply)
            self._watch()
            words = await self._words(push, reply)
        except BaseException as error:
            self._replies.failed(push.chat, push.key, reply, error)
            raise
        self._replies.answered(push.chat, push.key, reply, words)
        try:
            await self._say(send, push, words)
        except BaseException:
            reply.end(written=False)
            raise
        reply.end(written=True)

    async def _store(self, push: Push, reply: Reply) -> None:
        """On disk when it returns; a repetition changes nothing.

        :raises NotGenuine: its nonce came before with another update
        """
        new, language = await self._commit(lambda work: self._keep(work, push))
        self._replies.stored(reply, language=language)
        if new and push.picture:
            self._arrived()

    def _keep(self, work: WeChatWork, push: Push) -> tuple[bool, str | None]:
        now = self._now()
        if not work.nonces.add(NAME, push.nonce, key=push.key, now=now):
            raise NotGenuine("nonce")
        if now - self._swept > _NONCES_LIVE:
            self._swept = now
            work.nonces.purge(before=now - _NONCES_LIVE)
        offered, language = work.followers.recall(push.chat)
        body = body_of(push.fields, options=offered if may_choose(push.fields) else (), picture=push.picture)
        received = Received(channel=NAME, key=push.key, chat=push.chat, body=body, received_at=now)
        if not work.inbox.add(received):
            return False, language
        event = opens(push.fields)
        if event is not None:
            work.followers.spoke(push.chat, event=event, now=now)
        if push.picture:
            work.pictures.expect(NAME, Picture(ref=push.picture, media_id=push.fields["MediaId"]), now=now)
        return True, language

    async def _words(self, push: Push, reply: Reply) -> str | None:
        """What is said in the chat now; None where nothing will be."""
        await asyncio.wait((reply.words,), timeout=self._patience)
        return reply.words.result() if reply.words.done() else self._one_moment(reply.language)

    def _watch(self) -> None:
        """One look for all who wait, ten times a second: many updates are handled without a word."""
        if self._watching is None or self._watching.done():
            self._watching = asyncio.create_task(self._look())

    async def _look(self) -> None:
        while self._replies:
            await asyncio.sleep(_LOOK)
            if patient := self._replies.patient(_LOOK):
                await self._dismiss(patient)

    async def _dismiss(self, patient: Mapping[str, tuple[str, Reply]]) -> None:
        """Those to whom nothing will be said any more."""
        chats = {key: chat for key, (chat, _) in patient.items()}
        try:
            awaited = await self._read(lambda work: work.followers.awaiting(chats))
        except Unavailable as error:  # they are told "one moment"
            log.warning("records-unavailable", reason=str(error))
            return
        for key, (_, reply) in patient.items():
            if key not in awaited:
                reply.give_up()

    async def _say(self, send: Send, push: Push, words: str | None) -> None:
        if words is None:
            await answer(send, NOTHING_TO_SAY)
            return
        stamp = int(self._now().timestamp())
        said = TextReply(
            source=push.fields["ToUserName"], target=push.chat, time=stamp, content=harmless(words)
        ).render()
        sealed = self._seal.seal(said, timestamp=str(stamp), nonce=push.nonce)
        await answer(send, sealed, kind=b"text/xml; charset=utf-8")


def _query(scope: Scope) -> dict[str, str]:
    """:raises Refused: too many fields, or not UTF-8"""
    try:
        pairs = parse_qsl(scope["query_string"].decode("ascii"), max_num_fields=20, errors="strict")
    except ValueError:
        raise Refused(400) from None
    return {"signature": "", "timestamp": "", "nonce": "", "echostr": "", **dict(pairs)}


def callback_route(doorman: Doorman) -> Route:
    """GET and POST /wechat/callback."""
    endpoint: Callable[[Scope, Receive, Send], Awaitable[None]] = doorman
    return Route(PATH, endpoint, methods=["GET", "POST"])

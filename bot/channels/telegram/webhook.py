"""The door for Telegram's pushes: a plain ASGI endpoint, because every message comes through it."""

from __future__ import annotations

import asyncio
import hmac
import re
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Final

import stamina
import structlog
from starlette.routing import Route
from starlette.types import Message, Receive, Scope, Send
from telegram.error import BadRequest, TelegramError

from bot.channels.telegram.api import SealedBot
from bot.channels.telegram.failing import meaning
from bot.channels.telegram.receive import ALLOWED_UPDATES, received_body
from domain.errors import Unavailable
from domain.messaging.model import Received

PATH: Final = "/telegram/webhook"
LARGEST_BODY: Final = 1024 * 1024
_HEADER: Final = b"x-telegram-bot-api-secret-token"
_SECRET: Final = re.compile(r"[A-Za-z0-9_-]{16,256}")
_CONNECTIONS: Final = 40

Store = Callable[[Received], Awaitable[object]]

log = structlog.get_logger(__name__)


class Refused(Exception):
    """A request that is answered with *status* and leaves nothing behind."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Doorman:
    """Lets in what carries the secret, stores it, and only then says 200.

    What is no JSON object is answered with 400: it cannot come from Telegram, which would push it again for a day.
    When the update cannot be stored the answer is 503: Telegram keeps it and comes again after *again*.
    """

    def __init__(
        self,
        secret: str,
        store: Store,
        *,
        now: Callable[[], datetime],
        again: timedelta = timedelta(seconds=5),
        patience: timedelta = timedelta(seconds=10),
    ) -> None:
        if not _SECRET.fullmatch(secret):
            raise ValueError("the webhook secret must be 16 to 256 of A-Z a-z 0-9 _ -")
        self._secret = secret.encode()
        self._store = store
        self._now = now
        self._again = str(max(1, int(again.total_seconds()))).encode()
        self._patience = patience.total_seconds()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            self._check(scope)
            update = received_body(await self._body(receive), now=self._now())
        except Refused as refused:
            await _answer(send, refused.status)
            return
        except ValueError:
            log.warning("telegram-webhook-unreadable")
            await _answer(send, 400)
            return
        if not await self._stored(update):
            await _answer(send, 503, (b"retry-after", self._again))
            return
        await send(_STORED)
        await send(_EMPTY)

    async def _stored(self, update: Received) -> bool:
        """Whatever goes wrong here, Telegram must keep what we could not."""
        try:
            await self._store(update)
        except Unavailable as error:
            log.error("telegram-update-not-stored", key=update.key, reason=str(error))  # noqa: TRY400 - no bug
            return False
        except Exception:
            log.exception("telegram-update-not-stored", key=update.key)
            return False
        return True

    def _check(self, scope: Scope) -> None:
        """:raises Refused: without the secret (nothing is read then), or when a larger body is announced"""
        headers = dict(scope["headers"])
        if not hmac.compare_digest(headers.get(_HEADER, b""), self._secret):
            log.warning("telegram-webhook-refused")
            raise Refused(403)
        announced = headers.get(b"content-length", b"0")
        if not announced.isdigit() or int(announced) > LARGEST_BODY:
            raise Refused(413)

    async def _body(self, receive: Receive) -> bytes:
        """:raises Refused: when it grows too large, comes too slowly, or ends half-way"""
        parts: list[bytes] = []
        size = 0
        try:
            async with asyncio.timeout(self._patience):
                while True:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        raise Refused(400)
                    part = message.get("body", b"")
                    size += len(part)
                    if size > LARGEST_BODY:
                        raise Refused(413)
                    parts.append(part)
                    if not message.get("more_body", False):
                        return b"".join(parts)
        except TimeoutError:
            raise Refused(408) from None


_STORED: Final[Message] = {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]}
_EMPTY: Final[Message] = {"type": "http.response.body", "body": b""}


async def _answer(send: Send, status: int, *headers: tuple[bytes, bytes]) -> None:
    """A refusal; the connection is not kept, because the rest of the body may still be under way."""
    around = [(b"content-length", b"0"), (b"connection", b"close"), *headers]
    await send({"type": "http.response.start", "status": status, "headers": around})
    await send({"type": "http.response.body", "body": b""})


def webhook_route(secret: str, store: Store, *, now: Callable[[], datetime]) -> Route:
    """POST /telegram/webhook. *store* commits before it returns; what it knows already is nothing to it.

    :raises ValueError: for a secret that Telegram would not take, or that could be guessed
    """
    return Route(PATH, Doorman(secret, store, now=now), methods=["POST"])


async def set_webhook(bot: SealedBot, url: str, *, secret: str) -> None:
    """Tell Telegram where to push, as often as it takes until it has heard.

    :raises DeliveryError: when it refuses the address or the token
    """

    def again(error: Exception) -> bool | timedelta:
        if not isinstance(error, TelegramError) or isinstance(error, BadRequest) or meaning(error).paused:
            return False
        log.warning("telegram-webhook-not-set", reason=meaning(error).reason)
        return meaning(error).retry_after or True

    try:
        async for attempt in stamina.retry_context(on=again, attempts=None, timeout=None, wait_max=60.0):
            with attempt:
                await bot.call(
                    "setWebhook",
                    url=url,
                    secret_token=secret,
                    max_connections=_CONNECTIONS,
                    allowed_updates=ALLOWED_UPDATES,
                )
    except TelegramError as error:
        failure = meaning(error)
    else:
        return
    raise failure

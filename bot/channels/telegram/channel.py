"""The Telegram channel as the rest of the program sees it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

import orjson
import stamina
import structlog
from telegram.error import EndPointNotFound, InvalidToken, TelegramError
from telegram.helpers import create_deep_linked_url

from bot.channels.base import Allowance, Incoming, Parcel
from bot.channels.telegram.api import SealedBot, quieten
from bot.channels.telegram.commands import Say, set_commands
from bot.channels.telegram.failing import meaning
from bot.channels.telegram.message import DOCUMENT
from bot.channels.telegram.pace import Limits
from bot.channels.telegram.pictures import FetchElsewhere
from bot.channels.telegram.reading import NAME, Me
from bot.channels.telegram.receive import parse
from bot.channels.telegram.send import Postman
from domain.messaging.model import Delivery

log = structlog.get_logger(__name__)


class TelegramChannel:
    """Keeps bot.channels.base.Channel. *fetch_elsewhere* gives the bytes of another channel's photo.

    Between start() and stop() it can send; receiving is Polling's or the webhook's, into the inbox.
    """

    name = NAME

    def __init__(
        self, bot: SealedBot, *, say: Say, fetch_elsewhere: FetchElsewhere, limits: Limits | None = None
    ) -> None:
        self._bot = bot
        self._limits = limits or Limits()
        self._say = say
        self._me = Me(bot.number)
        self._known = asyncio.Event()
        self._introduction: asyncio.Task[None] | None = None
        paid = bool(self._limits.paid_per_second)
        self._postman = Postman(bot, fetch=self.fetch, fetch_elsewhere=fetch_elsewhere, paid=paid)

    @property
    def pace(self) -> Allowance | None:
        """All chats together."""
        return self._limits.account

    def allowances(self, delivery: Delivery) -> Sequence[Allowance]:
        """What a delivery counts against in its own chat."""
        return self._limits.of(delivery)

    @property
    def username(self) -> str | None:
        """What people write after the @; None until Telegram has told it."""
        return self._me.username

    @property
    def link(self) -> str | None:
        """The address of the private chat, for links with "?start=…"; None until Telegram was reached."""
        return None if self.username is None else create_deep_linked_url(self.username)

    async def start(self, *, staff_chats: Iterable[str] = (), patience: timedelta = timedelta(seconds=5)) -> None:
        """Learn the own name and offer the commands; when Telegram is out of reach for *patience*, go on trying behind.

        :raises DeliveryError: when Telegram refuses the token
        """
        quieten()
        self._introduction = asyncio.create_task(self._introduce(tuple(staff_chats)), name="telegram-introduction")
        known = asyncio.create_task(self._known.wait())
        seconds = patience.total_seconds()
        await asyncio.wait((self._introduction, known), timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        known.cancel()
        if self._introduction.done():
            self._introduction.result()

    async def stop(self) -> None:
        """Close the connections; to be called after the sender and the poller have ended."""
        if self._introduction is not None:
            self._introduction.cancel()
            await asyncio.gather(self._introduction, return_exceptions=True)
        await self._bot.shutdown()

    def parse(self, body: Any) -> Incoming | None:
        """One stored update, as JSON or already as data.

        :raises Exception: for what Telegram would not send
        """
        update: Mapping[str, Any] = orjson.loads(body) if isinstance(body, str | bytes) else body
        return parse(update, self._me)

    async def send(self, parcel: Parcel) -> str | None:
        """Do what the parcel says; the id of the message that carries its buttons, if there is a new one.

        :raises DeliveryError: with what it means for the row
        """
        return await self._postman.carry(parcel)

    async def fetch(self, ref: str) -> bytes:
        """A photo's bytes.

        :raises DeliveryError: permanent when Telegram has it no more, otherwise worth another try
        """
        try:
            file = await self._bot.get_file(ref.removeprefix(DOCUMENT))
            return bytes(await file.download_as_bytearray())
        except TelegramError as error:
            failure = meaning(error, repeatable=True)
        raise failure

    async def _introduce(self, staff_chats: tuple[str, ...]) -> None:
        """:raises DeliveryError: when Telegram refuses the token; its own exception would show it"""
        try:
            async for attempt in stamina.retry_context(on=_again, attempts=None, timeout=None, wait_max=60.0):
                with attempt:
                    await self._bot.initialize()
            self._me = Me(self._bot.number, self._bot.username)
            self._known.set()
            async for attempt in stamina.retry_context(on=_again, attempts=None, timeout=None, wait_max=60.0):
                with attempt:
                    await set_commands(self._bot, self._say, staff_chats=staff_chats)
        except TelegramError as error:
            failure = meaning(error)
        else:
            return
        log.error("telegram-refused-us", reason=failure.reason)
        raise failure


def _again(error: BaseException) -> bool | timedelta:
    """Wait for Telegram to be reachable, as long as it takes; what it refuses is refused."""
    if not isinstance(error, TelegramError) or isinstance(error, InvalidToken | EndPointNotFound):
        return False
    meant = meaning(error)
    return meant.retry_after or not meant.permanent

"""The Bot API as the rest of this folder calls it: python-telegram-bot's Bot with raw answers and a sealed token."""

from __future__ import annotations

import asyncio
import logging
import os
from typing import Any

from telegram import Bot
from telegram.request import BaseRequest

from bot.channels.telegram.request import AiohttpRequest

# The type of BaseRequest's "as configured" is private to python-telegram-bot.
from telegram._utils.defaultvalue import DefaultValue  # isort: skip

TELEGRAM = "https://api.telegram.org"

# At INFO and below they write addresses (with the token) and parameters (with phone numbers).
_TALKATIVE = ("telegram", "httpx", "httpcore", "aiohttp")


class SealedBot(Bot):
    """A Bot that does not show its token, and that gives Telegram's answers as they came.

    Building python-telegram-bot's objects from every answer costs more than everything else that sending a message
    takes here, and all that we want of an answer is a message's number.
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return f"SealedBot({self.number})"

    __str__ = __repr__

    @property
    def number(self) -> int:
        """The bot's own user id: the public part of its token."""
        return int(self.token.partition(":")[0])

    async def call(
        self, method: str, *, read_timeout: float | DefaultValue[None] = BaseRequest.DEFAULT_NONE, **parameters: Any
    ) -> Any:
        """Call a method by the Bot API's name for it and give its plain result; what is None is left out.

        :raises TelegramError: as python-telegram-bot's own methods do
        """
        return await self._post(method, parameters, read_timeout=read_timeout)

    async def shutdown(self) -> None:
        """Close all connections, also those of a start that was cancelled half-way, of which the base knows nothing."""
        await super().shutdown()
        await asyncio.gather(*(request.shutdown() for request in self._request))


def make_bot(token: str, api_url: str = TELEGRAM) -> SealedBot:
    """A bot on the Bot API server at *api_url*; polling has a connection of its own, so that it never waits in line."""
    # python-telegram-bot's announced future behaviour: RetryAfter is a timedelta. Without it each 429 is a warning.
    os.environ.setdefault("PTB_TIMEDELTA", "true")
    address = api_url.rstrip("/")
    return SealedBot(
        token,
        base_url=f"{address}/bot",
        base_file_url=f"{address}/file/bot",
        request=AiohttpRequest(),
        get_updates_request=AiohttpRequest(connection_pool_size=2),
    )


def quieten() -> None:
    """Let the libraries' loggers speak of warnings only, whatever the level of the rest is."""
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)

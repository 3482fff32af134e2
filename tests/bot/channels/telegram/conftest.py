"""A Telegram channel that talks to the double, and parcels for it."""

from collections.abc import AsyncIterator

import pytest

from bot.channels.telegram.api import SealedBot, make_bot
from bot.channels.telegram.channel import TelegramChannel
from tests.bot.channels.telegram.samples import fetch_elsewhere, say
from tests.botapi import BotApi


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    async with BotApi(webhook_pause=0.01) as double:
        yield double


@pytest.fixture
async def bot(api: BotApi) -> AsyncIterator[SealedBot]:
    async with make_bot(api.token, api.url) as sealed:
        yield sealed


@pytest.fixture
async def channel(api: BotApi) -> AsyncIterator[TelegramChannel]:
    made = TelegramChannel(make_bot(api.token, api.url), say=say, fetch_elsewhere=fetch_elsewhere)
    await made.start()
    yield made
    await made.stop()

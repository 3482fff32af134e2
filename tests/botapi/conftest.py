"""The double, and python-telegram-bot's own Bot talking to it through our request class."""

from collections.abc import AsyncIterator

import pytest
from telegram import Bot

from bot.channels.telegram.request import AiohttpRequest
from tests.botapi import BotApi
from tests.botapi.receiver import Receiver


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    async with BotApi(webhook_pause=0.01) as double:
        yield double


@pytest.fixture
async def bot(api: BotApi) -> AsyncIterator[Bot]:
    async with ptb(api) as client:
        yield client


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with Receiver() as webhook:
        yield webhook


def ptb(api: BotApi, token: str | None = None) -> Bot:
    return Bot(
        token or api.token,
        base_url=api.base_url,
        base_file_url=api.base_file_url,
        request=AiohttpRequest(),
        get_updates_request=AiohttpRequest(),
    )

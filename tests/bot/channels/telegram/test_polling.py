"""Updates are stored before they are confirmed, and nothing ends the poller but its cancellation."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from bot.channels.telegram.api import SealedBot, make_bot
from bot.channels.telegram.polling import Polling
from domain.errors import Unavailable
from domain.messaging.model import Received
from tests.bot.channels.telegram.samples import NOW, OWNER
from tests.botapi import BotApi


class Inbox:
    """Keeps what was committed; each of *failures* fails one commit."""

    def __init__(self, api: BotApi, *failures: Exception) -> None:
        self.api = api
        self.failures = list(failures)
        self.offered: list[list[str]] = []
        self.rows: dict[str, Received] = {}

    async def store(self, batch: Sequence[Received]) -> None:
        self.offered.append([row.key for row in batch])
        if self.failures:
            raise self.failures.pop(0)
        self.rows.update({row.key: row for row in batch})
        self.api.world.pulse.beat()

    async def has(self, number: int) -> None:
        await self.api.wait_for(lambda: len(self.rows) == number, what=f"{number} rows in the inbox")


@asynccontextmanager
async def polling(bot: SealedBot, inbox: Inbox) -> AsyncIterator["asyncio.Task[None]"]:
    """A poller at work, without long pauses."""
    pause = timedelta(milliseconds=1)
    poller = Polling(bot, inbox.store, now=lambda: NOW, first_pause=pause, longest_pause=5 * pause)
    task = asyncio.create_task(poller.run())
    try:
        yield task
    finally:
        task.cancel()
        async with asyncio.timeout(1):  # it ends promptly, whatever it is doing
            with suppress(asyncio.CancelledError):
                await task


async def test_updates_reach_the_inbox_in_order_and_are_confirmed(api: BotApi, bot: SealedBot) -> None:
    inbox = Inbox(api)
    owner = api.user(OWNER)
    await owner.starts()
    await owner.says("漏水")
    async with polling(bot, inbox):
        await inbox.has(2)
        await api.wait_for(lambda: not api.updates.pending)
    assert [row.chat for row in inbox.rows.values()] == [str(OWNER)] * 2
    assert "漏水" in list(inbox.rows.values())[1].body


async def test_an_update_is_confirmed_only_after_it_was_committed(api: BotApi, bot: SealedBot) -> None:
    inbox = Inbox(api, Unavailable("disk full"), OSError("what nobody thought of"))
    await api.user(OWNER).says("漏水")
    async with polling(bot, inbox):
        await inbox.has(1)
        assert inbox.offered == [inbox.offered[0]] * 3
        await api.wait_for(lambda: not api.updates.pending)


async def test_a_poller_that_dies_before_the_commit_loses_nothing(api: BotApi, bot: SealedBot) -> None:
    reached = asyncio.Event()

    async def hang(_: Sequence[Received]) -> None:
        reached.set()
        await asyncio.Event().wait()

    await api.user(OWNER).says("漏水")
    first = asyncio.create_task(Polling(bot, hang, now=lambda: NOW).run())
    await reached.wait()
    first.cancel()
    with suppress(asyncio.CancelledError):
        await first
    assert len(api.updates.pending) == 1
    inbox = Inbox(api)
    async with polling(bot, inbox):
        await inbox.has(1)


async def test_updates_that_nobody_can_parse_stall_nothing(api: BotApi, bot: SealedBot) -> None:
    inbox = Inbox(api)
    owner = api.user(OWNER)
    for number in range(150):
        if number % 10 == 3:
            api.push({"message": {"chat": "nowhere", "text": {"phone_number": number}}})
        else:
            await owner.says(f"第{number}")
    async with polling(bot, inbox):
        await inbox.has(150)
        await api.wait_for(lambda: not api.updates.pending)


async def test_it_asks_for_the_kinds_of_updates_that_are_read(api: BotApi, bot: SealedBot) -> None:
    async with polling(bot, Inbox(api)):
        await api.wait_for(lambda: api.calls_of("getUpdates"))
    assert api.updates.allowed == ["message", "callback_query", "my_chat_member", "chat_member"]


async def test_a_webhook_of_former_days_is_removed_and_what_waits_is_kept(api: BotApi, bot: SealedBot) -> None:
    await bot.set_webhook("http://127.0.0.1:9/telegram/webhook")
    await api.user(OWNER).says("漏水")
    inbox = Inbox(api)
    async with polling(bot, inbox):
        await inbox.has(1)


async def test_whatever_goes_wrong_on_the_way_it_goes_on(api: BotApi, bot: SealedBot) -> None:
    inbox = Inbox(api)
    for status in (500, 502, 504, 401, 404, 403, 400):
        api.fail(method="getUpdates", status=status)
    api.lose_answers(method="getUpdates")
    await api.user(OWNER).says("漏水")
    with capture_logs() as lines:
        async with polling(bot, inbox):
            await inbox.has(1)
            await api.wait_for(lambda: not api.updates.pending)
    assert "telegram-polling-recovered" in [line["event"] for line in lines]
    assert not [line for line in lines if api.token in str(line)]


async def test_a_server_that_went_away_is_found_again(api: BotApi, bot: SealedBot) -> None:
    inbox = Inbox(api)
    async with polling(bot, inbox):
        await api.wait_for(lambda: api.calls_of("getUpdates"))
        await api.refuse_connections()
        await api.accept_connections()
        await api.user(OWNER).says("漏水")
        await inbox.has(1)


async def test_a_second_poller_is_named_once_and_waited_for(api: BotApi, bot: SealedBot) -> None:
    conflict = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
    api.fail(method="getUpdates", status=409, description=conflict, times=5)
    inbox = Inbox(api)
    await api.user(OWNER).says("漏水")
    with capture_logs() as lines:
        async with polling(bot, inbox):
            await inbox.has(1)
    named = [line for line in lines if line["event"] == "telegram-polling-failed"]
    assert [line["reason"] for line in named] == ["another process fetches this bot's updates; only one may"]


async def test_a_wait_that_telegram_asks_for_is_kept(api: BotApi, bot: SealedBot) -> None:
    api.fail(method="getUpdates", status=429, retry_after=1)
    async with polling(bot, Inbox(api)):
        await api.wait_for(lambda: len(api.calls_of("getUpdates")) == 2)
    first, second = api.calls_of("getUpdates")
    assert second.arrived - first.arrived >= 1


@pytest.mark.parametrize("method", ("deleteWebhook", "getUpdates"))
async def test_it_is_cancelled_within_a_second_even_while_the_server_is_silent(api: BotApi, method: str) -> None:
    api.delay(5, method=method)
    async with make_bot(api.token, api.url) as bot, polling(bot, Inbox(api)):
        await api.wait_for(lambda: api.calls_of(method))

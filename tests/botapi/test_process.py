"""The double as a process of its own, steered over /control."""

import asyncio
import time
from collections.abc import AsyncIterator

import aiohttp
import pytest
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import InvalidToken, NetworkError, RetryAfter

from bot.channels.telegram.request import AiohttpRequest, NotSent
from tests.botapi.client import RemoteBotApi, botapi_process
from tests.botapi.receiver import Receiver

OWNER = 5001


@pytest.fixture
async def remote() -> AsyncIterator[RemoteBotApi]:
    async with botapi_process("--webhook-pause", "0.01") as double:
        yield double


@pytest.fixture
async def bot(remote: RemoteBotApi) -> AsyncIterator[Bot]:
    request = AiohttpRequest()
    async with Bot(
        remote.token, base_url=f"{remote.url}/bot", request=request, get_updates_request=AiohttpRequest()
    ) as b:
        yield b


def message(number: int, text: str = "漏水") -> dict[str, object]:
    person = {"id": number, "is_bot": False, "first_name": "业主"}
    chat = {"id": number, "type": "private", "first_name": "业主"}
    return {"message": {"message_id": 1, "date": 1_790_000_000, "chat": chat, "from": person, "text": text}}


async def test_ten_thousand_updates_are_pushed_at_once_and_answered(remote: RemoteBotApi, bot: Bot) -> None:
    assert await remote.do("push", updates=[message(number) for number in range(1, 10_001)]) == {"waiting": 10_000}
    (update, *_) = await bot.get_updates()
    assert update.effective_chat is not None
    await bot.send_message(update.effective_chat.id, "收到")
    assert [each["text"] for each in await remote.do("messages", chat=1)] == ["漏水", "收到"]
    counters = await remote.do("counters")
    assert (counters["pending"], counters["calls"]["sendMessage"]) == (10_000, 1)


async def test_the_quiet_mode_keeps_who_was_written_to_and_when(remote: RemoteBotApi, bot: Bot) -> None:
    await remote.do("quiet")
    before = time.monotonic()
    sent = await bot.send_message(4711, "x")
    assert await bot.edit_message_text("y", 4711, sent.message_id)
    assert await bot.answer_callback_query("any")
    await remote.do("wait", method="sendMessage", count=1, timeout=5)
    (first, second) = await remote.do("arrivals")
    assert (first[0], first[2], second[2]) == (4711, "sendMessage", "editMessageText")
    assert before < first[1] < time.monotonic()


@pytest.mark.parametrize("encoding", ("json", "urlencoded", "multipart"))
async def test_the_quiet_mode_finds_the_chat_in_every_encoding(remote: RemoteBotApi, encoding: str) -> None:
    await remote.do("quiet")
    form = aiohttp.FormData(default_to_multipart=encoding == "multipart")
    form.add_field("chat_id", "-100123")
    form.add_field("text", "chat_id=5")
    body = {"json": {"chat_id": -100123, "text": "x"}} if encoding == "json" else {"data": form}
    async with remote.session.post(f"{remote.url}/bot{remote.token}/sendMessage", **body) as answer:
        assert (await answer.json())["result"]["chat"]["id"] == -100123


async def test_updates_go_to_the_webhook_and_their_times_are_kept(
    remote: RemoteBotApi, bot: Bot, receiver: Receiver
) -> None:
    await bot.set_webhook(receiver.url)
    await remote.do("push", updates=[message(number) for number in range(1, 51)])
    counters = await remote.do("wait", updates="confirmed", count=50, timeout=10)
    assert (counters["pending"], len(receiver.got)) == (0, 50)
    assert len(await remote.do("deliveries")) == 50
    await remote.do("forget")
    assert (await remote.do("counters"))["updates"] == {}


async def test_faults_limits_and_the_token_are_set_from_outside(remote: RemoteBotApi, bot: Bot) -> None:
    await remote.do("people", users=[{"id": OWNER, "started": True}], groups=[{"id": -5, "title": "群"}])
    await remote.do("fault", kind="refuse", method="sendMessage", status=502)
    with pytest.raises(NetworkError, match="Bad Gateway"):
        await bot.send_message(OWNER, "x")
    await remote.do("limits")
    await bot.send_message(OWNER, "x")
    with pytest.raises(RetryAfter):
        await bot.send_message(OWNER, "x")
    await remote.do("limits", off=True)
    await remote.do("token")
    with pytest.raises(InvalidToken):
        await bot.send_message(OWNER, "x")
    await remote.do("token", accept=None)
    await bot.send_message(OWNER, "x")
    statuses = [call["status"] for call in await remote.do("calls", method="sendMessage")]
    assert statuses == [502, 200, 429, 200]  # What came with a wrong token is nobody's call.


async def test_people_are_played_from_outside(remote: RemoteBotApi, bot: Bot) -> None:
    await remote.do("people", users=[{"id": OWNER}], groups=[{"id": -5, "title": "群"}])
    await remote.do("says", user=OWNER, text="漏水")
    await remote.do("says", user=OWNER, text="大家好", chat=-5)
    button = InlineKeyboardButton("我来", callback_data="claim")
    await bot.send_message(OWNER, "工单", reply_markup=InlineKeyboardMarkup.from_button(button))
    card = (await remote.do("messages", chat=OWNER))[-1]
    await remote.do("presses", user=OWNER, message=card, button="我来")
    await remote.do("blocks", user=OWNER)
    new = (await remote.do("migrate", chat=-5))["chat"]
    said, group, press, block, moved, _ = await bot.get_updates()
    assert said.message is not None
    assert said.message.text == "漏水"
    assert group.effective_chat is not None
    assert group.effective_chat.id == -5
    assert press.callback_query is not None
    assert press.callback_query.data == "claim"
    assert block.my_chat_member is not None
    assert moved.message is not None
    assert moved.message.migrate_to_chat_id == new


async def test_the_server_goes_away_and_comes_back(remote: RemoteBotApi, bot: Bot) -> None:
    await remote.do("away", seconds=0.3)
    outcomes = [await attempt(bot)]
    async with asyncio.timeout(10):
        while outcomes[-1] or not any(outcomes):
            outcomes.append(await attempt(bot))
    assert NotSent in outcomes


async def attempt(bot: Bot) -> type[NetworkError] | None:
    """How getMe failed, or None."""
    try:
        await bot.get_me()
    except NetworkError as error:
        return type(error)
    return None


async def test_a_wrong_command_is_explained(remote: RemoteBotApi) -> None:
    with pytest.raises(AssertionError, match="no such command"):
        await remote.do("explode")
    with pytest.raises(AssertionError, match="KeyError"):
        await remote.do("messages")
    with pytest.raises(AssertionError, match="in vain for 3 calls of sendMessage"):
        await remote.do("wait", method="sendMessage", count=3, timeout=0.01)

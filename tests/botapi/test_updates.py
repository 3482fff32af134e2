"""How updates reach the bot: by long polling, and by webhook."""

import asyncio
import time

import pytest
from telegram import Bot, Update
from telegram.error import BadRequest, Conflict

from tests.botapi import BotApi
from tests.botapi.conftest import ptb
from tests.botapi.receiver import Receiver

OWNER = 5001
NEIGHBOUR = 5002


async def test_a_poller_that_waits_gets_what_is_said(api: BotApi, bot: Bot) -> None:
    polling = asyncio.create_task(bot.get_updates(timeout=30))
    await api.wait_for(lambda: api.calls_of("getUpdates"))
    await api.user(OWNER).says("厨房漏水")
    (update,) = await polling
    assert update.message is not None
    assert (update.message.text, update.message.from_user and update.message.from_user.id) == ("厨房漏水", OWNER)


async def test_updates_come_again_until_the_offset_confirms_them(api: BotApi, bot: Bot) -> None:
    owner = api.user(OWNER)
    for text in ("一", "二", "三"):
        await owner.says(text)
    first = await bot.get_updates(limit=2)
    assert [update.update_id for update in await bot.get_updates(limit=2)] == [update.update_id for update in first]
    rest = await bot.get_updates(offset=first[-1].update_id + 1)
    assert [update.message and update.message.text for update in rest] == ["三"]
    assert await bot.get_updates(offset=rest[-1].update_id + 1) == ()
    assert (await bot.get_webhook_info()).pending_update_count == 0


async def test_a_negative_offset_keeps_only_the_last(api: BotApi, bot: Bot) -> None:
    for text in ("一", "二", "三"):
        await api.user(OWNER).says(text)
    assert [update.message and update.message.text for update in await bot.get_updates(offset=-1)] == ["三"]


async def test_only_wanted_kinds_come(api: BotApi, bot: Bot) -> None:
    owner = api.user(OWNER)
    await bot.get_updates(allowed_updates=["callback_query", "my_chat_member"])
    await owner.says("x")
    await owner.blocks()
    (update,) = await bot.get_updates()
    assert update.my_chat_member is not None
    assert update.my_chat_member.new_chat_member.status == "kicked"


async def test_of_two_pollers_the_one_that_waits_is_told_of_the_conflict(api: BotApi, bot: Bot) -> None:
    waiting = asyncio.create_task(bot.get_updates(timeout=30))
    await api.wait_for(lambda: api.calls_of("getUpdates"))
    async with ptb(api) as second:
        assert await second.get_updates() == ()
    with pytest.raises(Conflict, match="terminated by other getUpdates request"):
        await waiting


async def test_polling_conflicts_with_a_webhook(api: BotApi, bot: Bot, receiver: Receiver) -> None:
    waiting = asyncio.create_task(bot.get_updates(timeout=30))
    await api.wait_for(lambda: api.calls_of("getUpdates"))
    await bot.set_webhook(receiver.url)
    with pytest.raises(Conflict, match="terminated by setWebhook request"):
        await waiting
    with pytest.raises(Conflict, match="can't use getUpdates method while webhook is active"):
        await bot.get_updates()
    await bot.delete_webhook()
    assert await bot.get_updates() == ()


async def test_the_same_update_can_come_many_times(api: BotApi, bot: Bot) -> None:
    api.push({"message": {"message_id": 1, "date": 1, "chat": {"id": 1, "type": "private"}, "text": "x"}}, times=10)
    updates = await bot.get_updates()
    assert len(updates) == 10
    assert len({update.update_id for update in updates}) == 1
    assert await bot.get_updates(offset=updates[0].update_id + 1) == ()


async def test_an_update_that_cannot_be_parsed_arrives_as_it_is(api: BotApi, receiver: Receiver, bot: Bot) -> None:
    broken = {"update_id": 7, "message": {"message_id": "?", "chat": "nowhere", "from": 3}}
    api.push(broken)
    await bot.set_webhook(receiver.url)
    await receiver.has(1)
    assert receiver.got == [broken]
    with pytest.raises((TypeError, AttributeError)):
        Update.de_json(broken, bot)


async def test_the_webhook_gets_the_secret_and_what_waited_before(api: BotApi, bot: Bot, receiver: Receiver) -> None:
    await api.user(OWNER).says("早")
    await bot.set_webhook(receiver.url, secret_token="s3cret_-")
    await receiver.has(1)
    await api.user(OWNER).says("晚")
    await receiver.has(2)
    assert (receiver.texts, receiver.secrets) == (["早", "晚"], ["s3cret_-", "s3cret_-"])
    await api.wait_for(lambda: not api.updates.pending)
    with pytest.raises(BadRequest, match="Secret token contains unallowed characters"):
        await bot.set_webhook(receiver.url, secret_token="s3cret!")


async def test_what_gets_no_2xx_comes_again_and_holds_back_only_its_chat(
    api: BotApi, bot: Bot, receiver: Receiver
) -> None:
    await bot.set_webhook(receiver.url)
    receiver.answers["一"] = [500, 503, 302]
    for text in ("一", "二"):
        await api.user(OWNER).says(text)
    await api.user(NEIGHBOUR).says("别人")
    await receiver.has(6)
    assert [text for text in receiver.texts if text != "别人"] == ["一", "一", "一", "一", "二"]
    assert receiver.texts.index("别人") < 3
    assert (await bot.get_webhook_info()).last_error_message == "Wrong response from the webhook: 302"


async def test_presses_do_not_wait_behind_messages(api: BotApi, bot: Bot, receiver: Receiver) -> None:
    owner = api.user(OWNER)
    said = await owner.says("卡住")
    receiver.answers["卡住"] = [500] * 3
    await bot.set_webhook(receiver.url)
    await receiver.has(1)
    await owner.presses_data(said, "claim")
    await receiver.has(5)
    assert receiver.texts.index("claim") < 4


async def test_retry_after_is_obeyed(api: BotApi, bot: Bot, receiver: Receiver) -> None:
    await bot.set_webhook(receiver.url)
    receiver.answers["一"] = [503]
    receiver.retry_after = "1"
    began = time.monotonic()
    await api.user(OWNER).says("一")
    await receiver.has(2)
    assert time.monotonic() - began >= 1.0


async def test_no_more_than_max_connections_are_in_flight(api: BotApi, bot: Bot, receiver: Receiver) -> None:
    receiver.open.clear()
    await bot.set_webhook(receiver.url, max_connections=3)
    for number in range(20):
        await api.user(number + 1).says("x")
    await receiver.has(3)
    assert (receiver.waiting, api.webhook.in_flight) == (3, 3)
    receiver.open.set()
    await receiver.has(20)
    assert api.webhook.most_in_flight == 3


async def test_an_update_sent_ten_times_goes_out_in_parallel(api: BotApi, bot: Bot, receiver: Receiver) -> None:
    receiver.open.clear()
    await bot.set_webhook(receiver.url)
    chat = {"id": 1, "type": "private"}
    api.push({"message": {"message_id": 1, "date": 1, "chat": chat, "text": "x"}}, times=10)
    await receiver.has(10)
    assert receiver.waiting == 10
    receiver.open.set()


async def test_a_method_may_be_the_webhooks_answer(api: BotApi, bot: Bot, receiver: Receiver) -> None:
    owner = api.user(OWNER)
    receiver.body = {"method": "sendMessage", "chat_id": OWNER, "text": "收到"}
    await bot.set_webhook(receiver.url)
    await owner.says("漏水")
    assert (await owner.next_message())["text"] == "收到"
    assert api.calls_of("sendMessage")[0].accepted


async def test_presses_live_150_seconds_and_messages_a_day(api: BotApi, bot: Bot) -> None:
    owner = api.user(OWNER)
    said = await owner.says("x")
    await owner.presses_data(said, "claim")
    api.updates.press_life = 0.0
    assert [update.callback_query for update in await bot.get_updates()] == [None]
    assert api.updates.outcome["expired"] == 1


async def test_a_webhook_can_be_dropped_with_all_that_waits(api: BotApi, bot: Bot) -> None:
    await api.user(OWNER).says("x")
    await bot.delete_webhook(drop_pending_updates=True)
    assert await bot.get_updates() == ()

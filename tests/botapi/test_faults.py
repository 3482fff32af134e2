"""What the double does wrong when it is told to."""

import asyncio
import time
from datetime import timedelta

import pytest
from telegram import Bot
from telegram.error import NetworkError, RetryAfter

from bot.channels.telegram.request import AnswerLate, AnswerLost, NotSent
from tests.botapi import BotApi
from tests.botapi.conftest import ptb
from tests.botapi.faults import Limits

OWNER = 5001
GROUP = -1_002_003_004_005


@pytest.fixture(autouse=True)
def _chats(api: BotApi) -> None:
    api.group(GROUP, "工程群", [api.user(OWNER, started=True)])


async def test_a_fault_hits_its_method_and_chat_so_many_times(api: BotApi, bot: Bot) -> None:
    api.fail(method="sendMessage", chat=OWNER, times=2, status=502)
    await bot.send_message(GROUP, "x")
    await bot.send_chat_action(OWNER, "typing")
    for _ in range(2):
        with pytest.raises(NetworkError, match="Bad Gateway"):
            await bot.send_message(OWNER, "x")
    await bot.send_message(OWNER, "x")
    assert [call.status for call in api.calls_of("sendMessage", OWNER)] == [502, 502, 200]


async def test_a_429_says_how_long_to_wait(api: BotApi, bot: Bot) -> None:
    api.fail(status=429, retry_after=7)
    with pytest.raises(RetryAfter) as flood:
        await bot.send_message(OWNER, "x")
    assert flood.value.retry_after == timedelta(seconds=7)


async def test_a_lost_answer_is_a_message_that_arrived(api: BotApi, bot: Bot) -> None:
    api.lose_answers(method="sendMessage")
    with pytest.raises(AnswerLost):
        await bot.send_message(OWNER, "账单")
    assert [message["text"] for message in api.user(OWNER).from_bot] == ["账单"]
    assert [(call.fault, call.answer) for call in api.calls_of("sendMessage")] == [("lose", None)]


async def test_a_dropped_call_is_a_message_that_did_not_arrive(api: BotApi, bot: Bot) -> None:
    api.lose_answers(carried_out=False)
    with pytest.raises(AnswerLost):
        await bot.send_message(OWNER, "账单")
    assert api.user(OWNER).from_bot == []


async def test_a_slow_answer_is_a_message_that_arrived(api: BotApi, bot: Bot) -> None:
    api.delay(30)
    with pytest.raises(AnswerLate):
        await bot.send_message(OWNER, "x", read_timeout=0.05)
    assert len(api.user(OWNER).from_bot) == 1


async def test_while_the_port_is_closed_nothing_is_sent(api: BotApi, bot: Bot) -> None:
    await api.refuse_connections()
    with pytest.raises(NotSent):
        await bot.send_message(OWNER, "x")
    await api.accept_connections()
    await bot.send_message(OWNER, "y")
    assert [message["text"] for message in api.user(OWNER).from_bot] == ["y"]


async def test_a_random_share_fails_the_same_way_in_every_run() -> None:
    outcomes = []
    for _ in range(2):
        async with BotApi(seed=7) as api:
            api.fail(share=0.3, times=None, status=503)
            outcomes.append(await _statuses(api))
    assert outcomes[0] == outcomes[1]
    assert 10 <= outcomes[0].count(503) <= 50


def seconds(flood: RetryAfter) -> timedelta:
    assert isinstance(flood.retry_after, timedelta)
    return flood.retry_after


async def _statuses(api: BotApi) -> list[int]:
    client = ptb(api)
    async with client._request[1]:
        await asyncio.gather(*(client.get_me() for _ in range(100)), return_exceptions=True)
    return [call.status or 0 for call in api.calls]


async def test_healing_ends_what_was_to_last(api: BotApi, bot: Bot) -> None:
    api.fail(times=None)
    with pytest.raises(NetworkError):
        await bot.send_message(OWNER, "x")
    api.heal()
    await bot.send_message(OWNER, "x")
    assert len(api.user(OWNER).from_bot) == 1


async def test_one_message_a_second_to_a_person(api: BotApi, bot: Bot) -> None:
    api.enforce_limits()
    await bot.send_message(OWNER, "1")
    with pytest.raises(RetryAfter):
        await bot.send_message(OWNER, "2")
    await bot.send_message(GROUP, "1")
    await bot.send_chat_action(OWNER, "typing")
    assert [message["text"] for message in api.user(OWNER).from_bot] == ["1"]


async def test_twenty_messages_a_minute_per_group(api: BotApi, bot: Bot) -> None:
    api.enforce_limits()
    for number in range(20):
        await bot.send_message(GROUP, str(number))
    with pytest.raises(RetryAfter) as flood:
        await bot.send_message(GROUP, "21")
    assert timedelta(seconds=55) <= seconds(flood.value) <= timedelta(seconds=60)


async def test_thirty_messages_a_second_in_all_and_then_on_again(api: BotApi, bot: Bot) -> None:
    api.enforce_limits(Limits(per_second=3))
    people = [api.user(number + 1, started=True) for number in range(5)]
    for person in people[:3]:
        await bot.send_message(person.id, "x")
    began = time.monotonic()
    with pytest.raises(RetryAfter) as flood:
        await bot.send_message(people[3].id, "x")
    await asyncio.sleep(seconds(flood.value).total_seconds())
    await bot.send_message(people[4].id, "x")
    assert time.monotonic() - began >= 1.0


async def test_who_pays_may_send_more(api: BotApi, bot: Bot) -> None:
    api.enforce_limits(Limits(per_second=1, paid_per_second=3))
    people = [api.user(number + 1, started=True) for number in range(4)]
    for person in people[:3]:
        await bot.send_message(person.id, "x", allow_paid_broadcast=True)
    with pytest.raises(RetryAfter):
        await bot.send_message(people[3].id, "x", allow_paid_broadcast=True)


async def test_arrival_times_are_kept(api: BotApi, bot: Bot) -> None:
    before = time.monotonic()
    await bot.send_message(OWNER, "x")
    assert before < api.calls_of("sendMessage")[0].arrived < time.monotonic()

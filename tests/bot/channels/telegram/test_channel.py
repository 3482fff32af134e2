"""How the channel begins and ends: its name, its commands, and its silence about secrets."""

import asyncio
import logging
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from bot.channels.base import DeliveryError
from bot.channels.telegram.api import make_bot
from bot.channels.telegram.channel import TelegramChannel
from tests.bot.channels.telegram.samples import (
    ENGINEER,
    GROUP,
    OWNER,
    STAFF,
    fetch_elsewhere,
    message,
    parcel,
    say,
)
from tests.botapi import BotApi
from tests.botapi.calls import Call
from tests.botapi.faults import Fault


def made(api: BotApi) -> TelegramChannel:
    return TelegramChannel(make_bot(api.token, api.url), say=say, fetch_elsewhere=fetch_elsewhere)


class ThrownOut(Fault):
    """The group -999 knows the bot no more."""

    def matches(self, call: Call) -> bool:
        return super().matches(call) and "-999" in call.text("scope")


async def commands_are_set(api: BotApi, scope: str, languages: int = 3) -> None:
    await api.wait_for(lambda: len([key for key in api.world.commands if scope in key[0]]) == languages)


async def test_people_are_offered_commands_in_their_language(api: BotApi, channel: TelegramChannel) -> None:
    await commands_are_set(api, "all_private_chats")
    offered = api.world.commands["all_private_chats", "en"]
    assert offered[0] == {"command": "start", "description": "command-start in en"}
    assert [each["command"] for each in offered] == [
        "start",
        "report",
        "mytickets",
        "language",
        "mute",
        "cancel",
        "help",
    ]
    assert api.world.commands["all_private_chats", ""][0]["description"] == "command-start in zh_CN"


async def test_staff_groups_are_offered_theirs_and_other_groups_none(api: BotApi) -> None:
    api.group(GROUP, "维修组", [api.user(ENGINEER)])
    api.faults.add(ThrownOut("refuse", "setMyCommands", status=400, description="Bad Request: chat not found"))
    channel = made(api)
    await channel.start(staff_chats=["-999", str(GROUP)])
    await api.wait_for(lambda: len(api.world.commands) == 3 + 3)
    await channel.stop()
    in_group = [commands for (scope, _), commands in api.world.commands.items() if str(GROUP) in scope]
    assert [[each["command"] for each in commands] for commands in in_group] == [["board", "help"]] * 3
    assert len(api.calls_of("deleteMyCommands")) == 3


async def test_it_knows_what_it_is_called(channel: TelegramChannel) -> None:
    assert channel.username == "guanjia_test_bot"
    assert channel.link == "https://t.me/guanjia_test_bot"
    incoming = channel.parse(message(chat=STAFF, text="@guanjia_test_bot 漏水"))
    assert incoming is not None
    assert incoming.addressed


async def test_a_refused_token_ends_the_start_without_showing_the_token(api: BotApi) -> None:
    api.revoke_token()
    channel = made(api)
    with capture_logs() as lines, pytest.raises(DeliveryError) as refusal:
        await channel.start()
    await channel.stop()
    assert refusal.value.paused
    assert refusal.value.__context__ is None
    assert api.token not in str(lines)


async def test_without_telegram_it_starts_and_finds_it_later(api: BotApi) -> None:
    await api.refuse_connections()
    channel = made(api)
    await channel.start(patience=timedelta(0))
    assert "t.me" not in str(channel.link)
    await api.accept_connections()
    await commands_are_set(api, "all_private_chats")
    assert channel.link == "https://t.me/guanjia_test_bot"
    await channel.stop()


async def test_a_hiccup_at_the_start_is_survived(api: BotApi) -> None:
    api.fail(method="getMe", status=502)
    api.fail(method="setMyCommands", status=429, retry_after=1)
    channel = made(api)
    await channel.start()
    await commands_are_set(api, "all_private_chats")
    await channel.stop()


async def test_it_can_be_stopped_while_it_still_looks_for_telegram(api: BotApi) -> None:
    await api.refuse_connections()
    channel = made(api)
    await channel.start(patience=timedelta(0))
    async with asyncio.timeout(1):
        await channel.stop()


async def test_nothing_shows_the_token_or_what_people_say(
    api: BotApi, channel: TelegramChannel, caplog: pytest.LogCaptureFixture
) -> None:
    api.user(OWNER, started=True)
    assert api.token not in repr(make_bot(api.token, api.url))
    assert api.token not in repr(channel)
    with caplog.at_level(logging.DEBUG):
        await channel.send(parcel("电话 13800001234"))
    assert "13800001234" not in caplog.text
    assert api.token not in caplog.text

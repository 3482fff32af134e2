"""The double refuses what WeChat refuses, so that what passes here passes there."""

import asyncio
import sys
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from tests.wechatapi import WeChatApi
from tests.wechatapi.api import APP_ID, SECRET

OPENID = "o-1"


@pytest.fixture
async def api() -> AsyncIterator[WeChatApi]:
    async with WeChatApi() as double:
        double.follower(OPENID)
        yield double


async def call(api: WeChatApi, method: str, token: str | None = None, **given: Any) -> dict[str, Any]:
    query = {"access_token": token} if token else {}
    url = f"{api.url}/cgi-bin/{method}"
    async with aiohttp.ClientSession() as session, session.post(url, params=query, json=given) as answer:
        found: dict[str, Any] = await answer.json()
        return found


async def token_of(api: WeChatApi, *, anew: bool = False) -> str:
    wish: dict[str, Any] = {"grant_type": "client_credential", "appid": APP_ID, "secret": SECRET, "force_refresh": anew}
    return str((await call(api, "stable_token", **wish))["access_token"])


def text(words: str = "x") -> dict[str, Any]:
    return {"touser": OPENID, "msgtype": "text", "text": {"content": words}}


async def test_a_stable_token_stays_the_same_until_it_ends_or_is_asked_for_anew(api: WeChatApi):
    first = await token_of(api)
    assert await token_of(api) == first
    assert await token_of(api, anew=True) != first
    assert (await call(api, "message/custom/send", first, **text()))["errcode"] == 40001
    second = await token_of(api)
    api.pass_time(7201)
    assert (await call(api, "message/custom/send", second, **text()))["errcode"] == 42001
    assert (await call(api, "message/custom/send", **text()))["errcode"] == 41001
    assert (await call(api, "stable_token", grant_type="client_credential", appid=APP_ID, secret="x"))[
        "errcode"
    ] == 40125


async def test_customer_messages_end_with_their_window_and_their_count(api: WeChatApi):
    token, follower = await token_of(api), api.world.follower(OPENID)
    assert (await call(api, "message/custom/send", token, **text()))["errcode"] == 45015
    api.world.open_chat(follower, event=False)
    codes = [(await call(api, "message/custom/send", token, **text()))["errcode"] for _ in range(6)]
    assert codes == [0] * 5 + [45047]
    api.world.open_chat(follower, event=True)
    codes = [(await call(api, "message/custom/send", token, **text()))["errcode"] for _ in range(4)]
    assert codes == [0] * 3 + [45047]
    api.world.open_chat(follower, event=False)
    assert (await call(api, "message/custom/send", token, **text("漏" * 683)))["errcode"] == 45002
    assert (await call(api, "message/custom/send", token, **text("")))["errcode"] == 44004
    assert (await call(api, "message/custom/send", token, **{**text(), "touser": "o-2"}))["errcode"] == 40003
    follower.following = False
    assert (await call(api, "message/custom/send", token, **text()))["errcode"] == 43004


async def test_templates_are_checked_field_by_field_and_may_be_dropped_in_silence(api: WeChatApi):
    token = await token_of(api)
    api.template("t", "thing1")
    send = lambda **data: call(  # noqa: E731
        api, "message/template/send", token, touser=OPENID, template_id="t",
        data={name: {"value": value} for name, value in data.items()},
    )  # fmt: skip
    assert (await send(thing1="停水"))["errcode"] == 0
    for wrong in ({"thing2": "x"}, {"thing1": ""}, {"thing1": "x" * 21}, {"thing1": "a\nb"}):
        assert (await send(**wrong))["errcode"] == 47003
    api.world.drops = True
    assert (await send(thing1="停电"))["errcode"] == 0
    assert api.follower(OPENID).heard == ["停水"]
    api.world.follower(OPENID).refuses_templates = True
    assert (await send(thing1="x"))["errcode"] == 43101
    api.world.permissions.clear()
    assert (await send(thing1="x"))["errcode"] == 48001


async def test_mass_messages_need_two_a_name_and_reach_each_four_times(api: WeChatApi):
    token = await token_of(api)
    api.follower("o-2")
    send = lambda name, people=(OPENID, "o-2"): call(  # noqa: E731
        api, "message/mass/send", token, touser=list(people), msgtype="text", text={"content": "x"}, clientmsgid=name
    )
    assert (await send("a", [OPENID]))["errcode"] == 40130
    assert (await send("x" * 65))["errcode"] == 47001
    assert [(await send(name))["errcode"] for name in "aabcde"] == [0, 45065, 0, 0, 0, 0]
    assert api.follower(OPENID).ways == ["mass"] * 4


async def test_faults_are_what_they_say(api: WeChatApi):
    token = await token_of(api)
    api.world.open_chat(api.world.follower(OPENID), event=False)
    api.fail(-1, method="message/custom/send")
    assert (await call(api, "message/custom/send", token, **text()))["errcode"] == -1
    api.lose_answers(method="message/custom/send")
    with pytest.raises(aiohttp.ClientError):
        await call(api, "message/custom/send", token, **text("arrived"))
    api.lose_answers(method="message/custom/send", carried_out=False)
    with pytest.raises(aiohttp.ClientError):
        await call(api, "message/custom/send", token, **text("lost"))
    assert api.follower(OPENID).heard == ["arrived"]


async def test_it_runs_as_a_process_of_its_own():
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.wechatapi", stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        url = (await process.stdout.readline()).decode().strip()
        async with aiohttp.ClientSession() as session:
            for command, given in (("followers", {"openids": [OPENID]}), ("template", {"id": "t"}), ("counts", {})):
                async with session.post(f"{url}/control/{command}", json=given) as answer:
                    assert answer.status == 200
            async with session.post(f"{url}/control/explode", json={}) as answer:
                assert answer.status == 404
            async with session.post(f"{url}/control/says", json={}) as answer:
                assert answer.status == 400
    finally:
        process.terminate()
        await process.wait()

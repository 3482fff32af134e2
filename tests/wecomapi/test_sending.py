"""The double answers as WeCom documents it, and drops in silence what WeCom drops."""

from typing import Any

import pytest

from tests.wecomapi import WecomApi
from tests.wecomapi.api import AGENT, CORP, SECRET
from tests.wecomapi.conftest import Ask

BUTTONS = [{"text": "接单", "key": "K:0"}]


def text(to: str, words: str = "你好") -> dict[str, Any]:
    return {"touser": to, "agentid": AGENT, "msgtype": "text", "text": {"content": words}}


def card(to: str, task: str = "t1", **changed: Any) -> dict[str, Any]:
    shown = {
        "card_type": "button_interaction", "main_title": {"title": "R1"}, "task_id": task, "button_list": BUTTONS,
        **changed,
    }  # fmt: skip
    return {"touser": to, "agentid": AGENT, "msgtype": "template_card", "template_card": shown}


def update(to: str, code: str, **changed: Any) -> dict[str, Any]:
    shown = {"card_type": "button_interaction", "main_title": {"title": "R2"}, "replace_text": "已接单", **changed}
    return {"userids": [to], "agentid": AGENT, "response_code": code, "template_card": shown}


async def test_a_token_is_the_same_until_it_has_run_out(api: WecomApi, ask: Ask):
    first = await ask("gettoken", corpid=CORP, corpsecret=SECRET)
    again = await ask("gettoken", corpid=CORP, corpsecret=SECRET)
    assert first["access_token"] == again["access_token"]
    assert 7100 < first["expires_in"] <= 7200
    api.expire_token()
    another = await ask("gettoken", corpid=CORP, corpsecret=SECRET)
    assert another["access_token"] != first["access_token"]


@pytest.mark.parametrize(
    ("corp", "secret", "code"), ((CORP, "wrong", 40001), ("ww-nobody", SECRET, 40013), ("", "", 40013))
)
async def test_a_wrong_secret_gets_no_token(ask: Ask, corp: str, secret: str, code: int):
    assert (await ask("gettoken", corpid=corp, corpsecret=secret))["errcode"] == code


async def test_a_call_needs_a_valid_token(api: WecomApi, ask: Ask):
    api.member("li")
    assert (await ask("message/send", text("li"), token=""))["errcode"] == 41001
    assert (await ask("message/send", text("li"), token="made-up"))["errcode"] == 40014
    token = api.world.new_token()
    api.expire_token()
    assert (await ask("message/send", text("li"), token=token))["errcode"] == 42001


async def test_who_is_unknown_is_named_and_is_an_error_only_when_nobody_is_left(api: WecomApi, ask: Ask):
    li = api.member("li")
    answer = await ask("message/send", text("li|gone"))
    assert (answer["errcode"], answer["invaliduser"]) == (0, "gone")
    assert (await ask("message/send", text("gone")))["errcode"] == 81013
    assert len(li.messages) == 1


@pytest.mark.parametrize(
    ("changed", "code"),
    (
        ({"agentid": 7}, 301002),
        ({"msgtype": "hologram"}, 40008),
        ({"text": {"content": ""}}, 44004),
        ({"text": {"content": "水" * 683}}, 45002),
        ({"msgtype": "image", "image": {"media_id": "unknown"}}, 40007),
    ),
)
async def test_what_wecom_does_not_take(api: WecomApi, ask: Ask, changed: dict[str, Any], code: int):
    api.member("li")
    assert (await ask("message/send", text("li") | changed))["errcode"] == code


@pytest.mark.parametrize(
    "changed",
    (
        {"button_list": []},
        {"button_list": BUTTONS * 7},
        {"task_id": "a space"},
        {"task_id": ""},
        {"main_title": {}},
        {"card_type": "poster"},
        {"action_menu": {"desc": "…", "action_list": [{"text": str(n), "key": str(n)} for n in range(4)]}},
    ),
)
async def test_a_card_that_wecom_does_not_take(api: WecomApi, ask: Ask, changed: dict[str, Any]):
    api.member("li")
    assert (await ask("message/send", card("li", **changed)))["errcode"] == 40058


async def test_no_task_is_taken_twice(api: WecomApi, ask: Ask):
    api.member("li")
    assert (await ask("message/send", card("li")))["errcode"] == 0
    assert (await ask("message/send", card("li")))["errcode"] == 40058


async def test_a_code_updates_its_card_once_and_for_72_hours(api: WecomApi, ask: Ask):
    li = api.member("li")
    code = (await ask("message/send", card("li")))["response_code"]
    assert (await ask("message/update_template_card", update("li", code)))["errcode"] == 0
    assert (li.messages[0].text, li.messages[0].buttons) == ("R2\n已接单", {})
    assert (await ask("message/update_template_card", update("li", code)))["errcode"] == 40058
    late = (await ask("message/send", card("li", "t2")))["response_code"]
    api.pass_time(72 * 3600)
    assert (await ask("message/update_template_card", update("li", late)))["errcode"] == 40058


async def test_the_thirty_first_message_of_a_minute_is_dropped_and_answered_as_if_it_were_not(api: WecomApi, ask: Ask):
    li, he = api.member("li"), api.member("he")
    answers = [await ask("message/send", text("li")) for _ in range(31)]
    assert {one["errcode"] for one in answers} == {0}
    assert (len(li.messages), len(api.world.dropped)) == (30, 1)
    await ask("message/send", text("he"))
    assert len(he.messages) == 1
    api.pass_time(61)
    await ask("message/send", text("li"))
    assert len(li.messages) == 31


async def test_the_thousand_and_first_of_an_hour_is_dropped_too(api: WecomApi, ask: Ask):
    li = api.member("li")
    for number in range(1001):
        if number % 25 == 0:
            api.pass_time(61)
        await ask("message/send", text("li"))
    assert (len(li.messages), len(api.world.dropped)) == (1000, 1)


async def test_a_robot_speaks_twenty_times_a_minute_and_has_no_buttons(api: WecomApi, ask: Ask):
    chat = api.robot("k1")
    said = {"msgtype": "text", "text": {"content": "你好"}}
    answers = [(await ask("webhook/send", said, token="", key="k1"))["errcode"] for _ in range(21)]
    assert answers == [0] * 20 + [45009]
    assert len(api.messages_of(chat)) == 20
    assert (await ask("webhook/send", said, token="", key="unknown"))["errcode"] == 93000
    api.pass_time(61)
    pressed = {"msgtype": "template_card", "template_card": card("x")["template_card"]}
    assert (await ask("webhook/send", pressed, token="", key="k1"))["errcode"] == 40058


async def test_a_group_chat_has_no_template_cards(api: WecomApi, ask: Ask):
    api.group("wr1")
    shown = {"chatid": "wr1", "msgtype": "template_card", "template_card": card("x")["template_card"]}
    assert (await ask("appchat/send", shown))["errcode"] == 40008
    assert (await ask("appchat/send", {"chatid": "wr2", "msgtype": "text", "text": {"content": "x"}}))[
        "errcode"
    ] == 86003


async def test_who_opened_a_link_is_told_once(api: WecomApi, ask: Ask):
    api.member("li")
    api.world.tickets["c1"] = "li"
    assert (await ask("auth/getuserinfo", code="c1"))["userid"] == "li"
    assert (await ask("auth/getuserinfo", code="c1"))["errcode"] == 40029

"""What WeCom refuses, drops and loses, and what that means for a row; photos; the pace."""

import asyncio
from datetime import timedelta

import pytest

from bot.channels.base import DeliveryError, Document
from domain.messaging.model import Delivery, Lane, Mode
from tests.bot.channels.wecom.house import ROBOTS, House
from tests.wecomapi import WecomApi

ROBOT = f"robot:{ROBOTS['staff']}"


async def failure(house: House, chat: str = "li", text: str = "你好", **changed: object) -> DeliveryError:
    with pytest.raises(DeliveryError) as error:
        await house.send(chat, text, **changed)
    return error.value


async def test_one_token_serves_everybody(api: WecomApi, house: House):
    api.member("li")
    await asyncio.gather(*(house.send("li", f"第{number}条") for number in range(8)))
    assert api.counts["gettoken"] == 1


@pytest.mark.parametrize("how", ("expire_token", "replace_token"))
async def test_a_token_that_is_refused_is_replaced_once_and_the_message_goes_out(api: WecomApi, house: House, how: str):
    li = api.member("li")
    await house.send("li", "一")
    getattr(api, how)()
    await house.send("li", "二")
    assert [one.text for one in li.messages] == ["一", "二"]
    assert api.counts["gettoken"] == 2


@pytest.mark.parametrize("code", (40001, 40014, 42001))
async def test_when_every_token_is_refused_sending_pauses_after_one_refresh(api: WecomApi, house: House, code: int):
    api.member("li")
    api.fail(code, method="message/send", times=None)
    error = await failure(house)
    assert error.paused
    assert not error.permanent
    assert api.counts["message/send"] <= 2


async def test_a_changed_secret_pauses_and_a_new_one_goes_on(api: WecomApi, house: House):
    li = api.member("li")
    api.change_secret("a new one")
    assert (await failure(house)).paused
    api.change_secret(house.account.secret)
    await house.send("li", "又好了")
    assert [one.text for one in li.messages] == ["又好了"]


@pytest.mark.parametrize("code", (48002, 60020, 301002))
async def test_what_is_wrong_with_us_is_no_rows_fault(api: WecomApi, house: House, code: int):
    api.member("li")
    api.fail(code, method="message/send")
    assert (await failure(house)).paused


async def test_nobody_is_asked_for_again_who_is_not_there(api: WecomApi, house: House):
    error = await failure(house, "gone")
    assert (error.reason, error.unreachable, error.permanent) == ("errcode 81013", True, True)


async def test_who_is_not_paid_for_is_tried_elsewhere(api: WecomApi, house: House):
    api.member("li")
    api.world.members["li"].licensed = False
    error = await failure(house)
    assert (error.elsewhere, error.unreachable) == (True, False)


@pytest.mark.parametrize("code", (44004, 40058, 45002))
async def test_what_wecom_will_never_take_is_not_tried_again(api: WecomApi, house: House, code: int):
    api.member("li")
    api.fail(code, method="message/send")
    error = await failure(house)
    assert (error.permanent, error.unreachable, error.paused) == (True, False, False)


async def test_too_many_calls_hold_everything(api: WecomApi, house: House):
    api.member("li")
    api.fail(45009, method="message/send")
    error = await failure(house)
    assert (error.retry_after, error.everywhere) == (timedelta(minutes=1), True)


async def test_a_busy_wecom_is_tried_again(api: WecomApi, house: House):
    api.member("li")
    api.fail(-1, method="message/send")
    error = await failure(house)
    assert not (error.permanent)
    assert not (error.lost)
    assert not error.paused


async def test_a_lost_answer_may_have_been_a_message_but_never_an_update(api: WecomApi, house: House):
    li = api.member("li")
    task = await house.send("li", "一张卡片\n在三楼\n状态：待接单", "我来处理")
    api.lose_answers(method="message/send")
    assert (await failure(house)).lost
    api.lose_answers(method="message/update_template_card")
    error = await failure(house, text="一张卡片\n在三楼\n状态：已接单", mode=Mode.EDIT, copies=[task])
    assert not error.lost
    assert li.messages[0].buttons == {}


async def test_a_gateway_that_gave_up_may_have_passed_it_on(api: WecomApi, house: House):
    api.member("li")
    api.fail(method="message/send", status=502)
    assert (await failure(house)).lost


async def test_an_unreachable_wecom_has_got_nothing(api: WecomApi, house: House):
    await api.refuse_connections()
    error = await failure(house)
    assert not (error.lost)
    assert not (error.permanent)
    assert not error.paused
    await api.accept_connections()


async def test_photos_come_ahead_of_the_words_from_wherever_they_are(api: WecomApi, house: House, jpeg: bytes):
    li = api.member("li")
    house.photos["telegram", "p"] = jpeg
    await house.send("li", "一张卡片", "我来处理", photos=[("telegram", "p")])
    assert [one.kind for one in li.messages] == ["image", "template_card"]


async def test_a_photo_that_is_gone_holds_up_nothing(api: WecomApi, house: House):
    li = api.member("li")
    await house.send("li", "一张卡片", "我来处理", photos=[("telegram", "gone")])
    assert [one.kind for one in li.messages] == ["template_card"]


async def test_a_file_comes_below_the_words_in_private_and_in_groups(api: WecomApi, house: House):
    li, night = api.member("li"), await house.has_group()
    house.photos["web", "f"] = b"PK-a workbook"
    paper = {"document": ("web", "f"), "more": {"document": Document(handle="f", name="unreached.xlsx")}}
    for chat in ("li", night, "robot:staff"):
        await house.send(chat, "没人收到的房间", **paper)
    for messages in (li.messages, api.messages_of(night), api.messages_of(ROBOT)):
        assert [one.kind for one in messages] == ["text", "file"]


async def test_a_further_try_goes_on_where_the_first_one_stopped(api: WecomApi, house: House, jpeg: bytes):
    li = api.member("li")
    house.photos["telegram", "p"] = jpeg
    parcel = house.parcel("li", "一张卡片", "我来处理", photos=[("telegram", "p")])
    api.fail(-1, method="message/send", times=1)
    with pytest.raises(DeliveryError):
        await house.channel.send(parcel)
    await house.channel.send(parcel)
    assert [one.kind for one in li.messages] == ["image", "template_card"]


async def test_a_card_that_was_out_before_we_died_is_not_shown_twice_and_its_presses_are_understood(
    api: WecomApi, house: House
):
    li = api.member("li")
    parcel = house.parcel("li", "一张卡片\n在三楼\n状态：待接单", "我来处理")
    api.lose_answers(method="message/send")
    with pytest.raises(DeliveryError):
        await house.channel.send(parcel)
    task = await house.channel.send(parcel)  # by another process, or by us: it is known by its task
    [card] = li.messages
    await li.presses(card, "我来处理")
    await house.edit("li", task, "一张卡片\n在三楼\n状态：李师傅已接单")
    assert card.content["replace_text"] == "状态：李师傅已接单"
    assert len(li.messages) == 1


async def test_nothing_is_said_that_wecom_would_drop_in_silence(api: WecomApi, house: House, jpeg: bytes):
    li = api.member("li")
    house.photos["telegram", "p"] = jpeg
    for number in range(14):
        await house.send("li", f"第{number}条", photos=[("telegram", "p")])
    await house.send("li", "还有两条")
    error = await failure(house, text="一张照片，还有话", photos=[("telegram", "p")])
    assert error.retry_after is not None
    assert timedelta(seconds=30) < error.retry_after <= timedelta(minutes=1)
    house.pass_time(error.retry_after)
    await house.send("li", "一张照片，还有话", photos=[("telegram", "p")])
    assert api.world.dropped == []
    assert len(li.messages) == 31


async def test_more_photos_than_a_minute_shows_still_go_out(api: WecomApi, house: House, jpeg: bytes):
    api.member("li")
    house.photos["telegram", "p"] = jpeg
    await house.send("li", "一", photos=[("telegram", "p")] * 29)
    assert api.world.dropped == []


def test_the_gate_is_told_wecoms_own_figures(house: House):
    def bears(chat: str, mode: Mode = Mode.SEND, text: str = "x") -> list[tuple[int, float]]:
        row = Delivery(
            channel="wecom", chat=chat, lane=Lane.NOTICE, body={"text": text}, created_at=house.now(), mode=mode
        )
        return [(one.count, one.span.total_seconds()) for one in house.channel.allowances(row)]

    assert bears("li") == [(30, 60), (1000, 3600)]
    assert bears("robot:staff") == [(20, 60)]
    assert bears("robot:staff", Mode.EDIT) == [(20, 60)]
    assert bears("li", Mode.TOAST) == [(30, 60), (1000, 3600)]
    assert bears("li", Mode.TOAST, "") == bears("li", Mode.EDIT) == []


# ---- groups ----


async def test_a_group_chat_is_shown_a_card_with_one_link(api: WecomApi, house: House):
    night = await house.has_group()
    await house.send(night, "🟡 普通 R1123-001\n3栋漏水\n状态：待接单", "我来处理")
    [card] = api.messages_of(night)
    assert (card.kind, card.content["title"]) == ("textcard", "🟡 普通 R1123-001")
    assert "状态：待接单" in card.content["description"]
    assert card.content["btntxt"] == "我来处理"


async def test_a_robot_is_called_by_our_name_for_it_and_shows_a_card_with_links(api: WecomApi, house: House):
    await house.send("robot:staff", "🟡 普通 R1123-001\n3栋漏水\n状态：待接单", "我来处理", "误报")
    [card] = api.messages_of(ROBOT)
    assert (card.kind, card.content["card_type"]) == ("template_card", "text_notice")
    assert [one["title"] for one in card.content["jump_list"]] == ["我来处理", "误报"]


async def test_a_group_is_told_in_words_who_has_taken_it(api: WecomApi, house: House):
    task = await house.send("robot:staff", "🟡 R1123-001\n3栋漏水\n状态：待接单", "我来处理")
    await house.edit("robot:staff", task, "🟡 R1123-001\n3栋漏水\n状态：李师傅处理中")
    await house.edit("robot:staff", task, "🟡 R1123-001\n3栋漏水\n状态：李师傅已完成")
    said = [one.content["content"] for one in api.messages_of(ROBOT) if one.kind == "text"]
    assert said == ["🟡 R1123-001\n状态：李师傅处理中"]


async def test_groups_are_shown_photos(api: WecomApi, house: House, jpeg: bytes):
    night = await house.has_group()
    house.photos["telegram", "p"] = jpeg
    for chat in (night, "robot:staff"):
        await house.send(chat, "一张照片", photos=[("telegram", "p")])
    assert [one.kind for one in api.messages_of(night)] == ["image", "text"]
    assert [one.kind for one in api.messages_of(ROBOT)] == ["image", "text"]


async def test_a_member_who_is_gone_takes_no_group_along(api: WecomApi, house: House):
    with pytest.raises(DeliveryError) as error:
        await house.send(
            "robot:staff", "抱歉", mode=Mode.TOAST, subject=None, more={"toast": "link:gone", "alert": True}
        )
    assert (error.value.permanent, error.value.unreachable) == (True, False)


async def test_a_robot_that_speaks_too_often_waits_alone(api: WecomApi, house: House):
    api.fail(45009, method="webhook/send")
    error = await failure(house, "robot:staff")
    assert (error.retry_after, error.everywhere) == (timedelta(minutes=1), False)


async def test_a_robot_that_is_gone_or_was_never_named(api: WecomApi, house: House):
    api.world.robots.clear()
    assert (await failure(house, "robot:staff")).unreachable
    error = await failure(house, "robot:nobody")
    assert error.permanent
    assert "GUANJIA_WECOM__ROBOTS" in error.reason


async def test_a_group_that_is_gone(api: WecomApi, house: House):
    night = await house.has_group()
    api.world.chats.clear()
    assert (await failure(house, night)).unreachable


async def test_nothing_is_left_where_there_is_nothing_to_leave(api: WecomApi, house: House):
    await house.send("robot:staff", "", mode=Mode.LEAVE)
    assert api.calls == []

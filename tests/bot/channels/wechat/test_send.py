"""News goes by whichever way is open, and each refusal of WeChat's has its consequence."""

import io
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image

from bot.channels.base import Button
from domain.messaging.model import Lane
from storage import tables
from tests.bot.channels.wechat.rig import CHEN, TEMPLATE, WANG, Rig
from tests.wechatapi import WeChatApi

FACTS = {"notice": "TicketClaimed", "facts": {"number": "20261122-1"}}


async def test_five_messages_in_two_days_go_as_customer_messages_and_the_sixth_elsewhere(house: Rig):
    await house.api.follower(WANG).says("你好")
    rows = [await house.say(WANG, f"news {number}") for number in range(6)]
    ended = [await house.ended(row) for row in rows]
    assert [state for state, _ in ended[:5]] == ["sent"] * 5
    assert ended[5][0] == "elsewhere"
    assert house.api.follower(WANG).ways.count("customer") == 5
    assert house.api.counts["message/custom/send"] == 5


async def test_after_two_days_nothing_goes_as_a_customer_message(with_template: Rig):
    await with_template.api.follower(WANG).says("你好")
    with_template.pass_time(timedelta(hours=49))
    row = await with_template.say(WANG, "师傅已接单\n水管维修", **FACTS)
    assert await with_template.ended(row) == ("sent", None)
    assert with_template.api.follower(WANG).heard[-1] == "20261122-1 | 师傅已接单"
    assert with_template.api.counts["message/custom/send"] == 0


async def test_a_press_in_the_menu_opens_the_chat_for_three_messages_within_a_minute(house: Rig):
    await house.api.follower(WANG).taps_menu("help")
    rows = [await house.say(WANG, f"news {number}") for number in range(4)]
    ended = [(await house.ended(row))[0] for row in rows]
    assert ended[:3] == ["sent"] * 3
    assert ended[3] == "elsewhere"


async def test_somebody_who_has_never_written_gets_a_template_or_nothing_here(house: Rig):
    row = await house.say(WANG, "师傅已接单", **FACTS)
    assert await house.ended(row) == ("elsewhere", None)
    assert not house.api.counts["message/custom/send"]


@pytest.mark.parametrize("code", (45015, 45047))
async def test_a_chat_that_wechat_says_is_closed_is_closed_until_they_write(with_template: Rig, code: int):
    wang = with_template.api.follower(WANG)
    await wang.says("你好")
    with_template.api.fail(code, method="message/custom/send", times=None)
    assert (await with_template.ended(await with_template.say(WANG, "一", **FACTS)))[0] == "sent"
    with_template.api.heal()
    assert (await with_template.ended(await with_template.say(WANG, "二", **FACTS)))[0] == "sent"
    assert wang.ways[1:] == ["template", "template"]
    assert with_template.api.counts["message/custom/send"] == 1
    await wang.says("你好")
    assert (await with_template.ended(await with_template.say(WANG, "三", **FACTS)))[0] == "sent"
    assert wang.ways[-1] == "customer"


@pytest.mark.parametrize("code", (43101, 48001, 40037, 47003, 45009))
async def test_a_refused_template_is_never_tried_again(with_template: Rig, code: int):
    with_template.api.fail(code, method="message/template/send", times=None)
    assert await with_template.ended(await with_template.say(WANG, "一", **FACTS)) == ("elsewhere", None)
    await with_template.ended(await with_template.say(CHEN, "二", mode="edit"))  # the sender has looked again
    assert with_template.api.counts["message/template/send"] == 1


async def test_who_does_not_follow_us_any_more_is_unreachable(with_template: Rig):
    with_template.api.world.follower(WANG).following = False
    assert await with_template.ended(await with_template.say(WANG, "一", **FACTS)) == ("elsewhere", None)
    with with_template.database.reading() as work:
        assert [one.channel for one in work.addresses.of([1]) if not one.reachable] == ["wechat"]


async def test_a_token_that_ran_out_is_replaced_and_nobody_notices(with_template: Rig):
    await with_template.ended(await with_template.say(WANG, "一", **FACTS))
    with_template.api.expire_token()
    assert (await with_template.ended(await with_template.say(WANG, "二", **FACTS)))[0] == "sent"
    with_template.api.replace_token()
    assert (await with_template.ended(await with_template.say(WANG, "三", **FACTS)))[0] == "sent"
    codes = [call.code for call in with_template.api.calls if call.method == "message/template/send"]
    assert codes == [0, 42001, 0, 40001, 0]
    assert len(with_template.api.follower(WANG).heard) == 3


async def test_a_lost_answer_is_tried_again_and_a_call_that_never_arrived_costs_nothing(house: Rig):
    await house.api.follower(WANG).says("你好")
    await house.api.refuse_connections()
    row = await house.say(WANG, "一")
    await house.ended(row)
    await house.api.accept_connections()
    await house.api.follower(WANG).hears("一")
    with house.database.reading() as work:
        assert work.followers.reserve(WANG, count=4, now=house.now())


async def test_a_list_that_comes_as_news_can_be_answered_by_number(house: Rig):
    wang = house.api.follower(WANG)
    await wang.says("你好")
    rows = ((Button(label="修好了", data="old-key:0"), Button(label="没修好", data="old-key:1")),)
    await house.ended(await house.say(WANG, "修好了吗？", buttons=rows))
    assert "修好了吗？\n1. 修好了\n2. 没修好" in wang.heard[-1]
    await wang.says("没修好")
    assert '"old-key:1"' in house.rows(tables.inbox)[-1].body


async def test_a_text_that_is_too_long_goes_in_pieces_and_counts_as_so_many(house: Rig):
    wang = house.api.follower(WANG)
    await wang.says("你好")
    row = await house.say(WANG, "水管漏水了，很急。" * 200)
    assert (await house.ended(row))[0] == "sent"
    assert "".join(wang.heard[1:]) == "水管漏水了，很急。" * 200
    assert wang.ways[1:] == ["customer"] * 3


async def test_photos_follow_their_words(house: Rig):
    file = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(file, "JPEG")
    house.photos["key-1"] = file.getvalue()
    wang = house.api.follower(WANG)
    await wang.says("你好")
    await house.ended(await house.say(WANG, "修好了", photos=("key-1",)))
    await house.ended(await house.say(WANG, "再看一次", photos=("key-1",)))
    assert wang.ways[1:] == ["customer", "image"] * 2
    assert house.api.counts["media/upload"] == 1


async def test_an_edit_says_nothing(house: Rig):
    row = await house.say(WANG, "第二版", mode="edit", subject="ticket:1")
    assert await house.ended(row) == ("sent", None)
    assert house.api.follower(WANG).heard == []


async def test_announcements_may_go_as_one_mass_message_within_each_ones_quota(api: WeChatApi, tmp_path: Path):
    async with Rig(tmp_path, api, mass=True) as house:
        for number in range(5):
            rows = [
                await house.say(one, f"停水通知 {number}", lane=Lane.BULK, due_at=house.now()) for one in (WANG, CHEN)
            ]
            ended = [(await house.ended(row))[0] for row in rows]
            assert ended == (["sent"] * 2 if number < 4 else ["elsewhere"] * 2)
    assert api.counts["message/mass/send"] == 4
    assert api.follower(WANG).ways == ["mass"] * 4


async def test_what_is_for_one_person_alone_is_no_mass_message(api: WeChatApi, tmp_path: Path):
    api.template(TEMPLATE.id, *TEMPLATE.fields)
    async with Rig(tmp_path, api, mass=True, templates={"Announcement": TEMPLATE}) as house:
        row = await house.say(WANG, "停水", lane=Lane.BULK, due_at=house.now(), announcement_id=None, **FACTS)
        assert (await house.ended(row))[0] == "elsewhere"
    assert api.counts["message/mass/send"] == 0

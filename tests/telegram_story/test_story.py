"""From a stranger with a leak to a closed and rated ticket, on Telegram."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.botapi import BotApi
from tests.botapi.actors import Group, User
from tests.telegram_story.house import OWNERS, STAFF, buttons, environment, guanjia, import_estate, running

pytestmark = pytest.mark.faults


def text_of(message: dict[str, Any]) -> str:
    """What a message says, photo or not."""
    return str(message.get("text") or message.get("caption") or "")


def picture() -> bytes:
    """A photo as a phone takes it."""
    kept = BytesIO()
    Image.new("RGB", (64, 48), "teal").save(kept, "JPEG")
    return kept.getvalue()


class Estate:
    """The people of the story, each with their chats."""

    def __init__(self, api: BotApi, env: dict[str, str], log: Path) -> None:
        self.api, self.env, self.log = api, env, log
        self.wang = api.user(1001, "秀英", language_code="zh-hans")
        self.tom = api.user(1002, "Tom", language_code="en")
        self.li = api.user(2001, "李", language_code="zh-hans", started=True)
        self.sun = api.user(2002, "孙", language_code="zh-hans", started=True)
        self.zhao = api.user(3001, "赵", language_code="zh-hans", started=True)
        everybody = [self.li, self.sun, self.zhao]
        self.staff: Group = api.group(STAFF, "员工群", everybody)
        self.owners: Group = api.group(OWNERS, "业主群", [self.wang, self.tom])

    async def hears(self, place: User | Group, words: str) -> dict[str, Any]:
        """The bot's newest message with these words in this chat, as it stands now."""

        def said() -> dict[str, Any] | None:
            return next((one for one in reversed(place.from_bot) if words in text_of(one)), None)

        try:
            return await self.api.wait_for(said, 8)
        except AssertionError:
            texts = [text_of(one) for one in place.from_bot]
            pytest.fail(f"{words!r} was not said; but {texts}")

    async def binds(self, owner: User, phone: str, welcome: str) -> None:
        await owner.starts()
        await self.api.wait_for(lambda: owner.from_bot, 8)
        await owner.shares_contact(phone)
        await self.hears(owner, welcome)


@pytest.fixture
async def estate(tmp_path: Path) -> AsyncIterator[Estate]:
    """The service over long polling."""
    async with BotApi(webhook_pause=0.05) as api:
        env = environment(api, tmp_path)
        import_estate(env, tmp_path)
        async with running(env, tmp_path / "log"):
            yield Estate(api, env, tmp_path / "log")


async def test_a_leak_is_reported_claimed_done_and_rated(estate: Estate) -> None:
    wang, li, staff = estate.wang, estate.li, estate.staff
    await wang.says("厨房水管漏水")
    await estate.hears(wang, "分享您的手机号")
    assert "request_contact" in str(estate.api.calls_of("sendMessage", wang.id)[-1])
    await wang.shares_contact("+8613800000101")
    await estate.hears(wang, "3栋2单元1201")

    await wang.says("厨房水管漏水")
    await wang.presses(await estate.hears(wang, "什么时候方便上门"), "都可以")
    await wang.sends_photo(picture())
    await wang.presses(await estate.hears(wang, "照片已附上"), "✅ 提交")
    receipt = await estate.hears(wang, "工单号")
    number = receipt["text"].split("工单号 ")[1].split("。")[0]

    card = await estate.hears(staff, number)
    assert buttons(card) == ["我来处理"]
    assert "138****0101" in str(card)
    assert "13800000101" not in str(staff.from_bot)
    refused = await (await estate.sun.presses(card, "我来处理")).answered()
    assert "其他工种" in refused["text"] or "工种" in refused["text"]
    won = await (await li.presses(card, "我来处理")).answered()
    assert number in won["text"]
    await estate.hears(staff, "李师傅 已接单")
    assert buttons(await estate.hears(staff, "李师傅 已接单")) == []
    await estate.hears(wang, "李师傅 已接单")

    await is_done_and_rated(estate, number)


async def is_done_and_rated(estate: Estate, number: str) -> None:
    """On the way, there, done with a photo; fixed, says the owner, but only two stars."""
    wang, li, staff = estate.wang, estate.li, estate.staff
    work = await estate.hears(li, "13800000101")
    await li.presses(work, "出发")
    await estate.hears(wang, "已出发")
    await li.presses(await estate.hears(li, "在路上"), "已到场")
    await estate.hears(wang, "已到达")
    await li.presses(await estate.hears(li, "已到场"), "完成")
    await estate.hears(li, "做了什么")
    await li.sends_photo(picture(), "换了密封圈")
    await wang.presses(await estate.hears(wang, "修好了吗"), "✅ 修好了")
    await wang.presses(await estate.hears(wang, "打个分"), "2 ⭐")
    await estate.hears(wang, "哪里不好")
    await estate.hears(estate.zhao, f"{number} 得到 2 分")
    await wang.says("来得太慢")
    await estate.hears(estate.zhao, "来得太慢")
    await estate.hears(staff, "已结束")
    assert "13800000101" not in str(li.from_bot[-3:]) or "已结束" in str(li.from_bot)


async def test_the_same_in_english_by_a_one_time_link(estate: Estate) -> None:
    tom, staff = estate.tom, estate.staff
    links = await asyncio.to_thread(guanjia, estate.env, "invite", "Tom Baker", "--json")
    token = links.split("?start=")[1].split('"')[0]
    await tom.starts(token)
    await estate.hears(tom, "Hello Tom Baker")
    await tom.says("kitchen pipe leaking, any time tomorrow afternoon")
    asked = await estate.hears(tom, "Where is it")
    assert len(buttons(asked)) == 3
    await tom.presses(asked, "Block 5, entrance 1, room 802")
    await tom.presses(await estate.hears(tom, "Is this right?"), "✅ Send")
    await estate.hears(tom, "Received, your number is")
    assert "5栋1单元802" in str(await estate.hears(staff, "kitchen pipe leaking"))
    stranger = estate.api.user(1009, "X", language_code="en")
    await stranger.starts(token)
    await estate.hears(stranger, "has been used")


async def test_an_emergency_gives_advice_first_and_calls_the_manager_at_once(estate: Estate) -> None:
    await estate.binds(estate.wang, "8613800000101", "王秀英")
    await estate.wang.says("水管爆了！水喷得到处都是")
    await estate.hears(estate.wang, "关闭水阀")
    receipt = await estate.hears(estate.wang, "工单号")
    advice = next(one for one in estate.wang.from_bot if "关闭水阀" in one["text"])
    assert advice["message_id"] < receipt["message_id"]
    await estate.hears(estate.staff, "紧急")
    await estate.hears(estate.zhao, "紧急")


async def test_the_place_of_an_emergency_is_answered_with_a_shared_location(estate: Estate) -> None:
    await estate.binds(estate.wang, "8613800000101", "王秀英")
    await estate.wang.says("有人晕倒了")
    await estate.wang.presses(await estate.hears(estate.wang, "工单号"), "换个位置")
    await estate.hears(estate.wang, "请问在哪里")
    assert any("request_location" in str(one) for one in estate.api.calls_of("sendMessage"))
    await estate.wang.sends_location(31.23, 121.47)
    await estate.hears(estate.wang, "已共享定位")


async def test_in_the_owners_group_it_only_points_to_the_private_chat(estate: Estate) -> None:
    await estate.binds(estate.wang, "8613800000101", "王秀英")
    await estate.wang.says("我家漏水了", chat=estate.owners)
    await estate.wang.says("@guanjia_test_bot 我家漏水了", chat=estate.owners)
    answer = await estate.hears(estate.owners, "私聊")
    assert "start=" in str(answer["reply_markup"])
    assert len(estate.owners.from_bot) == 1


async def test_a_group_that_is_not_ours_hears_why_and_is_left(estate: Estate) -> None:
    elsewhere = estate.api.group(-4_004, "别处", [estate.zhao])
    await elsewhere.removes_bot(estate.zhao)
    await elsewhere.adds_bot(estate.zhao)
    await estate.hears(elsewhere, "-4004")
    await estate.api.wait_for(lambda: estate.api.calls_of("leaveChat", -4_004), 8)


async def test_a_group_that_becomes_a_supergroup_keeps_its_cards(estate: Estate) -> None:
    await estate.binds(estate.wang, "8613800000101", "王秀英")
    supergroup = await estate.staff.migrates()
    await estate.wang.says("水管爆了！水喷得到处都是")
    card = await estate.hears(supergroup, "紧急")
    await estate.li.presses(card, "我来处理")
    await estate.hears(supergroup, "李师傅 已接单")


async def test_albums_voices_and_old_buttons_are_answered_kindly(estate: Estate) -> None:
    wang = estate.wang
    await estate.binds(wang, "8613800000101", "王秀英")
    await wang.sends_voice()
    await estate.hears(wang, "语音")
    await wang.sends_album([picture(), picture(), picture()], "厨房水管漏水")
    await estate.hears(wang, "什么时候方便上门")
    await wang.says("都可以")  # a press would be in another queue, and could overtake the album's last photos
    confirm = await estate.hears(wang, "照片已附上")
    await wang.presses(confirm, "✅ 提交")
    await estate.hears(wang, "工单号")
    await estate.api.wait_for(lambda: estate.api.calls_of("sendMediaGroup", STAFF), 8)
    late = await (await wang.presses(confirm, "✅ 提交")).answered()
    assert late["text"]
    unknown = await (await wang.presses_data(confirm, "no-such-key:0")).answered()
    assert unknown["text"]


async def test_no_token_phone_or_name_is_in_the_log(estate: Estate) -> None:
    await estate.binds(estate.wang, "8613800000101", "王秀英")
    await estate.wang.says("厨房水管漏水")
    await estate.hears(estate.wang, "什么时候方便上门")
    log = estate.log.read_text(encoding="utf-8")
    for secret in (estate.api.token, "13800000101", "王秀英", "厨房水管漏水"):
        assert secret not in log

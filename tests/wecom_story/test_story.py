"""From an owner's leak on Telegram to a closed ticket, claimed and done by staff on WeCom."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from PIL import Image

from tests.botapi import BotApi
from tests.telegram_story.house import environment, guanjia, import_estate, running
from tests.wecomapi import WecomApi
from tests.wecomapi.api import AES_KEY, SECRET, TOKEN
from tests.wecomapi.phone import Phone
from tests.wecomapi.world import Message

pytestmark = pytest.mark.faults

ROBOT_KEY = "5a1e0000-0000-4000-8000-00000000beef"
STAFF = (
    "name,phone,roles,skills,estates\n"
    "李师傅,13800000201,engineer,water,翠湖花园\n"
    "何师傅,13800000203,engineer,water,翠湖花园\n"
    "孙师傅,13800000202,engineer,electricity,翠湖花园\n"
    "赵经理,13800000301,manager,,翠湖花园\n"
    "钱未到,13800000404,engineer,lift,翠湖花园\n"
)
CHATS = "estate,channel,chat_id,kind\n翠湖花园,wecom,robot:staff,staff\n"
MEMBERS = {"LiShiFu": "13800000201", "HeShiFu": "13800000203", "SunShiFu": "13800000202", "ZhaoJingLi": "13800000301"}


def picture() -> bytes:
    """A photo as a phone takes it."""
    kept = BytesIO()
    Image.new("RGB", (64, 48), "teal").save(kept, "JPEG")
    return kept.getvalue()


class Estate:
    """The people of the story, each with their phone."""

    def __init__(self, telegram: BotApi, wecom: WecomApi, env: dict[str, str], log: Path) -> None:
        self.telegram, self.wecom, self.env, self.log = telegram, wecom, env, log
        self.wang = telegram.user(1001, "秀英", language_code="zh-hans")
        self.li, self.he, self.sun, self.zhao = (wecom.member(one, mobile=MEMBERS[one]) for one in MEMBERS)
        wecom.robot(ROBOT_KEY)

    async def hears(self, words: str) -> dict[str, Any]:
        """What the owner reads with these words."""

        def said() -> dict[str, Any] | None:
            return next((one for one in reversed(self.wang.from_bot) if words in str(one)), None)

        return await self.telegram.wait_for(
            said, 8, f"{words!r}; there is {[one.get('text') for one in self.wang.from_bot]}"
        )

    async def reads(self, phone: Phone, words: str) -> Message:
        """What a member reads with these words, as it stands now."""
        try:
            return await phone.shows(words, 8)
        except AssertionError:
            pytest.fail(f"{words!r} was not said; but {[one.text for one in phone.messages]}")

    async def group_reads(self, words: str) -> Message:
        def said() -> Message | None:
            posted = self.wecom.messages_of(f"robot:{ROBOT_KEY}")
            return next((one for one in reversed(posted) if words in one.text), None)

        return await self.wecom.wait_for(said, 8, words)

    async def leaks(self) -> str:
        """王阿姨 reports; the ticket's number."""
        await self.wang.starts()
        await self.hears("分享您的手机号")
        await self.wang.shares_contact("+8613800000101")
        await self.hears("3栋2单元1201")
        await self.wang.says("厨房水管漏水")
        await self.wang.presses(await self.hears("什么时候方便上门"), "都可以")
        await self.wang.sends_photo(picture())
        await self.wang.presses(await self.hears("照片已附上"), "✅ 提交")
        receipt = await self.hears("工单号")
        return str(receipt["text"]).split("工单号 ")[1].split("。")[0]


@pytest.fixture
async def estate(tmp_path: Path) -> AsyncIterator[Estate]:
    async with BotApi(webhook_pause=0.05) as telegram, WecomApi() as wecom:
        env = environment(telegram, tmp_path, **wecom.settings, GUANJIA_WECOM__ROBOTS__STAFF=ROBOT_KEY)
        wecom.callback.url = f"http://127.0.0.1:{env['GUANJIA_HTTP__PORT']}/wecom/callback"
        import_estate(env, tmp_path, staff=STAFF, chats=CHATS)
        there = Estate(telegram, wecom, env, tmp_path / "log")
        bound = await asyncio.to_thread(guanjia, env, "wecom", "bind")
        assert "钱未到" in bound
        async with running(env, there.log):
            await is_up(wecom)
            yield there


async def is_up(wecom: WecomApi) -> None:
    async with aiohttp.ClientSession() as session:
        for _ in range(200):
            try:
                async with session.get(wecom.callback.url):
                    return
            except aiohttp.ClientError:
                await asyncio.sleep(0.05)  # a process that starts tells nobody


async def test_a_leak_is_claimed_by_a_press_and_done_with_a_photo(estate: Estate) -> None:
    number = await estate.leaks()
    li, he = estate.li, estate.he
    card, other = await estate.reads(li, number), await estate.reads(he, number)
    group = await estate.group_reads(number)
    assert (group.kind, group.buttons) == ("template_card", {})
    assert list(card.buttons) == list(other.buttons) == ["我来处理"]
    assert "138****0101" in card.text
    assert "13800000101" not in card.text + group.text
    assert estate.sun.messages == [], "not his trade"
    assert [one.kind for one in li.messages][:1] == ["image"]

    await li.presses(card, "我来处理")
    await estate.hears("李师傅 已接单")
    work = await estate.reads(li, "13800000101")
    await estate.reads(he, "李师傅 已接单")
    assert other.buttons == {}
    assert "李师傅" in other.content["replace_text"]
    await estate.group_reads("李师傅 已接单")
    await he.presses(Message("", "HeShiFu", "", other.before[0]), "我来处理")
    await estate.reads(he, "李师傅")

    await is_done(estate, work)
    assert estate.wecom.world.dropped == []


async def is_done(estate: Estate, work: Message) -> None:
    """Every press brings the next steps onto the same card; the photo comes from the phone."""
    li, wang = estate.li, estate.wang
    for press, told in (("出发", "已出发"), ("已到场", "已到达")):
        assert press in work.buttons
        await li.presses(work, press)
        await estate.hears(told)
        await estate.wecom.wait_for(partial(_gone, work, press), 8, f"{press} is gone")
    await li.presses(work, "完成")
    await estate.reads(li, "做了什么")
    await li.sends_photo(picture())
    await li.says("换了密封圈")
    done = await estate.hears("修好了吗")
    await wang.presses(done, "✅ 修好了")
    await wang.presses(await estate.hears("打个分"), "2 ⭐")
    low = await estate.reads(estate.zhao, "2 分")
    assert low.buttons
    await estate.wecom.wait_for(lambda: not work.buttons, 8, "nothing left to press")


def _gone(card: Message, label: str) -> bool:
    return label not in card.buttons


async def test_whoever_taps_the_groups_link_has_claimed_it(estate: Estate) -> None:
    number = await estate.leaks()
    link = (await estate.group_reads(number)).links[0]
    assert (await estate.sun.opens(link)).status == 200
    await estate.reads(estate.sun, "工种")
    assert (await estate.he.opens(link)).status == 200
    await estate.hears("何师傅 已接单")
    await estate.reads(estate.he, "13800000101")
    card = await estate.reads(estate.li, number)
    await estate.wecom.wait_for(lambda: not card.buttons, 8, "the others' cards")


async def test_an_emergency_calls_the_manager_who_can_give_it_to_somebody(estate: Estate) -> None:
    await estate.leaks()
    await estate.wang.says("水管爆了！水喷得到处都是")
    await estate.group_reads("紧急")
    ping = await estate.reads(estate.zhao, "紧急")
    assert "指派给…" in ping.buttons
    await estate.zhao.presses(ping, "指派给…")
    choice = await estate.reads(estate.zhao, "李师傅")
    name = next(label for label in choice.buttons if "李师傅" in label)
    await estate.zhao.presses(choice, name)
    await estate.reads(estate.li, "出发")


async def test_a_stranger_is_bound_by_a_one_time_link_or_the_code_in_it(estate: Estate) -> None:
    qian = estate.wecom.member("QianWeiDao")
    await qian.says("你好")
    await estate.wecom.wait_for(lambda: qian.messages, 8, "a word for a stranger")
    given = await asyncio.to_thread(guanjia, estate.env, "invite", "钱未到", "--json")
    token = given.split("/i/")[1].split('"')[0]
    await qian.says(f"绑定 {token}")
    await estate.reads(qian, "钱未到")
    other = estate.wecom.member("Other")
    await other.says(f"绑定 {token}")
    await estate.wecom.wait_for(lambda: other.messages, 8, "a refusal")
    assert "钱未到" not in str(other.messages)


async def test_nothing_of_theirs_is_in_the_log(estate: Estate) -> None:
    number = await estate.leaks()
    link = (await estate.group_reads(number)).links[0]
    await estate.li.presses(await estate.reads(estate.li, number), "我来处理")
    await estate.reads(estate.li, "13800000101")
    estate.wecom.replace_token()
    await estate.li.says("13800000201 我在路上")
    await estate.wecom.callback.push("nonsense", at=int(estate.wecom.world.now()))
    await estate.li.opens(link)
    assert (await estate.li.opens(f"{link}x")).status == 410
    log = estate.log.read_text(encoding="utf-8")
    secrets = [SECRET, TOKEN, AES_KEY, ROBOT_KEY, estate.wecom.world.token, *estate.wecom.world.codes]
    for secret in (*secrets, *MEMBERS, "13800000101", "13800000201", "李师傅", "我在路上"):
        assert secret not in log, secret

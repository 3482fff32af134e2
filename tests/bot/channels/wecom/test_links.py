"""Links: WeCom tells who tapped them, and then they are a press, an invitation or the way to the web chat."""

from datetime import timedelta

import aiohttp

from tests.bot.channels.wecom.house import ROBOTS, House
from tests.wecomapi import WecomApi

ROBOT = f"robot:{ROBOTS['staff']}"
CARD = "🟡 普通 R1123-001\n3栋漏水\n状态：待接单"


async def test_whoever_taps_a_groups_link_has_pressed_its_button(api: WecomApi, house: House):
    li = api.member("li")
    await house.send("robot:staff", CARD, "我来处理")
    answer = await li.opens(api.messages_of(ROBOT)[0].links[0])
    assert answer.status == 200
    assert "请回到企业微信查看结果" in answer.body
    [press] = await house.inbox()
    assert (press.chat, press.private, press.sender.user) == ("robot:staff", False, "li")
    assert (press.button, press.toast) == (f"{'K' * 16}:0", "link:li")


async def test_a_tap_that_came_twice_is_one_press(api: WecomApi, house: House):
    li = api.member("li")
    link = house.opened.links.press("robot:staff", "K:0")
    await li.opens(link)
    await li.opens(link)
    assert len(await house.inbox()) == 2, "tapped twice"
    code = "the-same-code"
    for _ in range(2):
        api.world.tickets[code] = "li"
        token = link.rpartition("/")[2]
        async with aiohttp.ClientSession() as session, session.get(f"{house.url}/wecom/who?go={token}&code={code}"):
            pass
    assert len(await house.inbox()) == 3


async def test_only_our_own_links_work_and_not_for_ever(api: WecomApi, house: House):
    li = api.member("li")
    link = house.opened.links.press("robot:staff", "K:0")
    forged = link[:-10] + ("A" if link[-10] != "A" else "B") + link[-9:]
    assert (await li.opens(forged)).status == 410
    assert (await li.opens(f"{house.url}/wecom/go/nonsense")).status == 410
    for query in ("", "?code=x", "?code=x&go=nonsense", "?code=x&i=%00", "?go=x", "?code=x&to=elsewhere"):
        assert (await li.opens(f"{house.url}/wecom/who{query}")).status == 410
    assert await house.inbox() == []


async def test_a_link_is_good_for_three_days(api: WecomApi, house: House, monkeypatch):
    li = api.member("li")
    link = house.opened.links.press("robot:staff", "K:0")
    monkeypatch.setattr("bot.channels.wecom.links.LIFE", timedelta(seconds=-1))
    assert (await li.opens(link)).status == 410


async def test_somebody_from_outside_presses_nothing(api: WecomApi, house: House):
    stranger = api.member("visitor")
    api.leaves("visitor")
    answer = await stranger.opens(house.opened.links.press("robot:staff", "K:0"))
    assert answer.status == 403
    assert await house.inbox() == []


async def test_a_code_that_wecom_did_not_give_presses_nothing(api: WecomApi, house: House):
    token = house.opened.links.press("robot:staff", "K:0").rpartition("/")[2]
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{house.url}/wecom/who?go={token}&code=guessed", headers={"accept-language": "en"}) as answer,
    ):
        assert answer.status == 410
        assert "no longer valid" in await answer.text()
    assert await house.inbox() == []


async def test_while_wecom_is_away_they_are_asked_to_tap_again(api: WecomApi, house: House):
    li = api.member("li")
    api.fail(-1, method="auth/getuserinfo")
    answer = await li.opens(house.opened.links.press("robot:staff", "K:0"))
    assert "请稍后再点一次" in answer.body


async def test_a_one_time_link_says_start_for_them(api: WecomApi, house: House):
    await api.member("li").opens(house.opened.links.invitation("abc-DEF_1"))
    [said] = await house.inbox()
    assert (said.command, said.text, said.chat, said.private) == ("start", "abc-DEF_1", "li", True)


async def test_whoever_is_bound_gets_into_the_web_chat_as_themselves(api: WecomApi, house: House):
    await house.knows("li")
    answer = await api.member("li").opens(house.opened.links.home)
    assert answer.status == 302
    assert answer.body.startswith("/i/")
    assert (await api.member("nobody").opens(house.opened.links.home)).status == 403


async def test_no_link_happens_without_wecom_having_been_asked(api: WecomApi, house: House):
    async with (
        aiohttp.ClientSession() as session,
        session.get(house.opened.links.press("robot:staff", "K:0"), allow_redirects=False) as answer,
    ):
        assert answer.status == 302
        assert answer.headers["location"].startswith(f"{api.url}/connect/oauth2/authorize?appid=ww")
    assert await house.inbox() == []

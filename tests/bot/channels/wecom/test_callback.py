"""The callback: genuine or refused, stored before it is answered, once however often it is pushed."""

import asyncio
import time
from typing import Any

import aiohttp
import pytest

from bot.channels.base import Happening
from domain.errors import Unavailable
from tests.bot.channels.wecom.house import House
from tests.wecomapi import WecomApi


async def post(house: House, body: bytes | str, query: dict[str, str], method: str = "POST") -> int:
    url = f"{house.url}/wecom/callback"
    async with aiohttp.ClientSession() as session, session.request(method, url, params=query, data=body) as answer:
        return answer.status


def sealed(api: WecomApi, xml: str, *, at: float | None = None, nonce: str | None = None) -> tuple[str, dict[str, str]]:
    encrypted = api.callback.sealed(xml)
    moment = int(api.world.now() if at is None else at)
    return api.callback.envelope(encrypted), api.callback.signed(encrypted, at=moment, nonce=nonce)


async def test_wecom_is_told_its_own_words_back_within_a_second(api: WecomApi, house: House):
    began = time.perf_counter()
    answer = await api.callback.verify(at=int(api.world.now()), words="1616140317555161061")
    assert (answer.status, answer.body) == (200, "1616140317555161061")
    assert time.perf_counter() - began < 1


async def test_words_are_stored_and_answered_with_nothing(api: WecomApi, house: House):
    answer = await api.member("li").says("我到了")
    assert (answer.status, answer.body) == (200, "")
    [said] = await house.inbox()
    assert (said.chat, said.sender.user, said.private, said.text) == ("li", "li", True, "我到了")


@pytest.mark.parametrize(
    ("words", "command", "text"),
    (
        ("/start abc-DEF_1", "start", "abc-DEF_1"),
        ("/board", "board", ""),
        ("绑定 abc-DEF_1", "start", "abc-DEF_1"),
        ("bind: abc", "start", "abc"),
        ("绑定的事怎么办", None, "绑定的事怎么办"),
    ),
)
async def test_commands_and_one_time_codes(api: WecomApi, house: House, words: str, command: str | None, text: str):
    await api.member("li").says(words)
    [said] = await house.inbox()
    assert (said.command, said.text) == (command, text)


async def test_everything_else_has_its_name(api: WecomApi, house: House):
    li = api.member("li")
    await li.sends("voice", MediaId="m", Format="amr")
    await li.sends("video", MediaId="m", ThumbMediaId="t")
    await li.sends("file", MediaId="m")
    await li.sends("location", Location_X=31.2304, Location_Y=121.4737, Scale=16, Label="地下室")
    await li.sends("link", Title="通知", Url="https://example.com/1")
    await li.sends("hologram")
    await li.event("click", EventKey="board")
    await li.event("enter_agent")
    came = await house.inbox()
    assert [one.other for one in came[:4]] == ["voice", "video", "document", "location"]
    assert came[3].location == (31.2304, 121.4737)
    assert came[4].text == "通知 https://example.com/1"
    assert came[5].other == "other"
    assert came[6].command == "board"
    assert came[7] is None


async def test_who_comes_and_who_goes(api: WecomApi, house: House):
    li = api.member("li")
    await li.event("unsubscribe")
    await li.event("subscribe")
    assert [one.happening for one in await house.inbox()] == [Happening.BLOCKED, Happening.UNBLOCKED]


async def test_a_press_names_the_button_and_the_card(api: WecomApi, house: House):
    li = api.member("li")
    task = await house.send("li", "一张卡片\n状态：待接单", "我来处理")
    await li.presses(await li.next_message(), "我来处理")
    [press] = await house.inbox()
    assert (press.button, press.message, press.toast) == (f"{'K' * 16}:0", task, f"card:li:{task}")


async def test_ten_pushes_at_once_are_one(api: WecomApi, house: House):
    li = api.member("li")
    task = await house.send("li", "一张卡片", "我来处理")
    at = int(api.world.now())
    fields = {"Event": "template_card_event", "EventKey": "K:0", "TaskId": task, "ResponseCode": "code-1"}
    event = api.callback.letter("li", at, MsgType="event", **fields)
    words = api.callback.letter("li", at, MsgType="text", Content="你好", MsgId=17)
    answers = await asyncio.gather(*(api.callback.push(one, at=at) for one in (event, words) for _ in range(10)))
    assert {one.status for one in answers} == {200}
    assert len(await house.inbox()) == 2
    assert (await house.card(task)).code == "code-1"
    assert li.messages


async def test_the_same_push_with_the_same_nonce_is_taken_again_and_another_is_not(api: WecomApi, house: House):
    at = int(api.world.now())
    first = api.callback.letter("li", at, MsgType="text", Content="一", MsgId=1)
    other = api.callback.letter("li", at, MsgType="text", Content="二", MsgId=2)
    statuses = [await post(house, *sealed(api, xml, nonce="n1")) for xml in (first, first, other)]
    assert statuses == [200, 200, 403]
    assert len(await house.inbox()) == 1


async def test_what_is_stale_or_not_signed_is_refused(api: WecomApi, house: House):
    xml = api.callback.letter("li", 1, MsgType="text", Content="一", MsgId=1)
    for wrong in (-301, 301):
        assert await post(house, *sealed(api, xml, at=api.world.now() + wrong)) == 403
    body, query = sealed(api, xml)
    for changed in (
        {**query, "msg_signature": "0" * 40},
        {**query, "msg_signature": "é"},
        {**query, "nonce": "other"},
        {**query, "timestamp": "soon"},
        {name: value for name, value in query.items() if name != "msg_signature"},
    ):
        assert await post(house, body, changed) == 403
    assert await post(house, *sealed(api, xml, nonce="n" * 65)) == 403
    assert await house.inbox() == []


MALFORMED = {
    "empty": b"",
    "no xml": b"<xml",
    "no encrypt": b"<xml><ToUserName>a</ToUserName></xml>",
    "twice": b"<xml><Encrypt>a</Encrypt><Encrypt>b</Encrypt></xml>",
    "bad utf-8": b"<xml><Encrypt>\xff\xfe</Encrypt></xml>",
    "json": b'{"encrypt": "a"}',
    "nul": b"\0" * 100,
    "entity": b'<!DOCTYPE x [<!ENTITY a "b">]><xml><Encrypt>&a;</Encrypt></xml>',
    "outside": b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><xml><Encrypt>&a;</Encrypt></xml>',
    "deep": b"<a>" * 20_000,
}


@pytest.mark.parametrize("name", MALFORMED)
async def test_every_malformed_body_is_answered_with_4xx(api: WecomApi, house: House, name: str):
    query = {"msg_signature": "0" * 40, "timestamp": str(int(api.world.now())), "nonce": "n"}
    assert 400 <= await post(house, MALFORMED[name], query) < 500
    assert await house.inbox() == []


SIGNED_NONSENSE = {
    "no xml": "hello",
    "no sender": "<xml><MsgType>text</MsgType></xml>",
    "two senders": "<xml><FromUserName>a</FromUserName><FromUserName>b</FromUserName><MsgType>text</MsgType></xml>",
    "no kind": "<xml><FromUserName>a</FromUserName></xml>",
    "a picture without one": "<xml><FromUserName>a</FromUserName><MsgType>image</MsgType><MsgId>1</MsgId></xml>",
    "entity": '<!DOCTYPE x [<!ENTITY a "b">]><xml><FromUserName>&a;</FromUserName><MsgType>text</MsgType></xml>',
    "nothing": "",
}


@pytest.mark.parametrize("name", SIGNED_NONSENSE)
async def test_nonsense_under_a_good_signature_is_answered_with_400(api: WecomApi, house: House, name: str):
    assert await post(house, *sealed(api, SIGNED_NONSENSE[name])) == 400
    assert await house.inbox() == []


async def test_what_is_encrypted_for_another_company_is_refused(api: WecomApi, house: House):
    api.callback.corp_id = "ww9999999999999999"
    xml = api.callback.letter("li", int(api.world.now()), MsgType="text", Content="一", MsgId=1)
    assert await post(house, *sealed(api, xml)) == 400


async def test_what_is_no_base64_under_a_good_signature_is_refused(api: WecomApi, house: House):
    for encrypted in ("!!!!", "AAAA", "A" * 64, ""):
        query = api.callback.signed(encrypted, at=int(api.world.now()))
        assert await post(house, api.callback.envelope(encrypted), query) == 400


async def test_a_large_body_is_refused_before_it_is_read(house: House):
    reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
    writer.write(b"POST /wecom/callback HTTP/1.1\r\nhost: x\r\ncontent-length: 314572800\r\n\r\n")
    assert b" 413 " in await reader.readline()
    writer.close()
    await writer.wait_closed()


async def test_when_nothing_can_be_kept_wecom_comes_again(api: WecomApi, house: House, monkeypatch: pytest.MonkeyPatch):
    door: Any = house.opened.routes[0]
    door = door.app
    keep, tries = door._commit, []

    async def full(function: object) -> object:
        tries.append(function)
        if len(tries) < 3:
            raise Unavailable("the disk is full")
        return await keep(function)

    monkeypatch.setattr(door, "_commit", full)
    answer = await api.member("li").says("我到了")
    assert (answer.status, api.callback.refused) == (200, [503, 503])
    assert len(await house.inbox()) == 1


async def test_a_photo_is_fetched_at_once_and_kept_when_wecom_has_it_no_more(
    api: WecomApi, fetching: House, jpeg: bytes
):
    await api.member("li").sends_photo(jpeg)
    [said] = await fetching.inbox()
    await api.wait_for(lambda: api.counts["media/get"] == 1, what="the fetch")
    api.world.media.clear()
    content = await fetching.channel.fetch(said.photos[0])
    assert content.startswith(b"\xff\xd8")
    assert b"Exif" not in content


async def test_a_photo_waits_until_wecom_answers_again(api: WecomApi, house: House, jpeg: bytes):
    await api.member("li").sends_photo(jpeg)
    [said] = await house.inbox()
    api.fail(-1, method="media/get")
    with pytest.raises(Exception, match="errcode -1"):
        await house.channel.fetch(said.photos[0])
    assert (await house.channel.fetch(said.photos[0])).startswith(b"\xff\xd8")


@pytest.mark.parametrize("content", (b"no photo at all", b""))
async def test_what_is_no_photo_is_asked_for_once(api: WecomApi, house: House, content: bytes):
    await api.member("li").sends_photo(content)
    [said] = await house.inbox()
    for _ in range(2):
        with pytest.raises(LookupError):
            await house.channel.fetch(said.photos[0])
    assert api.counts["media/get"] == 1

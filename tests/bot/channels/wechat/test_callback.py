"""The door: who may come in, what is kept before it is acknowledged, and what hostile requests get."""

import asyncio
import io
import random  # noqa: TID251 - seeded
import time

import aiohttp
import pytest

from domain.errors import Unavailable
from storage import tables
from tests.bot.channels.wechat.rig import WANG, Rig
from tests.wechatapi.pushing import xml_of

TEXT: dict[str, object] = {
    "ToUserName": "gh_1", "FromUserName": WANG, "CreateTime": 1, "MsgType": "text", "Content": "漏水", "MsgId": 5,
}  # fmt: skip


def at(house: Rig) -> int:
    return int(house.now().timestamp())


async def test_the_address_is_verified_by_its_signature(house: Rig):
    session = house.api.pusher.session
    assert session is not None
    query = house.api.pusher.sealing.query("x", at=at(house)) | {"echostr": "8812345"}
    async with session.get(house.api.pusher.url, params=query) as answer:
        assert (answer.status, await answer.text()) == (200, "8812345")
    async with session.get(house.api.pusher.url, params=query | {"signature": "0" * 40}) as answer:
        assert (answer.status, await answer.text()) == (403, "")


@pytest.mark.parametrize("seconds", (-301, 301))
async def test_a_push_that_is_not_fresh_is_refused(house: Rig, seconds: int):
    answered = await house.api.pusher.once(xml_of(TEXT), at=at(house) + seconds)
    assert answered.status == 403
    assert house.rows(tables.inbox) == []


async def test_a_plain_push_is_refused(house: Rig):
    query = house.api.pusher.sealing.query("x", at=at(house))
    assert (await house.api.pusher.post(query, xml_of(TEXT).encode())).status == 403
    assert house.rows(tables.inbox) == []


async def test_a_nonce_comes_again_only_with_its_own_message(house: Rig):
    push, now = house.api.pusher.once, at(house)
    assert (await push(xml_of(TEXT), at=now, nonce="n-1")).status == 200
    assert (await push(xml_of(TEXT), at=now, nonce="n-1")).status == 200
    assert (await push(xml_of({**TEXT, "MsgId": 6}), at=now, nonce="n-1")).status == 403
    assert len(house.rows(tables.inbox)) == 1


@pytest.mark.parametrize(
    "inner",
    (
        "", "{}", "<xml>", "<xml/>", "<xml><MsgType>text</MsgType></xml>",
        xml_of({**TEXT, "FromUserName": "漏水"}), xml_of({**TEXT, "FromUserName": "o" * 65}),
        xml_of(TEXT).replace("</xml>", "<FromUserName>o-2</FromUserName></xml>"),
        xml_of({**TEXT, "MsgType": "image"}), xml_of({**TEXT, "MsgId": "x" * 200}),
        '<!DOCTYPE x [<!ENTITY a "aaaa">]>' + xml_of({**TEXT, "Content": "&a;"}),
        "<a>" * 50_000 + "</a>" * 50_000,
    ),
)  # fmt: skip
async def test_what_cannot_be_read_is_refused_without_a_trace(house: Rig, inner: str):
    assert (await house.api.pusher.once(inner, at=at(house))).status in (400, 403)
    assert house.rows(tables.inbox) == []


async def test_noise_is_refused(house: Rig):
    chance = random.Random(7)
    session = house.api.pusher.session
    assert session is not None
    for _ in range(60):
        query = {
            chance.choice(("signature", "nonce", "timestamp", "x")): chance.choice(("", "1", "漏", "%")) for _ in "ab"
        }
        async with session.post(house.api.pusher.url, params=query, data=chance.randbytes(200)) as answer:
            assert answer.status in (400, 403)
    async with session.post(f"{house.api.pusher.url}?{'&'.join(['a=1'] * 50)}", data=b"") as answer:
        assert answer.status == 400


async def test_characters_that_xml_cannot_hold_cost_nobody_their_message(house: Rig):
    answered = await house.api.pusher.once(xml_of({**TEXT, "Content": "厨房\x08漏水"}), at=at(house))
    assert answered.status == 200
    assert "厨房漏水" in house.rows(tables.inbox)[0].body


async def test_a_body_that_is_too_large_is_refused_before_it_is_read(house: Rig):
    query = house.api.pusher.sealing.query("x", at=at(house))
    session = house.api.pusher.session
    assert session is not None
    began = time.monotonic()
    try:
        async with session.post(house.api.pusher.url, params=query, data=io.BytesIO(b"x" * 3_000_000)) as answer:
            assert answer.status == 413
    except aiohttp.ClientError:  # closed while we were still sending
        pass
    assert time.monotonic() - began < 3


async def test_what_cannot_be_kept_is_not_acknowledged(house: Rig):
    def full(_work: object) -> None:
        raise Unavailable("disk full")

    keep, house.commit._writing = house.commit._writing, full  # type: ignore[assignment]
    assert (await house.api.pusher.once(xml_of(TEXT), at=at(house))).status == 503
    house.commit._writing = keep
    assert (await house.api.pusher.once(xml_of(TEXT), at=at(house))).status == 200
    assert len(house.rows(tables.inbox)) == 1


async def test_an_event_is_known_by_its_person_and_second_and_its_key_names_nobody(house: Rig):
    event = {**TEXT, "MsgType": "event", "Event": "CLICK", "EventKey": "help"}
    del event["MsgId"], event["Content"]
    await asyncio.gather(*(house.api.pusher.once(xml_of(event), at=at(house)) for _ in range(3)))
    (row,) = house.rows(tables.inbox)
    assert WANG not in row.key


async def test_options_stay_what_they_were_when_the_answer_was_written(house: Rig):
    wang = house.api.follower(WANG)
    await wang.says("厨房水管漏水")
    await wang.says("随时")
    assert '"button"' not in house.rows(tables.inbox)[-1].body
    assert "随时" in house.rows(tables.inbox)[-1].body


@pytest.mark.parametrize(("status", "told"), (("success", 0), ("failed:user block", 1)))
async def test_a_template_that_was_accepted_and_not_shown_is_told_to_the_operator(
    house: Rig, status: str, told: int, capsys: pytest.CaptureFixture[str]
):
    event = {**TEXT, "MsgType": "event", "Event": "TEMPLATESENDJOBFINISH", "Status": status}
    answered = await house.api.pusher.once(xml_of(event), at=at(house))
    assert (answered.status, answered.reply) == (200, None)
    assert capsys.readouterr().out.count("wechat-message-not-shown") == told

"""What browsers may ask, and what they are answered."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx
import pytest
from starlette.requests import Request
from starlette.types import Message

from bot.channels.web.body import read_json
from bot.channels.web.refused import Refused
from domain.errors import Unavailable
from tests.bot.channels.web.house import GROUP, House

MINE = "/api/chats/demo-1/messages"


def words(**values: Any) -> dict[str, Any]:
    return {"key": "abcdefgh-1", "as": "1", "text": "厨房水管漏水", "tab": "tab-00001", "language": "zh_CN", **values}


async def test_what_is_written_is_stored_and_shown_before_it_is_acknowledged(
    demo: House, browser: httpx.AsyncClient
) -> None:
    answer = await browser.post(MINE, json=words(text="a <b> & c"))
    assert answer.status_code == 202
    [update] = demo.inbox()
    incoming = demo.channel.parse(update.body)
    assert incoming is not None
    assert incoming.sender is not None
    assert (incoming.text, incoming.sender.user, incoming.sender.name, incoming.private) == (
        "a <b> & c",
        "demo-1",
        "王芳",
        True,
    )
    [row] = demo.log("demo-1")
    assert (row.author, row.body["text"], row.body["key"]) == (1, "a &lt;b&gt; &amp; c", "abcdefgh-1")


async def test_a_repeated_request_is_the_same_message(demo: House, browser: httpx.AsyncClient) -> None:
    answers = await asyncio.gather(*(browser.post(MINE, json=words()) for _ in range(5)))
    assert {answer.status_code for answer in answers} == {202}
    assert (len(demo.inbox()), len(demo.log("demo-1"))) == (1, 1)


async def test_what_the_page_says_by_itself_is_not_shown(demo: House, browser: httpx.AsyncClient) -> None:
    await browser.post(MINE, json=words(text="/language en", quiet=True))
    assert (len(demo.inbox()), demo.log("demo-1")) == (1, [])


async def test_a_press_goes_to_the_inbox_and_leaves_no_message(demo: House, browser: httpx.AsyncClient) -> None:
    press = {"key": "abcdefgh-2", "as": "3", "button": "KEY:0", "message": "7", "tab": "tab-00001"}
    assert (await browser.post(f"/api/chats/{GROUP}/press", json=press)).status_code == 202
    incoming = demo.channel.parse(demo.inbox()[0].body)
    assert incoming is not None
    assert (incoming.chat, incoming.private, incoming.button, incoming.message) == (GROUP, False, "KEY:0", "7")
    assert not demo.log(GROUP)


async def test_somebody_is_typing_as_soon_as_a_message_is_stored(demo: House, browser: httpx.AsyncClient) -> None:
    with demo.channel.hub.open(["demo-1"], tab="tab-00002") as stream:
        await browser.post(MINE, json=words())
        assert list(stream.signs()) == [("typing", {"chat": "demo-1"})]
        assert stream.changed() == {"demo-1"}


@pytest.mark.parametrize(
    ("chat", "person"),
    (("demo-2", "1"), (GROUP, "1"), ("demo-1", "3"), ("nowhere", "1"), ("demo-9", "9")),
)
async def test_nobody_writes_in_a_chat_that_is_not_theirs(
    demo: House, browser: httpx.AsyncClient, chat: str, person: str
) -> None:
    answer = await browser.post(f"/api/chats/{chat}/messages", json=words(**{"as": person}))
    assert (answer.status_code, demo.inbox()) == (404, [])


@pytest.mark.parametrize(
    ("body", "status", "key"),
    (
        (b"", 400, "web-bad"),
        (b"\xff\xfe", 400, "web-bad"),
        (b"[1]", 400, "web-bad"),
        (b"[" * 100_000, 400, "web-bad"),
        (json.dumps(words(text="  \n ")).encode(), 400, "web-empty"),
        (json.dumps(words(text=7)).encode(), 400, "web-bad"),
        (json.dumps(words(key="x")).encode(), 400, "web-bad"),
        (json.dumps(words(key=None)).encode(), 400, "web-bad"),
        (json.dumps(words(key=["x"], tab={"y": 1})).encode(), 400, "web-bad"),
        (json.dumps(words(tab=["x"])).encode(), 400, "web-bad"),
        (json.dumps(words(**{"as": "1 or 1"})).encode(), 400, "web-bad"),
        (json.dumps(words(text="长" * 4097)).encode(), 413, "web-text-too-long"),
        (b" " * 1_000_001, 413, "web-too-large"),
    ),
)
async def test_bad_input_is_refused_with_a_kind_sentence(
    demo: House, browser: httpx.AsyncClient, body: bytes, status: int, key: str
) -> None:
    answer = await browser.post(MINE, content=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["key"]) == (status, key)
    assert len(answer.json()["error"]) > 20
    assert not demo.inbox()


async def test_a_body_that_does_not_say_how_long_it_is_is_counted(demo: House, browser: httpx.AsyncClient) -> None:
    async def endless() -> Any:
        for _ in range(1000):
            yield b" " * 10_000

    answer = await browser.post(MINE, content=endless())
    assert answer.status_code == 413


async def test_a_body_that_does_not_come_is_not_waited_for() -> None:
    async def silence() -> Message:
        await asyncio.Event().wait()
        raise AssertionError

    request = Request({"type": "http", "method": "POST", "headers": []}, silence)
    with pytest.raises(Refused) as caught:
        await read_json(request, seconds=0.01)
    assert caught.value.status == 408


async def test_characters_that_no_database_keeps_are_left_out(demo: House, browser: httpx.AsyncClient) -> None:
    await browser.post(MINE, content=json.dumps(words(text="a\x00b\ud800c\td\u202e")).encode())
    assert json.loads(demo.inbox()[0].body)["text"] == "abc\td\u202e"


@pytest.mark.parametrize(
    "headers",
    (
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:9999"},
        {"Origin": "http://evil.example", "Host": "evil.example"},
    ),
)
async def test_another_site_can_do_nothing_here(
    demo: House, browser: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    answer = await browser.post(MINE, json=words(), headers=headers)
    assert (answer.status_code, demo.inbox()) == (403, [])


async def test_a_request_without_origin_must_not_come_from_another_site(
    demo: House, browser: httpx.AsyncClient
) -> None:
    del browser.headers["Origin"]
    assert (await browser.post(MINE, json=words(), headers={"Sec-Fetch-Site": "cross-site"})).status_code == 403
    assert (await browser.post(MINE, json=words(), headers={"Sec-Fetch-Site": "same-origin"})).status_code == 202


async def test_the_demo_answers_to_no_foreign_name(browser: httpx.AsyncClient) -> None:
    assert (await browser.get("/api/me", headers={"Host": "evil.example"})).status_code == 403
    assert (await browser.get("/api/me", headers={"Host": "localhost:8000"})).status_code == 200


@pytest.mark.parametrize("path", ("/", "/api/me", "/static/js/main.js", "/photos/file/none"))
async def test_browsers_are_told_to_be_strict(browser: httpx.AsyncClient, path: str) -> None:
    headers = (await browser.get(path)).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["Cache-Control"] in {"no-cache", "no-store"}


async def test_the_page_itself_holds_no_script_or_style_of_its_own(browser: httpx.AsyncClient) -> None:
    page = (await browser.get("/")).text
    assert "<style" not in page
    assert " style=" not in page
    assert " onclick" not in page
    assert page.count("<script") == page.count('<script src="') + page.count('<script type="module" src="')


async def test_the_demo_shows_an_owner_the_staff_and_a_manager(browser: httpx.AsyncClient) -> None:
    me = (await browser.get("/api/me")).json()
    panes = {pane["key"]: ([person["id"] for person in pane["people"]], pane["groups"]) for pane in me["panes"]}
    staff = [{"chat": GROUP, "language": "zh_CN"}]
    assert panes == {"owner": ([1, 2], []), "staff": ([3, 4], staff), "manager": ([5, 4], [])}
    assert me["demo"] is True
    assert me["texts"]["en"]["web-send"] == "Send"


async def test_older_messages_come_page_by_page(demo: House, browser: httpx.AsyncClient) -> None:
    ids = [int(await demo.say("demo-1", str(number)) or 0) for number in range(60)]
    page = (await browser.get(MINE, params={"before": ids[55]})).json()
    assert ([message["id"] for message in page["messages"]], page["more"]) == (ids[5:55], True)
    page = (await browser.get(MINE, params={"before": ids[5]})).json()
    assert ([message["id"] for message in page["messages"]], page["more"]) == (ids[:5], False)
    assert (await browser.get(MINE, params={"before": "x"})).status_code == 400


@pytest.mark.parametrize(
    ("query", "status"),
    (
        ({"tab": "tab-00001"}, 400),
        ({"chat": "demo-1"}, 400),
        ({"chat": ["demo-1", "demo-1"], "tab": "tab-00001"}, 400),
        ({"chat": [f"demo-{number}" for number in range(201)], "tab": "tab-00001"}, 400),
        ({"chat": "nowhere", "tab": "tab-00001"}, 404),
    ),
)
async def test_a_stream_is_for_chats_that_exist(browser: httpx.AsyncClient, query: dict[str, Any], status: int) -> None:
    assert (await browser.get("/api/events", params=query)).status_code == status


async def test_when_the_house_is_closing_a_stream_is_asked_to_come_later(
    demo: House, browser: httpx.AsyncClient
) -> None:
    demo.channel.close()
    answer = await browser.get("/api/events", params={"chat": "demo-1", "tab": "tab-00001"})
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")


async def test_while_nothing_can_be_stored_the_browser_is_asked_to_come_again(
    demo: House, browser: httpx.AsyncClient
) -> None:
    async def full(_function: Any) -> Any:
        raise Unavailable("disk full")

    demo.channel.commit = full
    answer = await browser.post(MINE, json=words())
    assert (answer.status_code, answer.json()["key"]) == (503, "web-trouble")

"""Coming in by a one-time link, and staying in one's own chat."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from domain.messaging.model import Received
from domain.register.model import Address
from tests.bot.channels.web.house import House, photo

TOKEN = "abcDEF_-0123456789"
WORDS = {"key": "abcdefgh-1", "text": "hello"}


async def enter(house: House, visitor: httpx.AsyncClient) -> str:
    """Use the link; the user that this browser has become."""
    answer = await visitor.post(f"/i/{TOKEN}")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    return str(house.inbox()[-1].chat)


async def test_looking_at_a_link_does_not_use_it_up(real: House, visitor: httpx.AsyncClient) -> None:
    page = await visitor.get(f"/i/{TOKEN}")
    assert (page.status_code, "Set-Cookie" in page.headers, real.inbox()) == (200, False, [])
    assert "Open the chat" in page.text
    assert '<form method="post">' in page.text


async def test_the_door_speaks_the_visitors_language(visitor: httpx.AsyncClient) -> None:
    page = await visitor.get(f"/i/{TOKEN}", headers={"Accept-Language": "zh-CN,zh;q=0.9"})
    assert "进入对话" in page.text
    assert '<html lang="zh-CN">' in page.text


async def test_using_a_link_is_the_same_as_start_on_any_other_channel(real: House, visitor: httpx.AsyncClient) -> None:
    user = await enter(real, visitor)
    incoming = real.channel.parse(real.inbox()[0].body)
    assert incoming is not None
    assert incoming.sender is not None
    assert (incoming.command, incoming.text, incoming.sender.user, incoming.sender.language) == (
        "start",
        TOKEN,
        user,
        "en",
    )
    assert not real.log(user)  # the token is in no chat


async def test_a_code_at_a_room_opens_a_chat_and_leaves_who_is_known_here_who_they_are(
    real: House, visitor: httpx.AsyncClient
) -> None:
    assert "phone number" in (await visitor.get(f"/i/room-{TOKEN}")).text
    user = await enter(real, visitor)
    answer = await visitor.post(f"/i/room-{TOKEN}")
    assert (answer.status_code, "Set-Cookie" in answer.headers) == (303, False)
    incoming = real.channel.parse(real.inbox()[-1].body)
    assert incoming is not None
    assert incoming.sender is not None
    assert (incoming.text, incoming.sender.user) == (f"room-{TOKEN}", user)


async def test_the_cookie_is_closed_to_scripts_and_other_sites(visitor: httpx.AsyncClient) -> None:
    cookie = (await visitor.post(f"/i/{TOKEN}")).headers["Set-Cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie


async def test_over_https_the_cookie_never_travels_openly(visitor: httpx.AsyncClient) -> None:
    answer = await visitor.post(f"https://127.0.0.1/i/{TOKEN}", headers={"Origin": "https://127.0.0.1"})
    assert "secure" in answer.headers["Set-Cookie"].lower()


async def test_another_site_cannot_use_a_link_for_somebody(real: House, visitor: httpx.AsyncClient) -> None:
    answer = await visitor.post(f"/i/{TOKEN}", headers={"Origin": "https://evil.example"})
    assert (answer.status_code, real.inbox()) == (403, [])


@pytest.mark.parametrize("token", ("short", "x" * 65, "a b c d e f g h", "<script>alert(1)</script>"))
async def test_what_cannot_be_a_link_of_ours_is_not_found(real: House, visitor: httpx.AsyncClient, token: str) -> None:
    assert (await visitor.get(f"/i/{token}")).status_code == 404
    assert (await visitor.post(f"/i/{token}")).status_code == 404
    assert not real.inbox()


async def test_each_use_makes_a_new_user(real: House, visitor: httpx.AsyncClient) -> None:
    assert await enter(real, visitor) != await enter(real, visitor)


async def test_without_a_link_the_page_says_where_to_get_one(visitor: httpx.AsyncClient) -> None:
    page = await visitor.get("/")
    assert (page.status_code, "ask the service desk" in page.text) == (403, True)


@pytest.mark.parametrize("cookie", ("", "bound-1", "ImJvdW5kLTEi.aSAtQg.AAAAAAAAAAAAAAAAAAAAAAAAAAA"))
async def test_a_cookie_that_we_did_not_sign_is_none(real: House, visitor: httpx.AsyncClient, cookie: str) -> None:
    visitor.cookies.set("guanjia", cookie)
    assert (await visitor.get("/")).status_code == 403
    assert (await visitor.get("/api/me")).status_code == 401
    assert (await visitor.get("/api/events", params={"chat": "bound-1", "tab": "tab-00001"})).status_code == 401
    assert (await visitor.post("/api/chats/bound-1/messages", json=WORDS)).status_code == 401
    assert (await visitor.get("/photos/file/x")).status_code == 401
    assert not real.inbox()


async def test_inside_there_is_one_chat_of_ones_own(real: House, visitor: httpx.AsyncClient) -> None:
    user = await enter(real, visitor)
    assert "<main" in (await visitor.get("/")).text
    me = (await visitor.get("/api/me")).json()
    assert [(pane["key"], pane["groups"], [person["chat"] for person in pane["people"]]) for pane in me["panes"]] == [
        ("me", [], [user])
    ]
    assert (await visitor.post(f"/api/chats/{user}/messages", json=WORDS)).status_code == 202
    assert real.log(user)[0].body["text"] == "hello"


async def test_once_bound_the_page_knows_the_name(real: House, visitor: httpx.AsyncClient) -> None:
    user = await enter(real, visitor)
    real.write(lambda work: work.addresses.bind(Address(channel="web", user=user, chat=user, person_id=1)))
    [pane] = (await visitor.get("/api/me")).json()["panes"]
    assert pane["people"][0]["name"] == "王芳"
    await visitor.post(f"/api/chats/{user}/messages", json=WORDS)
    assert real.log(user)[0].author == 1


async def test_another_persons_chat_is_not_found(real: House, visitor: httpx.AsyncClient) -> None:
    await enter(real, visitor)
    before = len(real.inbox())
    press: dict[str, Any] = {"key": "abcdefgh-2", "button": "K:0", "message": "1", "tab": "tab-00001"}
    for chat in ("bound-1", "demo-staff", "nowhere"):
        assert (await visitor.post(f"/api/chats/{chat}/messages", json={**WORDS, "as": "1"})).status_code == 404
        assert (await visitor.post(f"/api/chats/{chat}/press", json=press)).status_code == 404
        assert (await visitor.get(f"/api/chats/{chat}/messages?before=9")).status_code == 404
        assert (await visitor.get("/api/events", params={"chat": chat, "tab": "tab-00001"})).status_code == 404
    assert len(real.inbox()) == before


async def test_another_persons_photo_is_not_found(real: House, visitor: httpx.AsyncClient) -> None:
    user = await enter(real, visitor)
    await visitor.post(f"/api/chats/{user}/messages", data=WORDS, files=[("photo", ("p.jpg", photo(), "image/jpeg"))])
    [address] = real.log(user)[0].body["photos"]
    assert (await visitor.get(f"/photos/{address}")).status_code == 200
    await enter(real, visitor)
    assert (await visitor.get(f"/photos/{address}")).status_code == 404


async def test_updates_of_the_web_carry_what_orders_them(real: House, visitor: httpx.AsyncClient) -> None:
    user = await enter(real, visitor)
    [update] = real.inbox()
    assert isinstance(update, Received)
    assert (update.channel, update.chat, update.key.startswith(f"{user}:")) == ("web", user, True)
    assert len(update.key) <= 100

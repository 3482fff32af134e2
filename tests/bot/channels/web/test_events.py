"""The stream that keeps a page up to date."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from functools import partial
from typing import Any

import pytest

from bot.channels.web.events import events, resumed
from domain.messaging.model import Mode
from tests.bot.channels.web.house import GROUP, NOW, House

TAB = "tab-00001"


async def read(stream: AsyncGenerator[str], until: str) -> list[tuple[str, Any, str | None]]:
    """Events up to the first one of that name, as (name, data, id)."""
    found: list[tuple[str, Any, str | None]] = []
    async for chunk in stream:
        for block in filter(None, chunk.split("\n\n")):
            fields = dict(line.split(": ", 1) for line in block.split("\n") if not line.startswith(":"))
            if "event" in fields:
                found.append((fields["event"], json.loads(fields["data"]), fields.get("id")))
        if any(name == until for name, _, _ in found):
            return found
    return found


def write_one(work: Any, *, text: str) -> None:
    """As another process would, telling nobody."""
    work.web.post("demo-1", author=None, body={"text": text}, now=NOW)


def said(found: list[tuple[str, Any, str | None]]) -> list[str]:
    return [message["text"] for name, data, _ in found if name == "messages" for message in data["messages"]]


async def test_a_fresh_page_gets_the_history_of_each_chat_and_then_the_news(demo: House) -> None:
    await demo.say("demo-1", "before")
    stream = events(demo.channel, {"demo-1": None, GROUP: None}, tab=TAB)
    first = await read(stream, "ready")
    assert [(data["chat"], data["history"]) for name, data, _ in first if name == "messages"] == [
        ("demo-1", True),
        (GROUP, True),
    ]
    await demo.say(GROUP, "after")
    news = await read(stream, "messages")
    assert said(news) == ["after"]
    assert news[0][2] == "1.1"
    await stream.aclose()


async def test_after_a_break_nothing_is_missing_and_nothing_comes_twice(demo: House) -> None:
    first = await demo.say("demo-1", "one") or ""
    stream = events(demo.channel, {"demo-1": None}, tab=TAB)
    last_id = [id_ for _, _, id_ in await read(stream, "ready") if id_][-1]
    await stream.aclose()
    await demo.say("demo-1", "two")
    await demo.say("demo-1", "one, edited", mode=Mode.EDIT, copies=(first,))
    stream = events(demo.channel, resumed(["demo-1"], [], last_id or ""), tab=TAB)
    assert said(await read(stream, "ready")) == ["two", "one, edited"]
    await stream.aclose()


async def test_a_long_absence_is_caught_up_in_full(demo: House) -> None:
    for number in range(203):
        demo.write(partial(write_one, text=str(number)))
    stream = events(demo.channel, {"demo-1": 0}, tab=TAB)
    assert said(await read(stream, "ready")) == [str(number) for number in range(203)]
    await stream.aclose()


async def test_what_another_process_wrote_is_found_at_the_next_heartbeat(demo: House) -> None:
    stream = events(demo.channel, {"demo-1": 0}, tab=TAB, heartbeat=0.01)
    await read(stream, "ready")
    demo.write(partial(write_one, text="x"))
    assert "x" in said(await read(stream, "messages"))
    await stream.aclose()


async def test_a_quiet_stream_says_that_it_is_alive(demo: House) -> None:
    stream = events(demo.channel, {"demo-1": 0}, tab=TAB, heartbeat=0.01)
    assert [name for name, _, _ in await read(stream, "beat")] == ["ready", "beat"]
    await stream.aclose()


async def test_typing_comes_before_the_answer_that_ends_it(demo: House) -> None:
    stream = events(demo.channel, {"demo-1": 0}, tab=TAB)
    await read(stream, "ready")
    demo.channel.hub.typing("demo-1")
    await demo.say("demo-1", "answer")
    assert [name for name, _, _ in await read(stream, "messages")] == ["typing", "messages"]
    await stream.aclose()


async def test_a_slow_tab_keeps_only_the_last_signs(demo: House) -> None:
    with demo.channel.hub.open(["demo-1"], tab=TAB) as stream:
        for _ in range(1000):
            demo.channel.hub.typing("demo-1")
        assert len(list(stream.signs())) == 32


async def test_closing_ends_every_stream_at_once_and_takes_no_new_one(demo: House) -> None:
    stream = events(demo.channel, {"demo-1": 0}, tab=TAB)
    await read(stream, "ready")
    rest = asyncio.ensure_future(read(stream, "never"))
    await asyncio.sleep(0)
    demo.channel.close()
    assert await asyncio.wait_for(rest, 1) == []
    assert demo.channel.hub.full
    assert len(demo.channel.hub) == 0


async def test_a_browser_that_goes_leaves_nothing_behind(demo: House) -> None:
    stream = events(demo.channel, {"demo-1": 0}, tab=TAB)
    await read(stream, "ready")
    assert len(demo.channel.hub) == 1
    await stream.aclose()
    assert len(demo.channel.hub) == 0


@pytest.mark.parametrize(
    ("after", "last_id", "seen"),
    (
        (["3", ""], "", {"a": 3, "b": None}),
        (["3", ""], "5.6", {"a": 5, "b": 6}),
        ([], "", {"a": None, "b": None}),
        (["3"], "", {"a": None, "b": None}),
        ([], "5", {"a": None, "b": None}),
        (["x", "-1"], "", {"a": None, "b": None}),
        (["9" * 30, "1"], "", {"a": None, "b": 1}),
    ),
)
def test_where_a_page_goes_on(after: list[str], last_id: str, seen: dict[str, int | None]) -> None:
    assert resumed(["a", "b"], after, last_id) == seen

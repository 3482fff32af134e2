"""The stream over real HTTP: a browser comes back, a server stops."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

from tests.bot.channels.web.house import House, serving

QUERY = {"chat": "demo-1", "tab": "tab-00001"}


async def texts(lines: AsyncIterator[str], until: str) -> tuple[list[str], str]:
    """The messages up to the first event of that name, and the last id."""
    said, last_id, name = [], "", ""
    async for line in lines:
        field, _, value = line.partition(": ")
        if field == "id":
            last_id = value
        elif field == "event":
            name = value
        elif field == "data":
            said += [message["text"] for message in json.loads(value).get("messages", ())]
            if name == until:
                break
    return said, last_id


async def test_a_browser_that_lost_its_line_goes_on_where_it_was(demo: House) -> None:
    async with serving(demo) as client:
        await demo.say("demo-1", "one")
        async with client.stream("GET", "/api/events", params=QUERY) as answer:
            assert answer.headers["Content-Type"].startswith("text/event-stream")
            said, last_id = await texts(answer.aiter_lines(), "ready")
        assert (said, last_id) == (["one"], "1")
        await demo.say("demo-1", "two")
        async with client.stream("GET", "/api/events", params=QUERY, headers={"Last-Event-ID": last_id}) as answer:
            lines = answer.aiter_lines()
            assert await texts(lines, "ready") == (["two"], "2")
            await demo.say("demo-1", "three")
            assert await texts(lines, "messages") == (["three"], "3")


async def test_open_streams_do_not_hold_up_a_stop(demo: House) -> None:
    async with serving(demo) as client, client.stream("GET", "/api/events", params=QUERY) as answer:
        lines = answer.aiter_lines()
        await texts(lines, "ready")
        demo.channel.close()
        assert await texts(lines, "never") == ([], "")
    assert len(demo.channel.hub) == 0

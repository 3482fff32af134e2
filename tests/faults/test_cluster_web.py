"""The web chat of a cluster: a page hears at once what is said through any process, and its cookie is good at each."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests import postgres
from tests.faults.estate import Estate
from tests.faults.house import House
from tests.faults.people import Recording, label
from tests.faults.village import Village

pytestmark = [pytest.mark.faults, pytest.mark.postgres]
TAB = "tab-of-a-test"


@pytest.fixture
def url(postgres_server: Any) -> Iterator[str]:
    with postgres.database(postgres_server, "village") as address:
        yield address


@pytest.fixture
async def village(tmp_path: Path, api: Recording, url: str) -> AsyncIterator[Village]:
    async with Village(tmp_path, api, url, ("web", "web", "worker", "clock")) as several:
        await several.first.furnish(Estate(owners=1))
        await several.start()
        yield several


class Page:
    """An owner's page: it speaks through one process and listens at the other."""

    def __init__(self, speaks: httpx.AsyncClient, listens: httpx.AsyncClient, chat: str) -> None:
        self._speaks, self._listens, self.chat = speaks, listens, chat
        self.late: list[float] = []  # seconds from each message being written to the page having it
        self.toasts: list[str] = []
        self.messages: list[Any] = []
        self._ready = asyncio.Event()
        self._changed = asyncio.Event()

    async def listen(self) -> None:
        """Until cancelled."""
        asked = {"chat": self.chat, "tab": TAB}
        async with self._listens.stream("GET", "/api/events", params=asked, timeout=60) as answer:
            name = ""
            async for line in answer.aiter_lines():
                field, _, value = line.partition(": ")
                name = value if field == "event" else name
                if field == "data":
                    self._take(name, json.loads(value))

    def _take(self, name: str, data: Any) -> None:
        if name == "ready":
            self._ready.set()
        elif name == "toast":
            self.toasts.append(data["text"])
        elif name == "messages" and not data["history"]:
            now = datetime.fromtimestamp(time.time(), UTC)
            self.messages += data["messages"]
            moments = (one["edited"] or one["at"] for one in data["messages"])
            self.late += [(now - datetime.fromisoformat(moment)).total_seconds() for moment in moments]
        self._changed.set()

    async def says(self, words: str) -> None:
        await self._ready.wait()
        await self._post("messages", text=words)

    async def presses(self, key: str) -> None:
        """The button of that name under the last message that has it."""
        shown = await self.until(lambda: self._buttons(label(key)))
        message, data = shown[-1]
        await self._post("press", button=data, message=str(message))

    def _buttons(self, name: str) -> list[tuple[int, str]]:
        rows = ((one["id"], button) for one in self.messages for row in one.get("buttons", ()) for button in row)
        return [(message, button["data"]) for message, button in rows if button["label"] == name]

    async def until(self, found: Callable[[], Any]) -> Any:
        async with asyncio.timeout(20):
            while not (result := found()):
                self._changed.clear()
                await self._changed.wait()
        return result

    async def _post(self, what: str, **values: str) -> None:
        body = {"key": str(time.time_ns()), "tab": TAB, **values}
        answer = await self._speaks.post(f"/api/chats/{self.chat}/{what}", json=body)
        assert answer.status_code == 202, answer.text


async def client(house: House, cookies: httpx.Cookies | None = None) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=house.address, cookies=cookies)


async def test_a_page_at_one_process_hears_what_another_is_told_and_a_third_answers(
    village: Village, figure: Callable[[str], None]
) -> None:
    one, two = village.of("web")
    code, out, complaint = await village.first.command("invite", "业主0", "--json")
    assert code == 0, complaint
    link = json.loads(out)["links"]["web"]
    async with await client(one) as speaks:
        await speaks.post(f"/i/{link.rpartition('/')[2]}")
        async with await client(two, speaks.cookies) as listens:
            me = (await listens.get("/api/me")).json()["panes"][0]["people"][0]
            page = Page(speaks, listens, me["chat"])
            listening = asyncio.create_task(page.listen())
            await page.says("厨房水管漏水")
            await page.presses("visit-anytime")
            await page.presses("button-send")
            await page.until(lambda: any("R" in str(one.get("text")) and not one.get("user") for one in page.messages))
            listening.cancel()
    middle = sorted(page.late)[len(page.late) // 2]
    assert middle < 0.2
    figure(
        f"web chat over three processes: {len(page.late)} messages and edits shown after"
        f" {middle * 1000:.0f} ms, at most {max(page.late) * 1000:.0f} ms"
    )

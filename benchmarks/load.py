"""The load: people who write to a bot's webhook and wait until its answer reaches the Bot API server."""

from __future__ import annotations

import asyncio
import itertools
import random
import re
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import orjson

from benchmarks.programs import SECRET, Bot
from tests.botapi.api import BotApi
from tests.botapi.quiet import Quiet

TEXT = "厨房水管漏水"
PATIENCE = 30.0  # seconds until an answer counts as lost
HEADERS = {"Content-Type": "application/json", "X-Telegram-Bot-Api-Secret-Token": SECRET}
_BUTTON = re.compile(rb'callback_data\\*"\s*:\s*\\*"([^"\\]+)')
_numbers = itertools.count(1)


@dataclass
class Heard(Quiet):
    """The double's quiet mode, and it tells whoever waits for an answer in a chat: when it came, its first button."""

    waiting: dict[int, asyncio.Future[tuple[float, str | None]]] = field(default_factory=dict)

    def answer(self, method: str, body: bytes) -> bytes:
        """See Quiet."""
        answer = super().answer(method, body)
        if method == "sendMessage":
            chat, arrived, _ = self.arrivals[-1]
            waiting = self.waiting.pop(chat, None)
            if waiting is not None and not waiting.done():
                button = _BUTTON.search(body)
                waiting.set_result((arrived, button[1].decode() if button else None))
        return answer


@asynccontextmanager
async def listening() -> AsyncIterator[tuple[BotApi, Heard]]:
    """The Bot API server, in quiet mode."""
    api = BotApi()
    api.quiet = heard = Heard(on=True)
    async with api:
        yield api, heard


@dataclass(slots=True)
class Person:
    """One chat; *button* is what they press next, None where they write."""

    chat: int
    presses: int  # that a dialog takes after its first words; 0 for a bot that only echoes
    done: int = 0
    button: str | None = None

    def next_update(self) -> bytes:
        """What Telegram would push."""
        number = next(_numbers)
        chat = {"id": self.chat, "type": "private", "first_name": "业主"}
        author = {"id": self.chat, "is_bot": False, "first_name": "业主", "language_code": "zh-hans"}
        message: dict[str, Any] = {"message_id": number, "date": 1_790_000_000, "chat": chat}
        if self.button is None:
            return orjson.dumps({"update_id": number, "message": {**message, "from": author, "text": TEXT}})
        press = {"id": str(number), "from": author, "chat_instance": "1", "data": self.button, "message": message}
        return orjson.dumps({"update_id": number, "callback_query": press})

    def hears(self, button: str | None) -> None:
        """The bot answered."""
        self.done = (self.done + 1) % (self.presses + 1)
        self.button = button if self.done else None
        if self.done and button is None:
            raise RuntimeError("the bot asked something without a button")


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """How one stretch of load went."""

    latencies: Sequence[float]  # seconds, from the post to the arrival of the answer
    seconds: float
    busy: float  # the bot's processor time

    @property
    def rate(self) -> float:
        """Answered updates per second."""
        return len(self.latencies) / self.seconds

    @property
    def cost(self) -> float:
        """Microseconds of the bot's processor time per update."""
        return self.busy / len(self.latencies) * 1e6


class Crowd:
    """People who write to one bot, over connections that are kept."""

    def __init__(self, bot: Bot, heard: Heard, chats: Sequence[int], *, presses: int) -> None:
        self._bot = bot
        self._heard = heard
        self._people = [Person(chat, presses) for chat in chats]  # whoever waits for no answer
        self._free = asyncio.Semaphore(len(self._people))
        self._chance = random.Random(1)
        connector = aiohttp.TCPConnector(limit=100, keepalive_timeout=60)
        self._session = aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(total=PATIENCE))

    async def __aenter__(self) -> Crowd:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()

    async def at_once(self, concurrency: int, seconds: float) -> Run:
        """Always so many waiting for their answer: what the bot can do at most."""
        until = time.monotonic() + seconds

        async def one_after_another() -> list[float]:
            latencies = []
            while time.monotonic() < until:
                latencies.append(await self._turn())
            return latencies

        return await self._measured(*(one_after_another() for _ in range(concurrency)))

    async def some(self, updates: int, *, concurrency: int) -> Run:
        """So many updates in all, so many of them at once."""
        left = iter(range(updates))

        async def one_after_another() -> list[float]:
            return [await self._turn() for _ in left]

        return await self._measured(*(one_after_another() for _ in range(concurrency)))

    async def at_rate(self, rate: float, seconds: float) -> Run:
        """So many per second, however fast they are answered."""
        start = time.monotonic()

        async def at(moment: float) -> list[float]:
            await asyncio.sleep(start + moment - time.monotonic())
            return [await self._turn()]

        return await self._measured(*(at(number / rate) for number in range(int(rate * seconds))))

    async def _measured(self, *parts: Any) -> Run:
        busy, started = self._bot.busy, time.monotonic()
        latencies = [each for part in await asyncio.gather(*parts) for each in part]
        return Run(latencies=latencies, seconds=time.monotonic() - started, busy=self._bot.busy - busy)

    async def _turn(self) -> float:
        """Somebody writes or presses; seconds until they are answered, also those in which nobody was free to."""
        started = time.monotonic()
        async with self._free:
            person = self._people.pop(self._chance.randrange(len(self._people)))
            future: asyncio.Future[tuple[float, str | None]] = asyncio.get_running_loop().create_future()
            self._heard.waiting[person.chat] = future
            async with self._session.post(self._bot.webhook, data=person.next_update(), headers=HEADERS) as answer:
                answer.raise_for_status()
            arrived, button = await asyncio.wait_for(future, PATIENCE)
            person.hears(button)
            self._people.append(person)
        return arrived - started

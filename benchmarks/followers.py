"""Followers of an official account who write sealed pushes, and how long each waits for its passive reply."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Sequence
from dataclasses import dataclass

import aiohttp

from benchmarks.programs import Bot
from tests.wechatapi.api import AES_KEY, APP_ID, TOKEN
from tests.wechatapi.pushing import Sealing, xml_of

STEPS = ("厨房水管漏水", "1", "1")
ONE_MOMENT = "请稍等"
_numbers = itertools.count(24_000_000_001)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """How one stretch went."""

    latencies: Sequence[float]
    seconds: float
    busy: float
    postponed: int = 0  # answered with "one moment"

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.latencies) / self.seconds


class Crowd:
    """Followers who write, wait for the answer, and write again."""

    def __init__(self, bot: Bot, openids: Sequence[str], *, dialogs: bool) -> None:
        self._bot = bot
        self._dialogs = dialogs
        self._people = [(openid, 0) for openid in openids]  # whoever waits for no answer, and their step
        self._free = asyncio.Semaphore(len(self._people))
        self._sealing = Sealing(TOKEN, AES_KEY, APP_ID)
        timeout = aiohttp.ClientTimeout(total=5)
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=256, keepalive_timeout=2), timeout=timeout
        )
        self._postponed = 0

    async def __aenter__(self) -> Crowd:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()

    async def at_once(self, concurrency: int, seconds: float) -> Run:
        """Always so many waiting for their answer."""
        until = time.monotonic() + seconds

        async def one_after_another() -> list[float]:
            latencies = []
            while time.monotonic() < until:
                latencies.append(await self._turn())
            return latencies

        return await self._measured(*(one_after_another() for _ in range(concurrency)))

    async def at_rate(self, rate: float, seconds: float) -> Run:
        """So many a second, however fast they are answered."""
        start = time.monotonic()

        async def at(moment: float) -> list[float]:
            await asyncio.sleep(start + moment - time.monotonic())
            return [await self._turn()]

        return await self._measured(*(at(number / rate) for number in range(int(rate * seconds))))

    async def _measured(self, *parts: object) -> Run:
        busy, began, before = self._bot.busy, time.monotonic(), self._postponed
        latencies = [each for part in await asyncio.gather(*parts) for each in part]  # type: ignore[call-overload]
        seconds = time.monotonic() - began
        return Run(
            latencies=latencies, seconds=seconds, busy=self._bot.busy - busy, postponed=self._postponed - before
        )  # fmt: skip

    async def _turn(self) -> float:
        """Somebody writes; seconds until the passive reply is there, also those in which nobody was free to."""
        began = time.monotonic()
        async with self._free:
            openid, step = self._people.pop(0)
            await self._write(openid, STEPS[step])
            self._people.append((openid, (step + 1) % len(STEPS) if self._dialogs else 0))
        return time.monotonic() - began

    async def _write(self, openid: str, words: str) -> None:
        fields: dict[str, object] = {
            "ToUserName": "gh_1", "FromUserName": openid, "CreateTime": int(time.time()), "MsgType": "text",
            "Content": words, "MsgId": next(_numbers),
        }  # fmt: skip
        query, body = self._sealing.push(xml_of(fields), at=int(time.time()))
        async with self._session.post(self._bot.webhook, params=query, data=body) as answer:
            answer.raise_for_status()
            text = await answer.text()
        said = self._sealing.answer(text)["Content"]
        self._postponed += ONE_MOMENT in said

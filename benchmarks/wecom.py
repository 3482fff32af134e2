"""Pushes of the app at WeCom: how fast they are answered, how soon a claim shows on every card, nothing dropped."""

from __future__ import annotations

import asyncio
import itertools
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import uvloop
from sqlalchemy import insert, select

from benchmarks.estate import ROOT, Size, environment, furnish
from benchmarks.programs import Bot, Place, free_port, running
from benchmarks.report import Aim, Report, share
from storage import tables
from storage.engine import open_engine
from tests.wecomapi import WecomApi
from tests.wecomapi.world import Message

STEPS = ("厨房水管漏水", "都可以", "提交")
CLAIM = "我来处理"
CALLBACK = "/wecom/callback"
_numbers = itertools.count(24_000_000_001)


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """How long and how much; each estate has two engineers, who both get the card of each report."""

    estates: int = 100
    rate: float = 50.0  # pushes a second: a thousand staff who write every twenty seconds
    seconds: float = 8.0
    at_once: int = 32
    claims: int = 50


QUICK = Effort(estates=50, rate=20.0, seconds=2.0, at_once=8, claims=10)


def run(effort: Effort = Effort()) -> Report:
    """One company, from empty to its last claim."""
    with (
        tempfile.TemporaryDirectory(prefix="guanjia-bench-") as folder,
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        return runner.run(_measure(Path(folder), effort))


async def _measure(folder: Path, effort: Effort) -> Report:
    url = f"sqlite:///{folder / 'estate.sqlite3'}"
    size = Size(owners=effort.estates, engineers=2 * effort.estates, estates=effort.estates)
    await asyncio.to_thread(furnish, url, folder / "workbook", size)
    residents = await asyncio.to_thread(_move_in, url, effort.estates)
    async with WecomApi() as api, _guanjia(folder, url, api) as bot:
        for number in range(3 * effort.estates):
            api.member(_userid(number))
        crowd = Crowd(api, bot, residents)
        async with crowd:
            await crowd.at_rate(effort.rate / 2, min(3.0, effort.seconds))  # caches fill, dialogs are at all steps
            steady = await crowd.at_rate(effort.rate, effort.seconds)
            claims = await crowd.claim(effort.claims)  # before there are more cards than a member is shown
            began, busy = time.monotonic(), bot.busy
            best = await crowd.at_once(effort.at_once, effort.seconds)
            seconds, busy = time.monotonic() - began, bot.busy - busy
        dropped = len(api.world.dropped)
    rows = [
        ["pushes answered", f"{len(best) / seconds:.0f}/s", *_shares(best), f"{busy / len(best) * 1e6:.0f}"],
        [f"pushes at {effort.rate:g}/s", f"{effort.rate:g}/s", *_shares(steady), ""],
        ["claim → on both cards", "one by one", *_shares(claims), ""],
    ]
    return Report(
        title="wecom: the callback, and claims on cards",
        columns=["what", "rate", "p50 ms", "p99 ms", "CPU µs"],
        rows=rows,
        aims=[
            Aim(f"p99 of an answer at {effort.rate:g} pushes/s", share(steady, 0.99) * 1000, "ms", at_most=300),
            Aim("answers over 1 s", sum(one > 1 for one in steady), "", at_most=0),
            Aim("messages that WeCom dropped in silence", dropped, "", at_most=0),
        ],
        notes=[
            f"{len(api.world.messages)} messages shown, {len(claims)} claims; 30 a minute and 1,000 an hour a member"
        ],
    )


def _shares(latencies: Sequence[float]) -> list[str]:
    return [f"{share(latencies, part) * 1000:.0f}" for part in (0.5, 0.99)]


def _userid(number: int) -> str:
    return f"Member{number:06d}"


def _move_in(url: str, owners: int) -> list[str]:
    """Everybody is a member of the company, and nobody on Telegram; who lives there comes first."""
    engine = open_engine(url)
    with engine.begin() as connection:
        connection.execute(tables.addresses.delete())
        connection.execute(tables.groups.delete())
        people = connection.execute(select(tables.people.c.id).order_by(tables.people.c.id)).scalars().all()
        rows = [
            {"channel": "wecom", "user": _userid(number), "chat": _userid(number), "person_id": person}
            for number, person in enumerate(people)
        ]
        connection.execute(insert(tables.addresses), rows)
        working = set(connection.execute(select(tables.staff.c.person_id)).scalars())
    engine.dispose()
    return [row["user"] for row in rows if row["person_id"] not in working][:owners]


@asynccontextmanager
async def _guanjia(folder: Path, url: str, api: WecomApi) -> AsyncIterator[Bot]:
    port = free_port()
    told = environment(url, GUANJIA_HTTP__PORT=str(port), **api.settings)
    place = Place(f"http://127.0.0.1:{port}/readyz", f"http://127.0.0.1:{port}{CALLBACK}")
    api.callback.url = place.webhook
    async with running("guanjia", [sys.executable, str(ROOT / "main.py"), "run"], told, folder, place) as bot:
        yield bot


class Crowd:
    """Residents who report in three messages each, and engineers who take what they are shown."""

    def __init__(self, api: WecomApi, bot: Bot, residents: Sequence[str]) -> None:
        self._api = api
        self._bot = bot
        self._people = [(one, 0) for one in residents]  # whoever waits for no answer, and their step
        self._free = asyncio.Semaphore(len(residents))
        timeout = aiohttp.ClientTimeout(total=5)
        self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=256), timeout=timeout)

    async def __aenter__(self) -> Crowd:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()

    async def at_rate(self, rate: float, seconds: float) -> list[float]:
        """So many a second, however fast they are answered."""
        start = time.monotonic()

        async def at(moment: float) -> float:
            await asyncio.sleep(start + moment - time.monotonic())
            return await self._turn()

        return list(await asyncio.gather(*(at(number / rate) for number in range(int(rate * seconds)))))

    async def at_once(self, concurrency: int, seconds: float) -> list[float]:
        """Always so many waiting for their answer."""
        until, latencies = time.monotonic() + seconds, []

        async def one_after_another() -> None:
            while time.monotonic() < until:
                latencies.append(await self._turn())

        await asyncio.gather(*(one_after_another() for _ in range(concurrency)))
        return latencies

    async def claim(self, count: int) -> list[float]:
        """Seconds from a press until no card of that ticket has a button left, one ticket after the other."""
        await self._api.wait_for(lambda: len(self._open()) >= count or None, 60, "cards")
        return [await self._claimed(cards) for cards in self._open()[:count]]

    def _open(self) -> list[list[Message]]:
        """The cards of each ticket that nobody has taken, where both engineers have theirs."""
        found: dict[str, list[Message]] = {}
        for message in self._api.world.messages:
            if CLAIM in message.buttons:
                found.setdefault(message.text, []).append(message)
        return [cards for cards in found.values() if len(cards) == 2]

    async def _claimed(self, cards: Sequence[Message]) -> float:
        phone, began = self._api.member(cards[0].to), time.monotonic()
        await phone.presses(cards[0], CLAIM)
        await self._api.wait_for(lambda: not any(card.buttons for card in cards) or None, 60, "every card")
        return time.monotonic() - began

    async def _turn(self) -> float:
        """Somebody writes; seconds until WeCom has its answer, also those in which nobody was free to."""
        began = time.monotonic()
        async with self._free:
            userid, step = self._people.pop(0)
            at = int(time.time())
            xml = self._api.callback.letter(userid, at, MsgType="text", Content=STEPS[step], MsgId=next(_numbers))
            sealed = self._api.callback.sealed(xml)
            query, body = self._api.callback.signed(sealed, at=at), self._api.callback.envelope(sealed)
            async with self._session.post(self._bot.webhook, params=query, data=body) as answer:
                answer.raise_for_status()
            self._people.append((userid, (step + 1) % len(STEPS)))
        return time.monotonic() - began

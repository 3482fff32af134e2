"""An installation whose people are members of a company on WeCom, and how they go on until they are answered."""

import asyncio
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
from sqlalchemy import insert, select

from storage import tables
from tests.faults.estate import Estate
from tests.faults.house import PATIENCE, House
from tests.faults.people import Recording
from tests.wecomapi import WecomApi
from tests.wecomapi.phone import Phone


@dataclass(frozen=True)
class Members(Estate):
    """Nobody is on Telegram, and there are no groups: whoever could take a ticket gets the card in private."""

    def userids(self) -> Iterator[tuple[str, str]]:
        """The name and the userid of everybody."""
        yield from ((f"业主{owner}", self.resident(owner)) for owner in range(self.owners))
        for block in range(self.blocks):
            yield from ((f"师傅{block}-{number}", self.worker(block, number)) for number in range(self.repairers))

    def resident(self, owner: int) -> str:
        return f"Resident{owner:06d}"

    def worker(self, block: int, number: int) -> str:
        return f"Worker{block:04d}x{number}"

    def workers(self, owner: int) -> list[str]:
        return [self.worker(self.block_of(owner), number) for number in range(self.repairers)]

    def _people(self) -> Iterable[Sequence[Any]]:
        return [(*row[:-1], "") for row in super()._people()]

    def _staff(self) -> Iterable[Sequence[Any]]:
        return [(*row[:-1], "") for row in super()._staff()]

    def _chats(self) -> Iterable[Sequence[Any]]:
        return []


class WecomHouse(House):
    """Talks to WeCom alone; *api* is only there because every house has one."""

    def __init__(self, folder: Path, wecom: WecomApi, **settings: str) -> None:
        super().__init__(folder, Recording(), webhook=True, url=None, **settings)
        self.wecom = wecom
        wecom.callback.url = f"{self.address}/wecom/callback"

    @property
    def environment(self) -> dict[str, str]:
        others = super().environment.items()
        return {name: value for name, value in others if "TELEGRAM" not in name} | self.wecom.settings | self.settings

    async def furnish(self, estate: Estate) -> None:
        assert isinstance(estate, Members)
        code, _out, complaint = await self.command("import", str(estate.write(self.folder / "workbook")))
        assert code == 0, complaint
        with self.database.writing() as work:
            people = work.connection.execute(select(tables.people.c.id, tables.people.c.name)).all()
            ids = {row.name: row.id for row in people}
            for name, userid in estate.userids():
                row = {"channel": "wecom", "user": userid, "chat": userid, "person_id": ids[name]}
                work.connection.execute(insert(tables.addresses), row)
                self.wecom.member(userid)

    async def start(self) -> float:
        began = time.monotonic()
        await self.spawn()
        async with aiohttp.ClientSession() as session, asyncio.timeout(PATIENCE):
            while not await self._ready(session):  # noqa: ASYNC110 - a process that starts tells nobody
                await asyncio.sleep(0.05)
        return time.monotonic() - began

    async def _ready(self, session: aiohttp.ClientSession) -> bool:
        try:
            async with session.get(f"{self.address}/readyz") as answer:
                return answer.status == 200
        except aiohttp.ClientError:
            return False

    async def still(self) -> None:
        async with asyncio.timeout(PATIENCE):
            while self._unfinished():  # noqa: ASYNC110
                await asyncio.sleep(0.02)

    def count(self, table: str, condition: str = "1=1") -> int:
        with self.database.reading() as work:
            return int(work.connection.exec_driver_sql(f"SELECT count(*) FROM {table} WHERE {condition}").scalar_one())


async def report(wecom: WecomApi, userid: str) -> None:
    """One resident's report to its end; each step waits for what must come."""
    phone = wecom.member(userid)
    await phone.says("厨房水管漏水")
    await phone.presses(await phone.shows("什么时候方便", 60), "都可以")
    await phone.presses(await phone.shows("请您核对", 60), "✅ 提交")
    await phone.shows("工单号", 60)


async def want(wecom: WecomApi, workers: Sequence[str]) -> None:
    """Everybody who got the card presses at once; one has it, the other's card says who."""
    phones = [wecom.member(userid) for userid in workers]
    cards = [await phone.shows("待接单", 60) for phone in phones]
    await asyncio.gather(*(phone.presses(card, "我来处理") for phone, card in zip(phones, cards, strict=True)))
    for phone, card in zip(phones, cards, strict=True):
        await wecom.wait_for(lambda card=card: not card.buttons, 60, f"{phone.userid}'s card")  # type: ignore[misc]


def holder(phone: Phone) -> bool:
    """Has this one got the work?"""
    return any("出发" in message.buttons for message in phone.messages)


def repeated(wecom: WecomApi) -> int:
    """What somebody was shown more than once."""
    seen = [(one.to, (one.before or [one.content])[0].get("content") or str(one.text)) for one in wecom.world.messages]
    return len(seen) - len(set(seen))

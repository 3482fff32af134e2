"""An installation whose owners are followers of the official account, and how they go on until they are answered."""

import asyncio
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
from sqlalchemy import insert, select

from domain.messaging.model import Delivery, Lane
from storage import tables
from tests.faults.estate import Estate
from tests.faults.house import PATIENCE, House
from tests.faults.people import Recording
from tests.wechatapi import WeChatApi

STEPS = (("厨房水管漏水", "什么时候方便"), ("1", "请您核对"), ("1", "工单号"))
CALLBACK = "/wechat/callback"


@dataclass(frozen=True)
class Followers(Estate):
    """Nobody is on Telegram, and no group is told anything."""

    def openid(self, owner: int) -> str:
        return f"o-owner-{owner:019d}"

    @property
    def openids(self) -> list[str]:
        return [self.openid(owner) for owner in range(self.owners)]

    def _people(self) -> Iterable[Sequence[Any]]:
        return [(*row[:-1], "") for row in super()._people()]

    def _staff(self) -> Iterable[Sequence[Any]]:
        return [(*row[:-1], "") for row in super()._staff()]

    def _chats(self) -> Iterable[Sequence[Any]]:
        return []


class WeChatHouse(House):
    """Talks to WeChat alone; *api* is only there because every house has one."""

    def __init__(self, folder: Path, wechat: WeChatApi, **settings: str) -> None:
        super().__init__(folder, Recording())
        self.settings = settings
        self.wechat = wechat
        wechat.pusher.url = f"{self.address}{CALLBACK}"

    @property
    def environment(self) -> dict[str, str]:
        others = super().environment.items()
        return {name: value for name, value in others if "TELEGRAM" not in name} | self.wechat.settings | self.settings

    async def furnish(self, estate: Estate) -> None:
        assert isinstance(estate, Followers)
        code, _out, complaint = await self.command("import", str(estate.write(self.folder / "workbook")))
        assert code == 0, complaint
        with self.database.writing() as work:
            people = work.connection.execute(select(tables.people.c.id, tables.people.c.name)).all()
            ids = {row.name: row.id for row in people}
            for owner, openid in enumerate(estate.openids):
                row = {"channel": "wechat", "user": openid, "chat": openid, "person_id": ids[f"业主{owner}"]}
                work.connection.execute(insert(tables.addresses), row)
                self.wechat.follower(openid)

    async def start(self) -> float:
        began = time.monotonic()
        await self.spawn()
        async with aiohttp.ClientSession() as session, asyncio.timeout(PATIENCE):
            while not await self._ready(session):  # noqa: ASYNC110 - another process
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

    def tell(self, openids: Sequence[str], words: str) -> None:
        """Queue news for them."""
        now = datetime.now(UTC)
        with self.database.writing() as work:
            people = {one.chat: one.person_id for one in work.connection.execute(select(tables.addresses))}
            work.deliveries.add(
                Delivery(
                    channel="wechat", chat=one, person_id=people[one], lane=Lane.NOTICE, body={"text": words},
                    created_at=now,
                )
                for one in openids
            )  # fmt: skip

    def unsent(self) -> list[tuple[str, str | None]]:
        """State and reason of every delivery that did not arrive."""
        d = tables.deliveries.c
        with self.database.reading() as work:
            rows = work.connection.execute(select(d.state, d.reason).where(d.state != "sent"))
            return [(row.state, row.reason) for row in rows]

    def count(self, table: str, condition: str = "1=1") -> int:
        with self.database.reading() as work:
            return int(work.connection.exec_driver_sql(f"SELECT count(*) FROM {table} WHERE {condition}").scalar_one())


async def report(wechat: WeChatApi, openid: str) -> None:
    """One owner's dialog to its end; each step waits for the words that must come."""
    phone = wechat.follower(openid)
    for words, awaited in STEPS:
        await phone.says(words)
        await phone.hears(awaited, timeout=60)


def repeated(wechat: WeChatApi) -> int:
    """What somebody was shown more than once, but for "one moment"."""
    seen: set[tuple[str, str]] = set()
    again = 0
    for message in wechat.world.messages:
        shown = message.openid, message.text.partition("也可在网页")[0]
        again += shown in seen and "请稍等" not in message.text
        seen.add(shown)
    return again

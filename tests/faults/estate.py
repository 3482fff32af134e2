"""An invented estate of any size, as the workbook that `guanjia import` reads, and as Telegram knows its people."""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.botapi import BotApi
from tests.botapi.actors import Group, User

SHEETS = {
    "estates": ("name", "city", "timezone"),
    "rooms": ("estate", "building", "entrance", "room"),
    "people": ("name", "phone", "language", "estate", "building", "entrance", "room", "relation", "telegram_id"),
    "staff": ("name", "phone", "roles", "skills", "estates", "telegram_id"),
    "chats": ("estate", "channel", "chat_id", "kind"),
    "policies": ("estate", "setting", "value"),
}


@dataclass(frozen=True)
class Estate:
    """*owners* with one room each, spread over *blocks*: each block has its staff group and its repairers."""

    owners: int
    blocks: int = 1
    repairers: int = 2

    def block_of(self, owner: int) -> int:
        return owner % self.blocks

    def owner_id(self, owner: int) -> int:
        return 1_000_000 + owner

    def owner_number(self, user: int) -> int:
        return user - 1_000_000

    def is_owner(self, user: int) -> bool:
        return 0 <= user - 1_000_000 < self.owners

    def repairer_id(self, block: int, number: int) -> int:
        return 2_000_000 + block * 1000 + number

    def group_id(self, block: int) -> int:
        return -1_001_000_000_000 - block

    def block_of_group(self, chat: int) -> int:
        return -1_001_000_000_000 - chat

    def write(self, folder: Path) -> Path:
        """The workbook as a folder of CSV files."""
        folder.mkdir(parents=True, exist_ok=True)
        for sheet, columns in SHEETS.items():
            with (folder / f"{sheet}.csv").open("w", encoding="utf-8", newline="") as file:
                writer = csv.writer(file)
                writer.writerow(columns)
                writer.writerows(getattr(self, f"_{sheet}")())
        return folder

    def move_in(self, api: BotApi) -> None:
        """Everybody has talked to the bot before; the groups have the bot in them."""
        for owner in range(self.owners):
            api.user(self.owner_id(owner), f"业主{owner}", started=True)
        for block in range(self.blocks):
            staff = [self.repairer(api, block, number) for number in range(self.repairers)]
            api.group(self.group_id(block), f"{block} 区工程群", staff)

    def repairer(self, api: BotApi, block: int, number: int) -> User:
        user = self.repairer_id(block, number)
        return User(api, user) if user in api.world.people else api.user(user, f"师傅{number}", started=True)

    def group(self, api: BotApi, block: int) -> Group:
        return Group(api, self.group_id(block))

    # The sheets, row by row.

    def _estates(self) -> Iterable[Sequence[Any]]:
        return [(f"{block}区", "上海", "Asia/Shanghai") for block in range(self.blocks)]

    def _rooms(self) -> Iterable[Sequence[Any]]:
        return [(f"{self.block_of(owner)}区", *self._room(owner)) for owner in range(self.owners)]

    def _people(self) -> Iterable[Sequence[Any]]:
        for owner in range(self.owners):
            place = (f"{self.block_of(owner)}区", *self._room(owner))
            yield (f"业主{owner}", f"138{owner:08d}", "zh_CN", *place, "owner", self.owner_id(owner))

    def _staff(self) -> Iterable[Sequence[Any]]:
        for block in range(self.blocks):
            for number in range(self.repairers):
                name, phone = f"师傅{block}-{number}", f"139{block:04d}{number:04d}"
                yield (name, phone, "engineer", "water", f"{block}区", self.repairer_id(block, number))

    def _chats(self) -> Iterable[Sequence[Any]]:
        return [(f"{block}区", "telegram", self.group_id(block), "staff") for block in range(self.blocks)]

    def _policies(self) -> Iterable[Sequence[Any]]:
        return [(f"{block}区", "cap", "100000") for block in range(self.blocks)]

    def _room(self, owner: int) -> tuple[str, str, str]:
        number = owner // self.blocks
        return f"{number // 100 + 1}", "1", f"{number % 100 // 4 + 1:02d}{number % 4 + 1:02d}"

"""An invented estate of any size, entered through the program's own door: `guanjia import`."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from subprocess import run

ROOT = Path(__file__).parents[1]
FIRST_OWNER, FIRST_ENGINEER = 5_000_000, 6_000_000  # Telegram ids
FIRST_GROUP = -1_001_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How many; owners and engineers are spread evenly over the estates, each of which has one staff group."""

    owners: int
    engineers: int = 20
    estates: int = 20

    @property
    def owner_chats(self) -> range:
        """The private chats of all owners."""
        return range(FIRST_OWNER, FIRST_OWNER + self.owners)


def furnish(database_url: str, folder: Path, size: Size) -> None:
    """Write the workbook into *folder* and import it into a new database.

    :raises CalledProcessError: the import was refused
    """
    folder.mkdir(parents=True, exist_ok=True)
    names = [f"花园{number}" for number in range(size.estates)]
    _write(folder / "estates.csv", ["name", "city", "timezone"], ([name, "上海", "Asia/Shanghai"] for name in names))
    _write(folder / "chats.csv", ["estate", "channel", "chat_id", "kind"],
           ([name, "telegram", str(FIRST_GROUP - number), "staff"] for number, name in enumerate(names)))  # fmt: skip
    homes = [(names[i % size.estates], *_door(i // size.estates)) for i in range(size.owners)]
    _write(folder / "rooms.csv", ["estate", "building", "room"], homes)
    owners = (
        [f"业主{i}", str(13800000000 + i), "zh_CN", *home, "owner", str(FIRST_OWNER + i)]
        for i, home in enumerate(homes)
    )
    _write(folder / "people.csv",
           ["name", "phone", "language", "estate", "building", "room", "relation", "telegram_id"], owners)  # fmt: skip
    engineers = (
        [f"师傅{i}", str(13900000000 + i), "engineer", names[i % size.estates], str(FIRST_ENGINEER + i)]
        for i in range(size.engineers)
    )
    _write(folder / "staff.csv", ["name", "phone", "roles", "estates", "telegram_id"], engineers)
    command = [sys.executable, str(ROOT / "main.py"), "import", str(folder), "--json"]
    run(command, check=True, capture_output=True, cwd=folder, env=environment(database_url))


def environment(database_url: str, **more: str) -> dict[str, str]:
    """Settings of the program; nothing of the machine's own GUANJIA_ variables gets in."""
    return {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "GUANJIA_DATABASE_URL": database_url, **more}


def _door(number: int) -> tuple[str, str]:
    """Building and room: four doors on each of 25 floors."""
    return str(number // 100 + 1), f"{number % 100 // 4 + 1}{number % 4 + 1:02d}"


def _write(path: Path, head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([head, *rows])

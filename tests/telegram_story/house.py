"""A small estate on file, the real program beside a Bot API server, and what people see in their chats."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from tests.botapi import BotApi

ROOT = Path(__file__).parents[2]
STAFF, LEAKS, OWNERS = -1_001, -1_002, -1_003
SHEETS = {
    "estates": "name,city,timezone\n翠湖花园,上海,Asia/Shanghai\n",
    "rooms": "estate,building,entrance,room\n翠湖花园,3,2,1201\n翠湖花园,5,1,801\n翠湖花园,5,1,802\n",
    "people": "name,phone,language,estate,building,entrance,room\n"
    "王秀英,13800000101,zh_CN,翠湖花园,3,2,1201\n"
    "Tom Baker,13800000102,en,翠湖花园,5,1,801\n"
    "Tom Baker,13800000102,en,翠湖花园,5,1,802\n",
    "staff": "name,phone,roles,skills,estates,telegram_id\n"
    "李师傅,13800000201,engineer,water,翠湖花园,2001\n"
    "孙师傅,13800000202,engineer,electricity,翠湖花园,2002\n"
    "赵经理,13800000301,manager,,翠湖花园,3001\n",
    "chats": f"estate,channel,chat_id,kind\n翠湖花园,telegram,{STAFF},staff\n翠湖花园,telegram,{OWNERS},owners\n",
}


def environment(api: BotApi, folder: Path, **more: str) -> dict[str, str]:
    """What the program needs to know, and nothing of the machine's own settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GUANJIA_")}
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    return {
        **kept,
        "GUANJIA_DATABASE_URL": f"sqlite:///{folder / 'guanjia.sqlite3'}",
        "GUANJIA_HTTP__PORT": port,
        "GUANJIA_TELEGRAM__TOKEN": api.token,
        "GUANJIA_TELEGRAM__API_URL": api.url,
        "GUANJIA_LOG__LEVEL": "DEBUG",
        **more,
    }


def guanjia(env: dict[str, str], *words: str) -> str:
    """One command; its output."""
    command = [sys.executable, str(ROOT / "main.py"), *words]
    done = subprocess.run(command, env=env, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@asynccontextmanager
async def running(env: dict[str, str], log: Path) -> AsyncIterator[None]:
    """The service, until the block ends; its log is kept for the test to look at."""
    with log.open("ab") as sink:
        process = await asyncio.create_subprocess_exec(
            sys.executable, str(ROOT / "main.py"), "run", env=env, cwd=ROOT, stdout=sink, stderr=sink
        )
        try:
            yield
            process.terminate()
            assert await asyncio.wait_for(process.wait(), 15) == 0
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()


def import_estate(env: dict[str, str], folder: Path, **changed: str) -> None:
    """The sheets above, taken in by the command line."""
    sheets = folder / "sheets"
    sheets.mkdir()
    for name, rows in (SHEETS | changed).items():
        (sheets / f"{name}.csv").write_text(rows, encoding="utf-8")
    guanjia(env, "import", str(sheets))


def buttons(message: dict[str, Any]) -> list[str]:
    """The labels under a message."""
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    return [button["text"] for row in rows for button in row]

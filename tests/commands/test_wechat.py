"""`guanjia wechat …` and the templates in `guanjia check`, against the double."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.wechatapi import WeChatApi

ROOT = Path(__file__).parents[2]


@pytest.fixture
async def wechat() -> AsyncIterator[WeChatApi]:
    async with WeChatApi() as double:
        yield double


async def guanjia(folder: Path, *arguments: str, **settings: str) -> tuple[int, str]:
    """Exit code, and what it said."""
    told = {
        "PATH": "/usr/bin:/bin", "LANG": "en_US.UTF-8", "GUANJIA_DATABASE_URL": f"sqlite:///{folder}/guanjia.db",
        "GUANJIA_HTTP__PUBLIC_URL": "https://chat.example.com", **settings,
    }  # fmt: skip
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(ROOT / "main.py"), *arguments, cwd=folder, env=told,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    out, _ = await process.communicate()
    return process.returncode or 0, out.decode()


async def test_the_menu_is_put_under_the_chat(wechat: WeChatApi, tmp_path: Path):
    assert await guanjia(tmp_path, "wechat", "menu", **wechat.settings) == (
        0, "The menu is set; WeChat shows it to everybody within minutes.\n",
    )  # fmt: skip
    report, mine, more = wechat.world.menu["button"]
    assert (report["name"], report["key"], mine["key"]) == ("报修", "report", "mytickets")
    assert more["sub_button"][-1]["url"] == "https://chat.example.com"


async def test_the_status_names_the_templates_that_are_missing(wechat: WeChatApi, tmp_path: Path):
    wechat.template("known")
    templates = {"TicketClaimed": {"id": "known"}, "TicketOpened": {"id": "unknown"}}
    settings = wechat.settings | {"GUANJIA_WECHAT__TEMPLATES": json.dumps(templates)}
    code, said = await guanjia(tmp_path, "wechat", "status", **settings)
    assert code == 0
    works, unknown, missing = said.splitlines()
    assert "works" in works
    assert unknown == "The official account has no such templates: unknown."
    assert "WorkFinished" in missing
    assert "TicketClaimed" not in missing
    _, checked = await guanjia(tmp_path, "check", **settings)
    assert missing in checked
    whole = wechat.settings | {"GUANJIA_WECHAT__TEMPLATES": '{"*": {"id": "known"}}'}
    _, checked = await guanjia(tmp_path, "check", **whole)
    assert "Every notice to owners has a WeChat template." in checked


async def test_a_code_opens_the_chat_with_its_scene(wechat: WeChatApi, tmp_path: Path):
    code, said = await guanjia(tmp_path, "wechat", "code", "room-abc", "--days", "0", **wechat.settings)
    assert (code, wechat.world.scenes) == (0, {said.strip(): "room-abc"})


async def test_what_is_refused_is_said_with_an_exit_code_of_its_own(wechat: WeChatApi, tmp_path: Path):
    wechat.change_secret("another")
    code, said = await guanjia(tmp_path, "wechat", "menu", **wechat.settings)
    assert code == 7
    assert "40125" in said
    assert (await guanjia(tmp_path, "wechat", "menu"))[0] == 2

"""`guanjia wecom`: staff bound by their numbers, the menu made, and plain words where WeCom says no."""

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, insert, select

from storage import tables
from storage.engine import Database
from tests.commands.conftest import Furnish
from tests.wecomapi import WecomApi

ROOT = Path(__file__).parents[2]


@pytest.fixture
def database(furnished: Furnish) -> Database:
    def more(connection: Connection) -> None:
        connection.execute(insert(tables.people).values(id=1, name="Li", phone="13800000004", flags=[]))
        connection.execute(insert(tables.staff).values(person_id=1, roles=["engineer"]))
        connection.execute(insert(tables.staff_estates).values(person_id=1, estate_id=1))

    return furnished(more)


@pytest.fixture
async def api(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[WecomApi]:
    """Also in the settings."""
    async with WecomApi() as double:
        for name, value in double.settings.items():
            monkeypatch.setenv(name, value)
        yield double


async def guanjia(*words: str) -> tuple[int, str, str]:
    """The command as people run it: exit code, what it answers, what it says beside."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(ROOT / "main.py"), *words, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, beside = await process.communicate()
    return process.returncode or 0, out.decode(), beside.decode()


async def test_without_settings_it_says_what_to_fill_in(database: Database):
    code, out, beside = await guanjia("wecom", "bind")
    assert (code, out, "GUANJIA_WECOM__CORP_ID" in beside) == (1, "", True)


async def test_staff_with_the_same_number_are_bound_and_nothing_else_is_printed(database: Database, api: WecomApi):
    api.member("LiShiFu", mobile="13800000004")
    assert await guanjia("wecom", "bind") == (0, "Li: bound.\n", "")
    with database.engine.connect() as connection:
        assert connection.execute(select(tables.addresses.c.user, tables.addresses.c.person_id)).all() == [
            ("LiShiFu", 1)
        ]
    assert await guanjia("wecom", "bind") == (0, "Li: was bound before.\n", "")


async def test_the_menu_is_made_in_the_language_asked_for(database: Database, api: WecomApi):
    code, _out, _beside = await guanjia("wecom", "menu", "--language", "en")
    assert code == 0
    assert api.world.menu is not None
    assert api.world.menu["button"][0]["name"] == "Open jobs"


async def test_what_wecom_refuses_is_said_in_one_line_without_a_secret(database: Database, api: WecomApi):
    secret = api.world.secret
    api.change_secret("another")
    code, out, beside = await guanjia("wecom", "bind")
    assert (code, out, secret in beside) == (1, "", False)
    assert "WeCom did not accept it" in beside


async def test_the_check_names_group_robots_without_a_key(database: Database, monkeypatch: pytest.MonkeyPatch):
    assert "robot" not in (await guanjia("check"))[1]
    with database.engine.begin() as connection:
        for name in ("staff", "gate"):
            group = {"estate_id": 1, "channel": "wecom", "chat": f"robot:{name}", "kind": "staff"}
            connection.execute(insert(tables.groups).values(group))
    monkeypatch.setenv("GUANJIA_WECOM__ROBOTS", '{"staff": "K1"}')
    assert "No key of the group robot gate in GUANJIA_WECOM__ROBOTS" in (await guanjia("check"))[1]
    monkeypatch.setenv("GUANJIA_WECOM__ROBOTS", '{"staff": "K1", "gate": "K2"}')
    assert "Every group robot on file has its key" in (await guanjia("check"))[1]

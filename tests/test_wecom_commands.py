"""`guanjia wecom`: staff bound by their numbers, the menu made, and plain words where WeCom says no."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import insert, select
from typer.testing import CliRunner

from main import cli
from storage import schema, tables
from storage.engine import Database, open_engine
from tests.wecomapi import WecomApi

RUN = CliRunner()


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Database:
    url = f"sqlite:///{tmp_path}/guanjia.db"
    monkeypatch.setenv("GUANJIA_DATABASE_URL", url)
    monkeypatch.setenv("LC_ALL", "en")
    engine = open_engine(url)
    schema.prepare(engine)
    with engine.begin() as connection:
        connection.execute(insert(tables.estates).values(id=1, name="Garden", timezone="Asia/Shanghai"))
        connection.execute(insert(tables.people).values(id=1, name="Li", phone="13800000004", flags=[]))
        connection.execute(insert(tables.staff).values(person_id=1, roles=["engineer"]))
        connection.execute(insert(tables.staff_estates).values(person_id=1, estate_id=1))
    engine.dispose()
    return Database(open_engine(url))


@pytest.fixture
async def api(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[WecomApi]:
    """Also in the settings."""
    async with WecomApi() as double:
        for name, value in double.settings.items():
            monkeypatch.setenv(name, value)
        yield double


async def wecom(*words: str) -> tuple[int, str]:
    """The command, while the double answers."""
    result = await asyncio.to_thread(RUN.invoke, cli, ["wecom", *words])
    return result.exit_code, result.output


async def test_without_settings_it_says_what_to_fill_in(database: Database):
    code, said = await wecom("bind")
    assert (code, "GUANJIA_WECOM__CORP_ID" in said) == (1, True)


async def test_staff_with_the_same_number_are_bound(database: Database, api: WecomApi):
    api.member("LiShiFu", mobile="13800000004")
    code, said = await wecom("bind")
    assert (code, said.splitlines()[-1]) == (0, "Li: bound.")
    with database.engine.connect() as connection:
        assert connection.execute(select(tables.addresses.c.user, tables.addresses.c.person_id)).all() == [
            ("LiShiFu", 1)
        ]
    code, said = await wecom("bind")
    assert (code, said.splitlines()[-1]) == (0, "Li: was bound before.")


async def test_the_menu_is_made_in_the_language_asked_for(database: Database, api: WecomApi):
    code, _said = await wecom("menu", "--language", "en")
    assert code == 0
    assert api.world.menu is not None
    assert api.world.menu["button"][0]["name"] == "Open jobs"


async def test_what_wecom_refuses_is_said_in_one_line_without_a_secret(database: Database, api: WecomApi):
    secret = api.world.secret
    api.change_secret("another")
    code, said = await wecom("bind")
    assert (code, secret in said) == (1, False)
    assert "WeCom did not accept it" in said

"""`guanjia qr`: sheets of codes for the doors of a building, which name rooms and open nothing."""

import asyncio
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import segno
from PIL import Image
from sqlalchemy import insert
from typer.testing import CliRunner

from bot.sheets.layout import CODE, COLUMNS, HEAD, LABEL_WIDTH, MARGIN, QUIET, ROWS, Label, Page, Sheet, pages
from bot.sheets.painting import DOTS, Letters, pdf, pictures, plan
from bot.words import Words
from commands.terminal import LOCALES
from domain.errors import Refusal
from domain.register.operations import digest
from main import cli
from storage import schema, tables
from storage.engine import Database, open_engine
from tests.botapi import BotApi
from tests.wechatapi import WeChatApi

RUN = CliRunner()
RARE = "㙘"  # in no estate's name


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    url = f"sqlite:///{tmp_path}/guanjia.db"
    monkeypatch.setenv("GUANJIA_DATABASE_URL", url)
    monkeypatch.setenv("GUANJIA_SECRET", "a secret of this test, and of no other place")
    monkeypatch.setenv("GUANJIA_HTTP__PUBLIC_URL", "https://chat.example")
    monkeypatch.setenv("LC_ALL", "en")
    engine = open_engine(url)
    schema.prepare(engine)
    with engine.begin() as connection:
        connection.execute(insert(tables.estates).values(id=1, name="翠湖花园", timezone="Asia/Shanghai"))
        rooms = [("3", "2", f"{floor}01") for floor in range(1, 14)] + [("10", "", "101")]
        connection.execute(
            insert(tables.rooms),
            [{"estate_id": 1, "building": one, "entrance": two, "room": three} for one, two, three in rooms],
        )
    yield Database(engine)
    engine.dispose()


def qr(*words: str) -> tuple[int, str]:
    result = RUN.invoke(cli, ["qr", *words])
    return result.exit_code, result.output if result.exit_code else result.stdout


def good_codes(database: Database) -> dict[str, int]:
    with database.reading() as work:
        rows = work.connection.execute(tables.room_codes.select().where(tables.room_codes.c.closed_at.is_(None)))
        return {row.digest: row.room_id for row in rows}


def words_of(page: Page) -> list[str]:
    return [text.words for text in page.texts]


def test_a_sheet_names_the_estate_and_the_rooms_in_the_order_of_the_house():
    labels = [Label(f"3栋2单元{number}", "https://chat.example/i/room-x") for number in range(13)]
    sheet = Sheet(estate="翠湖花园", building="3栋", hint="扫一扫", labels=labels)
    first, second = pages([sheet], lambda words, size: size * len(words))
    assert first.name == "3栋-1"
    assert [one for one in words_of(first) if "单元" in one] == [one.name for one in labels[: COLUMNS * ROWS]]
    assert words_of(second) == ["翠湖花园 · 3栋 · 2/2", "翠湖花园", "3栋2单元12", "扫一扫"]


def test_words_that_are_too_wide_are_written_smaller():
    sheet = Sheet(estate="名" * 40, building="3栋", hint="", labels=[Label("1201", "x")])
    (page,) = pages([sheet], lambda words, size: size * len(words))
    assert all(text.size * len(text.words) <= 186.001 for text in page.texts)


def test_the_same_sheet_is_the_same_file_and_a_picture_is_as_large_as_the_paper():
    letters = Letters()
    planned = plan([Sheet(estate="翠湖花园", building="3栋", hint="扫", labels=[Label("101", "x")])], letters)
    assert pdf(planned, letters) == pdf(planned, letters)
    ((name, picture),) = pictures(planned, letters)
    assert name == "3栋"
    assert picture.startswith(b"\x89PNG")


def test_a_picture_shows_every_module_of_the_code_where_it_belongs():
    link = "https://chat.example/i/room-0123456789abcdefghijklmn"
    letters = Letters()
    labels = [Label("101", "x"), Label("102", link)]
    ((_, picture),) = pictures(plan([Sheet(estate="翠", building="3栋", hint="", labels=labels)], letters), letters)
    code = segno.make(link, error="m", micro=False)
    module = CODE / code.symbol_size(border=QUIET)[0]
    left, top = MARGIN + LABEL_WIDTH + (LABEL_WIDTH - CODE) / 2, MARGIN + HEAD + 9
    size = len(code.matrix)
    with Image.open(io.BytesIO(picture)) as image:
        shown = [
            [
                image.getpixel((round((left + (QUIET + x + 0.5) * module) * DOTS), round((top + y * module) * DOTS)))
                == 0
                for x in range(size)
            ]
            for y in (QUIET + row + 0.5 for row in range(size))
        ]
    assert shown == [[bool(dark) for dark in line] for line in code.matrix]


def test_letters_that_the_font_lacks_are_named_before_anything_is_printed():
    sheet = Sheet(estate=f"翠{RARE}花园", building="3栋", hint="", labels=[Label("101", "x")])
    with pytest.raises(Refusal) as refused:
        plan([sheet], Letters())
    assert refused.value.values == {"letters": RARE}


def test_the_font_has_every_letter_of_every_sentence_on_a_sheet():
    words, letters = Words(LOCALES), Letters()
    for language in words.languages:
        for key in ("qr-hint", "qr-building", "room-with-entrance", "room-without-entrance"):
            letters.require(words.say(key, language, building="一", entrance="甲", room="A"))


def test_a_pdf_for_the_whole_estate_and_its_codes_name_the_rooms(database: Database, tmp_path: Path):
    out = tmp_path / "all.pdf"
    code, shown = qr("翠湖花园", "--out", str(out), "--json")
    assert code == 0, shown
    assert json.loads(shown) == {"rooms": 14, "pages": 3, "out": str(out), "channel": "web"}
    assert out.read_bytes().startswith(b"%PDF")
    assert len(good_codes(database)) == 14


def test_a_folder_of_pictures_for_one_building(database: Database, tmp_path: Path):
    assert qr("翠湖花园", "--building", "3", "--out", str(tmp_path / "sheets"))[0] == 0
    files = sorted((tmp_path / "sheets").iterdir())
    assert [one.name for one in files] == ["3栋-1.png", "3栋-2.png"]
    with Image.open(files[0]) as image:
        assert image.size == (2480, 3508)


def test_printed_again_it_is_the_same_code_until_it_is_renewed(database: Database, tmp_path: Path):
    out = tmp_path / "one.pdf"
    once = ("翠湖花园", "--building", "10", "--out", str(out))
    assert qr(*once)[0] == 0
    first, codes = out.read_bytes(), good_codes(database)
    assert qr(*once)[0] == 0
    assert out.read_bytes() == first
    assert good_codes(database) == codes
    code, shown = qr(*once, "--renew")
    assert code == 0
    assert "void" in shown
    assert out.read_bytes() != first
    assert len(good_codes(database)) == 1
    assert not good_codes(database).keys() & codes.keys()


def test_codes_are_kept_by_their_hash_only(database: Database, tmp_path: Path):
    assert qr("翠湖花园", "--building", "10", "--out", str(tmp_path / "one.pdf"))[0] == 0
    (kept,) = good_codes(database)
    assert len(kept) == len(digest("")) == 64


def test_a_font_of_ones_own_may_be_given_and_must_be_one(database: Database, tmp_path: Path):
    broken = tmp_path / "broken.ttf"
    broken.write_bytes(b"no font")
    code, shown = qr("翠湖花园", "--out", str(tmp_path / "x.pdf"), "--font", str(broken))
    assert code == 1
    assert "broken.ttf" in shown


@pytest.mark.parametrize(
    ("words", "said"),
    (
        (("nowhere", "--out", "x.pdf"), "翠湖花园"),
        (("翠湖花园", "--building", "4", "--out", "x.pdf"), "3, 10"),
        (("翠湖花园", "--channel", "telegram", "--out", "x.pdf"), "GUANJIA_TELEGRAM__TOKEN"),
    ),
)
def test_what_cannot_be_printed_is_said(database: Database, words: tuple[str, ...], said: str):
    code, shown = qr(*words)
    assert code == 1
    assert said in shown


async def test_wechat_makes_a_code_with_the_room_as_its_scene(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    async with WeChatApi() as wechat:
        for name, value in wechat.settings.items():
            monkeypatch.setenv(name, value)
        code, shown = await asyncio.to_thread(qr, "翠湖花园", "--out", str(tmp_path / "all.pdf"), "--json")
        assert (code, json.loads(shown)["channel"]) == (0, "wechat"), shown
        scenes = [scene.removeprefix("room-") for scene in wechat.world.scenes.values()]
    assert sorted(map(digest, scenes)) == sorted(good_codes(database))


async def test_a_one_time_link_may_be_scanned_too(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    with database.writing() as work:
        work.connection.execute(insert(tables.people).values(id=1, name="Wang", phone="13800000001", flags=[]))
    async with WeChatApi() as wechat:
        for name, value in wechat.settings.items():
            monkeypatch.setenv(name, value)
        words = ["invite", "Wang", "--qr", str(tmp_path / "codes"), "--json"]
        links = json.loads((await asyncio.to_thread(RUN.invoke, cli, words)).stdout)["links"]
        assert wechat.world.scenes[links["wechat"]] == links["web"].rpartition("/")[2]
    assert sorted(one.name for one in (tmp_path / "codes").iterdir()) == ["web.png", "wechat.png"]


async def test_telegram_is_opened_by_a_deep_link(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    async with BotApi() as telegram:
        monkeypatch.setenv("GUANJIA_TELEGRAM__TOKEN", telegram.token)
        monkeypatch.setenv("GUANJIA_TELEGRAM__API_URL", telegram.base_url.removesuffix("/bot"))
        code, shown = await asyncio.to_thread(qr, "翠湖花园", "--out", str(tmp_path / "all.pdf"), "--json")
    assert (code, json.loads(shown)["channel"]) == (0, "telegram"), shown


def test_a_code_that_leads_to_this_machine_alone_is_not_printed(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv("GUANJIA_HTTP__PUBLIC_URL")
    code, shown = qr("翠湖花园", "--out", str(tmp_path / "x.pdf"))
    assert code == 1
    assert "PUBLIC_URL" in shown

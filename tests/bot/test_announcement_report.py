"""The list of rooms that nobody was reached in, as it comes out of the printer."""

import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from bot.announcement_report import COLUMNS, workbook
from bot.voice import Voice
from bot.words import Words
from domain.announcements.model import Announcement, Audience, Text, Unreached
from domain.register.model import Room
from tests.builders import GARDEN
from tests.fakes import FakeWork

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
WORDS = Words(Path(__file__).parents[2] / "locales")
TOLD = Announcement(
    id=1, status="sent", author_id=None, created_at=NOW, estate_id=GARDEN, audience=Audience(estates=(GARDEN,)),
    texts={"zh_CN": Text("停水", "明天停水。"), "en": Text("Water", "No water tomorrow.")},
)  # fmt: skip


def room(building: str, number: str) -> Room:
    return Room(id=0, estate_id=GARDEN, building=building, entrance="1", room=number)


def printed(language: str, *rooms: Unreached) -> list[list[Any]]:
    content = workbook(Voice(WORDS, language, NOW, FakeWork()), TOLD, rooms)
    return CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()


@pytest.mark.parametrize(("language", "title"), (("zh_CN", "停水"), ("en", "Water")))
def test_it_speaks_the_readers_language(language, title):
    first, _, heads = printed(language, Unreached(room=room("3", "101"), why="muted"))[:3]
    assert first[0] == title
    assert heads == [WORDS.say(f"unreached-{name}", language) for name in COLUMNS]


def test_rooms_stand_by_reason_and_then_as_one_walks():
    found = (("10", "101"), ("2", "1201"), ("2", "301"))
    rooms = [Unreached(room=room(building, number), why="failed") for building, number in found]
    lines = printed("en", *rooms, Unreached(room=room("1", "101"), why="unreachable"))[3:]
    assert [(line[0], line[2]) for line in lines] == [("2", "301"), ("2", "1201"), ("10", "101"), ("1", "101")]


def test_a_name_that_looks_like_a_formula_is_only_a_name():
    [line] = printed("en", Unreached(room=room("3", "101"), why="failed", names=("=1+1", "Tom")))[3:]
    assert line[3] == "=1+1, Tom"

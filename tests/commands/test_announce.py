"""`guanjia announce`: previewed, sent off once, watched, reported, held up; all beside the running service."""

import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select, update
from typer.testing import CliRunner

from commands.terminal import utc_now
from domain.announcements.lifecycle import Status
from domain.announcements.model import Announcement, Kind
from domain.messaging.model import DeliveryState
from domain.register.model import Group, GroupKind
from main import cli
from scheduler.jobs.announce import announce as tick
from storage import schema, tables
from storage.engine import Database, open_engine
from tests.announcing import bind_everybody, let_end
from tests.builders import GARDEN, MANAGER, OWNER, Place
from tests.storage.promises.furnishing import furnish

RUN = CliRunner()
WORDS = "Water off\n\nOn Friday from 9 to 11 there will be no water. Please keep some."


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """The small estate, its owner on two channels."""
    url = f"sqlite:///{tmp_path}/guanjia.db"
    monkeypatch.setenv("GUANJIA_DATABASE_URL", url)
    monkeypatch.setenv("LC_ALL", "en")
    engine = open_engine(url)
    schema.prepare(engine)
    place = Place()
    place.groups.append(Group(channel="telegram", chat="-300", estate_id=GARDEN, kind=GroupKind.OWNERS))
    with engine.begin() as connection:
        furnish(connection, place)
    found = Database(engine)
    with found.writing() as work:
        bind_everybody(work)
    yield found
    engine.dispose()


@pytest.fixture
def notice(tmp_path: Path) -> Path:
    path = tmp_path / "notice.txt"
    path.write_text(WORDS, encoding="utf-8")
    return path


def announce(*words: object, said: str | None = None) -> tuple[int, str]:
    result = RUN.invoke(cli, ["announce", *map(str, words)], input=said)
    return result.exit_code, result.output


def send_off(notice: Path, *more: object) -> tuple[int, str]:
    """An urgent one, so that the time of day is nothing to the test."""
    told = "--estate", "阳光花园", "--text", notice, "--kind", "urgent", "--yes"
    return announce(*told, *more)


def kept(database: Database) -> list[Announcement]:
    with database.reading() as work:
        return list(work.announcements.of_estates([GARDEN], limit=9))


def let_leave(database: Database) -> None:
    """As if the time to undo were over: the clock looks."""
    with database.engine.begin() as connection:
        connection.execute(update(tables.announcements).values(due_at=utc_now() - timedelta(seconds=1)))
    tick(database.writing, utc_now())


def let_arrive(database: Database, *states: DeliveryState) -> None:
    """As a sender does, person by person."""
    with database.writing() as work:
        table = tables.deliveries.c
        queued = select(table.id).where(table.announcement_id.is_not(None), table.state == "queued").order_by(table.id)
        for row, state in zip(work.connection.execute(queued).scalars().all(), states, strict=True):
            let_end(work, row, state, reason="chat not found", now=utc_now())


def test_first_it_shows_how_it_looks_and_whom_it_reaches_and_asks(database: Database, notice: Path):
    code, shown = announce("--estate", "阳光花园", "--text", notice, "--audience", "building:3", said="n\n")
    assert code == 1
    assert "Water off" in shown
    assert "2" in shown
    assert kept(database) == []


def test_what_would_come_at_night_is_said_to_wait_for_the_morning(database: Database, notice: Path):
    asked = f"{utc_now().year + 1}-01-05 22:30"
    _code, shown = announce("--estate", "阳光花园", "--text", notice, "--at", asked, said="n\n")
    assert "8:00" in shown


def test_it_is_sent_off_as_it_would_be_from_chat(database: Database, notice: Path):
    english = notice.with_name("en.txt")
    english.write_text(WORDS, encoding="utf-8")
    code, said = send_off(notice, "--language", f"en={english}", "--by", "冯经理", "--confirm", "--leave")
    assert code == 0, said
    (one,) = kept(database)
    assert (one.status, one.author_id, one.people, one.kind) == (Status.APPROVED, MANAGER, 2, Kind.URGENT)
    assert (set(one.texts), one.confirm) == ({"zh_CN", "en"}, True)
    assert one.texts["en"].title == "Water off"
    with database.reading() as work:
        assert {leaflet.language for leaflet in work.announcements.leaflets(one.id)} >= {"zh_CN", "en"}


def test_the_same_command_again_sends_nothing_twice(database: Database, notice: Path):
    send_off(notice, "--leave")
    code, said = send_off(notice, "--leave")
    assert (code, len(kept(database))) == (0, 1)
    assert "number 1" in said
    assert send_off(notice, "--leave", "--anew")[0] == 0
    assert len(kept(database)) == 2


def test_it_is_watched_until_it_is_over(database: Database, notice: Path):
    send_off(notice, "--leave")
    found: dict[str, Any] = {}
    watching = threading.Thread(target=lambda: found.update(shown=announce("--watch", 1)))
    watching.start()
    let_leave(database)
    let_arrive(database, DeliveryState.SENT, DeliveryState.FAILED)
    let_leave(database)
    watching.join(timeout=30)
    code, said = found["shown"]
    assert code == 0
    assert "Water off" in said
    assert kept(database)[0].status == Status.SENT


def test_who_runs_it_again_afterwards_sees_how_it_ended(database: Database, notice: Path):
    send_off(notice, "--leave")
    let_leave(database)
    let_arrive(database, DeliveryState.SENT, DeliveryState.SENT)
    let_leave(database)
    assert send_off(notice)[0] == 0  # does not wait for anything
    assert len(kept(database)) == 1


def of_many(database: Database) -> None:
    with database.engine.begin() as connection:
        connection.execute(update(tables.estates).values(policy={"announce.second_above": 1}))


def test_for_many_it_waits_for_a_second_manager(database: Database, notice: Path):
    of_many(database)
    assert send_off(notice, "--leave", "--by", "冯经理")[0] == 0
    assert kept(database)[0].status == Status.WAITING
    assert announce("approve", 1, "--by", "冯经理")[0] == 1
    assert announce("approve", 1, "--by", "邓总")[0] == 0
    assert kept(database)[0].status == Status.APPROVED


def test_for_many_the_second_manager_may_be_named_at_once(database: Database, notice: Path):
    of_many(database)
    code, said = send_off(notice, "--leave", "--by", "冯经理", "--approved-by", "邓总")
    assert code == 0, said
    assert kept(database)[0].status == Status.APPROVED


def test_it_is_listed_and_reported_with_the_rooms_that_nobody_reached(database: Database, notice: Path, tmp_path: Path):
    send_off(notice, "--leave")
    let_leave(database)
    let_arrive(database, DeliveryState.SENT, DeliveryState.FAILED)
    let_leave(database)
    assert "Water off" in announce("list")[1]
    assert json.loads(announce("list", "--estate", "阳光花园", "--json")[1])[0]["sent"] == 1
    sheet = tmp_path / "rooms.xlsx"
    code, said = announce("report", 1, "--xlsx", sheet)
    assert code == 0
    assert "1 room" in said
    rows = CalamineWorkbook.from_path(sheet).get_sheet_by_index(0).to_python()
    assert any("1202" in row for row in rows)
    figures = json.loads(announce("report", 1, "--json")[1])
    assert (figures["failed"], figures["waiting"], figures["rooms_unreached"]) == (1, 0, 1)


def test_it_is_held_up_let_go_and_stopped(database: Database, notice: Path):
    send_off(notice, "--leave")
    let_leave(database)
    for command, status in (("pause", Status.PAUSED), ("resume", Status.SENDING), ("stop", Status.STOPPED)):
        code, said = announce(command, 1)
        assert (code, kept(database)[0].status) == (0, status), said
    let_leave(database)
    assert announce("again", 1, "--to", "failed")[0] == 0
    assert kept(database)[0].round == 1


def test_it_is_taken_back_or_withdrawn_in_time(database: Database, notice: Path):
    send_off(notice, "--leave")
    assert announce("undo", 1)[0] == 0
    assert kept(database)[0].status == Status.DRAFT
    assert announce("withdraw", 1)[0] == 0
    assert announce("undo", 1)[0] == 1


@pytest.mark.parametrize(
    "words",
    (
        ("--audience", "building:99"),
        ("--audience", "everybody"),
        ("--at", "tomorrow"),
        ("--at", "2020-01-01 09:00"),
        ("--by", "somebody"),
        ("--by", str(OWNER)),
        ("--language", "en"),
    ),
)
def test_what_cannot_be_is_refused_and_nothing_is_kept(database: Database, notice: Path, words: tuple[str, ...]):
    code, said = send_off(notice, "--leave", *words)
    assert code in (1, 2)
    assert said
    assert kept(database) == []


def test_a_text_or_an_estate_that_is_none_is_refused(database: Database, notice: Path):
    assert announce("--estate", "Nowhere", "--text", notice, "--yes", "--leave")[0] == 1
    notice.write_bytes(b"\xff\xfe\xff")
    assert send_off(notice, "--leave")[0] == 1
    notice.write_text("only a title", encoding="utf-8")
    assert send_off(notice, "--leave")[0] == 1
    assert announce()[0] == 2
    assert announce("report", 7)[0] == 1
    assert kept(database) == []

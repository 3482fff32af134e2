"""`guanjia deliveries`: what did not get through is listed, explained, and sent once more where that does no harm."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, insert
from typer.testing import CliRunner

from commands.terminal import utc_now
from domain.messaging.model import Delivery, DeliveryState, Lane
from main import cli
from storage import tables
from storage.engine import Database
from storage.spreading import HELD
from tests.commands.conftest import Furnish

RUN = CliRunner()
NOW = utc_now()
CENTURY = timedelta(microseconds=HELD)
SENTENCE = "Your water is off tomorrow"
ROWS: dict[int, dict[str, Any]] = {
    1: {"state": "sent", "sent_at": NOW},
    2: {"state": "failed", "reason": "Bad Request: chat not found", "tries": 3, "sent_at": NOW},
    3: {"state": "unknown", "reason": "timed out", "announcement_id": 9, "lane": 3, "due_at": NOW, "sent_at": NOW},
    4: {"state": "failed", "reason": "timed out", "announcement_id": 9, "lane": 3, "due_at": NOW, "sent_at": NOW},
    5: {"state": "expired", "reason": "too late", "expires_at": NOW, "sent_at": NOW},
    6: {"state": "unreachable", "reason": "blocked", "sent_at": NOW},
    7: {"state": "queued", "chat": "waiting"},
    8: {"state": "queued", "chat": "waiting", "due_at": NOW + timedelta(hours=1), "tries": 2, "reason": "busy"},
    9: {"state": "queued", "chat": "waiting"},
    10: {"state": "sending", "chat": "elsewhere", "lease_until": NOW + timedelta(seconds=90)},
    11: {"state": "failed", "mode": "edit", "subject": "ticket:1", "reason": "busy", "sent_at": NOW},
    12: {"state": "sent", "mode": "edit", "subject": "ticket:1", "sent_at": NOW},
    13: {"state": "failed", "mode": "toast", "reason": "busy", "sent_at": NOW},
    14: {"state": "failed", "chat": "alone", "mode": "edit", "subject": "ticket:2", "reason": "busy", "sent_at": NOW},
    15: {"state": "queued", "lane": 3, "announcement_id": 9, "due_at": NOW + CENTURY, "chat": "held"},
    16: {"state": "expired", "lane": 3, "announcement_id": 9, "due_at": NOW, "reason": "stopped", "sent_at": NOW},
    17: {"state": "failed", "reason": "old", "chat": "old", "created_at": NOW - timedelta(days=9), "sent_at": NOW},
}
FAILED_ONES = {2, 4, 11, 13, 14, 17}


@pytest.fixture
def database(furnished: Furnish) -> Database:
    def more(connection: Connection) -> None:
        connection.execute(
            insert(tables.rooms).values(id=5, estate_id=1, building="3", entrance="2", room="1201", area=80)
        )
        connection.execute(insert(tables.people).values(id=12, name="Wang", phone="13800000001", flags=[]))
        connection.execute(insert(tables.occupancies).values(person_id=12, room_id=5, relation="owner"))
        for number, row in ROWS.items():
            usual = {"id": number, "channel": "telegram", "chat": "345", "lane": 1, "mode": "send", "created_at": NOW}
            body = {"text": SENTENCE}
            person = 12 if row.get("chat") == "alone" else None
            connection.execute(insert(tables.deliveries).values(**{**usual, "body": body, "person_id": person, **row}))

    return furnished(more)


def deliveries(*words: str) -> tuple[int, str]:
    result = RUN.invoke(cli, ["deliveries", *words])
    return result.exit_code, result.output


def listed(*words: str) -> set[int]:
    code, shown = deliveries("list", "--limit", "100", "--json", *words)
    assert code == 0
    return {row["id"] for row in json.loads(shown)["deliveries"]}


def queued(database: Database) -> set[int]:
    with database.reading() as work:
        rows = work.connection.execute(tables.deliveries.select().where(tables.deliveries.c.state == "queued"))
        return {row.id for row in rows}


def test_without_a_filter_everything_that_is_not_sent_is_listed_and_counted(database: Database):
    assert listed() == set(ROWS) - {1, 12}
    code, shown = deliveries("list")
    assert code == 0
    assert "3  failed       busy" in shown


@pytest.mark.parametrize(
    ("words", "found"),
    (
        (("--state", "failed"), FAILED_ONES),
        (("--state", "failed", "--state", "unknown"), {*FAILED_ONES, 3}),
        (("--reason", "TIMED"), {3, 4}),
        (("--announcement", "9"), {3, 4, 15, 16}),
        (("--channel", "wechat"), set()),
        (("--lane", "urgent"), set()),
        (("--person", "Wang"), {14}),
        (("--person", "12"), {14}),
        (("--room", "3-2-1201"), {14}),
        (("--room", "5", "--state", "sent"), set()),
    ),
)
def test_a_filter_narrows_the_list(database: Database, words: tuple[str, ...], found: set[int]):
    assert listed(*words) == found


@pytest.mark.parametrize(
    ("words", "said"),
    (
        (("list", "--lane", "slow"), "notice"),
        (("list", "--person", "Nobody"), "Nobody"),
        (("list", "--room", "1-1"), "3-2-1201"),
        (("explain", "99"), "99"),
    ),
)
def test_what_does_not_exist_is_refused_by_name(database: Database, words: tuple[str, ...], said: str):
    code, shown = deliveries(*words)
    assert code == 1
    assert said in shown


@pytest.mark.parametrize(
    ("number", "told"),
    (
        (1, ["was sent at"]),
        (2, ["tried 3 times", "chat not found", "deliveries retry 2"]),
        (3, ["announcement 9", "may have arrived", "--even-unknown"]),
        (5, ["given up at", "deliveries retry 5"]),
        (6, ["blocked", "not tried again"]),
        (7, ["next in its chat"]),
        (8, ["tried 2 times", "busy", "waits until"]),
        (9, ["2 earlier messages"]),
        (10, ["under way"]),
        (11, ["about ticket:1 (edit)"]),
        (15, ["announcement 9", "paused"]),
    ),
)
def test_a_delivery_tells_its_story(database: Database, number: int, told: list[str]):
    code, shown = deliveries("explain", str(number))
    assert code == 0
    assert [words for words in told if words not in shown] == []


def test_a_delivery_does_not_tell_its_words(database: Database):
    assert all(SENTENCE not in deliveries("explain", str(number), "--json")[1] for number in ROWS)
    assert SENTENCE not in deliveries("list", "--json")[1]


def test_what_failed_is_queued_once_more_as_if_it_were_new(database: Database):
    assert deliveries("retry", "2", "5")[0] == 0
    with database.writing() as work:
        taken = {
            row.id: row
            for row in work.deliveries.lease(now=utc_now(), until=NOW, limit=10, channels=["telegram"])
            if row.id in (2, 5)
        }
    assert [(row.id, row.tries) for row in taken.values()] == [(2, 0)]  # one of a chat at a time
    code, shown = deliveries("explain", "5", "--json")
    assert code == 0
    assert datetime.fromisoformat(json.loads(shown)["expires_at"]) > NOW + timedelta(hours=23)


def test_by_reason_everything_that_ended_badly_for_it_is_queued(database: Database):
    before = queued(database)
    code, shown = deliveries("retry", "--reason", "busy")
    assert code == 0
    assert queued(database) - before == {14}
    assert "2 were left alone: their time is over" in shown


def test_what_may_have_arrived_is_not_sent_twice_unless_one_says_so(database: Database):
    code, shown = deliveries("retry", "--announcement", "9")
    assert code == 0
    assert "--even-unknown" in shown
    assert 4 in queued(database)
    assert 3 not in queued(database)
    assert deliveries("retry", "3")[0] == 1
    assert deliveries("retry", "3", "--even-unknown")[0] == 0
    assert 3 in queued(database)


def test_what_was_stopped_stays_stopped(database: Database):
    code, shown = deliveries("retry", "--announcement", "9", "--even-unknown")
    assert code == 0
    assert "was stopped" in shown
    assert queued(database) >= {3, 4, 15}
    assert 16 not in queued(database)


def test_what_is_sent_once_more_has_a_day_to_get_through_however_old_it_is(database: Database):
    assert deliveries("retry", "17")[0] == 0
    with database.writing() as work:
        leased = work.deliveries.lease(now=utc_now(), until=NOW, limit=99, channels=["telegram"])
    (row,) = (one for one in leased if one.id == 17)
    assert row.ends_at > NOW + timedelta(hours=23)


def test_rows_named_by_number_that_stay_are_each_answered_for(database: Database):
    before = queued(database)
    code, shown = deliveries("retry", "1", "6", "8", "13", "99", "--json")
    assert code == 1
    assert json.loads(shown) == {
        "queued": 0,
        "kept": {"sent": 1, "unreachable": 1, "waiting": 1, "outdated": 1, "unheard-of": 1},
    }
    assert queued(database) == before


def test_everything_at_once_is_not_sent_again_by_mistake(database: Database):
    assert deliveries("retry")[0] == 2
    assert deliveries("retry", "--even-unknown")[0] == 2


def test_it_takes_the_rows_as_the_program_writes_them(database: Database):
    row = Delivery(channel="web", chat="c", lane=Lane.NOTICE, body={"text": SENTENCE}, created_at=NOW)
    with database.writing() as work:
        work.deliveries.add([row])
        (leased,) = work.deliveries.lease(now=NOW, until=NOW, limit=9, channels=["web"])
        work.deliveries.end(leased.id, state=DeliveryState.FAILED, reason="bug", now=NOW)
    assert deliveries("retry", "--reason", "bug")[0] == 0
    assert leased.id in queued(database)

"""domain.messaging.ports.Paces: one book for each account, in one hand at a time, and holds that all processes see."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from domain.messaging.model import Pace
from storage.engine import Database
from tests.builders import NOW

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
CHAT = Pace(channel="telegram", chat="1", left=(NOW - MINUTE, NOW), stale_at=NOW + MINUTE)


@pytest.fixture(autouse=True)
def opened(database: Database) -> None:
    with database.writing() as work:
        work.paces.open(["telegram", "web"])


def account(database: Database, channel: str = "telegram") -> Pace:
    with database.writing() as work:
        found = work.paces.account(channel)
    assert found
    return found


def put(database: Database, *paces: Pace) -> None:
    with database.writing() as work:
        work.paces.put(paces)


def hold(database: Database, chat: str = "", *, until: datetime = NOW + MINUTE, reason: str = "429") -> None:
    with database.writing() as work:
        work.paces.hold("telegram", chat, until=until, reason=reason)


def chats(database: Database, *names: str) -> dict[str, Pace]:
    with database.reading() as work:
        return dict(work.paces.of("telegram", names))


def test_what_is_booked_is_found_again(database: Database):
    put(database, Pace(channel="telegram", free_at=NOW), CHAT)
    assert account(database) == Pace(channel="telegram", free_at=NOW)
    assert account(database, "web") == Pace(channel="web")
    assert chats(database, "1", "2") == {"1": CHAT}


def test_opening_an_account_that_is_kept_changes_nothing(database: Database):
    put(database, Pace(channel="telegram", free_at=NOW))
    with database.writing() as work:
        work.paces.open(["telegram", "wechat"])
    assert account(database).free_at == NOW


def test_an_account_that_was_never_opened_is_nobodys(database: Database):
    with database.writing() as work:
        assert work.paces.account("wechat") is None


@pytest.mark.postgres
def test_an_account_is_in_one_hand_at_a_time(postgresql: Database):
    database = postgresql
    with database.writing() as work:
        work.paces.open(["telegram", "web"])
    with database.writing() as one, database.writing() as other:
        assert one.paces.account("telegram")
        assert other.paces.account("telegram") is None
        assert other.paces.account("web")
    assert account(database).channel == "telegram"


@pytest.mark.parametrize("chat", ("", "1"))
def test_a_hold_is_kept_while_others_book_and_the_longer_one_stays(database: Database, chat: str):
    put(database, CHAT)
    hold(database, chat, until=NOW + HOUR)
    hold(database, chat, until=NOW + MINUTE)
    put(database, replace(CHAT, chat=chat, left=(), stale_at=None))
    with database.reading() as work:
        assert [(pace.chat, pace.held_until) for pace in work.paces.held(now=NOW)] == [(chat, NOW + HOUR)]
        assert work.paces.held(now=NOW + HOUR) == []


def test_an_account_is_let_go_for_the_reason_for_which_it_was_held(database: Database):
    hold(database, reason="token")
    with database.writing() as work:
        work.paces.let_go("telegram", reason="429")
    assert account(database).held_until == NOW + MINUTE
    with database.writing() as work:
        work.paces.let_go("telegram", reason="token")
    assert (account(database).held_until, account(database).reason) == (None, None)


def test_what_says_nothing_any_more_is_forgotten_but_never_an_account(database: Database):
    put(database, CHAT, replace(CHAT, chat="2", stale_at=NOW))
    hold(database, "3", until=NOW + HOUR)
    hold(database, "2", until=NOW + HOUR)
    hold(database)
    with database.writing() as work:
        assert work.paces.purge(now=NOW + 2 * MINUTE) == 1
        assert work.paces.purge(now=NOW + 2 * HOUR) == 2
    assert chats(database, "1", "2", "3") == {}
    assert account(database).channel == "telegram"

"""domain.messaging.ports.Inbox: every update is kept once and handled in order."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from storage.engine import Database
from tests.builders import NOW, received

HOUR = timedelta(hours=1)


def store(database: Database, *keys: str, channel: str = "telegram") -> list[bool]:
    with database.writing() as work:
        return [work.inbox.add(received(key, channel=channel)) for key in keys]


def waiting(database: Database, limit: int = 99) -> list[str]:
    with database.reading() as work:
        return [one.key for one in work.inbox.waiting(limit=limit)]


def test_the_same_update_is_stored_once_however_often_it_comes(database: Database):
    assert store(database, "1", "1", "2") == [True, False, True]
    assert store(database, "1") == [False]
    assert store(database, "1", channel="web") == [True]
    assert waiting(database) == ["1", "2", "1"]


def test_the_same_update_at_once_from_all_sides_is_stored_once(database: Database):
    with ThreadPoolExecutor(10) as pool:
        first = list(pool.map(lambda _: store(database, "1")[0], range(30)))
    assert first.count(True) == 1
    assert waiting(database) == ["1"]


def test_updates_wait_in_order_of_arrival_and_come_back_as_they_were(database: Database):
    with database.writing() as work:
        for key in ("9", "5", "7"):
            work.inbox.add(received(key, chat=None, body='{"text": "漏水 🙉"}'))
    assert waiting(database, limit=2) == ["9", "5"]
    with database.reading() as work:
        one = work.inbox.waiting(limit=1)[0]
    assert one == received("9", chat=None, body='{"text": "漏水 🙉"}', id=one.id)


def test_what_is_done_or_parked_waits_no_more_and_the_next_goes_on(database: Database):
    store(database, "1", "2", "3", "4")
    with database.writing() as work:
        ids = {one.key: one.id for one in work.inbox.waiting(limit=9)}
        work.inbox.done([ids["1"], ids["3"]], now=NOW)
        work.inbox.park(ids["2"], reason="cannot be parsed", now=NOW)
    assert waiting(database) == ["4"]
    assert store(database, "1", "2") == [False, False]


def test_tries_are_counted(database: Database):
    store(database, "1")
    for tries in (1, 2):
        with database.writing() as work:
            work.inbox.failed(work.inbox.waiting(limit=1)[0].id, reason="a bug")
        with database.reading() as work:
            assert work.inbox.waiting(limit=1)[0].tries == tries


def test_only_what_was_handled_is_forgotten_and_only_when_it_is_old(database: Database):
    store(database, "new", "old", "parked", "fresh")
    with database.writing() as work:
        ids = {one.key: one.id for one in work.inbox.waiting(limit=9)}
        work.inbox.done([ids["old"]], now=NOW - HOUR)
        work.inbox.park(ids["parked"], reason="…", now=NOW - HOUR)
        work.inbox.done([ids["fresh"]], now=NOW)
        assert work.inbox.purge(before=NOW) == 2
    assert waiting(database) == ["new"]
    assert store(database, "old", "fresh") == [True, False]


def test_nothing_done_is_nothing_changed(database: Database):
    store(database, "1")
    with database.writing() as work:
        work.inbox.done([], now=NOW)
    assert waiting(database) == ["1"]


def test_what_a_chat_wrote_before_an_update_comes_back_oldest_first(database: Database):
    with database.writing() as work:
        for key, chat in (("1", "5"), ("2", "5"), ("3", "6"), ("4", "5"), ("5", "5"), ("6", "5")):
            work.inbox.add(received(key, chat=chat))
        ids = {one.key: one.id for one in work.inbox.waiting(limit=9)}
        work.inbox.park(ids["4"], reason="cannot be parsed", now=NOW)

    def before(key: str, **wish: object) -> list[str]:
        told: dict[str, Any] = {"channel": "telegram", "chat": "5", "since": NOW - HOUR, "limit": 9} | wish
        with database.reading() as work:
            return [one.key for one in work.inbox.before(ids[key], **told)]

    assert before("6") == ["1", "2", "5"]
    assert before("6", limit=2) == ["2", "5"]
    assert before("5") == ["1", "2"]
    assert before("6", channel="web") == []
    assert before("6", since=NOW + HOUR) == []


@pytest.mark.postgres
def test_two_workers_never_handle_the_same_chat_at_once_nor_out_of_order(postgresql: Database):
    with postgresql.writing() as work:
        for chat, key in (("a", "1"), ("a", "2"), ("b", "3"), ("a", "4"), ("c", "5"), ("b", "6")):
            work.inbox.add(received(key, chat=chat))
    with postgresql.writing() as one, postgresql.writing() as other:
        first = one.inbox.waiting(limit=3)
        second = other.inbox.waiting(limit=99)
        assert ([it.key for it in first], [it.key for it in second]) == (["1", "3", "5"], [])
        one.inbox.done([it.id for it in first[:2]], now=NOW)
    assert waiting(postgresql) == ["2", "4", "5", "6"]
    with postgresql.writing() as one, postgresql.writing() as other:
        assert [it.key for it in one.inbox.waiting(limit=1)] == ["2"]
        assert [it.key for it in other.inbox.waiting(limit=99)] == ["5", "6"]


@pytest.mark.postgres
def test_what_was_handled_while_a_worker_looked_is_not_handled_again(postgresql: Database):
    """Four workers race through many chats; each update is taken once, and each chat's in its order."""
    chats, deep = 20, 15
    with postgresql.writing() as work:
        for number in range(chats * deep):
            work.inbox.add(received(str(number), chat=f"chat {number % chats}"))
    taken: list[tuple[str | None, int]] = []

    def drain(_worker: int) -> None:
        while True:
            with postgresql.writing() as work:
                batch = work.inbox.waiting(limit=7)
                taken.extend((one.chat, int(one.key)) for one in batch)
                work.inbox.done([one.id for one in batch], now=NOW)
            if not batch and not waiting(postgresql):
                return

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(drain, range(4)))
    assert len(taken) == len(set(taken)) == chats * deep
    assert all(
        keys == sorted(keys) for keys in ([key for chat, key in taken if chat == f"chat {n}"] for n in range(chats))
    )

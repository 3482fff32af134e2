"""What WeChat lets us say is counted once, by whomever; tokens and nonces are shared."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from domain.messaging.tencent import AccessToken
from storage.engine import Database

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
CHAT = "o-1"


@pytest.fixture
def work(database: Database) -> Iterator[object]:
    with database.writing() as work:
        yield work


def test_words_open_a_chat_for_five_messages_in_two_days(work):
    assert not work.followers.reserve(CHAT, count=1, now=NOW)
    work.followers.spoke(CHAT, event=False, now=NOW)
    assert [work.followers.reserve(CHAT, count=1, now=NOW) for _ in range(6)] == [True] * 5 + [False]
    work.followers.spoke(CHAT, event=False, now=NOW)
    assert not work.followers.reserve(CHAT, count=1, now=NOW + timedelta(hours=48))


def test_several_are_reserved_together_or_not_at_all(work):
    work.followers.spoke(CHAT, event=False, now=NOW)
    assert work.followers.reserve(CHAT, count=4, now=NOW)
    assert not work.followers.reserve(CHAT, count=2, now=NOW)
    assert work.followers.reserve(CHAT, count=1, now=NOW)


def test_an_event_opens_it_for_three_within_a_minute_and_those_are_used_first(work):
    work.followers.spoke(CHAT, event=False, now=NOW)
    work.followers.spoke(CHAT, event=True, now=NOW)
    assert [work.followers.reserve(CHAT, count=1, now=NOW) for _ in range(9)] == [True] * 8 + [False]
    work.followers.spoke(CHAT, event=True, now=NOW)
    assert not work.followers.reserve(CHAT, count=1, now=NOW + timedelta(minutes=1))


def test_what_was_not_sent_is_given_back_and_a_closed_chat_stays_closed(work):
    work.followers.spoke(CHAT, event=False, now=NOW)
    assert work.followers.reserve(CHAT, count=5, now=NOW)
    work.followers.refund(CHAT, now=NOW)
    assert [work.followers.reserve(CHAT, count=1, now=NOW) for _ in range(2)] == [True, False]
    work.followers.spoke(CHAT, event=False, now=NOW)
    work.followers.close(CHAT)
    assert not work.followers.reserve(CHAT, count=1, now=NOW)


def test_mass_messages_are_four_a_month_for_each(work):
    for _ in range(4):
        assert sorted(work.followers.reserve_mass(["a", "b"], month="2026-11")) == ["a", "b"]
    assert work.followers.reserve_mass(["a", "c"], month="2026-11") == ["c"]
    assert sorted(work.followers.reserve_mass(["a", "c"], month="2026-12")) == ["a", "c"]


def test_the_last_offer_counts(work):
    assert work.followers.recall(CHAT)[0] == []
    work.followers.offer(CHAT, [("是", "k:0"), ("否", "k:1")])
    assert work.followers.recall(CHAT)[0] == [("是", "k:0"), ("否", "k:1")]
    work.followers.offer(CHAT, [])
    assert work.followers.recall(CHAT)[0] == []


def test_a_nonce_comes_again_with_its_own_update_only(work):
    assert work.nonces.add("wechat", "n", key="1", now=NOW)
    assert work.nonces.add("wechat", "n", key="1", now=NOW)
    assert not work.nonces.add("wechat", "n", key="2", now=NOW)
    assert work.nonces.add("wecom", "n", key="2", now=NOW)
    assert work.nonces.purge(before=NOW + timedelta(seconds=1)) == 2
    assert work.nonces.add("wechat", "n", key="2", now=NOW)


def test_one_fetches_a_token_and_all_have_it(database: Database):
    def begin(_: int) -> bool:
        with database.writing() as work:
            return work.tokens.begin("wx", now=NOW, until=NOW + timedelta(seconds=20))

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(begin, range(8))) == 1
    token = AccessToken(value="t", expires_at=NOW + timedelta(hours=2))
    with database.writing() as work:
        assert work.tokens.get("wx") is None
        work.tokens.keep("wx", token)
        assert work.tokens.get("wx") == token
        assert work.tokens.begin("wx", now=NOW, until=NOW + timedelta(seconds=20))
        work.tokens.give_up("wx")
        assert work.tokens.get("wx") == token
    with database.writing() as work:
        assert work.tokens.begin("wx", now=NOW, until=NOW + timedelta(seconds=20))
        assert work.tokens.begin("wx", now=NOW + timedelta(seconds=21), until=NOW + timedelta(seconds=40))


def test_eight_senders_reserve_no_more_than_there_is(database: Database):
    with database.writing() as work:
        work.followers.spoke(CHAT, event=False, now=NOW)

    def reserve(_: int) -> bool:
        with database.writing() as work:
            return work.followers.reserve(CHAT, count=1, now=NOW)

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(reserve, range(20))) == 5


def test_links_are_forgotten_in_time(work):
    work.invites.add("digest", person_id=1, expires_at=NOW)
    assert work.invites.purge(before=NOW) == 0
    assert work.invites.purge(before=NOW + timedelta(seconds=1)) == 1

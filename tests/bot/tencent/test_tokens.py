"""However many ask at once, in however many processes: one token is fetched, and a refused one is replaced once."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest

from bot.tencent.api import Api
from bot.tencent.http import AnswerLost, ApiError, Http, NotSent
from bot.tencent.tokens import TokenRefused, TokenStore
from domain.messaging.tencent import AccessToken
from storage import tables
from storage.engine import Database, open_engine

T = TypeVar("T")
NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


class Platform:
    """Gives tokens one after the other; a new one only when asked for it anew."""

    def __init__(self) -> None:
        self.number = 1
        self.asked: list[bool] = []
        self.error: Exception | None = None
        self.now = NOW

    async def fetch(self, *, anew: bool) -> AccessToken:
        self.asked.append(anew)
        await asyncio.sleep(0)
        if self.error:
            raise self.error
        self.number += anew
        return AccessToken(value=f"token-{self.number}", expires_at=self.now + HOUR)


@pytest.fixture
def platform() -> Platform:
    return Platform()


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    engine = open_engine(f"sqlite:///{tmp_path}/tokens.db")
    tables.metadata.create_all(engine)
    yield Database(engine)
    engine.dispose()


@pytest.fixture
def store(platform: Platform, database: Database) -> Callable[[], TokenStore]:
    """One process's store."""

    def run(function: Callable[[Any], T], /) -> Awaitable[T]:
        def write() -> T:
            with database.writing() as work:
                return function(work)

        return asyncio.to_thread(write)

    return lambda: TokenStore("wx-1", fetch=platform.fetch, commit=run, now=lambda: platform.now)


async def test_eight_processes_with_ten_callers_each_fetch_one_token(
    platform: Platform, store: Callable[[], TokenStore]
):
    stores = [store() for _ in range(8)]
    found = await asyncio.gather(*(one.current() for one in stores for _ in range(10)))
    assert set(found) == {"token-1"}
    assert platform.asked == [False]


async def test_an_old_token_is_replaced(platform: Platform, store: Callable[[], TokenStore]):
    ours = store()
    await ours.current()
    platform.now += HOUR
    platform.number = 7
    assert await ours.current() == "token-7"


async def test_a_refused_token_is_replaced_by_the_one_that_another_process_has_by_now(
    platform: Platform, store: Callable[[], TokenStore]
):
    ours, theirs = store(), store()
    refused = await ours.current()
    await theirs.current()
    assert await ours.after(refused) == "token-2"
    assert await theirs.after(refused) == "token-2"
    assert platform.asked == [False, False, True]


async def test_a_platform_that_insists_on_the_refused_token_refuses_us(
    platform: Platform, store: Callable[[], TokenStore]
):
    platform.fetch = lambda *, anew: asyncio.sleep(0, AccessToken(value="same", expires_at=NOW + HOUR))  # type: ignore[method-assign]
    ours = store()
    with pytest.raises(TokenRefused):
        await ours.after(await ours.current())


@pytest.mark.parametrize(
    ("error", "meant"),
    ((ApiError(40125), TokenRefused), (ApiError(-1), AnswerLost), (AnswerLost("x"), NotSent), (NotSent("x"), NotSent)),
)
async def test_a_failed_fetch_is_told_and_the_next_caller_may_try_at_once(
    platform: Platform, store: Callable[[], TokenStore], error: Exception, meant: type[Exception]
):
    ours = store()
    platform.error = error
    with pytest.raises(meant):
        await ours.current()
    platform.error = None
    assert await ours.current() == "token-1"


async def test_whoever_died_while_fetching_holds_up_nobody_for_long(
    platform: Platform, store: Callable[[], TokenStore], database: Database
):
    with database.writing() as work:
        assert work.tokens.begin("wx-1", now=NOW, until=NOW + timedelta(seconds=20))
    waiting = asyncio.create_task(store().current())
    await asyncio.sleep(0)
    platform.now += timedelta(seconds=21)
    assert await waiting == "token-1"


class Refusing(Http):
    """Refuses some tokens."""

    def __init__(self, *refused: str) -> None:
        super().__init__("http://127.0.0.1:1")
        self.refused = refused
        self.tokens: list[str] = []

    async def call(self, path: str, payload: Any = None, *, query: Any = None, files: Any = None) -> dict[str, Any]:
        self.tokens.append(query["access_token"])
        if self.tokens[-1] in self.refused:
            raise ApiError(40001)
        return {"ok": True}


async def test_a_call_with_a_refused_token_is_made_once_more_with_another(store: Callable[[], TokenStore]):
    http = Refusing("token-1")
    assert await Api(http, store()).call("/x") == {"ok": True}
    assert http.tokens == ["token-1", "token-2"]
    await http.close()


async def test_a_call_is_never_made_a_third_time(store: Callable[[], TokenStore]):
    http = Refusing("token-1", "token-2")
    with pytest.raises(TokenRefused):
        await Api(http, store()).call("/x")
    assert http.tokens == ["token-1", "token-2"]
    await http.close()

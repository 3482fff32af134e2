"""The webhook lets in Telegram and nobody else, stores before it says 200, and says 503 when it cannot."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import aiohttp
import orjson
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.types import ASGIApp

from bot.channels.base import DeliveryError
from bot.channels.telegram.api import SealedBot
from bot.channels.telegram.webhook import LARGEST_BODY, PATH, Doorman, set_webhook, webhook_route
from domain.errors import Unavailable
from domain.messaging.model import Received
from tests.bot.channels.telegram.samples import NOW, OWNER, message
from tests.botapi import BotApi

SECRET = "a-secret-for-a-test_1"
HEADER = "X-Telegram-Bot-Api-Secret-Token"
GIVEN = {HEADER: SECRET}


class Inbox:
    """What was stored; while it is *broken* nothing can be."""

    def __init__(self) -> None:
        self.rows: list[Received] = []
        self.broken: Exception | None = None

    async def store(self, row: Received) -> None:
        if self.broken:
            raise self.broken
        self.rows.append(row)


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@asynccontextmanager
async def served(app: ASGIApp) -> AsyncIterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(uvicorn.Config(app, lifespan="off", log_config=None, timeout_graceful_shutdown=1))
        task = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}{PATH}"
        finally:
            server.should_exit = True
            await task


@pytest.fixture
async def url(inbox: Inbox) -> AsyncIterator[str]:
    async with served(Starlette(routes=[webhook_route(SECRET, inbox.store, now=lambda: NOW)])) as address:
        yield address


async def status(url: str, body: bytes, headers: dict[str, str]) -> int:
    async with aiohttp.ClientSession() as session, session.post(url, data=body, headers=headers) as answer:
        return answer.status


async def test_what_carries_the_secret_is_stored_as_it_came(url: str, inbox: Inbox) -> None:
    body = orjson.dumps(message(text="漏水"))
    assert await status(url, body, GIVEN) == 200
    assert inbox.rows == [Received(channel="telegram", key="7", chat=str(OWNER), body=body.decode(), received_at=NOW)]


@pytest.mark.parametrize(
    "headers", ({}, {HEADER: ""}, {HEADER: "wrong"}, {HEADER: SECRET + "x"}, {HEADER: "密"}), ids=str
)
async def test_what_does_not_carry_it_leaves_nothing(url: str, inbox: Inbox, headers: dict[str, str]) -> None:
    assert await status(url, orjson.dumps(message(text="x")), headers) == 403
    assert inbox.rows == []


@pytest.mark.parametrize(
    "body", (b"", b"{", b"[]", b'"x"', b'{"a": "\xff"}', b"[" * 100_000), ids=lambda body: body[:9]
)
async def test_what_is_no_object_is_refused(url: str, inbox: Inbox, body: bytes) -> None:
    assert await status(url, body, GIVEN) == 400
    assert inbox.rows == []


async def test_an_object_that_is_no_update_is_stored_to_be_looked_at(url: str, inbox: Inbox) -> None:
    assert await status(url, b'{"x": 1}', GIVEN) == 200
    assert inbox.rows[0].key.startswith("sha256:")


async def test_only_pushes_are_taken(url: str) -> None:
    async with aiohttp.ClientSession() as session, session.get(url, headers=GIVEN) as answer:
        assert answer.status == 405


async def test_a_body_of_a_megabyte_is_the_largest(url: str, inbox: Inbox) -> None:
    fitting = b'{"x":"' + b"a" * (LARGEST_BODY - 8) + b'"}'
    assert b"200" in await talk(url, head(len(fitting)) + fitting)
    assert b"413" in await talk(url, head(len(fitting) + 1))
    assert len(inbox.rows) == 1


def head(length: int) -> bytes:
    return f"POST {PATH} HTTP/1.1\r\nHost: x\r\n{HEADER}: {SECRET}\r\nContent-Length: {length}\r\n\r\n".encode()


async def talk(url: str, request: bytes) -> bytes:
    """The beginning of the answer to what may be half a request."""
    host, _, port = url.removeprefix("http://").partition("/")[0].partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(request)
    answer = await reader.readline()
    writer.close()
    return answer


async def test_a_body_without_an_end_is_not_read_to_its_end(url: str, inbox: Inbox) -> None:
    endless = head(0).replace(b"Content-Length: 0", b"Transfer-Encoding: chunked")
    chunk = b"20000\r\n" + b"a" * 0x20000 + b"\r\n"
    assert b"413" in await talk(url, endless + chunk * 9)
    assert inbox.rows == []


async def test_a_body_that_comes_too_slowly_is_not_waited_for(inbox: Inbox) -> None:
    hasty = Doorman(SECRET, inbox.store, now=lambda: NOW, patience=timedelta(milliseconds=20))
    async with served(hasty) as url:
        assert b"408" in await talk(url, head(100) + b"{")


@pytest.mark.parametrize("why", (Unavailable("no space left on device"), RuntimeError("what nobody thought of")))
async def test_what_cannot_be_stored_stays_with_telegram(url: str, inbox: Inbox, why: Exception) -> None:
    inbox.broken = why
    body = orjson.dumps(message(text="x"))
    async with aiohttp.ClientSession() as session, session.post(url, data=body, headers=GIVEN) as answer:
        assert answer.status == 503
        assert int(answer.headers["Retry-After"]) > 0
    inbox.broken = None
    assert await status(url, body, GIVEN) == 200


async def test_telegram_is_told_where_to_push_and_pushes_there(
    api: BotApi, bot: SealedBot, inbox: Inbox, url: str
) -> None:
    api.fail(method="setWebhook", status=500)
    await set_webhook(bot, url, secret=SECRET)
    assert (api.webhook.secret, api.webhook.max_connections) == (SECRET, 40)
    assert "chat_member" in api.updates.allowed
    await api.user(OWNER).says("漏水")
    await api.wait_for(lambda: not api.updates.pending)
    assert "漏水" in inbox.rows[0].body


async def test_an_update_that_met_a_broken_database_comes_again(api: BotApi, bot: SealedBot, inbox: Inbox) -> None:
    inbox.broken = Unavailable("no space left on device")
    door = Doorman(SECRET, inbox.store, now=lambda: NOW, again=timedelta(seconds=1))
    async with served(door) as url:
        await set_webhook(bot, url, secret=SECRET)
        await api.user(OWNER).says("漏水")
        await api.wait_for(lambda: api.webhook.statuses == [503])
        inbox.broken = None
        await api.wait_for(lambda: not api.updates.pending)
    assert len(inbox.rows) == 1


async def test_an_address_that_telegram_refuses_is_not_tried_again(api: BotApi, bot: SealedBot) -> None:
    with pytest.raises(DeliveryError):
        await set_webhook(bot, "ftp://example.org", secret=SECRET)
    assert len(api.calls_of("setWebhook")) == 1


@pytest.mark.parametrize("secret", ("", "short", "has a space in it!", "密" * 20))
def test_a_secret_that_could_be_guessed_or_not_be_sent_is_refused(secret: str, inbox: Inbox) -> None:
    with pytest.raises(ValueError, match="secret"):
        webhook_route(secret, inbox.store, now=lambda: NOW)

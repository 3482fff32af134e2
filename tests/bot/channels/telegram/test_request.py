"""What AiohttpRequest sends, which failures it tells apart, and that the token stays out of all of them."""

import asyncio
import contextlib
import io
import logging
import socket
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from telegram import Bot
from telegram.error import BadRequest, NetworkError, RetryAfter, TelegramError, TimedOut

from bot.channels.telegram.request import AiohttpRequest, AnswerLate, AnswerLost, NotSent
from tests.botapi import BotApi

OWNER = 5001
SECRET = "the-planted-secret"
TOKEN = f"42:{SECRET}"

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    async with BotApi(token=TOKEN) as double:
        double.user(OWNER, started=True)
        yield double


@asynccontextmanager
async def bot_at(url: str, **options: Any) -> AsyncIterator[Bot]:
    """A Bot whose requests go there, without the getMe that Bot.initialize asks for."""
    request = AiohttpRequest(**options)
    async with request:
        yield Bot(TOKEN, base_url=f"{url}/bot", base_file_url=f"{url}/file/bot", request=request)


@asynccontextmanager
async def server(talk: Talk) -> AsyncIterator[str]:
    """Something that listens and speaks to each connection as told."""

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            await talk(reader, writer)
        writer.close()

    listening = await asyncio.start_server(connected, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    finally:
        listening.close()
        await listening.wait_closed()


def answering(head: str, body: str = "") -> Talk:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(f"HTTP/1.1 {head}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n{body}".encode())
        await writer.drain()

    return talk


async def half_an_answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"ok":')
    await writer.drain()


async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


async def test_text_buttons_and_files_arrive_as_they_were_given(api: BotApi) -> None:
    async with bot_at(api.url) as bot:
        sent = await bot.send_message(OWNER, '漏水 😀 & "quoted" = 100%')
        photo = await bot.send_photo(OWNER, b"\xff\xd8 picture", caption="厨房", filename="厨房 1.jpg")
        document = await bot.send_document(OWNER, io.BytesIO(b"x" * 2_000_000), filename='a"b.csv')
        downloaded = await (await bot.get_file(photo.photo[-1])).download_as_bytearray()
    assert (sent.text, photo.caption, bytes(downloaded)) == ('漏水 😀 & "quoted" = 100%', "厨房", b"\xff\xd8 picture")
    assert api.calls_of("sendPhoto")[0].uploads["photo"].filename == "厨房 1.jpg"
    assert document.document is not None
    assert document.document.file_size == 2_000_000


async def test_one_connection_is_kept_for_many_calls(api: BotApi) -> None:
    async with bot_at(api.url, connection_pool_size=1) as bot:
        for _ in range(5):
            await bot.send_message(OWNER, "x")
        server = api._server._server
        assert server is not None
        assert (server.requests_count, len(server.connections)) == (5, 1)


async def test_a_pool_of_one_serves_many_at_once(api: BotApi) -> None:
    async with bot_at(api.url, connection_pool_size=1, pool_timeout=5) as bot:
        sent = await asyncio.gather(*(bot.send_message(OWNER, str(number)) for number in range(20)))
    assert {message.text for message in sent} == {str(number) for number in range(20)}


async def test_a_closed_port_an_unknown_host_and_a_failed_handshake_are_not_sent(api: BotApi) -> None:
    nowhere = [f"http://127.0.0.1:{free_port()}", "http://no-such-host.invalid", api.url.replace("http:", "https:")]
    for url in [*nowhere, "http://127.0.0.1:99999", "telegram"]:
        async with bot_at(url) as bot:
            with pytest.raises(NotSent):
                await bot.send_message(OWNER, "x")
    assert api.calls == []


async def test_waiting_in_vain_for_a_free_connection_is_not_sent(api: BotApi) -> None:
    api.delay(30, method="sendMessage")
    async with bot_at(api.url, connection_pool_size=1, pool_timeout=0.02, connect_timeout=0.02) as bot:
        busy = asyncio.create_task(bot.send_message(OWNER, "first", read_timeout=30))
        await api.wait_for(lambda: api.calls)
        with pytest.raises(NotSent):
            await bot.send_message(OWNER, "second")
        busy.cancel()
        with pytest.raises(asyncio.CancelledError):
            await busy
    assert len(api.calls) == 1


async def test_a_request_that_was_shut_down_sends_nothing_until_it_is_initialized_again(api: BotApi) -> None:
    request = AiohttpRequest()
    bot = Bot(TOKEN, base_url=f"{api.url}/bot", request=request)
    with pytest.raises(NotSent):
        await bot.send_message(OWNER, "x")
    for _ in range(2):
        await request.initialize()
        await request.initialize()
        await bot.send_message(OWNER, "x")
        await request.shutdown()
        await request.shutdown()
    assert len(api.calls) == 2


@pytest.mark.parametrize("talk", (hang_up, half_an_answer))
async def test_a_connection_that_breaks_after_the_request_is_a_lost_answer(talk: Talk) -> None:
    async with server(talk) as url, bot_at(url) as bot:
        with pytest.raises(AnswerLost):
            await bot.send_message(OWNER, "x")


async def test_no_answer_in_time_is_a_lost_answer_and_a_time_out(api: BotApi) -> None:
    api.delay(30)
    async with bot_at(api.url, read_timeout=0.05) as bot:
        with pytest.raises(AnswerLate) as late:
            await bot.send_message(OWNER, "x")
    assert isinstance(late.value, AnswerLost)
    assert isinstance(late.value, TimedOut)


async def test_a_time_out_given_with_the_call_counts(api: BotApi) -> None:
    api.delay(0.2)
    async with bot_at(api.url, read_timeout=0.05) as bot:
        await bot.send_message(OWNER, "x", read_timeout=5)


async def test_no_time_out_at_all_is_possible(api: BotApi) -> None:
    unlimited = dict.fromkeys(("read_timeout", "write_timeout", "connect_timeout", "pool_timeout"))
    async with bot_at(api.url, **unlimited) as bot:
        await bot.send_message(OWNER, "x")


async def test_what_telegram_refuses_is_neither_lost_nor_unsent(api: BotApi) -> None:
    async with bot_at(api.url) as bot:
        with pytest.raises(BadRequest, match="Chat not found"):
            await bot.send_message(404, "x")
        api.fail(status=429, retry_after=3)
        with pytest.raises(RetryAfter) as flood:
            await bot.send_message(OWNER, "x")
    assert flood.value.retry_after == timedelta(seconds=3)


async def test_text_that_has_no_utf8_is_refused_for_good(api: BotApi) -> None:
    async with bot_at(api.url) as bot:
        with pytest.raises(BadRequest, match="Parameters can't be encoded"):
            await bot.send_message(OWNER, "half an emoji \ud83d")


async def test_redirects_are_not_followed(api: BotApi) -> None:
    elsewhere = answering(f"302 Found\r\nLocation: {api.url}/bot{TOKEN}/sendMessage")
    async with server(elsewhere) as url, bot_at(url) as bot:
        with pytest.raises(NetworkError, match="Found"):
            await bot.send_message(OWNER, "x")
    assert api.calls == []


async def test_an_answer_that_is_no_json_is_an_error_and_stays_out_of_the_log(caplog: pytest.LogCaptureFixture) -> None:
    async with server(answering("200 OK", "<html>13800000000</html>")) as url, bot_at(url) as bot:
        with pytest.raises(TelegramError, match="Invalid server response") as invalid:
            await bot.send_message(OWNER, "x")
    assert "13800000000" not in caplog.text + told(invalid.value)


@pytest.mark.parametrize(
    "talk",
    (
        hang_up,
        half_an_answer,
        answering("502 Bad Gateway", f"<html>POST /bot{TOKEN}/sendMessage failed</html>"),
        answering("404 Not Found", f"Cannot POST /bot42%3A{SECRET}/sendMessage"),
        answering("500 Internal Server Error", f'{{"ok": false, "description": "/bot{TOKEN}/sendMessage"}}'),
        answering("200 OK", "not JSON"),
        answering("nonsense"),
    ),
    ids=("hung up", "half an answer", "page", "encoded", "description", "no JSON", "no HTTP"),
)
async def test_the_token_is_in_no_exception_and_no_log_line(talk: Talk, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("telegram.Bot").setLevel(logging.INFO)  # Bot itself names its address at DEBUG.
    async with server(talk) as url, bot_at(url, read_timeout=1) as bot:
        with pytest.raises(TelegramError) as failed:
            await bot.send_message(OWNER, "x")
        assert SECRET not in repr(bot.request)
    assert SECRET not in told(failed.value)
    assert SECRET not in caplog.text


async def test_the_token_is_in_no_exception_when_there_is_no_server() -> None:
    for url in (f"http://127.0.0.1:{free_port()}", "http://no-such-host.invalid", "http://127.0.0.1:99999", "telegram"):
        async with bot_at(url) as bot:
            with pytest.raises(NotSent) as failed:
                await bot.send_message(OWNER, "x")
        assert SECRET not in told(failed.value)


def told(error: BaseException) -> str:
    """Everything that an exception and all those behind it say, shown or suppressed."""
    said = "".join(traceback.format_exception(error))
    behind: BaseException | None = error
    while behind is not None:
        said += f"{behind} {behind!r} {behind.args!r} {vars(behind)!r}"
        behind = behind.__cause__ or behind.__context__
    return said

"""Says the same to many chats with aiogram and aiolimiter."""

import asyncio
import itertools
import sys
import time
from collections.abc import Iterator

import uvloop
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import TelegramRetryAfter
from aiolimiter import AsyncLimiter

AT_ONCE = 64


async def main(api: str, token: str, chats: Iterator[int], *, seconds: float, limited: bool) -> None:
    """What its users write: a limiter of thirty a second around every call."""
    limiter = AsyncLimiter(30, 1) if limited else None
    until = time.monotonic() + seconds
    bot = Bot(token, session=AiohttpSession(api=TelegramAPIServer.from_base(api)))

    async def send() -> None:
        for chat in itertools.takewhile(lambda _: time.monotonic() < until, chats):
            if limiter:
                await limiter.acquire()
            try:
                await bot.send_message(chat, "停水通知：明天上午九点到十二点停水，请提前储水。")
            except TelegramRetryAfter as told:
                await asyncio.sleep(told.retry_after)

    await asyncio.gather(*(send() for _ in range(AT_ONCE)))
    await bot.session.close()


if __name__ == "__main__":
    api, token, first, count, seconds, limited = sys.argv[1:]
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        chats = iter(range(int(first), int(first) + int(count)))
        runner.run(main(api, token, chats, seconds=float(seconds), limited=limited == "limited"))

"""Says the same to many chats with python-telegram-bot's send_message, with or without its AIORateLimiter."""

import asyncio
import itertools
import sys
import time
from collections.abc import Iterator

import uvloop
from telegram.error import RetryAfter
from telegram.ext import AIORateLimiter, ExtBot

AT_ONCE = 64


async def main(api: str, token: str, chats: Iterator[int], *, seconds: float, limited: bool) -> None:
    """The library's own ways: its limiter with Telegram's figures, a loop with 64 in flight."""
    limiter = AIORateLimiter(overall_max_rate=30, overall_time_period=1, max_retries=5) if limited else None
    until = time.monotonic() + seconds

    async with ExtBot(token, base_url=f"{api}/bot", rate_limiter=limiter) as bot:

        async def send() -> None:
            for chat in itertools.takewhile(lambda _: time.monotonic() < until, chats):
                try:
                    await bot.send_message(chat, "停水通知：明天上午九点到十二点停水，请提前储水。")
                except RetryAfter:
                    continue  # it gives up: that chat does not hear of it

        await asyncio.gather(*(send() for _ in range(AT_ONCE)))


if __name__ == "__main__":
    api, token, first, count, seconds, limited = sys.argv[1:]
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        chats = iter(range(int(first), int(first) + int(count)))
        runner.run(main(api, token, chats, seconds=float(seconds), limited=limited == "limited"))

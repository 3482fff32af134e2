"""Runs the double as a process: ``python -m tests.wechatapi --port 8083`` prints its address and serves."""

import argparse
import asyncio
import signal

from tests.wechatapi.api import WeChatApi


async def serve(arguments: argparse.Namespace) -> None:
    ended = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    async with WeChatApi(port=arguments.port, callback_url=arguments.callback) as api:
        print(api.url, flush=True)  # noqa: T201 - whoever started it reads the address
        await ended.wait()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.wechatapi", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--callback", default="", help="where messages and events are pushed to")
    asyncio.run(serve(parser.parse_args()))


if __name__ == "__main__":
    main()

"""Runs the double as a process: ``python -m tests.wecomapi --port 8082`` prints its address and serves."""

import argparse
import asyncio
import signal

from tests.wecomapi.api import WecomApi


async def serve(arguments: argparse.Namespace) -> None:
    ended = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    async with WecomApi(port=arguments.port, callback_url=arguments.callback) as api:
        print(api.url, flush=True)  # noqa: T201 - whoever started it reads the address
        await ended.wait()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.wecomapi", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--callback", default="", help="where members' messages and presses are pushed to")
    asyncio.run(serve(parser.parse_args()))


if __name__ == "__main__":
    main()

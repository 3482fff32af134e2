"""Runs the double as a process: ``python -m tests.botapi --port 8081 --quiet`` prints its address and serves."""

import argparse
import asyncio
import signal

from tests.botapi.api import TOKEN, BotApi


async def serve(arguments: argparse.Namespace) -> None:
    api = BotApi(token=arguments.token, port=arguments.port, seed=arguments.seed, webhook_pause=arguments.webhook_pause)
    api.quiet.on = arguments.quiet
    ended = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    async with api:
        if arguments.limits:
            api.enforce_limits()
        print(api.url, flush=True)  # noqa: T201 - whoever started it reads the address
        await ended.wait()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.botapi", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--token", default=TOKEN)
    parser.add_argument("--quiet", action="store_true", help="answer sending unchecked, as fast as possible")
    parser.add_argument("--limits", action="store_true", help="enforce Telegram's limits on pace")
    parser.add_argument("--seed", type=int, default=1, help="of the random faults")
    parser.add_argument("--webhook-pause", type=float, default=1.0, help="seconds before the first repetition")
    asyncio.run(serve(parser.parse_args()))


if __name__ == "__main__":
    main()

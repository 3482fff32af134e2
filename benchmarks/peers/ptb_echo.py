"""An echo bot on python-telegram-bot: Starlette takes the webhook, the library's default HTTP client answers."""

import asyncio
import sys

import uvicorn
import uvloop
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from telegram import Update
from telegram.ext import Application, ContextTypes, MessageHandler, filters


async def echo(update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
    """Say it back."""
    assert update.message is not None
    await update.message.reply_text(update.message.text or "")


async def main(port: int, api: str, token: str) -> None:
    """The library's "custom webhook" example, handling updates side by side."""
    builder = Application.builder().token(token).base_url(f"{api}/bot").updater(None).concurrent_updates(256)
    application = builder.build()
    application.add_handler(MessageHandler(filters.TEXT, echo))

    async def webhook(request: Request) -> Response:
        await application.update_queue.put(Update.de_json(await request.json(), application.bot))
        return Response()

    async def ready(_request: Request) -> Response:
        return Response()

    routes = [Route("/webhook", webhook, methods=["POST"]), Route("/ready", ready)]
    config = uvicorn.Config(Starlette(routes=routes), port=port, log_level="warning", access_log=False)
    async with application:
        await application.start()
        await uvicorn.Server(config).serve()
        await application.stop()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main(int(sys.argv[1]), sys.argv[2], sys.argv[3]))

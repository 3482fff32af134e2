"""An echo bot on aiogram 3 with its own aiohttp webhook."""

import sys

import uvloop
from aiogram import Bot, Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import Message
from aiogram.webhook.aiohttp_server import SimpleRequestHandler, setup_application
from aiohttp import web


async def echo(message: Message) -> None:
    """Say it back."""
    await message.answer(message.text or "")


async def ready(_request: web.Request) -> web.Response:
    """It listens."""
    return web.Response()


def main(port: int, api: str, token: str) -> None:
    """The library's webhook example."""
    bot = Bot(token, session=AiohttpSession(api=TelegramAPIServer.from_base(api)))
    dispatcher = Dispatcher()
    dispatcher.message.register(echo)
    application = web.Application()
    application.router.add_get("/ready", ready)
    SimpleRequestHandler(dispatcher=dispatcher, bot=bot).register(application, path="/webhook")
    setup_application(application, dispatcher, bot=bot)
    web.run_app(application, host="127.0.0.1", port=port, access_log=None, print=None, loop=uvloop.new_event_loop())


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], sys.argv[3])

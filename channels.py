"""The channels of an installation: how each is put together, what it answers to, how it starts, listens and stops."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol, TypeVar

from starlette.routing import BaseRoute

from bot.channels.base import Channel
from bot.channels.telegram.api import make_bot
from bot.channels.telegram.channel import TelegramChannel
from bot.channels.telegram.polling import Polling
from bot.channels.telegram.webhook import set_webhook, webhook_route
from bot.channels.web import WebChannel
from bot.channels.web import routes as web_routes
from bot.words import Words
from domain.messaging.model import Received
from domain.register.model import GroupKind
from settings import Settings

T = TypeVar("T")
Run = Callable[[], Awaitable[None]]


def utc_now() -> datetime:
    """The outside's clock."""
    return datetime.now(UTC)


class Transact(Protocol):
    """Runs a function over one transaction, away from the event loop."""

    def __call__(self, function: Callable[[Any], T], /) -> Awaitable[T]: ...


async def nothing() -> None:
    """For a channel that has nothing to do then."""


def no_link(_payload: str) -> str | None:
    """For a channel that knows no links into itself."""
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """What a channel finds in the process that it lives in."""

    settings: Settings
    words: Words
    commit: Transact  # on disk when it returns
    read: Transact  # holds up no writer
    store: Callable[[Received], Awaitable[None]]  # raw updates into the inbox, before they are acknowledged
    store_many: Callable[[Sequence[Received]], Awaitable[None]]
    open_media: Callable[[str], Awaitable[tuple[bytes, str]]]  # a photo's bytes and type, by its key
    fetch_elsewhere: Callable[[str, str], Awaitable[bytes]]  # the same by channel and ref
    secret: str
    demo: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A channel as a process runs it."""

    channel: Channel
    routes: Sequence[BaseRoute] = ()
    start: Run = nothing  # in every process, before anything is sent
    feed: Run = nothing  # after start, in one process of the installation at a time, until it is cancelled
    close: Callable[[], None] = lambda: None  # we are told to stop: end what is endless
    stop: Run = nothing  # the last word, after everything is sent
    deep_link: Callable[[str], str | None] = no_link  # an address that opens the chat with a payload


def web(ours: Installation) -> Line:
    """Our own chat in the browser."""
    channel = WebChannel(
        commit=ours.commit,
        read=ours.read,
        open_media=ours.open_media,
        secret=ours.secret,
        demo=ours.demo,
        secure=ours.settings.http.url.startswith("https://"),
    )
    return Line(channel=channel, routes=web_routes(channel), close=channel.close)


def telegram(ours: Installation) -> Line | None:
    """The bot at Telegram, where there is a token: Telegram calls us at a webhook, or we ask it."""
    options = ours.settings.telegram
    if options.token is None:
        return None
    bot = make_bot(options.token.get_secret_value(), options.api_url)
    channel = TelegramChannel(bot, say=ours.words.say, fetch_elsewhere=ours.fetch_elsewhere)
    secret = options.webhook_secret.get_secret_value() if options.webhook_url and options.webhook_secret else None

    async def start() -> None:
        await channel.start(staff_chats=await ours.read(lambda work: _staff_chats(work, channel.name)))

    async def feed() -> None:
        if secret:
            await set_webhook(bot, f"{options.webhook_url.rstrip('/')}/telegram/webhook", secret=secret)
        else:
            await Polling(bot, ours.store_many, now=utc_now).run()

    def deep_link(payload: str) -> str | None:
        return channel.link and f"{channel.link}?start={payload}"

    routes = [webhook_route(secret, ours.store, now=utc_now)] if secret else []
    return Line(channel=channel, routes=routes, start=start, feed=feed, stop=channel.stop, deep_link=deep_link)


def _staff_chats(work: Any, channel: str) -> set[str]:
    estates = work.register.estates()
    groups = (group for estate in estates for group in work.addresses.groups(estate.id, GroupKind.STAFF))
    return {group.chat for group in groups if group.channel == channel}


LINES: tuple[Callable[[Installation], Line | None], ...] = (web, telegram)


def open_lines(ours: Installation) -> dict[str, Line]:
    """Every channel that the settings ask for, by its name."""
    lines = [line for open_line in LINES if (line := open_line(ours))]
    return {line.channel.name: line for line in lines}

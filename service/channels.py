"""The channels of an installation: how each is put together, what it answers to, how it starts, listens and stops."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from starlette.routing import BaseRoute

from bot.channels.base import Channel
from bot.channels.telegram.api import make_bot
from bot.channels.telegram.channel import TelegramChannel
from bot.channels.telegram.pace import Limits
from bot.channels.telegram.polling import Polling
from bot.channels.telegram.webhook import set_webhook, webhook_route
from bot.channels.web import WebChannel
from bot.channels.web import routes as web_routes
from bot.words import Words
from domain.messaging.model import Received
from domain.register.model import GroupKind
from settings import Settings

if TYPE_CHECKING:  # 20 MB, which an installation without these channels need not carry
    from bot.channels.wechat.account import Account as WechatAccount
    from bot.channels.wecom.account import Account

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
    hear: Callable[[str], None] = lambda _sign: None  # what another process whispers; "": something was missed
    close: Callable[[], None] = lambda: None  # we are told to stop: end what is endless
    stop: Run = nothing  # the last word, after everything is sent
    deep_link: Callable[[str], str | None] = no_link  # an address that opens the chat with a payload
    started: asyncio.Event = field(default_factory=asyncio.Event, init=False)


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
    return Line(channel=channel, routes=web_routes(channel), hear=channel.hub.hear, close=channel.close)


def telegram(ours: Installation) -> Line | None:
    """The bot at Telegram, where there is a token: Telegram calls us at a webhook, or we ask it."""
    options = ours.settings.telegram
    if options.token is None:
        return None
    bot = make_bot(options.token.get_secret_value(), options.api_url)
    limits = Limits(per_second=options.per_second, paid_per_second=options.paid_per_second)
    channel = TelegramChannel(bot, say=ours.words.say, fetch_elsewhere=ours.fetch_elsewhere, limits=limits)
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


def wecom(ours: Installation) -> Line | None:
    """The app at WeCom, where there is one: WeCom calls us at /wecom/callback."""
    account = wecom_account(ours.settings)
    if account is None:
        return None
    from bot.channels.wecom.account import open_account

    opened = open_account(
        account, url=ours.settings.http.url, secret=ours.secret, commit=ours.commit, read=ours.read, store=ours.store,
        fetch_elsewhere=ours.fetch_elsewhere, say=ours.words.say, now=utc_now,
    )  # fmt: skip
    channel = opened.channel
    return Line(
        channel=channel, routes=opened.routes, feed=channel.run, stop=channel.stop, deep_link=opened.links.invitation
    )


def wecom_account(settings: Settings) -> Account | None:
    """The app, where the settings name one; they are whole, or were refused."""
    options = settings.wecom
    if not (options.corp_id and options.secret and options.token and options.aes_key):
        return None
    from bot.channels.wecom.account import Account

    return Account(
        corp_id=options.corp_id,
        agent_id=options.agent_id,
        secret=options.secret.get_secret_value(),
        token=options.token.get_secret_value(),
        aes_key=options.aes_key.get_secret_value(),
        api_url=options.api_url,
        open_url=options.open_url,
        robots={name: key.get_secret_value() for name, key in options.robots.items()},
    )


def wechat(ours: Installation) -> Line | None:
    """The official account, where the settings name one: WeChat calls us."""
    account = wechat_account(ours.settings)
    if account is None:
        return None
    from bot.channels.wechat.account import open_account

    opened = open_account(
        account, url=ours.settings.http.url, say=ours.words.say, commit=ours.commit, read=ours.read,
        open_media=ours.open_media, now=utc_now,
    )  # fmt: skip
    channel = opened.channel
    return Line(channel=channel, routes=[opened.route], feed=channel.pictures.run, stop=channel.stop)


def wechat_account(settings: Settings) -> WechatAccount | None:
    """The account, where the settings name one; they are whole, or were refused."""
    options = settings.wechat
    if not (options.app_id and options.app_secret and options.token and options.aes_key):
        return None
    from bot.channels.wechat.account import Account
    from bot.channels.wechat.templates import Template

    return Account(
        app_id=options.app_id,
        app_secret=options.app_secret.get_secret_value(),
        token=options.token.get_secret_value(),
        aes_key=options.aes_key.get_secret_value(),
        api_url=options.api_url,
        templates={name: Template(id=one.id, fields=one.fields) for name, one in options.templates.items()},
        mass=options.mass_send,
        per_second=options.per_second,
    )


LINES: tuple[Callable[[Installation], Line | None], ...] = (web, telegram, wechat, wecom)


def open_lines(ours: Installation) -> dict[str, Line]:
    """Every channel that the settings ask for, by its name."""
    lines = [line for open_line in LINES if (line := open_line(ours))]
    return {line.channel.name: line for line in lines}


async def introduce(line: Line) -> None:
    """Let the line begin: it can send now."""
    await line.start()
    line.started.set()


async def listen(line: Line) -> None:
    """Take what comes in there, until cancelled."""
    await line.started.wait()
    await line.feed()

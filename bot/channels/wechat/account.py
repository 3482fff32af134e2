"""The official account put together: its calls, its channel, its door."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from starlette.routing import Route

from bot.channels.wechat.api import WECHAT, Credentials, make_api
from bot.channels.wechat.callback import Doorman, callback_route
from bot.channels.wechat.channel import WeChatChannel
from bot.channels.wechat.replies import Replies
from bot.channels.wechat.send import Say, Ways
from bot.channels.wechat.templates import Template, Templates
from bot.tencent.seal import Seal
from bot.tencent.tokens import Transact

LANGUAGE: Final = "zh_CN"  # of followers whom we do not know: WeChat tells nobody's


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Everything that the settings say of it."""

    app_id: str
    app_secret: str = field(repr=False)
    token: str = field(repr=False)
    aes_key: str = field(repr=False)
    api_url: str = WECHAT
    templates: Mapping[str, Template] = field(default_factory=dict)
    mass: bool = False
    per_second: int = 0

    @property
    def credentials(self) -> Credentials:
        """With what it calls."""
        return Credentials(app_id=self.app_id, app_secret=self.app_secret, api_url=self.api_url)

    @property
    def seal(self) -> Seal:
        """With what it is called.

        :raises ValueError: an AES key that is none
        """
        return Seal(token=self.token, aes_key=self.aes_key, owner=self.app_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """An account as a process works with it."""

    channel: WeChatChannel
    route: Route


def open_account(
    account: Account, *, url: str, say: Say, commit: Transact, read: Transact,
    open_media: Callable[[str], Awaitable[tuple[bytes, str]]], now: Callable[[], datetime],
) -> Opened:  # fmt: skip
    """*url* is where people find our page."""
    replies = Replies()
    ways = Ways(templates=Templates(account.templates), mass=account.mass, page=url, language=LANGUAGE)
    channel = WeChatChannel(
        make_api(account.credentials, commit=commit, now=now), replies=replies, say=say, ways=ways, commit=commit,
        read=read, open_media=open_media, now=now, per_second=account.per_second,
    )  # fmt: skip
    doorman = Doorman(
        account.seal, replies=replies, commit=commit, read=read, now=now, arrived=channel.pictures.arrived,
        one_moment=lambda language: say("wechat-one-moment", language or LANGUAGE),
    )  # fmt: skip
    return Opened(channel=channel, route=callback_route(doorman))

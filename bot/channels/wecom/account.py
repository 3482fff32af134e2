"""One app of one company, put together."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from starlette.routing import BaseRoute

from bot.channels.wecom.budget import Budget
from bot.channels.wecom.calls import Calls, fetch_token
from bot.channels.wecom.channel import WecomChannel
from bot.channels.wecom.door import callback_route
from bot.channels.wecom.failing import meaning
from bot.channels.wecom.links import Desk, Links, Say
from bot.channels.wecom.places import Places
from bot.channels.wecom.post import FetchElsewhere, Postman
from bot.channels.wecom.receive import NAME
from bot.channels.wecom.updates import Updates
from bot.tencent.api import Api
from bot.tencent.http import Http
from bot.tencent.pictures import Failure, Pictures
from bot.tencent.seal import Seal
from bot.tencent.tokens import TokenStore, Transact
from domain.messaging.model import Received

API: Final = "https://qyapi.weixin.qq.com"
OPEN: Final = "https://open.weixin.qq.com"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What WeCom's administration page says about the app. *robots*: keys of group robots, by our names for them."""

    corp_id: str
    agent_id: int
    secret: str = field(repr=False)
    token: str = field(repr=False)
    aes_key: str = field(repr=False)
    api_url: str = API
    open_url: str = OPEN
    robots: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """The channel, what it answers to, and its links."""

    channel: WecomChannel
    routes: Sequence[BaseRoute]
    links: Links


def make_calls(account: Account, *, commit: Transact, now: Callable[[], datetime]) -> Calls:
    """The API with a token that all processes share."""
    http = Http(account.api_url)
    fetch = fetch_token(http, account.corp_id, account.secret, now=now)
    tokens = TokenStore(f"{NAME}:{account.corp_id}:{account.agent_id}", fetch=fetch, commit=commit, now=now)
    return Calls(Api(http, tokens), agent_id=account.agent_id, robots=account.robots)


def open_account(
    account: Account,
    *,
    url: str,
    secret: str,
    commit: Transact,
    read: Transact,
    store: Callable[[Received], Awaitable[object]],
    fetch_elsewhere: FetchElsewhere,
    say: Say,
    now: Callable[[], datetime],
) -> Opened:
    """*url* is how people reach us; *secret* signs the links of cards in groups; photos may be any channel's.

    :raises ValueError: an AES key that is none
    """
    seal = Seal(token=account.token, aes_key=account.aes_key, owner=account.corp_id)
    calls = make_calls(account, commit=commit, now=now)
    links = Links(url=url, open_url=account.open_url, corp_id=account.corp_id, agent_id=account.agent_id, secret=secret)
    pictures = Pictures(NAME, calls.api, is_final=_is_final, commit=commit, read=read, now=now)
    places, budget = Places(calls, links, read=read), Budget(now=now)
    updates = Updates(calls, places, budget, commit=commit, read=read, now=now)
    postman = Postman(calls, places, updates, budget, fetch=fetch_elsewhere)
    desk = Desk(links, calls, store=store, commit=commit, say=say, now=now)
    door = callback_route(seal, commit=commit, arrived=pictures.arrived, now=now)
    channel = WecomChannel(postman, pictures, close=calls.close)
    return Opened(channel=channel, routes=[door, *desk.routes()], links=links)


def _is_final(failure: Failure) -> bool:
    return meaning(failure, repeatable=True).permanent

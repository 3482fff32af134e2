"""Who is at the page, and which chats are theirs."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from itsdangerous import BadData, URLSafeTimedSerializer
from starlette.requests import Request
from starlette.responses import Response

from bot.channels.web.body import field
from bot.channels.web.refused import NOT_FOUND, Refused
from bot.channels.web.send import WebChannel
from domain.messaging.web import WebPerson, WebWork

COOKIE = "guanjia"
_MAX_AGE = 180 * 24 * 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Somebody at the page; *person* is None until they are bound."""

    user: str
    groups: frozenset[str] = frozenset()
    person: WebPerson | None = None

    def private(self, chat: str) -> bool:
        """Is it their own chat?

        :raises Refused: when it is neither theirs nor a group they write in; whether it exists stays unsaid
        """
        if chat == self.user:
            return True
        if chat in self.groups:
            return False
        raise Refused(*NOT_FOUND)


async def visitor(web: WebChannel, request: Request, values: Any) -> Visitor:
    """Who sends this: the cookie says it, or in the demo the request itself.

    :raises Refused: nobody we know
    """
    user = f"demo-{field(values, 'as')}" if web.demo else user_of(web, request)
    if user is None:
        raise Refused(401, "web-no-link")
    known = await web.read(lambda work: _known(work, user, demo=web.demo))
    if web.demo and known.person is None:
        raise Refused(*NOT_FOUND)
    return known


def _known(work: WebWork, user: str, *, demo: bool) -> Visitor:
    """Group chats of the web exist in the demo only, for its staff."""
    person = work.web.person(user)
    groups = work.web.groups() if demo and person and person.roles else ()
    return Visitor(user=user, person=person, groups=frozenset(group.chat for group in groups))


async def readable(web: WebChannel, request: Request) -> Collection[str]:
    """The chats that this browser may look into: in the demo all, else the cookie's own.

    :raises Refused: nobody we know
    """
    if web.demo:
        people, groups = await web.read(lambda work: (work.web.people(), work.web.groups()))
        return {person.chat for person in people} | {group.chat for group in groups}
    user = user_of(web, request)
    if user is None:
        raise Refused(401, "web-no-link")
    return {user}


def user_of(web: WebChannel, request: Request) -> str | None:
    """Whose cookie it is; None without one that we signed not too long ago."""
    try:
        return str(_signer(web).loads(request.cookies.get(COOKIE, ""), max_age=_MAX_AGE))
    except BadData:
        return None


def admit(web: WebChannel, request: Request, response: Response) -> str:
    """Give the browser a user of its own; returns it."""
    user = f"web-{secrets.token_urlsafe(18)}"
    response.set_cookie(
        COOKIE,
        str(_signer(web).dumps(user)),
        max_age=_MAX_AGE,
        httponly=True,
        samesite="lax",
        secure=web.secure or request.url.scheme == "https",
    )
    return user


def _signer(web: WebChannel) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(web.secret, salt="guanjia-web-user")

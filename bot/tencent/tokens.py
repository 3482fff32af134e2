"""One access token for each account: fetched by one process at a time, shared by all, replaced once when refused."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any, Final, Protocol, TypeVar

import structlog

from bot.tencent.http import AnswerLost, ApiError, NotSent
from domain.messaging.tencent import AccessToken, TencentWork

T = TypeVar("T")
EARLY: Final = timedelta(minutes=5)  # before it ends: the platform lets the old one live on for so long
_BUSY: Final = -1  # the platform's "try again later"
_FETCH_WITHIN: Final = timedelta(seconds=20)
_LOOK_AGAIN: Final = 0.1  # seconds
log = structlog.get_logger(__name__)


class Fetch(Protocol):
    """Asks the platform for a token; *anew*: not for the one that it gave last."""

    def __call__(self, *, anew: bool) -> Awaitable[AccessToken]: ...


class Transact(Protocol):
    """Runs a function over one transaction, away from the event loop; committed when it returns."""

    def __call__(self, function: Callable[[Any], T], /) -> Awaitable[T]: ...


class TokenRefused(Exception):
    """The account's secret or its token is refused: nothing can be said until somebody puts that right."""


class TokenStore:
    """Gives the account's token."""

    def __init__(self, account: str, *, fetch: Fetch, commit: Transact, now: Callable[[], datetime]) -> None:
        self._account = account
        self._fetch = fetch
        self._commit = commit
        self._now = now
        self._lock = asyncio.Lock()
        self._known: AccessToken | None = None

    async def current(self) -> str:
        """The token to call with.

        :raises TokenRefused, NotSent, AnswerLost: there is none to be had
        """
        return await self._other_than(None)

    async def after(self, refused: str) -> str:
        """Another token than the one that was refused.

        :raises TokenRefused, NotSent, AnswerLost: there is none to be had
        """
        return await self._other_than(refused)

    async def _other_than(self, refused: str | None) -> str:
        if usable := self._usable(self._known, refused):
            return usable
        async with self._lock:  # whoever waited here finds what the first has brought
            while not (usable := self._usable(self._known, refused)):
                self._known, mine = await self._commit(lambda work: self._look(work, refused))
                if mine:
                    self._known = await self._bring(refused)
                elif not self._usable(self._known, refused):
                    await asyncio.sleep(_LOOK_AGAIN)
            return usable

    def _usable(self, token: AccessToken | None, refused: str | None) -> str | None:
        fits = token is not None and token.value != refused and token.expires_at > self._now()
        return token.value if token and fits else None

    def _look(self, work: TencentWork, refused: str | None) -> tuple[AccessToken | None, bool]:
        """The shared copy, or the right to replace it."""
        now, token = self._now(), work.tokens.get(self._account)
        if self._usable(token, refused):
            return token, False
        return token, work.tokens.begin(self._account, now=now, until=now + _FETCH_WITHIN)

    async def _bring(self, refused: str | None) -> AccessToken:
        """Fetch, and share it."""
        try:
            token = await self._fetch(anew=False)
            if token.value == refused:
                token = await self._fetch(anew=True)
        except ApiError as error:
            await self._commit(lambda work: work.tokens.give_up(self._account))
            if error.code == _BUSY:
                raise AnswerLost("busy") from None
            raise TokenRefused(f"errcode {error.code}") from None
        except (NotSent, AnswerLost):
            await self._commit(lambda work: work.tokens.give_up(self._account))
            raise NotSent("no token") from None
        if token.value == refused:
            await self._commit(lambda work: work.tokens.give_up(self._account))
            raise TokenRefused("the refused token again")
        log.info("access-token-fetched", account=self._account, anew=refused is not None)
        await self._commit(lambda work: work.tokens.keep(self._account, token))
        return token

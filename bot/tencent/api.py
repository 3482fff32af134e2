"""A platform's API with the account's token: a refused token is replaced once, and the call made once more."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Set
from typing import Any, Final, TypeVar

from bot.tencent.http import ApiError, File, Http, Json
from bot.tencent.tokens import TokenRefused, TokenStore

T = TypeVar("T")
# Of both platforms: not valid, too old, missing.
TOKEN_ERRORS: Final = frozenset({40001, 40014, 41001, 42001})


class Api:
    """Calls with "access_token" in the query."""

    def __init__(self, http: Http, tokens: TokenStore) -> None:
        self.http = http
        self._tokens = tokens

    async def call(
        self,
        path: str,
        payload: Any = None,
        *,
        query: Mapping[str, str] | None = None,
        files: Mapping[str, File] | None = None,
        fine: Set[int] = frozenset(),
    ) -> Json:
        """POST with a payload or files, else GET; the JSON object that comes back, empty for a *fine* refusal.

        :raises ApiError: refused
        :raises TokenRefused: so is every call of the account
        :raises NotSent, AnswerLost:
        """

        def call(token: str) -> Awaitable[Json]:
            return self.http.call(path, payload, query={"access_token": token, **(query or {})}, files=files)

        try:
            return await self._with_token(call)
        except ApiError as error:
            if error.code not in fine:
                raise
        return {}

    async def download(self, path: str, *, query: Mapping[str, str]) -> bytes:
        """A file's bytes; raises as call does."""

        def download(token: str) -> Awaitable[bytes]:
            return self.http.download(path, query={"access_token": token, **query})

        return await self._with_token(download)

    async def _with_token(self, call: Callable[[str], Awaitable[T]]) -> T:
        token = await self._tokens.current()
        try:
            return await call(token)
        except ApiError as error:
            if error.code not in TOKEN_ERRORS:
                raise
        token = await self._tokens.after(token)
        try:
            return await call(token)
        except ApiError as error:
            if error.code in TOKEN_ERRORS:
                raise TokenRefused(f"errcode {error.code}") from None
            raise

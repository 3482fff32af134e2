"""The double, and a client that knows nothing of the program's."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
import pytest

from tests.wecomapi import WecomApi

Ask = Callable[..., Awaitable[dict[str, Any]]]


@pytest.fixture
async def api() -> AsyncIterator[WecomApi]:
    async with WecomApi() as double:
        yield double


@pytest.fixture
async def ask(api: WecomApi) -> AsyncIterator[Ask]:
    """ask("message/send", {...}): with a valid token unless another is given."""
    async with aiohttp.ClientSession() as session:

        async def call(method: str, payload: Any = None, token: str | None = None, **query: str) -> dict[str, Any]:
            query["access_token"] = api.world.new_token() if token is None else token
            verb = "GET" if payload is None else "POST"
            async with session.request(verb, f"{api.url}/cgi-bin/{method}", params=query, json=payload) as answer:
                return await answer.json()

        yield call

"""Waiting for something to become true without sleeping."""

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from typing import TypeVar

T = TypeVar("T")


class Pulse:
    """Wakes those who wait whenever something changed; a beat costs nothing while nobody waits."""

    def __init__(self) -> None:
        self._waiting: set[asyncio.Future[None]] = set()

    def beat(self) -> None:
        for waiter in self._waiting:
            if not waiter.done():
                waiter.set_result(None)

    async def until(self, condition: Callable[[], T | None], timeout: float, what: str = "the condition") -> T:
        """The first true value of the condition.

        :raises AssertionError: when it did not become true in time, so that a test fails and does not hang.
        """
        try:
            async with asyncio.timeout(timeout):
                while not (result := condition()):
                    with self._registered() as waiter:
                        await waiter
        except TimeoutError:
            raise AssertionError(f"waited {timeout} s in vain for {what}") from None
        return result

    @contextlib.contextmanager
    def _registered(self) -> Iterator[asyncio.Future[None]]:
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.add(waiter)
        try:
            yield waiter
        finally:
            self._waiting.discard(waiter)

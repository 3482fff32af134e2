"""Group commit: whatever waits to be written goes into one transaction, and every writer is told when it is kept."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Any, Generic, Protocol, TypeVar

from bot.turn import DeskWork

W = TypeVar("W")
T = TypeVar("T")
GROUP = 64  # operations in one transaction at the most


class Commit(Protocol):
    """Runs an operation in a transaction and returns its result once it is on disk."""

    def __call__(self, operation: Callable[[DeskWork], T], /) -> Awaitable[T]: ...


@dataclass(frozen=True, slots=True, eq=False)
class _Wish(Generic[W]):
    operation: Callable[[W], Any]
    future: asyncio.Future[Any]
    long: bool = False


class GroupCommit(Generic[W]):
    """Runs operations on one thread of its own, many to a transaction.

    An operation must bear being run again from the start: where one of a group fails, the transaction is undone and
    each of them gets one of its own.
    """

    def __init__(self, writing: Callable[[], AbstractContextManager[W]]) -> None:
        self._writing = writing
        self._queue: SimpleQueue[_Wish[W] | None] = SimpleQueue()
        self._ending = False
        self._thread = threading.Thread(target=self._run, name="group-commit", daemon=True)
        self._thread.start()

    async def __call__(self, operation: Callable[[W], T]) -> T:
        """The result of *operation*, once it is on disk.

        :raises Exception: whatever the operation or the database raised; nothing of it is kept then
        """
        return await self._put(operation, long=False)

    async def by_itself(self, operation: Callable[[W], T]) -> T:
        """The same for one that takes its time: what is quick overtakes it and does not wait for its transaction."""
        return await self._put(operation, long=True)

    async def _put(self, operation: Callable[[W], T], *, long: bool) -> T:
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._queue.put(_Wish(operation, future, long))
        return await future

    def close(self) -> None:
        """Finish what waits, then end the thread."""
        self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        later: deque[_Wish[W]] = deque()
        while (quick := self._take(later)) or later:
            if quick:
                self._write(quick)
            if later:
                self._write([later.popleft()])

    def _take(self, later: deque[_Wish[W]]) -> list[_Wish[W]]:
        """Everything quick that waits; what takes its time is put off until *later*. Both are empty at the end."""
        quick: list[_Wish[W]] = []
        while not self._ending and len(quick) < GROUP:
            if (quick or later) and self._queue.empty():
                break
            wish = self._queue.get()
            if wish is None:
                self._ending = True
            else:
                (later if wish.long else quick).append(wish)
        return quick

    def _write(self, group: list[_Wish[W]]) -> None:
        try:
            with self._writing() as work:
                results = [wish.operation(work) for wish in group]
        except Exception as error:  # noqa: BLE001 - it belongs to whoever asked, and reaches them
            if len(group) == 1:
                _tell([(group[0].future, None, error)])
            else:
                for wish in group:
                    self._write([wish])
        else:
            _tell([(wish.future, result, None) for wish, result in zip(group, results, strict=True)])


def _tell(outcomes: list[tuple[asyncio.Future[Any], Any, Exception | None]]) -> None:
    """Resolve the futures on the loop that waits for them, all with one wake-up."""
    by_loop: dict[asyncio.AbstractEventLoop, list[tuple[asyncio.Future[Any], Any, Exception | None]]] = {}
    for outcome in outcomes:
        by_loop.setdefault(outcome[0].get_loop(), []).append(outcome)
    for loop, theirs in by_loop.items():
        if not loop.is_closed():
            loop.call_soon_threadsafe(_resolve, theirs)


def _resolve(outcomes: list[tuple[asyncio.Future[Any], Any, Exception | None]]) -> None:
    for future, result, error in outcomes:
        if future.done():  # whoever waited has gone
            continue
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(result)

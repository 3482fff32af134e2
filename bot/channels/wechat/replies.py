"""Pushes that wait for their answer: what is said in their chat meanwhile goes into the response, for free."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict, defaultdict
from collections.abc import Callable
from typing import Final

REMEMBERED: Final = 60.0  # seconds: a push is repeated within fifteen
_MOST: Final = 20_000


class Reply:
    """One push. Its response is what *speak* brings, until it is closed."""

    def __init__(self) -> None:
        self.stored_at: float | None = None  # by the loop's clock; None: it is not in the inbox yet
        self.language: str | None = None  # of whoever wrote, as far as we know them
        self.words: asyncio.Future[str | None] = asyncio.get_running_loop().create_future()  # None: none will come
        self.outcome: asyncio.Future[str | None] = asyncio.get_running_loop().create_future()  # of all its repetitions
        self._written: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

    @property
    def open(self) -> bool:
        """Does it still want words?"""
        return not self.words.done() and not self._written.done()

    async def speak(self, words: str) -> bool:
        """Give these words to the platform; False when they did not go out with the response after all."""
        self.words.set_result(words)
        return await self._written

    def give_up(self) -> None:
        """Nothing will be said."""
        if not self.words.done():
            self.words.set_result(None)

    def end(self, *, written: bool) -> None:
        """The response is out, or will never be."""
        if not self._written.done():
            self._written.set_result(written)


class Replies:
    """Everything of this process that waits. To be used on the event loop only."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._by_key: dict[str, tuple[str, Reply]] = {}
        self._by_chat: defaultdict[str, list[Reply]] = defaultdict(list)
        self._said: OrderedDict[str, tuple[float, str | None]] = OrderedDict()

    def waiting(self, chat: str) -> Reply | None:
        """The push of this chat that has waited longest and has no words yet."""
        return next((reply for reply in self._by_chat.get(chat, ()) if reply.open), None)

    def patient(self, seconds: float) -> dict[str, tuple[str, Reply]]:
        """Chat and reply, by key, of those that were stored so long ago."""
        until = self._clock() - seconds
        return {
            key: (chat, reply)
            for key, (chat, reply) in self._by_key.items()
            if reply.open and reply.stored_at is not None and reply.stored_at <= until
        }

    def stored(self, reply: Reply, *, language: str | None) -> None:
        """It is in the inbox; its sender reads this language, where we know them."""
        reply.stored_at, reply.language = self._clock(), language

    def __bool__(self) -> bool:
        """Does any push wait?"""
        return bool(self._by_key)

    def repeated(self, key: str) -> asyncio.Future[str | None] | None:
        """What the same push was or will be answered with, where that is still known."""
        if found := self._by_key.get(key):
            return found[1].outcome
        while self._said and next(iter(self._said.values()))[0] < self._clock():
            self._said.popitem(last=False)
        if key not in self._said:
            return None
        known: asyncio.Future[str | None] = asyncio.get_running_loop().create_future()
        known.set_result(self._said[key][1])
        return known

    def begin(self, chat: str, key: str) -> Reply:
        """A push waits from now on."""
        reply = Reply()
        self._by_key[key] = chat, reply
        self._by_chat[chat].append(reply)
        return reply

    def answered(self, chat: str, key: str, reply: Reply, words: str | None) -> None:
        """It is decided what the push is answered with: it wants no more words; repetitions hear the same."""
        self._leave(chat, key, reply)
        self._said[key] = (self._clock() + REMEMBERED, words)
        if len(self._said) > _MOST:
            self._said.popitem(last=False)
        reply.outcome.set_result(words)

    def failed(self, chat: str, key: str, reply: Reply, error: BaseException) -> None:
        """It was not even kept: repetitions fail as it did, and the next push begins anew."""
        self._leave(chat, key, reply)
        reply.outcome.set_exception(error)
        reply.outcome.exception()  # nobody may be waiting for it
        reply.end(written=False)

    def _leave(self, chat: str, key: str, reply: Reply) -> None:
        self._by_key.pop(key, None)
        theirs = self._by_chat[chat]
        theirs.remove(reply)
        if not theirs:
            del self._by_chat[chat]

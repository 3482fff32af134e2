"""Tells open browser tabs that something happened; what was said is always read from the log, so nothing is missed."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections import deque
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

_WHISPERS = 32  # passing signs kept for a tab that reads slowly; older ones are forgotten


class Stream:
    """One tab's end: wakes when a chat changed, holds signs that matter only now (typing, toasts)."""

    def __init__(self, chats: Collection[str], tab: str) -> None:
        self.chats = frozenset(chats)
        self.tab = tab
        self.closed = False
        self._signs: deque[tuple[str, dict[str, Any]]] = deque(maxlen=_WHISPERS)
        self._changed: set[str] = set()
        self._awake = asyncio.Event()

    def wake(self, *chats: str) -> None:
        """Let the reader look into the log again."""
        self._changed.update(chats)
        self._awake.set()

    def sign(self, event: str, data: dict[str, Any]) -> None:
        """Queue a passing sign."""
        self._signs.append((event, data))
        self._awake.set()

    def close(self) -> None:
        """End the stream; the browser comes back by itself."""
        self.closed = True
        self._awake.set()

    async def wait(self, seconds: float) -> bool:
        """Until something happens; False when nothing did for so long."""
        try:
            async with asyncio.timeout(seconds):
                await self._awake.wait()
        except TimeoutError:
            return False
        self._awake.clear()
        return True

    def changed(self) -> frozenset[str]:
        """The chats to read, once."""
        chats, self._changed = frozenset(self._changed), set()
        return chats

    def signs(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """The passing signs, once."""
        while self._signs:
            yield self._signs.popleft()


class Hub:
    """All open streams of this process. To be used on the event loop only."""

    def __init__(self, *, room: int = 2000) -> None:
        self._streams: dict[int, Stream] = {}
        self._numbers = itertools.count()
        self._room = room
        self.closed = False

    @property
    def full(self) -> bool:
        """No further stream is taken."""
        return self.closed or len(self._streams) >= self._room

    def __len__(self) -> int:
        return len(self._streams)

    @contextmanager
    def open(self, chats: Collection[str], *, tab: str) -> Iterator[Stream]:
        """A stream for as long as the tab listens."""
        number, stream = next(self._numbers), Stream(chats, tab)
        self._streams[number] = stream
        stream.closed = self.closed
        try:
            yield stream
        finally:
            del self._streams[number]

    def changed(self, chat: str) -> None:
        """Something was said or edited there."""
        for stream in self._streams.values():
            if chat in stream.chats:
                stream.wake(chat)

    def typing(self, chat: str) -> None:
        """Somebody's words are being read there."""
        for stream in self._streams.values():
            if chat in stream.chats:
                stream.sign("typing", {"chat": chat})

    def toast(self, tab: str, *, text: str, alert: bool) -> bool:
        """Answer the tab in which a button was pressed; False: it is gone, or another process's."""
        found = [stream for stream in self._streams.values() if stream.tab == tab]
        for stream in found:
            stream.sign("toast", {"text": text, "alert": alert})
        return bool(found)

    def hear(self, sign: str) -> None:
        """What another process whispers; an empty sign: some may have been missed, so every tab looks again."""
        told = json.loads(sign) if sign else {}
        if "tab" in told:
            self.toast(**told)
        for stream in self._streams.values():
            if not sign or told.get("chat") in stream.chats:
                stream.wake(*(stream.chats if not sign else [told["chat"]]))

    def close(self) -> None:
        """End every stream and take no new one."""
        self.closed = True
        for stream in self._streams.values():
            stream.close()

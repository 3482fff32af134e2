"""What WeCom shows to one member: beyond it, it answers that all is well and shows nothing."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Final

from bot.channels.base import Allowance, DeliveryError

MEMBER: Final = (Allowance(30, timedelta(minutes=1)), Allowance(1000, timedelta(hours=1)))
_REMEMBERED: Final = 10_000
GROUP: Final = (Allowance(20, timedelta(minutes=1)),)  # of a robot; a group chat bears more


class Budget:
    """Counts messages. The gate counts rows, and a row with photos or long words is several messages."""

    def __init__(self, *, now: Callable[[], datetime]) -> None:
        self._now = now
        self._under_way: Counter[str] = Counter()
        self._left: dict[str, deque[datetime]] = {}

    @contextmanager
    def room(self, chat: str, count: int, allowances: tuple[Allowance, ...]) -> Iterator[None]:
        """Room for *count* messages; their span begins when the last has left, for WeCom's begins when they arrive.

        :raises DeliveryError: not all of them would be shown; with how long to wait
        """
        longest, left = max(one.span for one in allowances), self._left.setdefault(chat, deque())
        now = self._now()
        while left and left[0] <= now - longest:
            left.popleft()
        wait = max(self._wait(chat, count, one) for one in allowances)
        if wait > timedelta():
            raise DeliveryError("WeCom would show no more now", retry_after=wait)
        self._under_way[chat] += count
        try:
            yield
        finally:
            self._under_way[chat] -= count
            left.extend([self._now()] * count)
            self._tidy(longest)

    def _wait(self, chat: str, count: int, allowance: Allowance) -> timedelta:
        """Until so many more fit into the span; what is more than it ever holds, waits for an empty one."""
        now = self._now()
        recent = [one for one in self._left[chat] if one > now - allowance.span]
        over = len(recent) + self._under_way[chat] + min(count, allowance.count) - allowance.count
        if over <= 0:
            return timedelta()
        return recent[over - 1] + allowance.span - now if over <= len(recent) else timedelta(seconds=1)

    def _tidy(self, longest: timedelta) -> None:
        if len(self._left) > _REMEMBERED:
            since = self._now() - longest
            busy = {chat for chat, count in self._under_way.items() if count}
            recent = {chat for chat, left in self._left.items() if left and left[-1] > since}
            self._left = {chat: self._left[chat] for chat in busy | recent}
            self._under_way = +self._under_way

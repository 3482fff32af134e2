"""What WeCom shows to one member: beyond it, it answers that all is well and shows nothing."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from bot.channels.base import Allowance, DeliveryError

MEMBER: Final = (Allowance(30, timedelta(minutes=1)), Allowance(1000, timedelta(hours=1)))
GROUP: Final = (Allowance(20, timedelta(minutes=1)),)  # of a robot; a group chat bears more


class Budget:
    """Counts messages. The gate counts rows, and a row with photos or long words is several messages."""

    def __init__(self, *, now: Callable[[], datetime]) -> None:
        self._now = now
        self._left: dict[str, deque[datetime]] = {}

    def take(self, chat: str, count: int, allowances: tuple[Allowance, ...]) -> None:
        """Count *count* messages as said now.

        :raises DeliveryError: not all of them would be shown; with how long to wait
        """
        now, left = self._now(), self._left.setdefault(chat, deque())
        longest = max(one.span for one in allowances)
        while left and left[0] <= now - longest:
            left.popleft()
        wait = max(_wait(left, min(count, one.count), one, now) for one in allowances)
        if wait > timedelta():
            raise DeliveryError("WeCom would show no more now", retry_after=wait)
        left.extend([now] * count)
        if len(self._left) > 10_000:
            self._left = {one: kept for one, kept in self._left.items() if kept and kept[-1] > now - longest}


def _wait(left: deque[datetime], count: int, allowance: Allowance, now: datetime) -> timedelta:
    """Until so many more fit into the span."""
    recent = [one for one in left if one > now - allowance.span]
    over = len(recent) + count - allowance.count
    return recent[over - 1] + allowance.span - now if over > 0 else timedelta()

"""What can be made to go wrong, and Telegram's limits on pace."""

import math
import random  # noqa: TID251 - seeded: the same faults in every run
import time
from collections import defaultdict, deque
from dataclasses import dataclass, field
from typing import Literal

from tests.botapi.calls import Call
from tests.botapi.errors import Refused, failure, too_many

Kind = Literal["refuse", "lose", "drop", "delay"]


@dataclass
class Fault:
    """Something that goes wrong for calls that match.

    ``refuse``: answered with the status, not carried out. ``lose``: carried out, then the connection is cut without an
    answer. ``drop``: cut without being carried out. ``delay``: carried out at once, answered late.
    """

    kind: Kind
    method: str | None = None
    chat: int | None = None
    times: int | None = 1
    share: float = 1.0
    status: int = 500
    retry_after: int | None = None
    description: str | None = None
    seconds: float = 0.0

    def matches(self, call: Call) -> bool:
        method = self.method is None or self.method.lower() == call.method.lower()
        return method and (self.chat is None or self.chat == call.chat_id) and self.times != 0

    def refusal(self) -> Refused:
        return failure(self.status, retry_after=self.retry_after, description=self.description)


@dataclass
class Faults:
    """The faults in force, oldest first; only the first that hits counts."""

    seed: int = 1
    active: list[Fault] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._chance = random.Random(self.seed)

    def add(self, fault: Fault) -> Fault:
        self.active.append(fault)
        return fault

    def hit(self, call: Call) -> Fault | None:
        for fault in self.active:
            if fault.matches(call) and (fault.share >= 1.0 or self._chance.random() < fault.share):
                if fault.times is not None:
                    fault.times -= 1
                return fault
        return None

    def clear(self) -> None:
        self.active.clear()


@dataclass
class Limits:
    """30 messages a second (more where they are paid), one a second to a person, 20 a minute in a group.

    Each in a sliding window. Edits count in groups as messages do, with a person they count in all only.
    *slack*: seconds by which a window is shorter, where the machine may stand still and see late what left on time.
    """

    per_second: int = 30
    paid_per_second: int = 1000
    per_chat_second: int = 1
    per_group_minute: int = 20
    slack: float = 0.0
    _all: deque[float] = field(default_factory=deque)
    _chat: "defaultdict[int, deque[float]]" = field(default_factory=lambda: defaultdict(deque))
    _group: "defaultdict[int, deque[float]]" = field(default_factory=lambda: defaultdict(deque))

    def check(self, call: Call) -> None:
        """Count a call that makes or edits a message.

        :raises Refused: with 429 when it comes too early; then it is not counted.
        """
        chat = call.chat_id
        if chat is None or not call.method.lower().startswith(("send", "edit")) or call.method == "sendChatAction":
            return
        now = time.monotonic()
        paid = call.boolean("allow_paid_broadcast")
        windows = [(self._all, self.paid_per_second if paid else self.per_second, 1.0)]
        if chat < 0:
            windows.append((self._group[chat], self.per_group_minute, 60.0))
        elif call.method.lower().startswith("send"):
            windows.append((self._chat[chat], self.per_chat_second, 1.0))
        wait = max(_wait(window, most, span - self.slack, now) for window, most, span in windows)
        if wait > 0:
            raise too_many(math.ceil(wait))
        for window, _, _ in windows:
            window.append(now)


def _wait(window: deque[float], most: int, span: float, now: float) -> float:
    while window and window[0] <= now - span:
        window.popleft()
    return window[-most] + span - now if len(window) >= most else 0.0

"""The updates waiting for the bot, and long polling: they live on until an offset or a 2xx confirms them."""

import asyncio
import itertools
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from tests.botapi.calls import Call
from tests.botapi.errors import Json, conflict
from tests.botapi.pulse import Pulse

_ONLY_ON_DEMAND = {"chat_member", "message_reaction", "message_reaction_count"}


@dataclass
class Pending:
    """One update that the bot has not confirmed yet."""

    number: int
    update: Json
    pushed: float = field(default_factory=time.monotonic)
    deliveries: int = 0
    is_duplicate: bool = False

    @property
    def kind(self) -> str:
        return next((key for key in self.update if key != "update_id"), "")

    @property
    def queue(self) -> tuple[Any, ...]:
        """Telegram keeps order within one of these; presses and messages are apart."""
        if self.is_duplicate:
            return ("duplicate", self.number)
        if self.kind == "callback_query":
            return ("press", self._id_of("from"))
        return ("chat", self._id_of("chat"))

    def _id_of(self, name: str) -> Any:
        """The id inside, or something of its own for an update of no known shape."""
        content = self.update.get(self.kind)
        inner = content.get(name) if isinstance(content, dict) else None
        return str(inner["id"]) if isinstance(inner, dict) and "id" in inner else f"none {self.number}"


@dataclass
class Updates:
    """The one list from which polling and the webhook both take."""

    pulse: Pulse
    life: float = 24 * 3600.0
    press_life: float = 150.0
    pending: dict[int, Pending] = field(default_factory=dict)
    allowed: list[str] = field(default_factory=list)
    outcome: Counter[str] = field(default_factory=Counter)
    first_delivered: dict[int, float] = field(default_factory=dict)
    has_webhook: bool = False
    _ids: "itertools.count[int]" = field(default_factory=lambda: itertools.count(100_000_001))
    _numbers: "itertools.count[int]" = field(default_factory=itertools.count)
    _poller: "asyncio.Future[None] | None" = None
    _polls: int = 0

    def push(self, update: Json, times: int = 1) -> list[Pending]:
        """Let an update wait, several copies of it if wanted; empty if the bot did not ask for this kind."""
        whole = update if "update_id" in update else {"update_id": next(self._ids)} | update
        added = [Pending(next(self._numbers), whole, is_duplicate=copy > 0) for copy in range(times)]
        if not self._wanted(added[0].kind):
            self.outcome["not allowed"] += times
            return []
        self.outcome["pushed"] += times
        self.pending |= {entry.number: entry for entry in added}
        self._wake()
        self.pulse.beat()
        return added

    def delivered(self, entry: Pending) -> None:
        entry.deliveries += 1
        self.outcome["delivered"] += 1
        self.first_delivered.setdefault(entry.update["update_id"], time.monotonic())

    def confirm(self, entry: Pending) -> None:
        if self.pending.pop(entry.number, None) is not None:
            self.outcome["confirmed"] += 1
            self.pulse.beat()

    def is_expired(self, entry: Pending) -> bool:
        """Too old to be delivered; then it is gone."""
        life = self.press_life if entry.kind == "callback_query" else self.life
        if time.monotonic() - entry.pushed < life:
            return False
        if self.pending.pop(entry.number, None) is not None:
            self.outcome["expired"] += 1
        return True

    def allow(self, kinds: Any) -> None:
        """Remembered until given again, as Telegram does; an empty list means the usual ones."""
        if isinstance(kinds, list):
            self.allowed = kinds

    async def poll(self, call: Call) -> list[Json]:
        """Answer ``getUpdates``: confirm what is below the offset, then wait for what comes.

        :raises Refused: with 409 when a webhook is set, or when another poller takes over meanwhile.
        """
        if self.has_webhook:
            hint = "use deleteWebhook to delete the webhook first"
            raise conflict(f"can't use getUpdates method while webhook is active; {hint}")
        self.allow(call.structure("allowed_updates"))
        limit = min(max(call.integer("limit", 100), 1), 100)
        self._forget_before(call.integer("offset"))
        self._take_over()
        if not self.pending and call.integer("timeout"):
            await self._wait(call.integer("timeout"))
        ready = [entry for entry in itertools.islice(list(self.pending.values()), limit) if not self.is_expired(entry)]
        for entry in ready:
            self.delivered(entry)
        return [entry.update for entry in ready]

    def _forget_before(self, offset: int) -> None:
        entries = list(self.pending.values())
        if offset < 0:
            for entry in entries[:offset]:
                self.confirm(entry)
        for entry in entries:
            if offset > 0 and entry.update["update_id"] < offset:
                self.confirm(entry)

    def _take_over(self) -> None:
        """The newest poller wins, the one that is waiting is told so: this is how the real server does it."""
        self._polls += 1
        self._wake()

    async def _wait(self, timeout: float) -> None:
        mine = self._polls
        self._poller = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(timeout):
                await self._poller
        except TimeoutError:
            return
        if self._polls != mine or self.has_webhook:
            reason = "setWebhook" if self.has_webhook else "other getUpdates"
            hint = "" if self.has_webhook else "; make sure that only one bot instance is running"
            raise conflict(f"terminated by {reason} request{hint}")

    def _wake(self) -> None:
        if self._poller is not None and not self._poller.done():
            self._poller.set_result(None)

    def webhook_set(self) -> None:
        self.has_webhook = True
        self._wake()

    def drop(self) -> None:
        self.outcome["dropped"] += len(self.pending)
        self.pending.clear()

    def _wanted(self, kind: str) -> bool:
        return kind in self.allowed if self.allowed else kind not in _ONLY_ON_DEMAND

"""Long polling on plain data: a batch is stored, and only then does the offset move."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import stamina
import structlog
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

from bot.channels.telegram.api import SealedBot
from bot.channels.telegram.failing import meaning
from bot.channels.telegram.receive import ALLOWED_UPDATES, received
from domain.errors import Unavailable
from domain.messaging.model import Received

StoreMany = Callable[[Sequence[Received]], Awaitable[object]]

log = structlog.get_logger(__name__)


class Polling:
    """Fetches updates for as long as it runs, and survives whatever is wrong on either side.

    *store_many* commits what it is given before it returns; updates that it knows already are nothing to it. When it
    raises, the offset stays and Telegram gives the same updates again.
    """

    def __init__(
        self,
        bot: SealedBot,
        store_many: StoreMany,
        *,
        now: Callable[[], datetime],
        wait: timedelta = timedelta(seconds=50),
        first_pause: timedelta = timedelta(seconds=0.5),
        longest_pause: timedelta = timedelta(seconds=30),
    ) -> None:
        self._bot = bot
        self._store_many = store_many
        self._now = now
        self._wait = int(wait.total_seconds())
        self._first_pause = first_pause.total_seconds()
        self._longest_pause = longest_pause.total_seconds()
        self._offset: int | None = None
        self._trouble: str | None = None

    async def run(self) -> None:
        """Until cancelled, which takes effect at once: what was fetched and not stored is given again by Telegram."""
        await self._until_done(lambda: self._bot.call("deleteWebhook"))
        while True:
            await self._until_done(self._round)

    async def _until_done(self, do: Callable[[], Awaitable[Any]]) -> None:
        async for attempt in stamina.retry_context(
            on=self._again,
            attempts=None,
            timeout=None,
            wait_initial=self._first_pause,
            wait_max=self._longest_pause,
            wait_jitter=self._first_pause,
        ):
            with attempt:
                await do()
        if self._trouble is not None:
            log.info("telegram-polling-recovered")
            self._trouble = None

    def _again(self, error: BaseException) -> bool | timedelta:
        """Every failure is survived; the first of its kind in a row is logged."""
        if not isinstance(error, Exception):
            return False  # cancelled
        trouble = _trouble(error)
        if trouble != self._trouble:
            bug = None if isinstance(error, TelegramError | Unavailable) else error
            log.warning("telegram-polling-failed", reason=trouble, exc_info=bug)
            self._trouble = trouble
        return meaning(error).retry_after or True if isinstance(error, RetryAfter) else True

    async def _round(self) -> None:
        updates = await self._bot.call(
            "getUpdates",
            offset=self._offset,
            timeout=self._wait,
            allowed_updates=ALLOWED_UPDATES,
            read_timeout=self._wait + 10.0,
        )
        if not updates:
            return
        now = self._now()
        await self._store_many([received(update, now=now) for update in updates])
        self._offset = _after(updates)


def _after(updates: Sequence[Any]) -> int:
    """The offset that confirms all of them.

    :raises ValueError: when none has a number: asking on with the same offset would never end
    """
    numbers = [update.get("update_id") for update in updates if isinstance(update, dict)]
    return max(number for number in numbers if type(number) is int) + 1


def _trouble(error: Exception) -> str:
    match error:
        case Conflict():
            return "another process fetches this bot's updates; only one may"
        case InvalidToken():
            return "Telegram refuses the token"
        case TelegramError():
            return meaning(error).reason
        case Unavailable():
            return "the updates cannot be stored just now"
        case _:
            return f"updates could not be stored ({type(error).__name__})"

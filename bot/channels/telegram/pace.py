"""How much Telegram lets a bot say: to everybody together, to one person, to one group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from bot.channels.base import Allowance
from domain.messaging.model import Delivery, Mode

# core.telegram.org/bots/faq: 30 messages a second, one a second to a person, 20 a minute in a group. In groups edits
# count as messages do; the answers to presses count nowhere.
_SECOND: Final = timedelta(seconds=1)
PERSON: Final = (Allowance(1, _SECOND),)
GROUP: Final = (Allowance(20, timedelta(minutes=1)),)


def is_group(chat: str) -> bool:
    """Telegram numbers people from 1 up and groups from -1 down."""
    return chat.startswith("-")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one installation keeps to.

    *per_second*: 0 for a Bot API server that takes whatever comes, and then there is no limit per chat either.
    *paid_per_second*: the account pays for more (allow_paid_broadcast, up to 1000); 0: it does not.
    """

    per_second: int = 30
    paid_per_second: int = 0

    @property
    def account(self) -> Allowance | None:
        """All chats together."""
        count = self.paid_per_second or self.per_second
        return Allowance(count, _SECOND) if self.per_second else None

    def of(self, delivery: Delivery) -> Sequence[Allowance]:
        """What a delivery counts against in its own chat."""
        if not self.per_second:
            return ()
        if is_group(delivery.chat):
            return GROUP if delivery.mode in (Mode.SEND, Mode.EDIT) else ()
        return PERSON if delivery.mode is Mode.SEND else ()

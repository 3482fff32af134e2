"""How much Telegram lets a bot say: to everybody together, to one person, to one group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from bot.channels.base import Allowance
from domain.messaging.model import Delivery, Mode

# core.telegram.org/bots/faq: "30 messages per second", "one message per second" in a chat, "20 messages per minute" in
# a group. Edits count in groups as messages do; the answers to presses count nowhere.
_SECOND: Final = timedelta(seconds=1)
ACCOUNT: Final = Allowance(30, _SECOND)
PERSON: Final = (Allowance(1, _SECOND),)
GROUP: Final = (Allowance(20, timedelta(minutes=1)),)


def is_group(chat: str) -> bool:
    """Telegram numbers people from 1 up and groups from -1 down."""
    return chat.startswith("-")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one installation keeps to.

    *paid_per_second*: the account pays for more than 30 a second (allow_paid_broadcast, up to 1000). *unlimited*: behind
    us stands a Bot API server that takes whatever comes.
    """

    paid_per_second: int = 0
    unlimited: bool = False

    @property
    def account(self) -> Allowance | None:
        """All chats together."""
        if self.unlimited:
            return None
        return Allowance(self.paid_per_second, _SECOND) if self.paid_per_second else ACCOUNT

    def of(self, delivery: Delivery) -> Sequence[Allowance]:
        """What a delivery counts against in its own chat."""
        if self.unlimited:
            return ()
        if is_group(delivery.chat):
            return GROUP if delivery.mode in (Mode.SEND, Mode.EDIT) else ()
        return PERSON if delivery.mode is Mode.SEND else ()

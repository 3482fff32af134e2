"""The WeCom channel as the rest of the program sees it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any, Final

from bot.channels.base import Allowance, Incoming, Parcel
from bot.channels.wecom.budget import GROUP, MEMBER
from bot.channels.wecom.failing import meaning
from bot.channels.wecom.places import ROBOT
from bot.channels.wecom.post import Postman
from bot.channels.wecom.receive import NAME, parse
from bot.tencent.pictures import FAILURES, Pictures
from domain.messaging.model import Delivery, Mode

# Calls of one kind: 10,000 a minute for a company.
_PACE: Final = Allowance(150, timedelta(seconds=1))


class WecomChannel:
    """Keeps bot.channels.base.Channel. *close* ends its connections."""

    name = NAME
    pace: Allowance | None = _PACE

    def __init__(self, postman: Postman, pictures: Pictures, *, close: Callable[[], Awaitable[None]]) -> None:
        self._postman = postman
        self._pictures = pictures
        self._close = close

    def allowances(self, delivery: Delivery) -> Sequence[Allowance]:
        """What WeCom shows in a chat: beyond it, a robot is refused, and a member sees nothing.

        Updates of cards are free; where one becomes words after all, the budget counts them.
        """
        if delivery.chat.startswith(ROBOT):
            return GROUP
        silent = delivery.mode is Mode.TOAST and not delivery.body.get("text")
        return () if silent or delivery.mode is Mode.EDIT else MEMBER

    def parse(self, body: Any) -> Incoming | None:
        """One stored update.

        :raises KeyError, ValueError: for what WeCom would not send
        """
        return parse(body)

    async def send(self, parcel: Parcel) -> str | None:
        """Do what the parcel says; what its message is called, if there is a new one.

        :raises DeliveryError: with what it means for the row
        """
        return await self._postman.carry(parcel)

    async def fetch(self, ref: str) -> bytes:
        """A photo's bytes.

        :raises LookupError: it is gone
        :raises DeliveryError: worth another try
        """
        try:
            return await self._pictures.fetch(ref)
        except FAILURES as error:
            raise meaning(error, repeatable=True) from None

    async def run(self) -> None:
        """Fetch members' photos until cancelled."""
        await self._pictures.run()

    async def stop(self) -> None:
        """Close the connections; to be called after the sender has ended."""
        await self._close()

"""The WeChat channel as the rest of the program sees it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import orjson

from bot.channels.base import Allowance, Incoming, Parcel
from bot.channels.wechat.failing import meaning
from bot.channels.wechat.lending import Lender
from bot.channels.wechat.receive import NAME, parse
from bot.channels.wechat.replies import Replies
from bot.channels.wechat.send import Postman, Say, Ways
from bot.tencent.api import Api
from bot.tencent.pictures import FAILURES, Failure, Pictures
from bot.tencent.tokens import Transact
from domain.messaging.model import Delivery, Mode


class WeChatChannel:
    """Keeps bot.channels.base.Channel; *per_second*: how much the account says in all, 0 for no limit.

    Receiving is Doorman's. Nothing that was said here can be changed: a card that is brought up to date stays as it was
    (docs/decisions/0017), and there are no groups.
    """

    name = NAME

    def __init__(
        self,
        api: Api,
        *,
        replies: Replies,
        say: Say,
        ways: Ways,
        commit: Transact,
        read: Transact,
        open_media: Callable[[str], Awaitable[tuple[bytes, str]]],
        now: Callable[[], datetime],
        per_second: int,
    ) -> None:
        self._api = api
        self.pace = Allowance(per_second, timedelta(seconds=1)) if per_second else None
        self.pictures = Pictures(NAME, api, is_final=_is_final, commit=commit, read=read, now=now)
        lender = Lender(api, open_media=open_media, now=now)
        self._postman = Postman(
            api, replies=replies, lender=lender, say=say, ways=ways, commit=commit, now=now
        )  # fmt: skip

    def allowances(self, delivery: Delivery) -> Sequence[Allowance]:
        """None: what a chat bears is counted from what its person says, and asked before each message."""
        return ()

    def parse(self, body: Any) -> Incoming | None:
        """One stored update, as JSON or already as data.

        :raises Exception: for what we never wrote
        """
        return parse(orjson.loads(body) if isinstance(body, str | bytes) else body)

    async def send(self, parcel: Parcel) -> str | None:
        """Say it; what the platform calls it.

        :raises DeliveryError: with what it means for the row
        """
        said = parcel.delivery.mode in (Mode.SEND, Mode.TOAST) and (parcel.message.text or parcel.message.photos)
        return await self._postman.carry(parcel) if said else None

    async def fetch(self, ref: str) -> bytes:
        """The bytes of a picture that somebody sent here.

        :raises LookupError: it is gone
        :raises DeliveryError: worth another try
        """
        try:
            return await self.pictures.fetch(ref)
        except FAILURES as error:
            raise meaning(error) from None

    async def stop(self) -> None:
        """Close the connections."""
        await self._api.http.close()


def _is_final(failure: Failure) -> bool:
    return meaning(failure).permanent

"""Mass messages (群发): what many are told in the same words goes out in one call, within each follower's quota."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

import structlog

from bot.tencent.api import Api
from bot.tencent.tokens import Transact

_GATHER: Final = 0.5  # seconds: the sender brings them one by one
_SMALLEST: Final = 2  # WeChat takes no less, and no more than 10,000
_SENT_BEFORE: Final = 45065  # this clientmsgid: the platform has it already

log = structlog.get_logger(__name__)


class Batch:
    """Everybody who is told the same."""

    def __init__(self) -> None:
        self.chats: list[str] = []
        self.reference: asyncio.Future[dict[str, str]] = asyncio.get_running_loop().create_future()


class Mass:
    """Gathers for a moment what has the same words."""

    def __init__(self, api: Api, *, commit: Transact, now: Callable[[], datetime], gather: float = _GATHER) -> None:
        self._api = api
        self._commit = commit
        self._now = now
        self._gather = gather
        self._batches: dict[str, Batch] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def say(self, chat: str, text: str) -> str | None:
        """The mass message's id; None for somebody who must be told in another way: alone, or quota used up.

        :raises ApiError, TokenRefused, NotSent, AnswerLost: for everybody in it
        """
        batch = self._batches.get(text)
        if batch is None:
            batch = self._batches[text] = Batch()
            task = asyncio.create_task(self._send(text, batch))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        batch.chats.append(chat)
        return (await asyncio.shield(batch.reference)).get(chat)

    async def _send(self, text: str, batch: Batch) -> None:
        await asyncio.sleep(self._gather)
        del self._batches[text]
        try:
            batch.reference.set_result(await self._sent(text, batch.chats))
        except BaseException as error:  # noqa: BLE001 - it reaches everybody who waits
            batch.reference.set_exception(error)

    async def _sent(self, text: str, chats: Sequence[str]) -> dict[str, str]:
        if len(set(chats)) < _SMALLEST:
            return {}
        month = f"{self._now():%Y-%m}"
        open_ones = sorted(await self._commit(lambda work: work.followers.reserve_mass(chats, month=month)))
        if len(open_ones) < _SMALLEST:
            return {}
        name = hashlib.sha256("\n".join([text, *open_ones]).encode()).hexdigest()  # 64 bytes, the most WeChat takes
        wish = {"touser": open_ones, "msgtype": "text", "text": {"content": text}, "clientmsgid": name}
        answer = await self._api.call("/cgi-bin/message/mass/send", wish, fine={_SENT_BEFORE})
        log.info("wechat-mass-message", people=len(open_ones))
        return dict.fromkeys(open_ones, f"mass:{answer.get('msg_id', name)}"[:64])

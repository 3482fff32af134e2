"""What the WeChat official account lets us say to whom, and what the channel needs from storage."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence, Set
from datetime import datetime, timedelta
from typing import Final, Protocol

from domain.messaging.ports import Deliveries, Inbox
from domain.messaging.tencent import TencentWork
from domain.register.ports import RegisterWork

# developers.weixin.qq.com, "customer messages": what somebody says opens the chat for so many of ours, and for so long;
# a scan, a follow or a press in the menu opens it a little.
AFTER_WORDS: Final = (timedelta(hours=48), 5)
AFTER_EVENT: Final = (timedelta(minutes=1), 3)
MASS_A_MONTH: Final = 4  # to each follower
Option = tuple[str, str]  # what it says, what taking it carries


class Followers(Protocol):
    """The chats of the official account."""

    def spoke(self, chat: str, *, event: bool, now: datetime) -> None:
        """They wrote, or did something (*event*): the chat is open for a while."""

    def reserve(self, chat: str, *, count: int, now: datetime) -> bool:
        """Count so many customer messages; False when so many are not left, or the chat is closed."""

    def refund(self, chat: str, *, now: datetime) -> None:
        """One was not sent after all."""

    def close(self, chat: str) -> None:
        """The platform says that nothing may be said now, whatever we have counted."""

    def reserve_mass(self, chats: Collection[str], *, month: str) -> Sequence[str]:
        """Count one mass message for each who has one left this month; those."""

    def offer(self, chat: str, options: Sequence[Option]) -> None:
        """These are what an answer chooses from, from now on."""

    def recall(self, chat: str) -> tuple[Sequence[Option], str | None]:
        """What they were last offered, and their language; one look, for every push wants both."""

    def awaiting(self, chats: Mapping[str, str]) -> Set[str]:
        """Which of these updates (key → chat) are still to be handled, or have something to be said in their chat."""

    def language(self, chat: str) -> str | None:
        """Of the person, where we know them."""


class WeChatWork(RegisterWork, TencentWork, Protocol):
    """One transaction over what the WeChat channel keeps."""

    @property
    def followers(self) -> Followers: ...

    @property
    def inbox(self) -> Inbox: ...

    @property
    def deliveries(self) -> Deliveries: ...

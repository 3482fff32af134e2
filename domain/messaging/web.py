"""Records of the web channel, which is its own little chat platform, and what it needs from storage."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from domain.messaging.ports import Inbox
from domain.register.model import Group, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class WebMessage:
    """One message as a chat shows it; *seq* grows with every new message and every edit of its chat."""

    id: int
    chat: str
    seq: int
    body: Mapping[str, Any]
    sent_at: datetime
    edited_at: datetime | None = None
    author: int | None = None  # a person; None for the estate's bot, and for somebody not bound yet
    name: str = ""  # the author's


@dataclass(frozen=True, slots=True, kw_only=True)
class WebFile:
    """A photo as it was kept: JPEG, turned upright, without what the camera wrote into it."""

    content: bytes
    thumbnail: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class WebPerson:
    """Somebody with an address on the web channel."""

    id: int
    name: str
    user: str
    chat: str
    language: str | None = None
    roles: frozenset[Role] = frozenset()  # none: not staff
    homes: tuple[str, ...] = ()  # "3-2-1201"


class WebLog(Protocol):
    """What the chats show."""

    def post(self, chat: str, *, author: int | None, body: Mapping[str, Any], now: datetime) -> int:
        """Add a message; its id."""

    def edit(self, message: int, *, chat: str, body: Mapping[str, Any], now: datetime) -> bool:
        """Bring a message up to date; False when the chat has no such message."""

    def whisper(self, sign: Mapping[str, Any]) -> None:
        """Tell the pages that other processes show something that matters only now: a chat changed, a toast."""
        ...

    def since(self, chat: str, *, seq: int, limit: int) -> Sequence[WebMessage]:
        """What was said or edited after *seq*, in that order."""

    def before(self, chat: str, *, message: int | None, limit: int) -> Sequence[WebMessage]:
        """The messages just before one of them (or the newest), oldest first."""

    def shows(self, chats: Collection[str] | None, *, photo: str) -> bool:
        """Does a message of these chats (None: of any) show the photo?"""

    def keep(self, ref: str, *, file: WebFile, now: datetime) -> None: ...

    def file(self, ref: str) -> WebFile | None: ...

    def person(self, user: str) -> WebPerson | None: ...

    def people(self) -> Sequence[WebPerson]:
        """Everybody with an address on the web."""

    def groups(self) -> Sequence[Group]:
        """The group chats on the web."""


class WebWork(Protocol):
    """One transaction over what the web channel keeps."""

    @property
    def web(self) -> WebLog: ...

    @property
    def inbox(self) -> Inbox: ...

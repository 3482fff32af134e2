"""Records of WeCom's cards, each of which may be updated once, and what they need from storage."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from domain.messaging.ports import Inbox
from domain.messaging.tencent import TencentWork

CODE_LIFE = timedelta(hours=72)  # WeCom's own figure


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One copy of a card as its readers see it now. *code* lets us update it once before *good_until*."""

    task: str  # ours, the same at every try of its delivery; a press names it
    chat: str
    subject: str | None = None  # as the delivery's: every copy of it is kept true
    text: str
    labels: tuple[str, ...] = ()  # of what can be pressed
    code: str | None = field(default=None, repr=False)
    good_until: datetime | None = None
    made_at: datetime

    def code_at(self, now: datetime) -> str | None:
        """The code, while it is good for anything."""
        return self.code if self.code and self.good_until and self.good_until > now else None


class Cards(Protocol):
    """The cards that are out."""

    def add(self, card: Card) -> bool:
        """False when it was added before."""

    def get(self, task: str) -> Card | None: ...

    def renew(self, task: str, *, code: str, good_until: datetime) -> None:
        """Whoever pressed brought a code for one more update; nothing where we know no such card."""

    def show(self, task: str, *, text: str, labels: tuple[str, ...]) -> None:
        """This is what it shows now, or what its reader was told; its code is spent."""

    def purge(self, *, before: datetime) -> int:
        """Forget what was made before that; the number of rows."""


class WecomWork(TencentWork, Protocol):
    """One transaction over what the channel keeps."""

    @property
    def wecom_cards(self) -> Cards: ...

    @property
    def inbox(self) -> Inbox: ...

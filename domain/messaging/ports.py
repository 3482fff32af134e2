"""What the rails need from storage."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Protocol

from domain.messaging.model import Conversation, Delivery, DeliveryState, Keyboard, Media, Received


class Inbox(Protocol):
    """Raw updates, unique on channel and key."""

    def add(self, received: Received) -> bool:
        """False when this update was stored before."""

    def waiting(self, *, limit: int) -> Sequence[Received]:
        """The oldest updates that are neither done nor parked, in order of arrival."""

    def before(self, row: int, *, channel: str, chat: str, since: datetime, limit: int) -> Sequence[Received]:
        """The newest updates of a chat that came in before one of its updates, oldest first; parked ones left out."""

    def done(self, ids: Collection[int], *, now: datetime) -> None: ...

    def failed(self, row: int, *, reason: str) -> None:
        """Count one more try that ended in an error."""

    def park(self, row: int, *, reason: str, now: datetime) -> None:
        """Never to be handled again; kept with its reason for the staff."""

    def purge(self, *, before: datetime) -> int:
        """Forget what was done or parked before that; the number of rows."""


class Deliveries(Protocol):
    """What must be said, in order per chat."""

    def add(self, deliveries: Iterable[Delivery]) -> None:
        """Queue; a row with a known *key* is skipped, an unsent EDIT of the same card is replaced by the newer one."""

    def lease(self, *, now: datetime, until: datetime, limit: int, channels: Collection[str]) -> Sequence[Delivery]:
        """Take the first unsent row of each chat that is due, most urgent lane first, as SENDING *until*.

        A toast belongs to its press and not to its chat: it waits for nobody, and nobody for it.
        """

    def release(self, *, now: datetime, everything: bool = False) -> int:
        """Queue again what is SENDING beyond its lease (or *everything*: this process is the only sender)."""

    def sent(self, row: int, *, reference: str | None, now: datetime) -> None: ...

    def again(self, row: int, *, due_at: datetime, reason: str, counted: bool = True) -> None:
        """Queue for a further try not before *due_at*."""

    def end(self, row: int, *, state: DeliveryState, reason: str, now: datetime) -> None: ...

    def copies(self, subject: str, *, channel: str | None = None, chat: str | None = None) -> Sequence[Delivery]:
        """Every copy of a card that was or will be sent, as the SEND rows that made them."""

    def subject(self, *, channel: str, chat: str, reference: str) -> str | None:
        """The card that a message we sent is a copy of."""

    def move_chat(self, *, channel: str, old: str, new: str) -> int:
        """Rewrite a chat's id in every row that is still to be sent or edited; the number of rows."""

    def unreachable(self, *, channel: str, chat: str, reason: str, now: datetime) -> int:
        """End every unsent row of the chat."""

    def purge(self, *, before: datetime) -> int:
        """Forget what ended before that; the number of rows."""


class Keyboards(Protocol):
    """Actions behind buttons."""

    def add(self, keyboard: Keyboard, *, now: datetime) -> None: ...

    def get(self, key: str) -> Keyboard | None: ...

    def purge(self, *, before: datetime) -> int:
        """Forget what was made before that; the number of rows."""


class Conversations(Protocol):
    """One row for everybody who is in the middle of something."""

    def get(self, owner: str) -> Conversation | None: ...

    def put(self, conversation: Conversation) -> None: ...

    def end(self, owner: str) -> None: ...

    def due(self, *, now: datetime, limit: int) -> Sequence[str]:
        """The owners of conversations whose silence has lasted too long, longest first."""


class MediaShelf(Protocol):
    """Photos by our own random keys."""

    def add(self, media: Media) -> None: ...

    def get(self, key: str) -> Media | None: ...


class Rails(Protocol):
    """Everything that messages travel on, in one transaction."""

    @property
    def inbox(self) -> Inbox: ...

    @property
    def deliveries(self) -> Deliveries: ...

    @property
    def keyboards(self) -> Keyboards: ...

    @property
    def conversations(self) -> Conversations: ...

    @property
    def media(self) -> MediaShelf: ...

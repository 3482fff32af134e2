"""What the rails need from storage."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from domain.messaging.model import Arrival, Conversation, Delivery, DeliveryState, Keyboard, Media, Pace, Received


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

    def next(self, *, channel: str, now: datetime, limit: int) -> Sequence[Delivery]:
        """The row of each chat whose turn it is, most urgent lane first; bulk is left out.

        In a chat new urgent messages overtake, everything else goes in the order in which it was said, one at a time;
        what is not due yet holds up what follows, unless it has failed often. A toast belongs to its press and not to
        its chat: it waits for nobody, and nobody for it. No other transaction is given these rows.
        """

    def next_bulk(self, *, channel: str, now: datetime, limit: int) -> Sequence[Delivery]:
        """Bulk that is due, the longest waiting first, in no order per chat. No other transaction is given it."""

    def take(self, rows: Collection[Delivery], *, until: datetime) -> None:
        """They are SENDING *until*, each not before its *leaves_at*."""

    def lease(self, *, now: datetime, until: datetime, limit: int, channels: Collection[str]) -> Sequence[Delivery]:
        """Take whatever is next on these channels, bulk last, at no pace."""

    def put_off(self, rows: Iterable[tuple[int, datetime]]) -> None:
        """Rows whose chat has heard enough, and when they may be looked at again."""

    def release(self, *, now: datetime, everything: bool = False) -> int:
        """End the leases that have run out (or *everything*: this process is the only sender); how many.

        What must be said once and may have left is UNKNOWN; all else is queued again.
        """

    def give_back(self, rows: Iterable[tuple[int, datetime]]) -> None:
        """Rows that were never sent are queued again, where they are still leased exactly until then."""

    def sent(self, row: int, *, reference: str | None, now: datetime) -> None: ...

    def arrived(self, rows: Collection[Arrival]) -> None:
        """All of these were sent."""

    def again(self, row: int, *, due_at: datetime, reason: str, counted: bool = True) -> None:
        """Queue for a further try not before *due_at*."""

    def end(self, row: int, *, state: DeliveryState, reason: str, now: datetime) -> None: ...

    def copies(self, subject: str, *, channel: str | None = None, chat: str | None = None) -> Sequence[Delivery]:
        """Every copy of a card that was or will be sent, as the SEND rows that made them."""

    def subject(self, *, channel: str, chat: str, reference: str) -> str | None:
        """The card that a message we sent is a copy of."""

    def move_chat(self, *, channel: str, old: str, new: str) -> int:
        """Rewrite a chat's id in every row that is still to be sent or edited; the number of rows."""

    def queued(self, *, channel: str, chat: str) -> Sequence[Delivery]:
        """Everything that waits to be said in the chat."""

    def move(self, row: Delivery, *, channel: str, chat: str, now: datetime) -> None:
        """Queue it for another chat, and remember on which channel it was tried."""

    def purge(self, *, before: datetime) -> int:
        """Forget what ended before that; the number of rows."""


class Paces(Protocol):
    """How fast each account may speak; every process of the installation keeps to it."""

    def open(self, channels: Iterable[str]) -> None:
        """Begin to keep accounts that are not kept yet."""

    def account(self, channel: str) -> Pace | None:
        """The account's own, nobody else's until the end of this transaction; None while it is somebody else's."""

    def of(self, channel: str, chats: Collection[str]) -> Mapping[str, Pace]:
        """What is kept about some of its chats; to be asked for while one has the account's own."""

    def put(self, booked: Iterable[Pace]) -> None:
        """Keep what was booked; holds are left as they are."""

    def hold(self, channel: str, chat: str = "", *, until: datetime, reason: str) -> None:
        """Nothing more in this chat (in any) until then; a hold that lasts longer stays."""

    def let_go(self, channel: str, *, reason: str) -> None:
        """The account as a whole is no longer held for that reason."""

    def held(self, *, now: datetime) -> Sequence[Pace]:
        """All that is held now."""

    def purge(self, *, now: datetime) -> int:
        """Forget what says nothing any more; the number of rows."""


class Keyboards(Protocol):
    """Actions behind buttons."""

    def add(self, keyboard: Keyboard, *, now: datetime) -> None: ...

    def get(self, key: str) -> Keyboard | None: ...

    def move(self, keys: Collection[str], *, chat: str) -> None:
        """Their messages go to another chat."""

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
    def paces(self) -> Paces: ...

    @property
    def keyboards(self) -> Keyboards: ...

    @property
    def conversations(self) -> Conversations: ...

    @property
    def media(self) -> MediaShelf: ...

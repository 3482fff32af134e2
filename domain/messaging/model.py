"""Records of the rails on which every message travels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from typing import Any, NamedTuple


class Lane(IntEnum):
    """Who goes first; a smaller number overtakes."""

    URGENT = 0  # emergencies and claims
    DIALOG = 1  # answers to somebody who waits
    NOTICE = 2  # news
    BULK = 3  # announcements


class DeliveryState(StrEnum):
    """Where a delivery stands; every row ends in one of the last five."""

    QUEUED = "queued"
    SENDING = "sending"  # leased by a sender; back to QUEUED when the lease runs out
    SENT = "sent"
    FAILED = "failed"  # with its reason
    UNREACHABLE = "unreachable"  # blocked, deactivated, kicked: not tried again
    UNKNOWN = "unknown"  # the answer was lost and repeating would do harm
    EXPIRED = "expired"  # it did not get through while it was still worth saying


class Mode(StrEnum):
    """What a delivery does in its chat."""

    SEND = "send"  # a new message
    EDIT = "edit"  # bring every copy of the subject's card in this chat up to date
    TOAST = "toast"  # the short answer to a button press
    LEAVE = "leave"  # go out of a group that is not ours


# How long a message is worth sending. An answer that comes half a day late only puzzles; a press is forgotten at once.
LIFETIME = {
    Lane.URGENT: timedelta(hours=24),
    Lane.DIALOG: timedelta(hours=4),
    Lane.NOTICE: timedelta(hours=24),
    Lane.BULK: timedelta(hours=24),
}
PRESS_LIFETIME = timedelta(minutes=3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """One raw update, stored before it is acknowledged; *key* is the platform's own number for it."""

    channel: str
    key: str
    chat: str | None  # orders the handling; None when it cannot be told without parsing
    body: str  # JSON as it came
    received_at: datetime
    id: int = 0
    tries: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One message for one chat. *body* is bot.channels.base.Outgoing as plain data."""

    channel: str
    chat: str
    lane: Lane
    body: Mapping[str, Any]
    created_at: datetime
    mode: Mode = Mode.SEND
    thread: str | None = None
    person_id: int | None = None
    subject: str | None = None  # the card this is a copy of, e.g. "ticket:17"
    key: str | None = None  # unique; a second delivery of the same key is not made
    id: int = 0
    state: DeliveryState = DeliveryState.QUEUED
    tries: int = 0
    due_at: datetime | None = None  # not before; every BULK row has one
    expires_at: datetime | None = None  # not after; None: LIFETIME from when it was made
    leaves_at: datetime | None = None  # a leased one: the moment at which it may leave
    careful: bool = False  # money: sent once at the most, as everything in BULK
    tried: str | None = None  # channels on which its person was not reached with this, by commas
    announcement_id: int | None = None
    reason: str | None = None
    reference: str | None = None  # the platform's message id, once sent
    gone: bool = False  # told of those whose turn it is: nobody is in this chat any more

    @property
    def ends_at(self) -> datetime:
        """From then on it is not worth sending."""
        lifetime = PRESS_LIFETIME if self.mode is Mode.TOAST else LIFETIME[self.lane]
        return self.expires_at or self.created_at + lifetime

    @property
    def once(self) -> bool:
        """To say it twice would do more harm than not to know whether it was said."""
        return self.careful or self.lane is Lane.BULK


class Arrival(NamedTuple):
    """A delivery that the platform has: the row, what the platform calls the message, and when."""

    row: int
    reference: str | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How fast an account speaks (*chat* is ""), or what was said lately in one of its chats."""

    channel: str
    chat: str = ""
    free_at: datetime | None = None  # the account: when its next message may leave
    left: tuple[datetime, ...] = ()  # the chat: when the last ones left, as far back as its allowances look
    held_until: datetime | None = None  # the platform's own word
    reason: str | None = None
    stale_at: datetime | None = None  # from then on it says nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyboard:
    """The actions behind one message's buttons; *key* is random (96 bits) and is all that a button carries."""

    key: str
    chat: str
    actions: tuple[Mapping[str, Any], ...]  # {"intent": name, "answers": {...}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """Which intent somebody is in. *owner* is "person:12", or "telegram:345" before they are bound."""

    owner: str
    intent: str | None = None
    step: str | None = None
    answers: Mapping[str, Any] = field(default_factory=dict)
    misses: int = 0  # misunderstood answers to the open question
    updated_at: datetime | None = None
    nudge_at: datetime | None = None  # when whoever has fallen silent hears from us, once
    urgent: bool = False  # the open question belongs to an emergency


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """A photo somebody sent. *ref* is the platform's own handle (a file id, or our file name on the web channel)."""

    key: str  # random, ours; the only name under which it is spoken of
    channel: str
    ref: str
    content_type: str = "image/jpeg"
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """What stands in the records right now, counted for the operator."""

    inbox: Mapping[str, int]  # by state, done ones left out
    unsent: Mapping[tuple[str, str], int]  # by lane and state
    tickets: Mapping[str, int]  # by status

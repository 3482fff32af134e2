"""What every channel gives us and takes from us; SDK types stop here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any, Protocol

from domain.messaging.model import Delivery


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Who wrote: the platform's numeric id or openid, never a name or a title, says who it is."""

    user: str
    name: str = ""
    language: str | None = None  # the platform's hint, e.g. "zh-hans"


class Happening(StrEnum):
    """What a platform tells us without anybody saying anything."""

    BLOCKED = "blocked"  # the person does not want to hear from us, or left
    UNBLOCKED = "unblocked"
    ADDED = "added"  # the bot came into a group
    REMOVED = "removed"  # the bot was sent out of a group
    MIGRATED = "migrated"  # the group has a new id: Incoming.moved_to


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A phone number that the platform vouches for as the sender's own when *own*."""

    phone: str
    own: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A file that is no photo. *handle*: coming in, the channel's own; going out, a key of Media."""

    handle: str
    name: str  # as people see it
    kind: str = "application/octet-stream"

    def plain(self) -> dict[str, str]:
        """As data."""
        return {"handle": self.handle, "name": self.name, "kind": self.kind}


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """One thing that came in, the same for every channel."""

    channel: str
    key: str  # of the update
    chat: str
    private: bool
    sender: Sender | None  # None: nobody who can be held to it (channel posts, anonymous admins, forwards, bots)
    text: str = ""
    command: str | None = None  # "start" of "/start abc"; the rest is text
    button: str | None = None  # what our button carried: "KEY:2"
    toast: str | None = None  # where a button's short answer goes
    message: str | None = None  # the platform's id of this message, or of the one whose button was pressed
    reply_to: str | None = None  # the platform's id of our message that this answers
    photos: tuple[str, ...] = ()  # the channel's own handles
    album: str | None = None  # photos sent together arrive one by one under one name
    other: str | None = (
        None  # "voice", "video", "sticker", "location", "document", "photo-too-large": what we cannot read
    )
    document: Document | None = None  # where *other* is "document" and it can be passed on
    forwarded: bool = False  # somebody else's words, shown to us
    contact: Contact | None = None
    location: tuple[float, float] | None = None  # latitude and longitude that were shared
    addressed: bool = True  # in groups: mentioned, replied to, or a command
    thread: str | None = None
    happening: Happening | None = None
    moved_to: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """One thing to tap; *data* comes back as Incoming.button."""

    label: str
    data: str = ""
    url: str | None = None
    ask: str | None = None  # "contact", "location": the platform asks its user to share it

    def plain(self) -> dict[str, Any]:
        """As data; whatever is empty is left out."""
        return {name: value for name in ("label", "data", "url", "ask") if (value := getattr(self, name))}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One message as any channel can show it. *text* knows <b> and <i> only; everything else in it is escaped."""

    text: str
    buttons: tuple[tuple[Button, ...], ...] = ()  # rows
    photos: tuple[str, ...] = ()  # keys of Media
    document: Document | None = None
    pinned: bool = False  # to the top of the chat, where the platform has one
    message: str | None = None  # for Mode.EDIT: what Incoming.message said, to edit that one and no other copy
    toast: str | None = None  # what Incoming.toast said, for Mode.TOAST
    alert: bool = False
    notice: str = ""  # the event it tells of, by which a platform's own templates are found
    facts: Mapping[str, str] = field(default_factory=dict)  # what it says, one by one, for their fields

    def plain(self) -> dict[str, Any]:
        """As data for Delivery.body; whatever is empty is left out."""
        names = ("text", "photos", "pinned", "message", "toast", "alert", "notice", "facts")
        plain: dict[str, Any] = {name: value for name in names if (value := getattr(self, name))}
        if self.document:
            plain["document"] = self.document.plain()
        if self.buttons:
            plain["buttons"] = [[button.plain() for button in row] for row in self.buttons]
        return plain

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> Outgoing:
        """Back from Delivery.body."""
        rows = tuple(tuple(Button(**button) for button in row) for row in body.get("buttons", ()))
        paper = {"document": Document(**body["document"])} if "document" in body else {}
        photos = tuple(body.get("photos", ()))
        return cls(**{**body, "text": body.get("text", ""), "buttons": rows, "photos": photos, **paper})


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """A delivery ready to go: the row, its message, the photos' handles on any channel, the copies to edit."""

    delivery: Delivery
    message: Outgoing
    photos: tuple[tuple[str, str], ...] = ()  # (channel, handle) of each photo
    document: tuple[str, str] | None = None  # (channel, handle) of message.document
    copies: tuple[str, ...] = ()  # for Mode.EDIT: the platform's ids of every copy of the card in this chat


@dataclass(frozen=True, slots=True)
class Allowance:
    """How much may be said: *count* messages in any *span*. Source: the platforms' own limits."""

    count: int
    span: timedelta


@dataclass(eq=False)
class DeliveryError(Exception):
    """A delivery did not get through, and what that means for its row."""

    reason: str
    permanent: bool = False  # never try this row again
    unreachable: bool = False  # nor any other of this chat
    lost: bool = False  # it may have arrived: the answer was lost
    retry_after: timedelta | None = None  # the platform's own word; holds the chat, or everything when *everywhere*
    everywhere: bool = False
    paused: bool = False  # the credential is refused: no row is at fault, sending stops until it is replaced
    moved_to: str | None = None  # the chat has a new id
    elsewhere: bool = False  # nothing may be said here now, though they have not left: try the person's other channels

    def __str__(self) -> str:
        return self.reason


class Channel(Protocol):
    """A place where people talk to us. Receiving is each channel's own affair: it stores raw updates in the inbox."""

    @property
    def name(self) -> str: ...

    @property
    def pace(self) -> Allowance | None:
        """How much the whole account may say; None: whatever there is."""

    def allowances(self, delivery: Delivery) -> Sequence[Allowance]:
        """All that this delivery counts against in its own chat; nothing: it may always go."""

    def parse(self, body: Any) -> Incoming | None:
        """One stored update; None when it is nothing to us.

        :raises Exception: anything, for an update nobody can parse: it is parked
        """

    async def send(self, parcel: Parcel) -> str | None:
        """Say it; the platform's id of the new message.

        :raises DeliveryError: with what it means for the row
        """

    async def fetch(self, ref: str) -> bytes:
        """A photo's bytes, for showing it on another channel."""

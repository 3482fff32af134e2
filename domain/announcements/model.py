"""The announcement and its words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from domain.register.model import Flag, Relation, Role, Room

TITLE_MAX = 50
BODY_MAX = 3000  # with title and buttons still one message on every channel


class Kind(StrEnum):
    """How much it may disturb."""

    ORDINARY = "ordinary"  # waits for the morning; people may mute it; at most one an hour
    URGENT = "urgent"  # at once, to everybody, pinned in the owners' groups


class Again(StrEnum):
    """Who gets it once more."""

    FAILED = "failed"  # whom it did not reach; not where it may have arrived (unknown)
    UNCONFIRMED = "unconfirmed"  # who have not said that they read it


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """Whom it is for, as a description; who they are is asked when it is approved.

    Places add up (a building and three rooms of another one); without any it is the whole estates. *relations* and
    *flags* narrow those who live there. *roles* adds staff; where only roles are named, it is for staff alone.
    """

    estates: tuple[int, ...]
    buildings: tuple[str, ...] = ()
    entrances: tuple[tuple[str, str], ...] = ()  # (building, entrance)
    rooms: tuple[int, ...] = ()
    relations: frozenset[Relation] = frozenset()
    flags: frozenset[Flag] = frozenset()
    roles: frozenset[Role] = frozenset()
    ticket_id: int | None = None  # everybody whom this outage or incident affects: its building, and who called
    people: frozenset[int] = frozenset()  # by themselves, wherever they live

    @property
    def residents(self) -> bool:
        """Is it (also) for people who live there?"""
        return bool(self.relations or self.flags or self.places) or not (self.roles or self.people)

    @property
    def places(self) -> bool:
        """Is it for parts of the estates only?"""
        return bool(self.buildings or self.entrances or self.rooms)

    @property
    def public(self) -> bool:
        """May everybody in the owners' groups read it? Not what is meant for some rooms or some kinds of people."""
        return not (self.rooms or self.relations or self.flags or self.roles or self.people)


@dataclass(frozen=True, slots=True)
class Text:
    """It in one language, as plain words."""

    title: str
    body: str


@dataclass(frozen=True, slots=True)
class Poll:
    """A question with answers to choose from; everybody has one vote and may change it until it closes."""

    question: str
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SignUp:
    """Places for so many; who comes later waits for one to come free."""

    cap: int


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file to go with it: *key* of Media, the name that people see, its MIME type."""

    key: str
    name: str
    kind: str = "application/octet-stream"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What somebody wants to announce, complete."""

    estate_id: int  # whose clock, language and figures count; one of the audience's estates
    audience: Audience
    texts: Mapping[str, Text]  # by language, e.g. "zh_CN"
    kind: Kind = Kind.ORDINARY
    photos: tuple[str, ...] = ()  # keys of Media
    file: Attachment | None = None
    at: datetime | None = None  # None: as soon as it is approved
    confirm: bool = False  # people are asked to say that they read it (已阅)
    poll: Poll | None = None
    sign_up: SignUp | None = None
    closes_at: datetime | None = None  # the poll or the signing up; None: when a manager closes it


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement(Draft):
    """One announcement, from its draft to its end. Moments are UTC."""

    id: int
    status: str  # lifecycle.Status
    author_id: int | None  # None: the operator, at the command line
    created_at: datetime
    approver_id: int | None = None  # the second person, where one was needed
    approved_at: datetime | None = None
    started_at: datetime | None = None
    resume_at: datetime | None = None  # paused over night: until then
    held: bool = False  # some deliveries may be held back by a pause
    ended_at: datetime | None = None
    people: int = 0  # the audience at approval: so many recipients, so many deliveries
    round: int = 0  # 0: the first time; 1: sent again for the first time …
    spread_to: int = 0  # recipients up to this person have their delivery of this round
    settled: int = 0  # deliveries of this round that had ended when the clock last counted, at …
    counted_at: datetime | None = None
    speed: float = 0.0  # deliveries a second, when last counted
    key: str | None = None  # unique: whoever says the same again with the same key gets this one
    due_at: datetime | None = None  # when the clock must look at it again
    version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaflet:
    """The finished message in one language, as a sender takes it: bot.channels.base.Outgoing as plain data.

    Its buttons must work in anybody's private chat: their keyboard has the chat "". *group* goes to owners' groups.
    """

    language: str
    body: Mapping[str, Any]
    group: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """One person of the audience at approval, and what they answered."""

    announcement_id: int
    person_id: int
    room_id: int | None = None  # one of their rooms in the audience; None for staff
    round: int = 0  # in which they were last sent it
    confirmed_at: datetime | None = None
    choice: int | None = None  # index of the poll's option
    joined_at: datetime | None = None  # signed up


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadCount:
    """How many people it would reach, and how; every person counts once, on the channel that they last used."""

    channels: Mapping[str, int]  # channel → people
    languages: Mapping[str, int]  # language → people; "" for those of whom we do not know it
    no_account: int = 0
    unreachable: int = 0  # blocked us, or left
    muted: int = 0  # want no ordinary announcements

    @property
    def people(self) -> int:
        """All of them, reached or not."""
        return sum(self.channels.values()) + self.no_account + self.unreachable + self.muted


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How the deliveries of the current round stand; all of them together are its people."""

    people: int
    sent: int = 0
    failed: int = 0
    unreachable: int = 0  # blocked us, no account, muted
    unknown: int = 0
    expired: int = 0  # too late, or stopped
    confirmed: int = 0  # of all recipients, in whatever round

    @property
    def settled(self) -> int:
        """Deliveries that have ended, well or not."""
        return self.sent + self.failed + self.unreachable + self.unknown + self.expired

    @property
    def waiting(self) -> int:
        """Not sent yet."""
        return self.people - self.settled


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far it is."""

    tally: Tally
    speed: float  # deliveries a second just now
    left: timedelta | None  # None: nothing moves, or all is done
    reasons: Mapping[tuple[str, str], int]  # (state, reason) of what did not get through → people


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreached:
    """A room of the audience in which nobody was reached, and why not.

    *why* is "no-people" (nobody on file), or how the deliveries ended ("no-account", "muted", "unreachable", "failed",
    "unknown", "expired", "stopped"), or "waiting"; *detail* is the platform's own word, where there is one.
    """

    room: Room
    why: str
    detail: str = ""
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where somebody who signed up stands."""

    place: int  # 1 is the first of all
    waiting: bool  # beyond the cap

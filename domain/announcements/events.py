"""What happened to an announcement; confirmations and votes are kept with the recipients instead."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from domain.announcements.model import Again
from domain.transaction import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnouncementEvent(Event):
    """Something happened to this announcement."""

    announcement_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnouncementSubmitted(AnnouncementEvent):
    """It is for so many people that a second person must look at it first."""

    people: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnouncementApproved(AnnouncementEvent):
    """It will go out, unless it is taken back within the next seconds; *second*: another person looked at it."""

    people: int
    second: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnouncementRejected(AnnouncementEvent):
    """The second person wants it otherwise: it is a draft again."""

    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnouncementUndone(AnnouncementEvent):
    """It was taken back in time: it is a draft again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnouncementWithdrawn(AnnouncementEvent):
    """It will not go out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnouncementScheduled(AnnouncementEvent):
    """It waits until then; *night*: because of quiet hours."""

    until: datetime
    night: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnouncementStarted(AnnouncementEvent):
    """It goes out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnouncementPaused(AnnouncementEvent):
    """No more of it leaves for now; *until* the morning, when the quiet hours did it."""

    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnouncementResumed(AnnouncementEvent):
    """It goes on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnouncementStopped(AnnouncementEvent):
    """Whoever does not have it yet will not get it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnouncementProgressed(AnnouncementEvent):
    """The figures have changed; recorded every few seconds at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnouncementFinished(AnnouncementEvent):
    """Every delivery has ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnouncementRepeated(AnnouncementEvent):
    """It goes out once more to some of its recipients."""

    to: Again
    people: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnouncementClosed(AnnouncementEvent):
    """No more votes, or no more signing up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedUp(AnnouncementEvent):
    """Somebody wants to come; *waiting*: all places were taken."""

    waiting: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SignUpWithdrawn(AnnouncementEvent):
    """Somebody does not come after all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceFreed(AnnouncementEvent):
    """Whoever was first on the waiting list has a place now."""

    person_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnouncementsMuted(Event):
    """Somebody wants no ordinary announcements of this estate."""

    estate_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnouncementsUnmuted(Event):
    """Somebody wants them again."""

    estate_id: int

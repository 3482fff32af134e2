"""What happened to a ticket; the history is these, in order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from domain.tickets.model import WaitFor
from domain.tickets.policy import Audience
from domain.transaction import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketEvent(Event):
    """Something happened to this ticket."""

    ticket_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketOpened(TicketEvent):
    """An owner's report became a ticket."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotosAdded(TicketEvent):
    """The owner sent photos after the report."""

    photos: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketClaimed(TicketEvent):
    """Somebody took it, first of all who tried."""

    repairer_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketAssigned(TicketEvent):
    """A manager gave it to somebody."""

    repairer_id: int
    before_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketPassedOn(TicketEvent):
    """The repairer gave it to a colleague."""

    repairer_id: int
    before_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketHandedBack(TicketEvent):
    """It waits again for somebody to take it."""

    before_id: int
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RepairerUnreachable(TicketEvent):
    """The repairer's own card could not be delivered: their private chat with us is closed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RepairerDeparted(TicketEvent):
    """Somebody is on the way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RepairerArrived(TicketEvent):
    """Somebody is there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkPaused(TicketEvent):
    """It waits for parts, the owner or a contractor."""

    wait_for: WaitFor
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkResumed(TicketEvent):
    """The pause is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HelpRequested(TicketEvent):
    """The repairer wants a second pair of hands."""

    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkFinished(TicketEvent):
    """The repairer says it is done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RepairConfirmed(TicketEvent):
    """The owner says it is fixed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketReopened(TicketEvent):
    """The owner says it is not fixed; *times* so far."""

    repairer_id: int
    times: int
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketRated(TicketEvent):
    """The owner gave a mark, 1–5; *low* is one that the manager wants to hear of."""

    mark: int
    low: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentAdded(TicketEvent):
    """The owner added words to the mark."""

    low: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketClosed(TicketEvent):
    """Nobody answered, and it closed itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketCancelled(TicketEvent):
    """It is not needed any more."""

    repairer_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketLocated(TicketEvent):
    """Now we know where the emergency is; *caller_only*: where one who called about it is."""

    caller_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CallReceived(TicketEvent):
    """Somebody else called about the same emergency, or a caller said more (*again*)."""

    words: str
    again: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerRecognised(TicketEvent):
    """A stranger who had called about an emergency proved who they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallWithdrawn(TicketEvent):
    """One of several callers says that it was a false alarm; the others have not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmCalledOff(TicketEvent):
    """It was a false alarm."""

    repairer_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketEscalated(TicketEvent):
    """A rung of the ladder was climbed; *late* when the clock had been standing still."""

    level: int  # 1 is the first rung
    audience: Audience
    unclaimed: bool
    late: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReminderPostponed(TicketEvent):
    """A manager knows, and wants to hear of it again only then."""

    until: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TalkBegun(TicketEvent):
    """An owner asked for a person; *said* is what they wrote before that."""

    said: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayedToStaff(TicketEvent):
    """The owner said something to the service desk."""

    words: str = ""
    photos: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayedToOwner(TicketEvent):
    """The service desk said something to the owner."""

    words: str = ""
    photos: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TalkEnded(TicketEvent):
    """The owner has nothing more to ask."""

"""What understanding takes and gives: rooms of the register in, one `Understood` out."""

from dataclasses import dataclass, replace
from decimal import Decimal

UNSURE = 0.2  # of what is understood from nothing in particular
HASTY = 0.8  # below it, what may be nothing of the estate's is not taken for its matter
OUTSIDE = "out_of_scope"


@dataclass(frozen=True, slots=True)
class Room:
    """A room as the register knows it: building "3", entrance "2" ("" if none), room "1201"."""

    id: int
    building: str
    entrance: str
    room: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where it is, as far as the words say: a room of the register, a public place, a spot inside the flat.

    `said` holds the words of a room that the register does not know; `nearest` the rooms that may have been meant.
    """

    room_id: int | None = None
    public_area: str | None = None
    spot: str | None = None
    said: str | None = None
    nearest: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Match:
    """Why: these `words` spoke for the `label` ("leak") of this `kind` (category, intent, urgency), this strongly."""

    kind: str
    label: str
    words: str
    weight: float


@dataclass(frozen=True, slots=True)
class Understood:
    """One message, understood: what is wanted, about what, how urgent, and the answers it already holds."""

    text: str
    language: str | None
    intent: str
    control: str | None
    confidence: float
    category: str
    urgency: str
    hazard: str | None
    place: Place
    when: str | None
    phone: str | None
    matches: tuple[Match, ...]
    guesses: tuple[str, ...] = ()
    name: str | None = None
    ticket: str | None = None
    money: Decimal | None = None
    danger: float = 0.0  # how likely it is that somebody is in danger now, by examples

    @property
    def is_named(self) -> bool:
        """Is the danger one that a rule names, or one that it merely sounds like?"""
        return any(match.kind == "urgency" and match.label == self.hazard for match in self.matches)

    @property
    def may_be_none_of_ours(self) -> bool:
        """Would it be hasty to open a ticket, because the second guess is that the estate can do nothing about it?"""
        return self.hazard is None and self.confidence < HASTY and OUTSIDE in self.guesses[1:]

    def as_named(self) -> "Understood":
        """A danger, or what rules say: where a question is open, what merely sounds like something may answer it."""
        if self.hazard:
            return self
        if not self.matches and not self.control:
            return replace(self, intent=OUTSIDE, category="none", confidence=UNSURE, guesses=())
        if all(match.kind != "category" for match in self.matches):
            return replace(self, category="none")
        return self

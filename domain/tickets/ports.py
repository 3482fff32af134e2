"""What the ticket operations need from storage."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any, Protocol

from domain.register.ports import RegisterWork
from domain.tickets.model import Caller, Hazard, Ticket


class Tickets(Protocol):
    """The ticket store."""

    def number(self, letter: str, day: date) -> str:
        """The next number people can say, e.g. R1121-007: counted per day over the whole installation."""

    def add(self, ticket: Ticket) -> Ticket:
        """Keep a new one; its id comes back."""

    def get(self, ticket_id: int) -> Ticket | None: ...

    def save(self, ticket: Ticket) -> Ticket:
        """Write over the version that was read; the next version comes back.

        :raises Stale: it is not that version any more
        """

    def reported_by(self, person_id: int, *, since: datetime) -> Sequence[Ticket]:
        """A person's live tickets, and those that ended after *since*; newest first."""

    def held_by(self, person_id: int) -> Sequence[Ticket]:
        """What a repairer has in progress, most urgent and oldest first."""

    def live_in(self, estate_ids: Collection[int]) -> Sequence[Ticket]:
        """Every ticket of the estates that has not ended, most urgent and oldest first."""

    def load(self, person_ids: Collection[int]) -> dict[int, int]:
        """How many tickets each of these people has in progress."""

    def in_hand(self, person_id: int) -> int:
        """How many this person has in progress; whoever else asks for the same one waits until our work is kept."""

    def due(self, *, now: datetime, limit: int) -> Sequence[int]:
        """Ids of the tickets that the clock must look at, the longest overdue first."""

    def alarms(self, estate_id: int, hazard: Hazard, *, since: datetime) -> Sequence[Ticket]:
        """Emergencies that nobody has dealt with yet and somebody called about after *since*; the newest first."""

    def history(self, ticket_id: int) -> Sequence[tuple[datetime, str, int | None, dict[str, Any]]]:
        """Everything that happened to it: when, the event's name, who, details."""


class Calls(Protocol):
    """Who called about which emergency."""

    def about(self, ticket_id: int) -> Sequence[Caller]:
        """Everybody who called about it, in the order of their first call."""

    def of(self, channel: str, user: str) -> Sequence[Caller]:
        """What an identity called about and has not ended; the newest first."""

    def put(self, caller: Caller) -> None:
        """Keep a caller of a ticket, or what is true of them now."""

    def drop(self, caller: Caller) -> None:
        """They called about something else after all."""


class TicketWork(RegisterWork, Protocol):
    """One transaction over tickets and the register."""

    @property
    def calls(self) -> Calls: ...

    @property
    def tickets(self) -> Tickets: ...

"""What happened to an answer that came from a ticket."""

from __future__ import annotations

from dataclasses import dataclass

from domain.tickets.events import TicketEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerKept(TicketEvent):
    """The desk's answer became a draft, which waits for a manager."""

    entry_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerReworded(TicketEvent):
    """A manager put a draft into other words."""

    entry_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerApproved(TicketEvent):
    """From now on, people are told this."""

    entry_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerDropped(TicketEvent):
    """A draft that nobody will be told."""

    entry_id: int

"""An answer that can be found, and where it stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Status(StrEnum):
    """May people be told this?"""

    DRAFT = "draft"  # a manager has yet to look at it
    APPROVED = "approved"
    DROPPED = "dropped"  # kept, never told; one that is named like a shared answer hides that


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One question and its answer. {Words in braces} stand for values of the estate."""

    name: str  # e.g. "fee-formula"; an estate's entry goes before a shared one of the same name
    language: str
    title: str
    answer: str
    variants: tuple[str, ...] = ()  # other ways to ask
    topic: str = ""
    updated_at: datetime
    status: Status = Status.APPROVED
    estate_id: int | None = None  # None: for every estate
    ticket_id: int | None = None  # the question that somebody of the desk answered
    by: int | None = None
    id: int = 0

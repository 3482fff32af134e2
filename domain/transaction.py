"""Work: one transaction over the stores that an operation needs, and the events that it leaves behind."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What happened, in the past tense; *by* is the person who did it, None for the clock."""

    by: int | None = None


class Work(Protocol):
    """What every operation may do besides using its stores."""

    def record(self, event: Event, *, now: datetime) -> None:
        """Keep *event* in this transaction and let those who must speak of it do so in the same one."""

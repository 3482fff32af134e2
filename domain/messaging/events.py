"""What happens on the rails that somebody should hear of."""

from __future__ import annotations

from dataclasses import dataclass

from domain.transaction import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationStalled(Event):
    """Somebody has fallen silent before an emergency had a place, or just before a report was sent."""

    person_id: int
    urgent: bool = False

"""How long the oldest of what should have moved has been waiting."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Lateness:
    """Nothing waits where it says zero."""

    update: timedelta  # in the inbox
    deliveries: Mapping[str, timedelta]  # by lane: due, and not sent
    clock: timedelta  # the reminder or deadline of a ticket
    overdue: Mapping[str, int]  # tickets by the promise that is broken: "respond", "resolve"

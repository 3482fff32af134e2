"""Look at every ticket whose moment has come: call the next level, or close what nobody answered."""

from __future__ import annotations

from datetime import datetime

import structlog

from domain.errors import Unavailable
from domain.tickets.escalation import look
from scheduler.job import Begin

log = structlog.get_logger(__name__)
BATCH = 100


def escalate(begin: Begin, now: datetime) -> int:
    """Each ticket in a transaction of its own: one that fails costs no other its reminder."""
    with begin() as work:
        due = work.tickets.due(now=now, limit=BATCH)
    looked = 0
    for ticket_id in due:
        try:
            with begin() as work:
                looked += look(work=work, ticket_id=ticket_id, now=now) is not None
        except Unavailable:
            raise
        except Exception:
            log.exception("escalation-failed", ticket=ticket_id)
    return looked

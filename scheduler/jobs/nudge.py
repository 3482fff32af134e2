"""Look at every conversation that has been silent too long: one gentle word, once."""

from __future__ import annotations

from datetime import datetime

import structlog

from domain.errors import Unavailable
from domain.messaging import nudging
from scheduler.job import Begin

log = structlog.get_logger(__name__)
BATCH = 100


def nudge(begin: Begin, now: datetime) -> int:
    """Each conversation in a transaction of its own: one that fails costs nobody else their reminder."""
    with begin() as work:
        due = work.conversations.due(now=now, limit=BATCH)
    nudged = 0
    for owner in due:
        try:
            with begin() as work:
                nudged += nudging.nudge(work=work, owner=owner, now=now)
        except Unavailable:
            raise
        except Exception:
            log.exception("nudge-failed", owner=owner)
    return nudged

"""Look at every knock at a room's code that nobody has answered: the managers are asked, once."""

from __future__ import annotations

from datetime import datetime

import structlog

from domain.errors import Unavailable
from domain.register import doors
from scheduler.job import Begin

log = structlog.get_logger(__name__)
BATCH = 100


def remind_of_knocks(begin: Begin, now: datetime) -> int:
    """Each knock in a transaction of its own: one that fails costs nobody else their answer."""
    with begin() as work:
        due = work.doors.unanswered(now=now, limit=BATCH)
    reminded = 0
    for knock_id in due:
        try:
            with begin() as work:
                reminded += doors.remind(work=work, knock_id=knock_id, now=now)
        except Unavailable:
            raise
        except Exception:
            log.exception("knock-reminder-failed", knock=knock_id)
    return reminded

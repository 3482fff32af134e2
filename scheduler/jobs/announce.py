"""Send announcements whose moment has come: thousands of rows at a time, counted every few seconds."""

from __future__ import annotations

import time
from datetime import datetime

import structlog

from domain.announcements.sending import look
from domain.errors import Stale, Unavailable
from scheduler.job import Begin

log = structlog.get_logger(__name__)
BATCH = 20
AT_ONCE = 100  # looks in one run: others have something to do by the clock, too
BREATH = 0.002  # seconds between two transactions: whoever waits for the database comes in


def announce(begin: Begin, now: datetime) -> int:
    """Each piece in a transaction of its own: wherever it breaks off, the next run goes on from there."""
    with begin() as work:
        due = work.announcements.due(now=now, limit=BATCH)
    touched = 0
    for announcement_id in due:
        try:
            touched += _go_on(begin, announcement_id, now)
        except Unavailable:
            raise
        except Stale:
            continue  # somebody acted this very moment: the next run sees what is true
        except Exception:
            log.exception("announcement-failed", announcement=announcement_id)
    return touched


def _go_on(begin: Begin, announcement_id: int, now: datetime) -> int:
    touched = 0
    for _ in range(AT_ONCE):
        with begin() as work:
            piece = look(work=work, announcement_id=announcement_id, now=now)
        if not piece:
            break
        touched += piece
        time.sleep(BREATH)
    return touched

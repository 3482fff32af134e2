"""Forget what need not be kept: raw updates after 7 days, sent messages and buttons after 180."""

from __future__ import annotations

from datetime import datetime, timedelta

from scheduler.job import Begin

RAW = timedelta(days=7)
SENT = timedelta(days=180)
KNOCKS = timedelta(days=30)  # who scanned a room's code, with name and number


def purge(begin: Begin, now: datetime) -> int:
    """Delete handled updates, ended deliveries and old buttons."""
    with begin() as work:
        gone = work.inbox.purge(before=now - RAW)
    with begin() as work:
        gone += work.deliveries.purge(before=now - SENT)
        gone += work.keyboards.purge(before=now - SENT)
        gone += work.doors.purge(before=now - KNOCKS)
        gone += work.wecom_cards.purge(before=now - SENT)
        gone += work.pictures.purge(before=now - SENT)
        gone += work.invites.purge(before=now - RAW)
        gone += work.paces.purge(now=now)
    return gone

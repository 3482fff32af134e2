"""Rows that a transaction has leased, until one hears that it was kept: the answer to a commit can be lost."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

UNHEARD: Final = timedelta(seconds=3)  # longer than a commit takes


class Leased:
    """Told on the thread of the transaction, asked on the loop.

    Where the database went away just as it had kept the transaction, nobody here knows of its rows: they would wait
    until their lease is over, and somebody for an answer.
    """

    def __init__(self) -> None:
        self._since: dict[int, tuple[datetime, datetime]] = {}  # row → when it was leased, until when
        self._doubted: set[int] = set()

    def took(self, rows: Iterable[int], *, now: datetime, until: datetime) -> None:
        """A transaction leases these; it may be undone, and run again."""
        self._since.update(dict.fromkeys(rows, (now, until)))

    def kept(self, row: int) -> bool:
        """The transaction was kept. May the row be sent? Not when it was given back meanwhile."""
        return self._since.pop(row, None) is not None and row not in self._doubted

    def unheard(self, now: datetime) -> Sequence[tuple[int, datetime]]:
        """Rows of which nothing was heard, each with the end of its lease; from now on they are not sent."""
        lost = [(row, until) for row, (since, until) in list(self._since.items()) if now - since > UNHEARD]
        self._doubted.update(row for row, _ in lost)
        return lost

    def gave_back(self, rows: Iterable[tuple[int, datetime]]) -> None:
        """They are free in the records, or were never leased; some may have been leased anew since."""
        for row, until in rows:
            if row in self._since and self._since[row][1] == until:
                del self._since[row]
            self._doubted.discard(row)

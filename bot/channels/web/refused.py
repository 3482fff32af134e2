"""A request that is not answered as asked, and why, in words of the page's catalogue."""

from __future__ import annotations

from typing import Any


class Refused(Exception):
    """*key* names the sentence for the person, *values* fill it."""

    def __init__(self, status: int, key: str, **values: Any) -> None:
        super().__init__(key)
        self.status = status
        self.key = key
        self.values = values


NOT_FOUND = (404, "web-not-found")
BAD = (400, "web-bad")

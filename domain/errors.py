"""The anticipated ways in which something does not happen."""

from __future__ import annotations

from typing import Any


class Refusal(Exception):
    """An anticipated no, phrased for the person: *key* names a sentence that every locale has, *values* fill it."""

    def __init__(self, key: str, **values: Any) -> None:
        super().__init__(key)
        self.key = key
        self.values = values


class Stale(Exception):
    """Somebody was faster: the record changed between reading and writing it."""


class Unavailable(Exception):
    """The records cannot be written or reached just now (disk full, database away); nobody's message is at fault."""


class Collided(Unavailable):
    """Another transaction stood in the way of ours, which was undone: it may be begun again at once."""


class Unknown(Refusal):
    """What was asked for is not in the records (any more)."""


class NotAllowed(Refusal):
    """The person's roles, estates or rooms do not permit it."""

    def __init__(self, key: str = "not-allowed", **values: Any) -> None:
        super().__init__(key, **values)


class NotNow(Refusal):
    """The record's status leaves no room for the action; the sentence says what is true now."""

    def __init__(self, key: str = "not-now", **values: Any) -> None:
        super().__init__(key, **values)

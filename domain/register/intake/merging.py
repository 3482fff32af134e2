"""Several lines about the same thing, made one: what they add is kept, what contradicts is a fault."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any, TypeVar

from domain.register.intake.lines import Faults, Line

K = TypeVar("K", bound=Hashable)
Facts = dict[str, Any]


def merge(
    lines: Iterable[Line], key_of: Callable[[Line], K | None], columns: Sequence[str], faults: Faults
) -> dict[K, Facts]:
    """What the lines with the same key say together; lists are joined, an empty cell contradicts nothing."""
    merged: dict[K, Facts] = {}
    said_in: dict[tuple[K, str], int] = {}
    for line in lines:
        if (key := key_of(line)) is None:
            continue
        facts = merged.setdefault(key, {})
        for column in columns:
            if (value := line[column]) is None:
                continue
            earlier = facts.setdefault(column, value)
            row = said_in.setdefault((key, column), line.number)
            if isinstance(value, frozenset):
                facts[column] = earlier | value
            elif earlier != value:
                faults.add(line, column, "intake-contradicts", value=value, earlier=earlier, row=row)
    return merged


def key(*columns: str) -> Callable[[Line], tuple[Any, ...] | None]:
    """The key made of these columns; none where one of them was refused."""

    def of(line: Line) -> tuple[Any, ...] | None:
        return None if line.bad.intersection(columns) else tuple(line[column] or "" for column in columns)

    return of

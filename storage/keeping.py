"""Many rows at once made to say what is wanted, on either database, in chunks."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import ARRAY, Connection, Table, and_, bindparam, cast, func, insert, select, tuple_, update

ADDED, CHANGED, UNCHANGED = "added", "changed", "unchanged"
CHUNK = 1000  # rows a statement; SQLite takes 32,766 parameters, the widest key has four
T = TypeVar("T")
K = TypeVar("K", bound=tuple[Hashable, ...])
Verdicts = dict[K, str]  # what became of the row with this key
_Facts = Mapping[str, Any]


def chunks(items: Iterable[T]) -> Iterator[list[T]]:
    """*items*, so many at a time as one statement takes."""
    rest = iter(items)
    while chunk := list(islice(rest, CHUNK)):
        yield chunk


class Keeping:
    """Compares with what is on file, writes the difference, and tells how far it is."""

    def __init__(self, connection: Connection, progress: Callable[[int, int], None], total: int) -> None:
        self.connection = connection
        self._progress = progress
        self._done, self._total = 0, total

    def keep(
        self,
        table: Table,
        key: Sequence[str],
        wanted: Mapping[K, _Facts],
        *,
        new: _Facts,
        lasting: Collection[str] = (),
    ) -> Verdicts[K]:
        """Let the row with each key have these facts.

        A new row has those of *new* besides. A *lasting* column is filled where it is empty and never replaced.
        """
        verdicts: Verdicts[K] = {}
        for keys in chunks(wanted):
            known = self._known(table, key, keys, new)
            rows = {each: self._merged(known.get(each), wanted[each], new, lasting) for each in keys}
            verdicts |= {each: _judge(known.get(each), row) for each, row in rows.items()}
            self._insert(table, key, {each: row for each, row in rows.items() if verdicts[each] == ADDED})
            self._update(table, key, {each: row for each, row in rows.items() if verdicts[each] == CHANGED})
            self._done += len(keys)
            self._progress(self._done, self._total)
        return verdicts

    def _known(self, table: Table, key: Sequence[str], keys: Sequence[K], new: _Facts) -> dict[Any, dict[str, Any]]:
        columns = [table.c[name] for name in key]
        asked: Any = keys
        if self.connection.dialect.name == "postgresql":  # it would compare each row with a thousand keys in turn
            lists = zip(columns, zip(*keys, strict=True), strict=True)
            asked = select(*(func.unnest(cast(list(parts), ARRAY(each.type))) for each, parts in lists))
        found = self.connection.execute(
            select(*columns, *(table.c[name] for name in new)).where(tuple_(*columns).in_(asked))
        )
        return {tuple(row[: len(key)]): dict(zip(new, row[len(key) :], strict=True)) for row in found}

    @staticmethod
    def _merged(known: _Facts | None, stated: _Facts, new: _Facts, lasting: Collection[str]) -> dict[str, Any]:
        if known is None:
            return {**new, **stated}
        kept = {name: known[name] for name in lasting if known[name] is not None}
        return {**known, **stated, **kept}

    def _insert(self, table: Table, key: Sequence[str], rows: Mapping[K, _Facts]) -> None:
        if rows:
            facts_of = [{**dict(zip(key, each, strict=True)), **facts} for each, facts in rows.items()]
            self.connection.execute(insert(table), facts_of)

    def _update(self, table: Table, key: Sequence[str], rows: Mapping[K, _Facts]) -> None:
        if not rows:
            return
        columns = next(iter(rows.values()))
        statement = (
            update(table)
            .where(and_(*(table.c[name] == bindparam(f"of_{name}") for name in key)))
            .values({name: bindparam(f"to_{name}") for name in columns})
        )
        facts_of = [
            {f"of_{name}": value for name, value in zip(key, each, strict=True)}
            | {f"to_{name}": value for name, value in facts.items()}
            for each, facts in rows.items()
        ]
        self.connection.execute(statement, facts_of)


def _judge(known: _Facts | None, row: _Facts) -> str:
    if known is None:
        return ADDED
    return UNCHANGED if known == row else CHANGED

"""Rows for every table there is, and what is in them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Column, Connection, Engine, Table, Text, insert, select

from storage import tables

NOW = datetime(2026, 11, 21, 8, 0, 0, 123456, tzinfo=UTC)
_VALID: dict[str, dict[str, Any]] = {  # what the program would write there
    "deliveries": {"state": "sent"},
    "inbox": {"state": "done"},
    "people": {"language": None},
    "tickets": {"status": "claimed", "mark": 5},
}


def fill(engine: Engine, rows: int = 3) -> None:
    """So many rows in each table, with something in every column; a table that is new is filled too."""
    with engine.begin() as connection:
        fill_within(connection, rows)


def fill_within(connection: Connection, rows: int = 3) -> None:
    """The same within a transaction."""
    for table in tables.metadata.sorted_tables:
        connection.execute(insert(table), [_row(table, number) for number in range(1, rows + 1)])


def content(engine: Engine) -> dict[str, list[Any]]:
    """Everything, in an order of its own."""
    with engine.connect() as connection:
        return {
            table.name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
            for table in tables.metadata.sorted_tables
        }


def _row(table: Table, number: int) -> dict[str, Any]:
    return {column.name: _value(column, number) for column in table.columns} | _VALID.get(table.name, {})


def _value(column: Column[Any], number: int) -> Any:
    if isinstance(column.type, tables.Moment):
        return NOW + timedelta(seconds=number)
    values: dict[type, Any] = {
        bool: number % 2 == 0,
        int: number,
        float: 0.1 * number,
        str: f"{number}号 🔧" + ('\n"第二行"\\' if isinstance(column.type, Text) else ""),
        bytes: bytes(range(256)) * number,
        date: date(2024, 2, 28) + timedelta(days=number),
        object: {  # JSON
            "words": f"漏水 {number}",
            "when": None,
            "list": [number, 0.5, True, {}],
        },
    }
    return values[column.type.python_type]

"""What all processes of an installation have in common and nobody sets."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Engine, select

from storage.tables import installation
from storage.upsert import upsert


def kept(engine: Engine, name: str, make: Callable[[], str]) -> str:
    """The value of that name, made by whoever asks first and the same for everybody ever after."""
    mine = select(installation.c.value).where(installation.c.name == name)
    with engine.begin() as connection:
        found: str | None = connection.scalar(mine)
        if found is None:
            first = upsert(engine.dialect.name, installation).values(name=name, value=make())
            connection.execute(first.on_conflict_do_nothing(index_elements=[installation.c.name]))
            found = connection.scalar(mine)
    assert found is not None
    return found

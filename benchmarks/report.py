"""What a program found: a table, and aims that hold or do not."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Aim:
    """A figure beside what it should be."""

    what: str
    figure: float
    unit: str
    at_most: float | None = None
    at_least: float | None = None

    @property
    def holds(self) -> bool:
        """Is the figure within its bounds?"""
        above = self.at_most is not None and self.figure > self.at_most
        below = self.at_least is not None and self.figure < self.at_least
        return not (above or below)

    @property
    def wanted(self) -> str:
        """The bounds in words."""
        bounds = ("≤", self.at_most), ("≥", self.at_least)
        return " and ".join(f"{sign} {bound:g} {self.unit}".rstrip() for sign, bound in bounds if bound is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One program's findings."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    aims: Sequence[Aim] = ()
    notes: Sequence[str] = field(default=())

    def show(self) -> None:
        """Print it."""
        console = Console(highlight=False)
        table = Table(*self.columns, title=self.title, title_justify="left")
        for column in table.columns[1:]:
            column.justify = "right"
        for row in self.rows:
            table.add_row(*row)
        console.print(table)
        for aim in self.aims:
            mark = "[green]holds[/]" if aim.holds else "[red]missed[/]"
            console.print(f"  {mark}  {aim.what}: {aim.figure:.3g} {aim.unit}".rstrip() + f" (aim {aim.wanted})")
        for note in self.notes:
            console.print(f"  {note}", style="dim")
        console.print()


def share(values: Sequence[float], part: float) -> float:
    """The value that this part of all values does not exceed: 0.5 is the median, 0.99 what few are slower than."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))]


def middle(values: Iterable[float]) -> float:
    """The median of repeated rounds: one that somebody else disturbed does not count."""
    return statistics.median(values)

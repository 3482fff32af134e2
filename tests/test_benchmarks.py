"""The benchmarks start, measure something and judge it; how fast anything is does not matter here."""

from importlib import import_module
from pathlib import Path

import pytest

from benchmarks.__main__ import PROGRAMS
from benchmarks.classifiers import installed
from benchmarks.report import Aim, share


@pytest.mark.parametrize("name", PROGRAMS)
def test_every_program_that_is_listed_can_be_run_at_length_or_at_a_glance(name: str) -> None:
    program = import_module(f"benchmarks.{name}")
    assert callable(program.run)
    at_length = type(program.QUICK)()
    assert at_length != program.QUICK


@pytest.mark.parametrize("name", ("understanding", "storage"))
def test_a_glance_fills_the_table(name: str) -> None:
    program = import_module(f"benchmarks.{name}")
    report = program.run(program.QUICK)
    assert report.rows
    assert all(len(row) == len(report.columns) for row in report.rows)


def test_rasa_is_a_peer_only_where_it_is_installed(tmp_path: Path) -> None:
    python = tmp_path / "python"
    assert [peer.name for peer in installed(rounds=1, epochs=1, rasa=python)] == ["spaCy textcat"]
    python.touch()
    assert [peer.name for peer in installed(rounds=1, epochs=1, rasa=python)] == ["spaCy textcat", "Rasa DIET"]


@pytest.mark.parametrize(("figure", "holds"), ((0.9, False), (1.0, True), (2.0, True), (2.1, False)))
def test_an_aim_holds_within_its_bounds(figure: float, holds: bool) -> None:
    assert Aim("speed", figure, "s", at_least=1, at_most=2).holds is holds


def test_a_share_is_what_so_many_do_not_exceed() -> None:
    assert (share(range(100), 0.5), share(range(100), 0.99), share([7], 0.99)) == (50, 99, 7)

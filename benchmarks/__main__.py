"""Runs the programs: `python -m benchmarks [names]`; without names all of them, one after the other."""

from __future__ import annotations

import argparse
import sys
from importlib import import_module

PROGRAMS = (
    "inbound",
    "sending",
    "claims",
    "idle",
    "understanding",
    "understanding_peer",
    "storage",
    "cluster",
    "announce",
    "wecom",
    "wechat",
)


def main() -> None:
    """Run what was named; exit code 1 when an aim was missed and --strict was given."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=", ".join(PROGRAMS))
    parser.add_argument("--quick", action="store_true", help="a glance: short, few rounds, noisy figures")
    parser.add_argument("--strict", action="store_true", help="exit code 1 when an aim is missed")
    told = parser.parse_args()
    if unknown := set(told.names) - set(PROGRAMS):
        parser.error(f"no such program: {', '.join(sorted(unknown))}")
    missed = False
    for name in told.names or PROGRAMS:
        program = import_module(f"benchmarks.{name}")
        report = program.run(program.QUICK) if told.quick else program.run()
        report.show()
        missed = missed or not all(aim.holds for aim in report.aims)
    sys.exit(1 if missed and told.strict else 0)


if __name__ == "__main__":
    main()

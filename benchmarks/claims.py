"""Two hundred engineers press [Claim] at the same moment, each in a transaction and a thread of their own."""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.estate import Size, furnish
from benchmarks.household import at_sqlite, household
from benchmarks.report import Aim, Report, middle, share
from domain.errors import NotNow
from domain.tickets import operations as tickets
from storage.engine import Database
from tests import postgres
from tests.builders import report


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """How many press, how often."""

    claims: int = 200
    rounds: int = 10
    databases: tuple[str, ...] = ("sqlite", "postgres")


QUICK = Effort(claims=20, rounds=1, databases=("sqlite",))


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One ticket: who got it, and how long each waited for their answer."""

    winners: int
    seconds: Sequence[float]


def run(effort: Effort = Effort()) -> Report:
    """Round after round, on both databases in turns."""
    with ExitStack() as stack:
        databases = {name: _opened(stack, name, effort) for name in effort.databases}
        found: dict[str, list[Round]] = {name: [] for name in databases}
        with ThreadPoolExecutor(effort.claims) as crowd:
            for _ in range(effort.rounds):
                for name, database in databases.items():
                    found[name].append(_round(database, crowd, effort.claims))
    p99 = {name: middle(share(one.seconds, 0.99) for one in rounds) for name, rounds in found.items()}
    return Report(
        title=f"claims: {effort.claims} at once, {effort.rounds} rounds, medians",
        columns=["database", "winners per round", "p50 ms", "p99 ms", "slowest of all ms", "claims/s"],
        rows=[
            [
                name, "/".join(sorted({str(one.winners) for one in rounds})),
                f"{middle(share(one.seconds, 0.5) for one in rounds) * 1000:.0f}", f"{p99[name] * 1000:.0f}",
                f"{max(max(one.seconds) for one in rounds) * 1000:.0f}",
                f"{middle(effort.claims / max(one.seconds) for one in rounds):.0f}",
            ]
            for name, rounds in found.items()
        ],
        aims=[
            *[Aim(f"p99 on {name}", figure, "s", at_most=1) for name, figure in p99.items()],
            *[Aim(f"most winners of a round on {name}", max(one.winners for one in rounds), "", at_least=1, at_most=1)
              for name, rounds in found.items()],
        ],
    )  # fmt: skip


def _opened(stack: ExitStack, name: str, effort: Effort) -> Database:
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="guanjia-bench-")))
    if name == "sqlite":
        url = at_sqlite(folder)
    else:
        url = stack.enter_context(postgres.database(stack.enter_context(postgres.server()), "claims"))
    furnish(url, folder / "workbook", Size(owners=1, engineers=effort.claims, estates=1))
    return stack.enter_context(household(url)).database


def _round(database: Database, crowd: ThreadPoolExecutor, claims: int) -> Round:
    with database.writing() as work:
        (owner,), engineers = work.register.search("业主0"), [one.id for one in work.register.staff_of(1)]
        told = report(estate_id=1, reporter_id=owner.id, room_id=work.register.rooms_of(owner.id)[0].id)
        ticket = tickets.open(work=work, report=told, now=datetime.now(UTC)).id
    line = threading.Barrier(claims)

    def claim(by: int) -> tuple[bool, float]:
        line.wait()
        started, won = time.monotonic(), True
        try:
            with database.writing() as work:
                tickets.claim(work=work, ticket_id=ticket, by=by, now=datetime.now(UTC))
        except NotNow:  # somebody was first: an answer like any other
            won = False
        return won, time.monotonic() - started

    answers = list(crowd.map(claim, engineers))
    return Round(winners=sum(won for won, _ in answers), seconds=[seconds for _, seconds in answers])

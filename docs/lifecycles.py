"""Draws docs/lifecycles.md from the tables that the program runs by: `make docs`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from enum import StrEnum
from inspect import cleandoc, getclosurevars, getmodule
from itertools import product
from pathlib import Path

from bot.conversation import Intent
from bot.intents import INTENTS
from bot.notices import NOTICES, UNTOLD, Notice
from domain.announcements import lifecycle as announced
from domain.announcements.policy import Policy as AnnouncePolicy
from domain.calendar import OFFICE_HOURS, WAKING_HOURS, Hours
from domain.messaging.model import Mode
from domain.tickets.lifecycle import ALLOWED, ENDED, IN_PROGRESS, MOVES, PATIENCE, Action, Status
from domain.tickets.model import TRADES, Urgency
from domain.tickets.policy import AT_RISK, PROMISES, UNCLAIMED, Ladder, Policy
from domain.transaction import Event
from scheduler.job import Job
from scheduler.jobs import JOBS

PAGE = Path(__file__).with_suffix(".md")
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
HEAD = """\
<!-- Drawn by `make docs` from the tables named below. Change those, not this page. -->

# A ticket's life, who hears of it, and what happens by the clock

Everything on this page is data that the program runs by; `tests/test_docs.py` fails when the two differ.
"""


def page() -> str:
    """The whole page."""
    parts = (moves, clocks, promises, ladders, trades, announcements, hearers, wishes, jobs)
    return "\n".join([HEAD, *(line for part in parts for line in part())])


# --- domain/tickets/lifecycle.py ------------------------------------------------------------------------------------


def moves() -> Iterator[str]:
    """MOVES, ALLOWED and PATIENCE."""
    yield "## Statuses and moves\n\n`MOVES`, `ALLOWED` and `PATIENCE` in `domain/tickets/lifecycle.py`.\n"
    yield from ("```mermaid", "stateDiagram-v2", "    direction LR", f"    [*] --> {Status.OPEN}", *arcs())
    yield "```\n\nWhat leaves the status as it is stands in the table only.\n"
    rows = [
        (status, action, ", ".join(sorted(ALLOWED[action])), "stays" if after is status else after)
        for status in Status
        for action in Action
        if (after := MOVES.get((status, action)))
    ]
    yield from table(("Status", "Action", "Who may", "Then"), rows)
    taken = ", ".join(status for status in Status if status in IN_PROGRESS)
    yield f"\nIn progress, and only then with a repairer: {taken}.\n"
    silence = [f"{status} for {span(patience)}" for status, patience in PATIENCE.items()]
    yield f"Counted from the end of the work, a ticket that nobody answers closes itself: {', '.join(silence)}.\n"


def arcs() -> Iterator[str]:
    """The diagram: one box around what is in progress, and one arrow out of it for what is possible anywhere in it."""
    taken, others = ([one for one in Status if (one in IN_PROGRESS) is inside] for inside in (True, False))
    yield from ("    state in_progress {", *arrows(taken, taken), "    }")
    yield from arrows(others, Status)
    for then in others:
        common = [each for each in Action if all(MOVES.get((one, each)) is then for one in taken)]
        yield from arrow("in_progress", then, common)
        yield from arrows(taken, [then], but=common)
    yield from (f"    {status} --> [*]" for status in Status if status in ENDED)


def arrows(starts: Iterable[Status], ends: Iterable[Status], but: Sequence[Action] = ()) -> Iterator[str]:
    """Every arrow from one of these to one of those."""
    for status, then in product(starts, ends):
        found = [one for one in Action if MOVES.get((status, one)) is then and one not in but]
        yield from arrow(status, then, found if status is not then else ())


def arrow(start: str, end: Status, actions: Sequence[Action]) -> Iterator[str]:
    """One arrow, if there is any action on it."""
    if actions:
        yield f"    {start} --> {end}: {' / '.join(actions)}"


# --- domain/calendar.py and domain/tickets/policy.py ----------------------------------------------------------------


def clocks() -> Iterator[str]:
    """The hours that count."""
    yield "## Clocks\n\n`domain/calendar.py`, on the estate's own wall clock.\n"
    rows = [("always", "every hour of every day")]
    rows += [("office", f"{day} {hours(OFFICE_HOURS[at])}") for at, day in enumerate(DAYS) if at in OFFICE_HOURS]
    rows += [("office", f"public holidays never; working days moved to a weekend {hours(OFFICE_HOURS[0])}")]
    rows += [("waking", f"every day {hours(WAKING_HOURS)}")]
    yield from table(("Clock", "What counts"), rows)
    yield ""


def promises() -> Iterator[str]:
    """PROMISES and the figures beside them."""
    yield "## Promises\n\n`PROMISES` in `domain/tickets/policy.py`. A pause stops them.\n"
    rows = [
        (f"`respond.{urgency}`", span(promise.respond), f"`resolve.{urgency}`", span(promise.resolve), promise.clock)
        for urgency, promise in PROMISES.items()
    ]
    yield from table(("Somebody is there", "within", "It is done", "within", "counted on the clock"), rows)
    policy = Policy()
    yield "\nAnd beside them:\n"
    rest = [
        ("`cap`", str(policy.cap), "tickets that one repairer may hold"),
        ("`low_mark`", str(policy.low_mark), "this mark or a lower one is told to the manager"),
        ("`close_after`", ", ".join({span(one) for one in PATIENCE.values()}), "until an unanswered ticket closes"),
    ]
    yield from table(("Setting", "Default", "What it is"), rest)
    yield "\nAn estate may set these and the ladders below, in the sheet `policies` of its workbook, written as here.\n"


def ladders() -> Iterator[str]:
    """UNCLAIMED and AT_RISK."""
    yield "## Ladders\n\n`UNCLAIMED` and `AT_RISK` in `domain/tickets/policy.py`. The last rung is repeated.\n"
    parts = (("unclaimed", UNCLAIMED, "since it waits"), ("at_risk", AT_RISK, "around the promise"))
    for name, chosen, since in parts:
        rows = [(f"`{name}.{urgency}`", f"`{climb(chosen[urgency])}`", chosen[urgency].clock) for urgency in Urgency]
        yield from table(("Setting", f"Default (time {since})", "Clock"), rows)
        yield ""


def climb(ladder: Ladder) -> str:
    """A ladder as an estate writes it."""
    rungs = [f"{span(rung.after)} {rung.audience}" for rung in ladder.rungs]
    return ", ".join([*rungs, f"repeat {span(ladder.repeat)}"])


def span(length: timedelta) -> str:
    """A duration as an estate writes it."""
    minutes = round(length.total_seconds() / 60)
    for size, letter in ((24 * 60, "d"), (60, "h")):
        if minutes and minutes % size == 0 and (letter == "h" or abs(minutes) > 2 * size):
            return f"{minutes // size}{letter}"
    return f"{minutes}m"


def hours(of: Hours) -> str:
    """Opening hours."""
    return f"{of[0]:%H:%M}–{of[1]:%H:%M}"


def trades() -> Iterator[str]:
    """TRADES."""
    yield "## Who takes what\n\n`TRADES` in `domain/tickets/model.py`; managers may take anything in their estates.\n"
    rows = [(category, ", ".join(sorted(roles)), skill or "any") for category, (roles, skill) in TRADES.items()]
    yield from table(("Category", "Roles", "Skill of an engineer"), rows)
    yield "\nAn engineer without any recorded skill is an all-rounder.\n"


# --- domain/announcements -------------------------------------------------------------------------------------------


def announcements() -> Iterator[str]:
    """MOVES and ALLOWED of announcements, and the figures beside them."""
    yield "## An announcement's life\n\n`MOVES` and `ALLOWED` in `domain/announcements/lifecycle.py`.\n"
    table_of, statuses = announced.MOVES, announced.Status
    yield from ("```mermaid", "stateDiagram-v2", "    direction LR", f"    [*] --> {announced.Status.DRAFT}")
    for status, then in product(statuses, statuses):
        found = [one for one in announced.Action if table_of.get((status, one)) is then and status is not then]
        if found:
            yield f"    {status} --> {then}: {' / '.join(found)}"
    yield from (f"    {status} --> [*]" for status in statuses if status in announced.ENDED)
    yield "```\n"
    rows = [
        (status, action, ", ".join(sorted(announced.ALLOWED[action])), "stays" if after is status else after)
        for status, action in product(statuses, announced.Action)
        if (after := table_of.get((status, action)))
    ]
    yield from table(("Status", "Action", "Who may", "Then"), rows)
    yield "\n`Policy` in `domain/announcements/policy.py`; an estate may set them in the sheet `policies`, too.\n"
    policy = AnnouncePolicy()
    figures = [
        ("`announce.second_above`", str(policy.second_above), "for more people a second manager must approve"),
        ("`announce.undo_seconds`", str(policy.undo.seconds), "seconds in which it can be taken back"),
        ("`announce.gap`", span(policy.gap), "between two ordinary ones to the same person"),
        ("`announce.expires`", span(policy.expires), "until what has not got through is given up"),
    ]
    yield from table(("Setting", "Default", "What it is"), figures)
    yield ""


# --- bot/notices.py -------------------------------------------------------------------------------------------------


def hearers() -> Iterator[str]:
    """NOTICES, one row per event."""
    yield "## Who hears of what\n\n`NOTICES` in `bot/notices.py`; the words are in `locales/`, under the key.\n"
    events = dict.fromkeys(notice.event for notice in NOTICES)
    rows = [(f"`{event.__name__}`", meaning(event), *told(event)) for event in events]
    yield from table(("Event", "What happened", "Who gets a message: words, lane", "Cards kept true"), rows)
    silent = ", ".join(f"`{event.__name__}`" for event in sorted(UNTOLD, key=lambda one: one.__name__))
    yield f"\nKept in the log and told to nobody: {silent}.\n"


def told(event: type[Event]) -> tuple[str, str]:
    """Who gets a new message, and whose copies are edited."""
    mine = [notice for notice in NOTICES if notice.event is event]
    new = [f"{audience(one)}: {words(one)}, {one.lane.name.lower()}" for one in mine if one.mode is Mode.SEND]
    kept = dict.fromkeys(f"`{one.card}`" for one in mine if one.mode is Mode.EDIT)
    return "<br>".join(new) or "–", ", ".join(kept) or "–"


def audience(notice: Notice) -> str:
    """Whom a notice goes to, and whether always."""
    always = Notice.__dataclass_fields__["when"].default
    return notice.to.__name__.replace("_", " ") + ("" if notice.when is always else ", if it matters")


def words(notice: Notice) -> str:
    """The key of a letter's sentence, or the letter's own name."""
    key = getclosurevars(notice.letter).nonlocals.get("key")
    return f"`{key or notice.letter.__name__}`"


# --- bot/intents and scheduler/jobs ---------------------------------------------------------------------------------


def wishes() -> Iterator[str]:
    """INTENTS."""
    yield "## What a person can want\n\n`INTENTS` in `bot/intents`; a button is one of these with answers.\n"
    rows = [(f"`{one.name}`", commands(one), whose(one), questions(one)) for one in INTENTS.values()]
    yield from table(("Intent", "Commands", "For", "Questions, if the answer is not known"), rows)
    yield ""


def commands(intent: Intent) -> str:
    """What one can type."""
    return ", ".join(f"/{command}" for command in intent.commands) or "–"


def whose(intent: Intent) -> str:
    """Who may, and where."""
    who = "staff" if intent.staff else "people we know" if intent.bound else "anybody"
    return f"{who}, in private" if intent.private else who


def questions(intent: Intent) -> str:
    """Its steps."""
    return ", ".join(step.name for step in intent.steps) or "–"


def jobs() -> Iterator[str]:
    """JOBS."""
    yield "## What happens by the clock\n\n`JOBS` in `scheduler/jobs/__init__.py`; hours are UTC.\n"
    rows = [(f"`{job.name}`", f"`{job.trigger}`", at_start(job), meaning(getmodule(job.run))) for job in JOBS]
    yield from table(("Job", "When", "Also at the start", "What it does"), rows)


def at_start(job: Job) -> str:
    """Is it run when the service starts?"""
    return "yes" if job.at_start else "no"


# --- the page -------------------------------------------------------------------------------------------------------


def meaning(documented: object) -> str:
    """The first sentence of what it says of itself."""
    return cleandoc(documented.__doc__ or "").partition("\n")[0]


def table(head: Sequence[str], rows: Iterable[Sequence[str | StrEnum]]) -> Iterator[str]:
    """A table in Markdown."""
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    yield from (f"| {' | '.join(row)} |" for row in rows)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")

"""Shows what an evaluation found: tables for people, JSON for scripts."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.table import Table

from bot.understanding.evaluation import Confusion, Evaluation, Share
from bot.understanding.labelled import BadLine, Example, examples_of
from bot.understanding.phrases import languages
from commands.terminal import say


def examples() -> tuple[Example, ...]:
    """The labelled examples of every language."""
    return tuple(example for language in languages() for example in examples_of(language))


def as_json(found: Evaluation, bad: Sequence[BadLine]) -> str:
    """Everything, shares with what they are shares of."""
    return json.dumps({**_plain(found), "bad_lines": [asdict(line) for line in bad]}, ensure_ascii=False, indent=2)


def _plain(value: Any) -> Any:
    match value:
        case Share():
            return {"share": value.share, "right": value.right, "of": value.of}
        case Evaluation() | Confusion():
            return {name: _plain(getattr(value, name)) for name in value.__dataclass_fields__}
        case Mapping():
            return {name: _plain(each) for name, each in value.items()}
        case list():
            return [_plain(each) for each in value]
        case _:
            return value


def show(found: Evaluation) -> None:
    """Print it: emergencies first, for nothing matters more."""
    console = Console(highlight=False, soft_wrap=True)
    console.print(_overview(found))
    for key, shares in (("evaluate-by-intent", found.by_intent), ("evaluate-by-category", found.by_category)):
        console.print(_table(say(key), shares))
    if found.confusions:
        console.print(_confused(found.confusions))
    console.print(say("evaluate-time", count=found.messages, p50=f"{found.p50:.0f}", p99=f"{found.p99:.0f}"))


def _overview(found: Evaluation) -> Table:
    shares = {
        say("evaluate-emergencies"): found.emergencies_recalled,
        say("evaluate-false-alarms"): found.false_alarms,
        say("evaluate-urgency"): found.urgency,
        say("evaluate-intent"): found.intent,
        say("evaluate-category"): found.category,
        say("evaluate-category-all"): found.category_all,
        say("evaluate-false-opens"): found.false_opens,
        **{say(f"evaluate-{name}"): share for name, share in found.slots.items()},
    }
    return _table(say("evaluate-title"), shares)


def _table(title: str, shares: Mapping[str, Share]) -> Table:
    table = Table(title=title, title_justify="left", show_header=False)
    table.add_column()
    table.add_column(justify="right")
    table.add_column(justify="right")
    for name, share in shares.items():
        if share.share is not None:
            table.add_row(name, f"{share.share:.1%}", f"{share.right}/{share.of}")
    return table


def _confused(confusions: Sequence[Confusion]) -> Table:
    table = Table(title=say("evaluate-confusions"), title_justify="left", show_header=False)
    for one in confusions:
        table.add_row(say(f"evaluate-{one.kind}"), one.label, "→", one.taken_for, str(one.times))
    return table

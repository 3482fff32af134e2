"""What an operator does with answers: look at them, set the estate's values, take them from a file and write them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
import yaml

from bot.knowledge import ASKED, book, read_file
from commands.terminal import Language, estate_named, load, opened, refusals, say, utc_now
from domain.errors import Refusal
from domain.knowledge.model import Entry, Status

cli = typer.Typer(no_args_is_help=True, help="Answers to what people ask, and the values in them.")
Where = Annotated[str, typer.Argument(help="The estate's name.")]
File = Annotated[Path, typer.Argument(help="A YAML file of the same form as locales/*/knowledge.yaml.")]


@cli.command("list")
def list_(estate: Where, language: Language = "zh_CN") -> None:
    """Show the estate's values and its own answers."""
    with opened(load()) as database, refusals(), database.reading() as work:
        found = estate_named(work, estate)
        values, own = work.knowledge.values(found.id, language), work.knowledge.entries(found.id, language)
    for name, shown in book(language).values.items():
        typer.echo(f"{name:20} {values.get(name) or say('knowledge-unset', shown=shown)}")
    for entry in own:
        typer.echo(f"{entry.status:9} {entry.name:20} {entry.title}")
    drafts = sum(entry.status is Status.DRAFT for entry in own)
    typer.echo(say("knowledge-count", shared=len(book(language).entries), own=len(own) - drafts, drafts=drafts))


@cli.command("set")
def set_(
    estate: Where,
    name: Annotated[str, typer.Argument(help="Which value, e.g. office_phone.")],
    value: Annotated[str, typer.Argument(help="What stands in answers; empty: none.")],
    language: Annotated[str, typer.Option(help="Only in this language; else in all.")] = "",
) -> None:
    """Set what {name} in answers stands for in an estate."""
    with opened(load()) as database, refusals(), database.writing() as work:
        _require_values([name])
        work.knowledge.set_value(estate_named(work, estate).id, name, value, language=language)
    typer.echo(say("knowledge-value-set", name=name, value=value))


@cli.command("import")
def import_(file: File, estate: Where, language: Language = "zh_CN") -> None:
    """Take answers and values from a file: all of it or nothing. An entry without an answer hides a shared one."""
    with opened(load()) as database, refusals(), database.writing() as work:
        found = estate_named(work, estate)
        entries, values = read_file(file, estate_id=found.id, language=language, now=utc_now())
        _require_values(values)
        for entry in entries:
            work.knowledge.put(entry)
        for name, value in values.items():
            work.knowledge.set_value(found.id, name, value, language=language)
    typer.echo(say("knowledge-imported", entries=len(entries), values=len(values)))


@cli.command("export")
def export(file: File, estate: Where, language: Language = "zh_CN") -> None:
    """Write the estate's own approved answers and its values, to be edited and imported again."""
    with opened(load()) as database, refusals(), database.reading() as work:
        found = estate_named(work, estate)
        values = dict(work.knowledge.values(found.id, language))
        own = [one for one in work.knowledge.entries(found.id, language) if one.status is not Status.DRAFT]
    data = {"values": values, "entries": [_plain(one) for one in own]}
    file.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=1000), encoding="utf-8")
    typer.echo(say("knowledge-exported", entries=len(own), values=len(values), file=str(file)))


def _plain(entry: Entry) -> dict[str, Any]:
    answer = entry.answer if entry.status is Status.APPROVED else ""
    told = {"id": entry.name, "topic": entry.topic, "title": entry.title, "ask": ASKED.join(entry.variants)}
    return {name: value for name, value in told.items() if value} | {"answer": answer}


def _require_values(names: Any) -> None:
    """Only values that some answer may hold.

    :raises Refusal: another name, which would never be seen
    """
    known = book("zh_CN").values
    for name in names:
        if name not in known:
            raise Refusal("knowledge-bad-value", said=name, known=", ".join(known))

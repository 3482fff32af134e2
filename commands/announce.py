"""What an operator does with announcements: send one off, watch it, report on it, hold it up."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.announcement_report import workbook
from commands.announcing import (
    Wanted,
    card_of,
    named_file,
    person_meant,
    preview,
    send_again,
    send_off,
    speaking,
    text_of,
    voice_of,
)
from commands.terminal import AsJson, estate_named, load, opened, progress, refusals, say, utc_now
from domain.announcements import figures, operations
from domain.announcements.changing import known
from domain.announcements.lifecycle import ENDED
from domain.announcements.model import Again, Announcement, Kind, Tally
from settings import Settings
from storage.engine import Database
from storage.work import SqlWork

cli = typer.Typer()
Number = Annotated[int, typer.Argument(help="The announcement's number, as `list` shows it.")]
File = Annotated[
    Path | None, typer.Option(exists=True, dir_okay=False, help="Its first line is the title, the rest the text.")
]
Whom = Annotated[
    list[str] | None,
    typer.Option(
        help="all, building:3, entrance:3-2, room:3-2-1201, ticket:R1121-007, owner, tenant, family, elderly, staff, "
        "engineer …; several with commas."
    ),
]
LOOK_EVERY = 0.5  # seconds
PATIENCE = timedelta(seconds=30)  # what is due longer than this, nobody sees to


@cli.callback(invoke_without_command=True)
def announce(  # noqa: PLR0913 - an option each
    context: typer.Context,
    *,
    estate: Annotated[list[str] | None, typer.Option(help="Its name; may be given several times.")] = None,
    audience: Whom = None,
    text: File = None,
    language: Annotated[list[str] | None, typer.Option(help="In another language: en=notice.en.txt.")] = None,
    kind: Annotated[Kind, typer.Option(help="Urgent ones heed neither quiet hours nor who muted.")] = Kind.ORDINARY,
    at: Annotated[str | None, typer.Option(help="'2026-11-20 09:00' on the estate's clock; else at once.")] = None,
    confirm: Annotated[bool, typer.Option("--confirm", help="Ask people to say that they read it.")] = False,
    by: Annotated[str | None, typer.Option(help="The manager it comes from: phone, name or id.")] = None,
    approved_by: Annotated[str | None, typer.Option(help="A second manager, where it is for many.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    anew: Annotated[bool, typer.Option("--anew", help="Send it though the very same was sent before.")] = False,
    leave: Annotated[bool, typer.Option("--leave", help="Do not stay to watch.")] = False,
    watch: Annotated[int | None, typer.Option(metavar="NUMBER", help="Watch one sent off before.")] = None,
) -> None:
    """Announce to estates: show how it looks and whom it reaches, send it off, watch it go out.

    Breaking this off breaks off nothing: the very same command again goes on watching.
    """
    if context.invoked_subcommand:
        return
    if watch is None and (text is None or not estate):
        typer.echo(context.get_help())
        raise typer.Exit(2)
    settings = load()
    with opened(settings) as database, refusals():
        if text and estate:
            files = {"": text, **dict(map(named_file, language or ()))}
            texts = {spoken: text_of(path) for spoken, path in files.items()}
            wanted = Wanted(
                estates=estate, audience=_words(audience), texts=texts, kind=kind, at=at, confirm=confirm
            )  # fmt: skip
            key = None if anew else wanted.key
            watch = _known(database, key) or _send(database, settings, wanted, key, (by, approved_by), ask=not yes)
        if watch and not leave:
            _watch(database, watch)


@cli.command("list")
def list_(*, estate: Annotated[str | None, typer.Option(help="Its name.")] = None, as_json: AsJson = False) -> None:
    """Show the newest announcements and how they stand."""
    with opened(load()) as database, refusals(), database.reading() as work:
        ids = [estate_named(work, estate).id] if estate else [one.id for one in work.register.estates()]
        found = work.announcements.of_estates(ids, limit=50)
        if as_json:
            _print([_plain(work, one) for one in found])
            return
        for one in found:
            title = next(iter(one.texts.values())).title
            typer.echo(f"{one.id:>5}  {one.created_at:%Y-%m-%d %H:%M}  {one.status:10} {one.people:>7}  {title}")


@cli.command()
def report(
    number: Number,
    *,
    xlsx: Annotated[Path | None, typer.Option(help="Write the rooms in which nobody got it, and why.")] = None,
    as_json: AsJson = False,
) -> None:
    """Say how one stands: sent, failed and why, confirmed, rooms that nobody reached."""
    with opened(load()) as database, refusals(), database.reading() as work:
        one, missed = known(work, number), figures.unreached(work=work, announcement_id=number)
        if xlsx:
            xlsx.write_bytes(workbook(voice_of(work), one, missed))
        if as_json:
            _print(_plain(work, one) | {"rooms_unreached": len(missed)})
        else:
            typer.echo(card_of(work, one))
            typer.echo(say("announce-rooms-unreached", count=len(missed)))


@cli.command()
def approve(number: Number, by: Annotated[str, typer.Option(help="The second manager: phone, name or id.")]) -> None:
    """Let a second manager agree to one that is for many people."""
    _do(lambda work: operations.approve(work=work, announcement_id=number, by=person_meant(work, by), now=utc_now()))


@cli.command()
def undo(number: Number) -> None:
    """Take one back before it leaves: it is a draft again."""
    _do(lambda work: operations.undo(work=work, announcement_id=number, by=None, now=utc_now()))


@cli.command()
def withdraw(number: Number) -> None:
    """Let one that has not left never go out."""
    _do(lambda work: operations.withdraw(work=work, announcement_id=number, by=None, now=utc_now()))


@cli.command()
def pause(number: Number) -> None:
    """Let no more of it leave for now."""
    _do(lambda work: operations.pause(work=work, announcement_id=number, by=None, now=utc_now()))


@cli.command()
def resume(number: Number) -> None:
    """Let it go on."""
    _do(lambda work: operations.resume(work=work, announcement_id=number, by=None, now=utc_now()))


@cli.command()
def stop(number: Number) -> None:
    """Let nobody get it who does not have it yet."""
    _do(lambda work: operations.stop(work=work, announcement_id=number, by=None, now=utc_now()))


@cli.command()
def again(
    number: Number, to: Annotated[Again, typer.Option(help="Those it did not reach, or who have not confirmed.")]
) -> None:
    """Send one that is over once more to some of its people."""
    _do(lambda work: send_again(work, number, to, now=utc_now()))


def _do(operation: Callable[[SqlWork], Announcement]) -> None:
    """One operation, and how it stands then."""
    with opened(load()) as database, refusals(), speaking(database).writing() as work:
        typer.echo(card_of(work, operation(work)))


def _known(database: Database, key: str | None) -> int | None:
    """The number of the very same one that was sent off before."""
    if key is None:
        return None
    with database.reading() as work:
        before = work.announcements.keyed(key)
    if before:
        typer.echo(say("announce-sent-before", number=before.id), err=True)
    return before.id if before else None


def _send(
    database: Database, settings: Settings, wanted: Wanted, key: str | None, people: Sequence[str | None], *, ask: bool
) -> int:
    """Preview it, ask, send it off; its number."""
    paid = settings.telegram.paid_per_second
    with database.reading() as work:
        typer.echo(preview(work, wanted.draft(work), {"telegram": float(paid)} if paid else {}), err=True)
    if ask and not typer.confirm(say("announce-shall-i"), err=True):
        raise typer.Exit(1)
    with speaking(database).writing() as work:
        by, second = (person_meant(work, one) if one else None for one in people)
        made = send_off(work, wanted, by=by, second=second, key=key)
    typer.echo(say("announce-sent-off", number=made.id), err=True)
    return made.id


def _watch(database: Database, number: int) -> None:
    """A bar until it is over, and then how it stands; Ctrl+C leaves it to itself."""
    last, warned = "", False
    try:
        with progress() as shown:
            while True:
                one, tally, card = _look(database, number)
                if one.status in ENDED and one.due_at is None:
                    break
                if one.status != last:
                    typer.echo(card, err=True)
                shown(tally.settled if one.started_at else 0, max(tally.people, 1))
                if not warned and one.due_at and utc_now() - one.due_at > PATIENCE:
                    typer.secho(say("announce-nobody-sends"), fg="yellow", err=True)
                    warned = True
                last = one.status
                time.sleep(LOOK_EVERY)
    except KeyboardInterrupt:
        typer.echo(say("announce-goes-on", number=number), err=True)
        raise typer.Exit(130) from None
    typer.echo(card)


def _look(database: Database, number: int) -> tuple[Announcement, Tally, str]:
    with database.reading() as work:
        one = known(work, number)
        return one, work.recipients.tally(one), card_of(work, one)


def _plain(work: SqlWork, one: Announcement) -> dict[str, Any]:
    told = ("id", "status", "kind", "round", "created_at", "approved_at", "started_at", "ended_at", "due_at")
    tally = work.recipients.tally(one)
    return {name: getattr(one, name) for name in told} | asdict(tally) | {"waiting": tally.waiting}


def _print(data: object) -> None:
    typer.echo(json.dumps(data, ensure_ascii=False, default=str))


def _words(audience: Sequence[str] | None) -> list[str]:
    return [word for one in audience or ("all",) for word in one.split(",") if word.strip()]

"""What an operator does besides running: data in, people in, the database looked after."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Mapping
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from commands.terminal import LOCALES, AsJson, Language, complain, load, opened, progress, refusals, say, utc_now
from domain.register.model import Person
from settings import Settings
from storage import lease, schema
from storage.engine import open_engine
from storage.work import SqlWork

cli = typer.Typer()
File = Annotated[Path, typer.Argument(help="The backup.")]


@cli.command("import")
def import_(
    path: Annotated[Path, typer.Argument(exists=True, help="A workbook, or a folder of CSV files.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Take estates, rooms, people, staff and chats from a workbook: all of it or nothing."""
    from domain.announcements.policy import SETTINGS as ANNOUNCING
    from domain.register.intake import BadWorkbook, validate
    from domain.tickets.policy import SETTINGS
    from storage import intake
    from storage.workbook import load_words, read

    with opened(load()) as database, progress() as shown, database.writing() as work:
        try:
            on_file = intake.on_file(work.connection)
            settings = {**SETTINGS, **ANNOUNCING}
            found = validate(read(path), words=load_words(LOCALES), settings=settings, on_file=on_file)
        except BadWorkbook as bad:
            _name_cells(bad, as_json=as_json)
            raise
        counts = intake.apply(work.connection, found, progress=shown)
    if as_json:
        typer.echo(json.dumps({sheet: asdict(count) for sheet, count in counts.items()}))
    else:
        for sheet, count in counts.items():
            typer.echo(say("intake-kept", sheet=sheet, **asdict(count)))


def _name_cells(bad: Any, *, as_json: bool) -> None:
    """Every bad cell: sheet, row, column, why."""
    places = [
        {"sheet": cell.sheet, "row": cell.row, "column": cell.column, "why": say(cell.key, **cell.values)}
        for cell in bad.cells
    ]
    if as_json:
        typer.echo(json.dumps({"refused": places}, ensure_ascii=False))
        return
    for place in places:
        typer.echo(say("intake-at-cell" if place["column"] else "intake-at-sheet", **place), err=True)


@cli.command()
def template(
    path: Annotated[Path, typer.Argument(help="Where to write it, e.g. estate.xlsx.")], language: Language = "zh_CN"
) -> None:
    """Write an empty workbook with notes and drop-downs."""
    from storage.workbook import load_wording, write_template

    if not (LOCALES / language).is_dir():
        raise complain(
            say("no-such-language", said=language, known=", ".join(sorted(one.name for one in LOCALES.iterdir())))
        )
    write_template(path, load_wording(LOCALES, language))
    typer.echo(str(path))


@cli.command()
def invite(
    person: Annotated[str, typer.Argument(help="Name, phone number or id.")],
    *,
    minutes: Annotated[int, typer.Option(min=1, max=7 * 24 * 60, help="How long the link lives.")] = 10,
    qr: Annotated[Path | None, typer.Option(help="A folder for the links as QR codes (PNG).")] = None,
    as_json: AsJson = False,
) -> None:
    """Print a one-time link that lets its holder become this person in the web chat, on Telegram, WeChat or WeCom."""
    from domain.register import operations as register

    settings, token = load(), secrets.token_urlsafe(18)
    with opened(settings) as database, database.writing() as work:
        found = _the_one(work, person)
        life = timedelta(minutes=minutes)
        register.invite(work=work, person_id=found.id, token=token, now=utc_now(), life=life)
    links = {"web": f"{settings.http.url}/i/{token}"}
    if bot := asyncio.run(bot_name(settings)):
        links["telegram"] = f"https://t.me/{bot}?start={token}"
    if settings.wecom.corp_id:
        links["wecom"] = f"{settings.http.url}/wecom/i/{token}"
    if settings.wechat.app_id:
        links["wechat"] = _wechat_link(settings, token, life)
    if qr:
        _draw(links, qr)
    if as_json:
        typer.echo(json.dumps({"person": found.id, "minutes": minutes, "links": links}))
    else:
        typer.echo("\n".join([say("invite-links", name=found.name, minutes=minutes), *links.values()]))


def _wechat_link(settings: Settings, token: str, life: timedelta) -> str:
    """It is WeChat's own, and only good behind a QR code."""
    from bot.channels.wechat.api import scene_link
    from commands.wechat import with_api

    return with_api(settings, lambda api: scene_link(api, token, life=life))


def _draw(links: Mapping[str, str], folder: Path) -> None:
    import segno

    folder.mkdir(parents=True, exist_ok=True)
    for channel, link in links.items():
        segno.make(link, error="m", micro=False).save(str(folder / f"{channel}.png"), scale=8)


def _the_one(work: SqlWork, said: str) -> Person:
    """Whom the operator means; exit code 1 where that is nobody, or several."""
    found = work.register.search(said)
    if not found:
        raise complain(say("nobody-found", said=said))
    if len(found) > 1:
        names = ", ".join(f"{one.name} ({one.id})" for one in found[:10])
        raise complain(say("invite-who", said=said, count=len(found), names=names))
    return found[0]


@cli.command()
def dismiss(person: Annotated[str, typer.Argument(help="Name, phone number or id.")]) -> None:
    """End somebody's employment: no rights from now on, and what they had in hand waits for somebody else."""
    from bot.telling import Telling
    from bot.words import Words
    from domain.tickets.leaving import dismiss as end

    with opened(load()) as database, database.heard_by(Telling(Words(LOCALES)).hear).writing() as work:
        found = _the_one(work, person)
        freed = end(work=work, person_id=found.id, by=None, now=utc_now())
    typer.echo(say("dismissed", name=found.name, count=len(freed)))


@cli.command()
def rehire(person: Annotated[str, typer.Argument(help="Name, phone number or id.")]) -> None:
    """Let somebody who had left work again, with the roles and estates they had."""
    from domain.register import operations as register

    with opened(load()) as database, refusals(), database.writing() as work:
        found = _the_one(work, person)
        register.rehire(work=work, person_id=found.id, by=None, now=utc_now())
    typer.echo(say("rehired", name=found.name))


async def bot_name(settings: Settings) -> str | None:
    """The bot's username, where there is a bot and Telegram can be reached."""
    from telegram.error import TelegramError

    from bot.channels.telegram.api import make_bot

    if settings.telegram.token is None:
        return None
    try:
        async with make_bot(settings.telegram.token.get_secret_value(), settings.telegram.api_url) as bot:
            return bot.username
    except TelegramError:
        return None


@cli.command()
def migrate() -> None:
    """Bring the database to the schema of this version."""
    from storage.steps import HEAD

    with refusals():
        engine = open_engine(load().database_url)
        with lease.hold(engine, now=utc_now()):
            before = schema.migrate(engine)
    typer.echo(f"{before or '–'} → {HEAD}")


@cli.command()
def check(*, as_json: AsJson = False) -> None:
    """Look at the settings and the database; exit code 1 where something is broken."""
    from commands.wechat import template_findings
    from commands.wecom import robot_findings
    from storage.check import Severity
    from storage.check import check as look

    settings = load()
    engine = open_engine(settings.database_url)
    findings = (*look(engine, now=utc_now()), *template_findings(settings), *robot_findings(settings, engine))
    if as_json:
        typer.echo(json.dumps([asdict(one) for one in findings], default=str, ensure_ascii=False))
    else:
        colours = {Severity.GOOD: "green", Severity.WARNING: "yellow", Severity.BROKEN: "red"}
        for one in findings:
            typer.secho(f"{one.severity:8} {say(one.key, **one.values)}", fg=colours[one.severity])
    if any(one.severity is Severity.BROKEN for one in findings):
        raise typer.Exit(1)


@cli.command()
def backup(file: File) -> None:
    """Write everything to one checked file, while the service goes on working."""
    from storage.backup import backup as write

    with refusals(), progress() as shown:
        manifest = write(open_engine(load().database_url), file, now=utc_now(), progress=shown)
    typer.echo(say("backup-written", file=str(file), count=manifest.rows))


@cli.command()
def restore(
    file: File, *, force: Annotated[bool, typer.Option(help="Replace what the database holds now.")] = False
) -> None:
    """Make the database what it was when the backup was written."""
    from storage.restore import restore as read

    with refusals(), progress() as shown:
        manifest = read(open_engine(load().database_url), file, now=utc_now(), force=force, progress=shown)
    typer.echo(say("backup-restored", count=manifest.rows, time=f"{manifest.made_at:%Y-%m-%d %H:%M} UTC"))


@cli.command()
def understand(text: str, language: Language = "zh_CN") -> None:
    """Explain what a message would be understood as, and why."""
    from bot.understanding import understand as explain
    from bot.understanding.learned import words_for

    found = explain(text, language=language)
    labels = {"intent": found.intent, "category": found.category}
    why = {"words": words_for(found.text, **labels), "words of danger": words_for(found.text, danger="danger")}
    typer.echo(json.dumps(asdict(found) | why, default=str, ensure_ascii=False, indent=2))


@cli.command()
def evaluate(
    file: Annotated[
        Path | None,
        typer.Argument(exists=True, dir_okay=False, help="Lines of JSON; without it, the examples in locales/."),
    ] = None,
    *,
    half: Annotated[
        Literal["build", "check", "all"] | None,
        typer.Option(help="Without it: of a file all, of the examples the check half."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Measure how well labelled messages are understood; exit code 1 where a line is bad or there is none."""
    from bot.understanding.evaluation import evaluate as measure
    from bot.understanding.labelled import of_half, read_lines
    from commands import evaluating

    written, bad = read_lines(file.read_bytes()) if file else (evaluating.examples(), ())
    chosen = of_half(written, half or ("all" if file else "check"))
    for line in bad:
        complain(say("evaluate-bad-line", number=line.number, why=say(line.key, about=line.about)))
    if not chosen:
        raise complain(say("evaluate-nothing"))
    found = measure(chosen)
    if as_json:
        typer.echo(evaluating.as_json(found, bad))
    else:
        evaluating.show(found)
    if bad:
        raise typer.Exit(1)

"""The front door: settings in, everything put together, the command line out."""

from __future__ import annotations

import asyncio
import html
import json
import os
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.progress import Progress
from sqlalchemy import Engine, make_url

from bot import logs
from bot.words import Words
from domain.errors import Refusal
from settings import Settings
from storage import lease, place, schema
from storage.engine import Database, open_engine

cli = typer.Typer(
    name="guanjia", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__
)
ROOT = Path(__file__).parent
LOCALES = ROOT / "locales"
EXIT = {
    lease.AlreadyRunning: 3,
    schema.WrongSchema: 4,
    place.Damaged: 5,
    place.Unreachable: 6,
}  # others: 1; settings: 2
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for a script.")]
Language = Annotated[str, typer.Option(help="zh_CN or en.")]


def say(key: str, **values: Any) -> str:
    """A sentence for whoever operates the server, in the language of their terminal."""
    words = Words(LOCALES)
    return html.unescape(words.say(key, words.closest(os.environ.get("LANG", "en").split(".")[0] or "en"), **values))


def complain(line: str, code: int) -> typer.Exit:
    """A clear line on standard error and an exit code of its own."""
    typer.secho(line, fg="red", err=True)
    return typer.Exit(code)


def load() -> Settings:
    """The settings, or exit code 2 with every setting that is wrong, by its name."""
    try:
        return Settings()
    except ValidationError as error:
        for problem in error.errors():
            name = "GUANJIA_" + "__".join(str(part) for part in problem["loc"]).upper()
            typer.secho(f"{name.rstrip('_')}: {problem['msg']}", fg="red", err=True)
        raise typer.Exit(2) from None


@contextmanager
def refusals() -> Iterator[None]:
    """What is refused is said in one line."""
    try:
        yield
    except Refusal as refusal:
        raise complain(say(refusal.key, **refusal.values), EXIT.get(type(refusal), 1)) from None


@contextmanager
def opened(settings: Settings, *, alone: bool = False) -> Iterator[Database]:
    """The database, ready for work; *alone*: and no other process on it."""
    with refusals():
        engine = open_engine(settings.database_url)
        if alone:
            with lease.hold(engine, now=datetime.now(UTC)):
                schema.prepare(engine)
                yield Database(engine)
        else:
            schema.prepare(engine)
            yield Database(engine)


def secret_of(settings: Settings) -> str:
    """The secret that signs cookies: the setting, or one made once and kept beside the database."""
    if settings.secret:
        return settings.secret.get_secret_value()
    path = _data_folder(settings) / "secret"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(32), encoding="ascii")
    return path.read_text(encoding="ascii").strip()


def _data_folder(settings: Settings) -> Path:
    url = make_url(settings.database_url)
    folder = Path(url.database).parent if url.get_backend_name() == "sqlite" and url.database else ROOT / "var"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def log_to_stderr(settings: Settings) -> None:
    """Logs as the settings want them; our secrets never show."""
    telegram = settings.telegram
    hidden = [one.get_secret_value() for one in (settings.secret, telegram.token, telegram.webhook_secret) if one]
    as_json = settings.log.format == "json" or (settings.log.format == "auto" and not sys.stderr.isatty())
    logs.set_up(level=settings.log.level, as_json=as_json, secrets=hidden)


def serve(settings: Settings, *, demo: bool) -> None:
    """Run until stopped."""
    from service import Service
    from storage import demo as example

    log_to_stderr(settings)
    with opened(settings, alone=True) as database:
        service = Service(settings, database, secret=secret_of(settings), demo=demo)
        if demo and example.is_empty(database):
            example.seed(database, aloud=service.database, locale=LOCALES / "zh_CN", now=datetime.now(UTC))
        typer.secho(f"Guanjia 管家  {settings.http.url}  (Ctrl+C)", fg="green", err=True)
        asyncio.run(service.run())


@cli.command()
def run() -> None:
    """Run the service on the estate's own data."""
    serve(load(), demo=False)


@cli.command()
def demo(port: Annotated[int | None, typer.Option(help="Instead of 8000.")] = None) -> None:
    """Show everything with an invented estate, for this machine alone."""
    settings = load()
    if not settings.http.loopback:
        raise complain("GUANJIA_HTTP__HOST: in the demo anybody may be anybody, so it listens on this machine only.", 2)
    changes: dict[str, Any] = {}
    if port is not None:
        changes["http"] = settings.http.model_copy(update={"port": port})
    if "database_url" not in settings.model_fields_set:
        changes["database_url"] = "sqlite:///var/demo.sqlite3"
    serve(settings.model_copy(update=changes), demo=True)


@cli.command()
def migrate() -> None:
    """Bring the database to the schema of this version."""
    with refusals():
        engine = open_engine(load().database_url)
        with lease.hold(engine, now=datetime.now(UTC)):
            before = schema.migrate(engine)
    typer.echo(f"{before or '-'} → {schema.HEAD}")


@cli.command("import")
def import_(
    path: Annotated[Path, typer.Argument(exists=True, help="A workbook, or a folder of CSV files.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Take estates, rooms, people, staff and chats from a workbook: all of it or nothing."""
    from domain.register.intake import BadWorkbook, validate
    from domain.tickets.policy import SETTINGS
    from storage import intake
    from storage.workbook import load_words, read

    with opened(load()) as database, _progress() as progress, database.writing() as work:
        try:
            on_file = intake.on_file(work.connection)
            found = validate(read(path), words=load_words(LOCALES), settings=SETTINGS, on_file=on_file)
        except BadWorkbook as bad:
            _name_cells(bad, as_json=as_json)
            raise
        counts = intake.apply(work.connection, found, progress=_shown(progress))
    if as_json:
        typer.echo(json.dumps({sheet: vars_of(count) for sheet, count in counts.items()}))
    else:
        for sheet, count in counts.items():
            typer.echo(say("intake-kept", sheet=sheet, **vars_of(count)))


def vars_of(count: Any) -> dict[str, int]:
    """Added, changed and unchanged rows of a sheet."""
    return {name: getattr(count, name) for name in ("added", "changed", "unchanged")}


def _name_cells(bad: Any, *, as_json: bool) -> None:
    """Every bad cell: sheet, row, column, why."""
    lines = []
    for cell in bad.cells:
        place = {"sheet": cell.sheet, "row": cell.row, "column": cell.column, "why": say(cell.key, **cell.values)}
        lines.append(place)
        if not as_json:
            typer.echo(say("intake-at-cell" if cell.column else "intake-at-sheet", **place), err=True)
    if as_json:
        typer.echo(json.dumps({"refused": lines}, ensure_ascii=False))


def _progress() -> Progress:
    """A bar on standard error, gone when it is done."""
    return Progress(console=Console(stderr=True), transient=True)


def _shown(progress: Progress) -> Any:
    """What a long operation calls with (done, total)."""
    task = progress.add_task("", total=None)
    return lambda done, total: progress.update(task, completed=done, total=total)


@cli.command()
def template(
    path: Annotated[Path, typer.Argument(help="Where to write it, e.g. estate.xlsx.")], language: Language = "zh_CN"
) -> None:
    """Write an empty workbook with notes and drop-downs."""
    from storage.workbook import load_wording, write_template

    write_template(path, load_wording(LOCALES, language))
    typer.echo(str(path))


@cli.command()
def invite(
    person: Annotated[str, typer.Argument(help="Name, phone number or id.")],
    *,
    minutes: Annotated[int, typer.Option(min=1, max=7 * 24 * 60, help="How long the link lives.")] = 10,
    as_json: AsJson = False,
) -> None:
    """Print a one-time link that lets its holder become this person in the web chat or on Telegram."""
    from domain.register import operations as register

    settings, token = load(), secrets.token_urlsafe(18)
    with opened(settings) as database, database.writing() as work:
        found = work.register.search(person)
        if len(found) != 1:
            names = ", ".join(f"{one.name} ({one.id})" for one in found[:10])
            raise complain(say("invite-who", said=person, count=len(found), names=names), 1)
        life = timedelta(minutes=minutes)
        register.invite(work=work, person_id=found[0].id, token=token, now=datetime.now(UTC), life=life)
    links = {"web": f"{settings.http.url}/i/{token}"}
    if bot := asyncio.run(_bot_name(settings)):
        links["telegram"] = f"https://t.me/{bot}?start={token}"
    if as_json:
        typer.echo(json.dumps({"person": found[0].id, "minutes": minutes, "links": links}))
    else:
        typer.echo("\n".join([say("invite-links", name=found[0].name, minutes=minutes), *links.values()]))


async def _bot_name(settings: Settings) -> str | None:
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
def understand(text: str, language: Language = "zh_CN") -> None:
    """Explain what a message would be understood as, and why."""
    from dataclasses import asdict

    from bot.understanding import understand as explain

    typer.echo(json.dumps(asdict(explain(text, language=language)), ensure_ascii=False, indent=2))


def engine_of(settings: Settings) -> Engine:
    """The database as it is."""
    return open_engine(settings.database_url)


if __name__ == "__main__":
    cli()

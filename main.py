"""The front door: settings in, everything put together, the command line out."""

from __future__ import annotations

import asyncio
import json
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError
from sqlalchemy import make_url

from bot import logs
from settings import Settings
from storage.engine import Database, open_engine

cli = typer.Typer(name="guanjia", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
ROOT = Path(__file__).parent
LOCALES = ROOT / "locales"
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for a script.")]
Language = Annotated[str, typer.Option(help="zh_CN or en.")]


class Stop(typer.Exit):
    """End with a clear line on standard error and an exit code of its own."""

    def __init__(self, line: str, code: int = 1) -> None:
        typer.secho(line, fg="red", err=True)
        super().__init__(code)


def load(**overrides: Any) -> Settings:
    """The settings, or exit code 2 with every setting that is wrong, by its name."""
    try:
        return Settings(**overrides)
    except ValidationError as error:
        for problem in error.errors():
            name = "GUANJIA_" + "__".join(str(part) for part in problem["loc"]).upper()
            typer.secho(f"{name.rstrip('_')}: {problem['msg']}", fg="red", err=True)
        raise typer.Exit(2) from None


@contextmanager
def opened(settings: Settings, *, alone: bool = False) -> Iterator[Database]:
    """The database, ready to use; exit code 3 where a second copy holds it, 4 where it is not what we expect."""
    from storage import lease, schema

    try:
        engine = open_engine(settings.database_url)
        with lease.hold(engine) if alone else suppress():
            schema.prepare(engine)
            yield Database(engine)
    except lease.AlreadyRunning as error:
        raise Stop(str(error), 3) from None
    except schema.WrongSchema as error:
        raise Stop(str(error), 4) from None


def secret_of(settings: Settings) -> str:
    """The secret that signs cookies: the setting, or one made once and kept beside the database."""
    if settings.secret:
        return settings.secret.get_secret_value()
    database = make_url(settings.database_url).database
    folder = Path(database).parent if settings.database_url.startswith("sqlite") and database else ROOT / "var"
    path = folder / "secret"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(32), encoding="ascii")
    return path.read_text(encoding="ascii").strip()


def log_to_stderr(settings: Settings) -> None:
    """Logs as the settings want them; our secrets never show."""
    telegram = settings.telegram
    hidden = [one.get_secret_value() for one in (settings.secret, telegram.token, telegram.webhook_secret) if one]
    as_json = settings.log.format == "json" or (settings.log.format == "auto" and not sys.stderr.isatty())
    logs.set_up(level=settings.log.level, as_json=as_json, secrets=hidden)


def serve(settings: Settings, *, demo: bool) -> None:
    """Run until stopped."""
    from service import LOCALES, Service
    from storage import demo as example

    log_to_stderr(settings)
    with opened(settings, alone=True) as database:
        service = Service(settings, database, secret=secret_of(settings), demo=demo)
        if demo and example.is_empty(database):
            example.seed(database, aloud=service.database, locale=LOCALES / "zh_CN", now=datetime.now(UTC))
        typer.secho(f"Guanjia 管家: {settings.http.url}  (Ctrl+C to stop)", fg="green")
        asyncio.run(service.run())


@cli.command()
def run() -> None:
    """Run the service on the estate's own data."""
    settings = load()
    serve(settings, demo=False)


@cli.command()
def demo(port: Annotated[int | None, typer.Option(help="Instead of 8000.")] = None) -> None:
    """Show everything with an invented estate, for this machine alone."""
    settings = load()
    if not settings.http.loopback:
        raise Stop("The demo lets anybody be anybody: it only listens on this machine (GUANJIA_HTTP__HOST=127.0.0.1).", 2)
    http = settings.http.model_copy(update={"port": settings.http.port if port is None else port})
    values: dict[str, Any] = {"http": http}
    if "database_url" not in settings.model_fields_set:
        values["database_url"] = "sqlite:///var/demo.sqlite3"
    serve(settings.model_copy(update=values), demo=True)


@cli.command()
def migrate() -> None:
    """Bring the database to the schema of this version."""
    from storage import schema

    schema.migrate(load().database_url)
    typer.echo("The database is up to date.")


@cli.command("import")
def import_(path: Annotated[Path, typer.Argument(exists=True, help="A workbook, or a folder of CSV files.")], as_json: AsJson = False, language: Language = "zh_CN") -> None:
    """Take estates, rooms, people, staff and chats from a workbook: all of it or nothing."""
    from storage.workbook import command

    raise NotImplementedError(command, path, as_json, language)


@cli.command()
def template(path: Annotated[Path, typer.Argument(help="Where to write it, e.g. estate.xlsx.")], language: Language = "zh_CN") -> None:
    """Write an empty workbook with notes and drop-downs."""
    from storage.workbook.template import write_template
    from storage.workbook.words import load_wording

    write_template(path, load_wording(LOCALES, language))
    typer.echo(f"{path}")


@cli.command()
def invite(
    person: Annotated[str, typer.Argument(help="Name, phone number or id.")],
    minutes: Annotated[int, typer.Option(min=1, max=7 * 24 * 60, help="How long the link lives.")] = 10,
    as_json: AsJson = False,
) -> None:
    """Print a one-time link that lets its holder become this person in the web chat or on Telegram."""
    from domain.register import operations as register

    settings = load()
    with opened(settings) as database, database.writing() as work:
        found = work.register.search(person)
        if len(found) != 1:
            names = ", ".join(f"{one.name} ({one.id})" for one in found[:10])
            raise Stop(f"{len(found)} people match {person!r}{': ' + names if names else ''}; use the id.", 1)
        token = secrets.token_urlsafe(18)
        now = datetime.now(UTC)
        register.invite(work=work, person_id=found[0].id, token=token, now=now, life=timedelta(minutes=minutes))
    links = {"web": f"{settings.http.url}/i/{token}"}
    if bot := asyncio.run(_bot_name(settings)):
        links["telegram"] = f"https://t.me/{bot}?start={token}"
    if as_json:
        typer.echo(json.dumps({"person": found[0].id, "minutes": minutes, "links": links}))
    else:
        typer.echo(f"{found[0].name}, {minutes} min:")
        for link in links.values():
            typer.echo(f"  {link}")


async def _bot_name(settings: Settings) -> str | None:
    """The bot's username, where there is a bot and Telegram can be reached."""
    from telegram.error import TelegramError

    from bot.channels.telegram.api import make_bot

    if settings.telegram.token is None:
        return None
    bot = make_bot(settings.telegram.token.get_secret_value(), settings.telegram.api_url)
    try:
        async with bot:
            return bot.username
    except TelegramError:
        return None


@cli.command()
def understand(text: str, language: Language = "zh_CN") -> None:
    """Explain what a message would be understood as, and why."""
    from dataclasses import asdict

    from bot.understanding import understand as explain

    typer.echo(json.dumps(asdict(explain(text, language=language)), ensure_ascii=False, indent=2))


if __name__ == "__main__":
    cli()

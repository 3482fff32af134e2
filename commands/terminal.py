"""The manners of the command line: sentences in the operator's language, refusals as exit codes, bars that vanish."""

from __future__ import annotations

import html
import os
import secrets
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import structlog
import typer
from pydantic import ValidationError
from rich.console import Console
from rich.progress import Progress
from sqlalchemy import make_url

from bot.words import Words
from domain.errors import Refusal, Unavailable
from domain.register.model import Estate
from settings import Settings
from storage import lease, place, schema
from storage.engine import Database, open_engine
from storage.installation import kept
from storage.work import SqlWork

ROOT = Path(__file__).parents[1]
LOCALES = ROOT / "locales"
EXIT = {
    lease.AlreadyRunning: 3,
    schema.WrongSchema: 4,
    place.Damaged: 5,
    place.Unreachable: 6,
}  # settings: 2, others: 1
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for a script.")]
Language = Annotated[str, typer.Option(help="zh_CN or en.")]


def utc_now() -> datetime:
    """The outside's clock."""
    return datetime.now(UTC)


def language_of(words: Words) -> str:
    """The language of the operator's terminal; English where it does not say."""
    spoken = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or "en"
    return next((one for one in words.languages if one.split("_")[0] == spoken.split("_")[0]), "en")


def say(key: str, **values: Any) -> str:
    """A sentence in the operator's language."""
    words = Words(LOCALES)
    return html.unescape(words.say(key, language_of(words), **values))


def complain(line: str, code: int = 1) -> typer.Exit:
    """A clear line on standard error, and the exit to raise."""
    typer.secho(line, fg="red", err=True)
    return typer.Exit(code)


def load() -> Settings:
    """The settings, or exit code 2 with every setting that is wrong, by its name."""
    if not structlog.is_configured():  # what a command prints is for a script to read: events go beside it
        structlog.configure(logger_factory=lambda *_: structlog.PrintLogger(sys.stderr))
    try:
        return Settings()
    except ValidationError as error:
        for problem in error.errors():
            name = "GUANJIA_" + "__".join(str(part) for part in problem["loc"]).upper()
            typer.secho(f"{name.rstrip('_')}: {problem['msg']}", fg="red", err=True)
        raise typer.Exit(2) from None


def secret_of(settings: Settings) -> str:
    """The secret that signs cookies: the setting, or one made once and kept beside SQLite, or in PostgreSQL.

    There it is the same for every process, on whichever machine.
    """
    if settings.secret:
        return settings.secret.get_secret_value()
    path = _data_folder(settings) / "secret"
    engine = open_engine(settings.database_url)
    if engine.dialect.name != "sqlite":
        try:
            return kept(engine, "secret", lambda: _read(path) if path.exists() else secrets.token_urlsafe(32))
        finally:
            engine.dispose()
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(32), encoding="ascii")
    return _read(path)


def _read(path: Path) -> str:
    return path.read_text(encoding="ascii").strip()


def _data_folder(settings: Settings) -> Path:
    url = make_url(settings.database_url)
    folder = Path(url.database).parent if url.get_backend_name() == "sqlite" and url.database else ROOT / "var"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextmanager
def refusals() -> Iterator[None]:
    """What is refused is said in one line, with an exit code of its own."""
    try:
        yield
    except Refusal as refusal:
        raise complain(say(refusal.key, **refusal.values), EXIT.get(type(refusal), 1)) from None
    except Unavailable as error:
        raise complain(say("records-unavailable", why=str(error)), EXIT[place.Unreachable]) from None


@contextmanager
def opened(settings: Settings) -> Iterator[Database]:
    """The database, ready for work."""
    with refusals():
        engine = open_engine(settings.database_url)
        schema.prepare(engine)
        yield Database(engine)


@contextmanager
def joined(settings: Settings) -> Iterator[tuple[Database, lease.Lease]]:
    """The database, ready for work: on SQLite for this process alone, on PostgreSQL for one more member."""
    with refusals():
        engine = open_engine(settings.database_url)
        if engine.dialect.name != "sqlite" and place.is_absent(engine):
            with lease.hold(engine, now=utc_now(), patience=timedelta(minutes=1)):  # another one may be making it
                schema.prepare(engine)
        with lease.join(engine, now=utc_now()) as ours:
            schema.prepare(engine)
            yield Database(engine.execution_options(member=ours.member)), ours


@contextmanager
def progress() -> Iterator[Callable[[int, int], None]]:
    """A bar on standard error that is gone when the work is done; call it with (done, total)."""
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def estate_named(work: SqlWork, said: str) -> Estate:
    """The estate of that name.

    :raises Refusal: there is none
    """
    estates = work.register.estates()
    found = next((one for one in estates if one.name == said), None)
    if found is None:
        raise Refusal("knowledge-no-estate", said=said, known=", ".join(one.name for one in estates))
    return found

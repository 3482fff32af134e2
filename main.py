"""The front door: settings in, everything put together, the command line out."""

from __future__ import annotations

import secrets
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlalchemy import make_url

import commands
import delivery_commands
import knowledge_commands
from bot import logs
from bot.channels.base import DeliveryError
from settings import Settings
from terminal import LOCALES, ROOT, complain, held, load, say, utc_now

cli = typer.Typer(
    name="guanjia",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Guanjia 管家: the estate's concierge in chat.",
)


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
    from service import Service, run_until_stopped
    from storage import demo as example

    log_to_stderr(settings)
    with held(settings) as (database, lease):
        service = Service(settings, database, secret=secret_of(settings), keep=lease.renew, demo=demo)
        if demo and example.is_empty(database):
            example.seed(database, aloud=service.database, locale=LOCALES / "zh_CN", now=utc_now())
        typer.secho(f"Guanjia 管家  {settings.http.url}  (Ctrl+C)", fg="green", err=True)
        try:
            run_until_stopped(service)
        except DeliveryError as refused:  # Telegram does not know the token, or cannot use the webhook's address
            raise complain(say("telegram-refused", why=refused.reason), 7) from None


@cli.command()
def run() -> None:
    """Run the service on the estate's own data."""
    serve(load(), demo=False)


@cli.command()
def demo(port: Annotated[int | None, typer.Option(help="Instead of 8000.")] = None) -> None:
    """Show everything with an invented estate, for this machine alone."""
    settings = load()
    if not settings.http.loopback:
        raise complain(say("demo-not-alone"), 2)
    changes: dict[str, Any] = {}
    if port is not None:
        changes["http"] = settings.http.model_copy(update={"port": port})
    if "database_url" not in settings.model_fields_set:
        changes["database_url"] = "sqlite:///var/demo.sqlite3"
    serve(settings.model_copy(update=changes), demo=True)


cli.add_typer(commands.cli)
cli.add_typer(knowledge_commands.cli, name="knowledge")
cli.add_typer(delivery_commands.cli, name="deliveries")

if __name__ == "__main__":
    cli(prog_name="guanjia")

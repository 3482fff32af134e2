"""The front door: settings in, everything put together, the command line out."""

from __future__ import annotations

import sys
from typing import Annotated, Any, Literal

import typer

from bot import logs
from bot.channels.base import DeliveryError
from commands import announce, deliveries, general, knowledge, qr, wechat, wecom
from commands.terminal import LOCALES, complain, joined, load, say, secret_of, utc_now
from settings import Settings

cli = typer.Typer(
    name="guanjia",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Guanjia 管家: the estate's concierge in chat.",
)


def log_to_stderr(settings: Settings) -> None:
    """Logs as the settings want them; our secrets never show."""
    telegram = settings.telegram
    ours = (settings.secret, telegram.token, telegram.webhook_secret, *settings.wechat.hidden, *settings.wecom.hidden)
    hidden = [one.get_secret_value() for one in ours if one]
    as_json = settings.log.format == "json" or (settings.log.format == "auto" and not sys.stderr.isatty())
    logs.set_up(level=settings.log.level, as_json=as_json, secrets=hidden)


def serve(settings: Settings, *, role: str = "all", demo: bool = False) -> None:
    """Run until stopped."""
    from service.running import ALL_ROLES, Service, run_until_stopped
    from storage import demo as example

    log_to_stderr(settings)
    roles = ALL_ROLES if role == "all" else {role}
    with joined(settings) as (database, lease):
        secret = secret_of(settings)
        service = Service(settings, database, secret=secret, keep=lease.renew, roles=roles, demo=demo)
        if demo and example.is_empty(database):
            example.seed(database, aloud=service.database, locale=LOCALES / "zh_CN", now=utc_now())
        typer.secho(f"Guanjia 管家  {settings.http.url}  (Ctrl+C)", fg="green", err=True)
        try:
            run_until_stopped(service)
        except DeliveryError as refused:  # Telegram does not know the token, or cannot use the webhook's address
            raise complain(say("telegram-refused", why=refused.reason), 7) from None


@cli.command()
def run(
    role: Annotated[
        Literal["all", "web", "worker", "clock"],
        typer.Option(help="What this process does for an installation of several, which needs PostgreSQL."),
    ] = "all",
) -> None:
    """Run the service on the estate's own data."""
    settings = load()
    if role != "all" and settings.database_url.startswith("sqlite"):
        raise complain(say("role-needs-postgresql", role=role), 2)
    serve(settings, role=role)


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


cli.add_typer(general.cli)
cli.add_typer(knowledge.cli, name="knowledge")
cli.add_typer(wechat.cli, name="wechat")
cli.add_typer(deliveries.cli, name="deliveries")
cli.add_typer(announce.cli, name="announce")
cli.add_typer(wecom.cli, name="wecom")
cli.add_typer(qr.cli)

if __name__ == "__main__":
    cli(prog_name="guanjia")

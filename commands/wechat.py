"""What an operator does with the WeChat official account: set its menu, see how it stands, make a code to scan."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Annotated, Any, TypeVar

import typer

from bot import logs
from bot.channels.wechat.api import make_api, scene_link
from bot.channels.wechat.failing import meaning
from bot.channels.wechat.menu import known_templates, menu, set_menu
from bot.tencent.api import Api
from bot.tencent.http import AnswerLost, ApiError, NotSent
from bot.tencent.tokens import TokenRefused
from bot.words import Words
from commands.terminal import LOCALES, Language, complain, load, opened, refusals, say, utc_now
from settings import Settings
from storage.check import Finding, Severity
from storage.engine import Database

T = TypeVar("T")
cli = typer.Typer(no_args_is_help=True, help="The WeChat official account (服务号).")


@cli.command("menu")
def menu_(language: Language = "zh_CN") -> None:
    """Put our menu under the chat."""
    settings = load()
    wanted = menu(Words(LOCALES).say, language, page=settings.http.url)
    with_api(settings, lambda api: set_menu(api, wanted))
    typer.echo(say("wechat-menu-set"))


@cli.command()
def status() -> None:
    """Ask WeChat whether it knows us, and for our templates; exit code 1 where it does not."""
    settings = load()
    found = with_api(settings, known_templates)
    typer.echo(say("wechat-is-well", account=settings.wechat.app_id))
    ours = {template.id for template in settings.wechat.templates.values()}
    if unknown := sorted(ours - found):
        typer.echo(say("wechat-template-unknown", names=", ".join(unknown)))
    for finding in template_findings(settings):
        typer.echo(say(finding.key, **finding.values))


@cli.command()
def code(
    scene: Annotated[str, typer.Argument(help="What whoever scans it brings along, e.g. an invitation.")],
    days: Annotated[int, typer.Option(min=0, max=30, help="How long it lives; 0: for ever.")] = 1,
) -> None:
    """Print the address behind a QR code that opens our chat with *scene*."""
    life = timedelta(days=days) if days else None
    typer.echo(with_api(load(), lambda api: scene_link(api, scene, life=life)))


def template_findings(settings: Settings) -> list[Finding]:
    """Which notices to owners have no template; nothing where there is no official account."""
    from bot import audiences
    from bot.channels.wechat.templates import ANNOUNCED, Templates
    from bot.notices import NOTICES
    from domain.messaging.model import Mode
    from service.channels import wechat_account

    account = wechat_account(settings)
    if account is None:
        return []
    owners = {
        audiences.owners, audiences.reporter, audiences.reporter_if_others, audiences.silent, audiences.kept_waiting,
        audiences.other_callers, audiences.others_who_called,
    }  # fmt: skip
    wanted = {one.event.__name__ for one in NOTICES if one.mode is Mode.SEND and one.to in owners} | {ANNOUNCED}
    missing = Templates(account.templates).missing(wanted)
    if not missing:
        return [Finding(key="wechat-templates-whole")]
    names = {"names": ", ".join(missing)}
    return [Finding(key="wechat-template-missing", severity=Severity.WARNING, values=names)]


def with_api(settings: Settings, ask: Callable[[Api], Awaitable[T]]) -> T:
    """What WeChat says; exit code 7 where it refuses, or there is no account."""
    from service.channels import wechat_account

    account = wechat_account(settings)
    if account is None:
        raise complain(say("wechat-not-set-up"), 2)
    credentials = account.credentials
    logs.set_up(
        level="WARNING", as_json=False, secrets=[one.get_secret_value() for one in settings.wechat.hidden if one]
    )

    async def run(database: Database) -> T:
        def write(function: Callable[[Any], Any], /) -> Awaitable[Any]:
            def commit() -> Any:
                with database.writing() as work:
                    return function(work)

            return asyncio.to_thread(commit)

        api = make_api(credentials, commit=write, now=utc_now)
        try:
            return await ask(api)
        finally:
            await api.http.close()

    try:
        with opened(settings) as database, refusals():
            return asyncio.run(run(database))
    except (ApiError, TokenRefused, NotSent, AnswerLost) as error:
        raise complain(say("wechat-refused", why=meaning(error).reason), 7) from None

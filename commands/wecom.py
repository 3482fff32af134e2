"""What an operator does with WeCom: bind the staff by their phone numbers, make the menu."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import typer
from sqlalchemy import Engine

from bot import logs
from bot.channels.wecom.account import Account, make_calls
from bot.channels.wecom.calls import Calls
from bot.channels.wecom.failing import Failed
from bot.channels.wecom.links import Links
from bot.channels.wecom.members import bind_staff, menu
from bot.channels.wecom.places import ROBOT
from bot.channels.wecom.receive import NAME
from bot.tencent.tokens import Transact
from bot.words import Words
from commands.terminal import LOCALES, Language, complain, load, opened, say, utc_now
from domain.errors import Refusal
from service.channels import wecom_account
from settings import Settings
from storage.check import Finding, Severity
from storage.engine import Database
from storage.place import legible
from storage.wecom import group_chats
from storage.work import SqlWork

cli = typer.Typer(no_args_is_help=True, help="WeCom (企业微信): who is which member, and the menu under the chat.")
T = TypeVar("T")


@cli.command("bind")
def bind() -> None:
    """Bind every member of staff whose phone number the company's own file at WeCom has, too."""
    settings = load()
    account = _account(settings)
    with opened(settings) as database:
        commit = _over(database)
        found = _with(account, commit, lambda calls: bind_staff(calls, commit=commit, now=utc_now))
    for name, verdict in found:
        typer.echo(say(verdict, name=name))


@cli.command("menu")
def make_menu(language: Language = "zh_CN") -> None:
    """Make the menu that staff see under the chat."""
    settings = load()
    account = _account(settings)
    links = Links(
        url=settings.http.url, open_url=account.open_url, corp_id=account.corp_id, agent_id=account.agent_id, secret=""
    )
    buttons = menu(Words(LOCALES).say, language, links)
    with opened(settings) as database:
        _with(account, _over(database), lambda calls: calls.create_menu(buttons))
    typer.echo(say("wecom-menu-made"))


def robot_findings(settings: Settings, engine: Engine) -> list[Finding]:
    """Which robots of groups on file have no key in the settings; nothing where no group has a robot."""
    try:
        with legible(engine), engine.connect().execution_options(reading=True) as connection:
            chats = group_chats(connection, NAME)
    except Refusal:  # the check of the database says why
        return []
    wanted = {chat.removeprefix(ROBOT) for chat in chats if chat.startswith(ROBOT)}
    if missing := sorted(wanted - set(settings.wecom.robots)):
        names = {"names": ", ".join(missing)}
        return [Finding(key="wecom-robot-missing", severity=Severity.WARNING, values=names)]
    return [Finding(key="wecom-robots-whole")] if wanted else []


def _account(settings: Settings) -> Account:
    """What it does is logged to standard error: what is printed is the answer alone."""
    account = wecom_account(settings)
    if account is None:
        raise complain(say("wecom-not-set-up"))
    logs.set_up(
        level="WARNING", as_json=False, secrets=[one.get_secret_value() for one in settings.wecom.hidden if one]
    )
    return account


def _over(database: Database) -> Transact:
    """Transactions on a worker thread."""

    def run(function: Callable[[SqlWork], T]) -> T:
        with database.writing() as work:
            return function(work)

    async def commit(function: Callable[[SqlWork], T], /) -> T:
        return await asyncio.to_thread(run, function)

    return commit


def _with(account: Account, commit: Transact, act: Callable[[Calls], Awaitable[T]]) -> T:
    """Call WeCom; what it refuses is said in one line."""

    async def run() -> T:
        calls = make_calls(account, commit=commit, now=utc_now)
        try:
            return await act(calls)
        finally:
            await calls.close()

    try:
        return asyncio.run(run())
    except Failed as error:
        raise complain(say("wecom-refused", reason=str(error))) from None

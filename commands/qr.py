"""Printed sheets of codes, one for each room, that lead into the chat and say where one is."""

from __future__ import annotations

import asyncio
import html
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.words import Words
from commands.general import bot_name
from commands.terminal import LOCALES, AsJson, estate_named, load, opened, refusals, say, secret_of, utc_now
from domain.errors import Refusal
from domain.register import doors
from domain.register.model import Estate, Room
from settings import Settings
from storage.work import SqlWork

if TYPE_CHECKING:
    from bot.sheets.layout import Page, Sheet
    from bot.sheets.painting import Letters

cli = typer.Typer()
AT_ONCE = 8  # codes asked for side by side
Links = Callable[[Settings, Mapping[int, str]], Mapping[int, str]]  # codes by room → what the QR code holds
_UNSAFE = re.compile(r"[^\w.-]")
PAYLOAD = "room-{}"  # bot/intents/acquaintance.py takes it for a room's code


def _telegram(settings: Settings, codes: Mapping[int, str]) -> Mapping[int, str]:
    bot = asyncio.run(bot_name(settings))
    if bot is None:
        raise Refusal("qr-no-bot")
    return {room: f"https://t.me/{bot}?start={PAYLOAD.format(code)}" for room, code in codes.items()}


def _wechat(settings: Settings, codes: Mapping[int, str]) -> Mapping[int, str]:
    """WeChat makes these itself; it gives the same one for the same room, and has room for 100,000."""
    from bot.channels.wechat.api import scene_link
    from bot.tencent.api import Api
    from commands.wechat import with_api

    async def ask(api: Api) -> Sequence[str]:
        few = asyncio.Semaphore(AT_ONCE)

        async def one(code: str) -> str:
            async with few:
                return await scene_link(api, PAYLOAD.format(code))

        return await asyncio.gather(*map(one, codes.values()))

    return dict(zip(codes, with_api(settings, ask), strict=True))


def _web(settings: Settings, codes: Mapping[int, str]) -> Mapping[int, str]:
    if not settings.http.public_url:
        raise Refusal("qr-no-url", url=settings.http.url)
    return {room: f"{settings.http.url}/i/{PAYLOAD.format(code)}" for room, code in codes.items()}


LINKS: dict[str, Links] = {"wechat": _wechat, "telegram": _telegram, "web": _web}


def _usual(settings: Settings) -> str:
    """Where most of the owners are."""
    if settings.wechat.app_id:
        return "wechat"
    return "telegram" if settings.telegram.token else "web"


@cli.command()
def qr(
    estate: Annotated[str, typer.Argument(help="The estate's name.")],
    *,
    out: Annotated[Path, typer.Option(help="FILE.pdf for all pages, or a folder for pictures (PNG) of them.")],
    building: Annotated[list[str] | None, typer.Option(help="Only this one; may be given several times.")] = None,
    room: Annotated[list[str] | None, typer.Option(help="Only this one, as in 1201; with --building.")] = None,
    channel: Annotated[
        str | None, typer.Option(help="wechat, telegram or web; without it the first that there is.")
    ] = None,
    renew: Annotated[bool, typer.Option(help="New codes: those that hang there now are void.")] = False,
    font: Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="A TrueType font of yours.")] = None,
    as_json: AsJson = False,
) -> None:
    """Print a sheet of QR codes for each building. A code names its room and nothing else: it shows nobody's data."""
    from bot.sheets.painting import FONT, Letters, plan

    settings = load()
    name = channel or _usual(settings)
    if name not in LINKS:
        raise typer.BadParameter(", ".join(LINKS), param_hint="--channel")
    with opened(settings) as database, refusals():
        with database.reading() as work:
            found = estate_named(work, estate)
            rooms = _rooms(work, found, buildings=building or (), names=room or ())
        letters = Letters(font or FONT)
        plan(_sheets(found, rooms, {}), letters)  # what cannot be printed is said before there are new codes
        with database.writing() as work:
            codes = doors.issue(work=work, rooms=rooms, secret=secret_of(settings), now=utc_now(), renew=renew)
        pages = plan(_sheets(found, rooms, LINKS[name](settings, codes)), letters)
        _write(pages, letters, out)
        if renew:  # not before the new ones are there to be put up
            with database.writing() as work:
                doors.retire(work=work, rooms=rooms, now=utc_now())
    if as_json:
        typer.echo(json.dumps({"rooms": len(rooms), "pages": len(pages), "out": str(out), "channel": name}))
    else:
        typer.echo(say("qr-written", count=len(rooms), pages=len(pages), out=str(out)))
        if renew:
            typer.echo(say("qr-renewed"))


def _rooms(work: SqlWork, estate: Estate, *, buildings: Sequence[str], names: Sequence[str]) -> Sequence[Room]:
    """The estate's rooms as one goes through the house; only those that were asked for.

    :raises Refusal: there is none
    """
    known = work.register.rooms_in(estate.id)
    found = [one for one in known if (not buildings or one.building in buildings) and (not names or one.room in names)]
    if not found:
        there = sorted({one.building for one in known}, key=_natural)
        raise Refusal("qr-no-rooms", estate=estate.name, known=", ".join(there))
    return sorted(found, key=lambda one: [_natural(part) for part in (one.building, one.entrance, one.room)])


def _natural(said: str) -> list[tuple[int, str]]:
    """Room 902 stands before 1001."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", said) if part]


def _sheets(estate: Estate, rooms: Iterable[Room], links: Mapping[int, str]) -> Sequence[Sheet]:
    from bot.sheets.layout import Label, Sheet

    words = Words(LOCALES)

    def text(key: str, **values: str) -> str:
        return html.unescape(words.say(key, estate.language, **values))

    def label(room: Room) -> Label:
        key = "room-with-entrance" if room.entrance else "room-without-entrance"
        name = text(key, building=room.building, entrance=room.entrance, room=room.room)
        return Label(name, links.get(room.id, ""))

    return [
        Sheet(
            estate=estate.name, building=text("qr-building", building=building), hint=text("qr-hint"),
            labels=[label(room) for room in same],
        )
        for building, same in groupby(rooms, key=lambda room: room.building)
    ]  # fmt: skip


def _write(pages: Sequence[Page], letters: Letters, out: Path) -> None:
    """One PDF, or a folder of pictures.

    :raises Refusal: it cannot be written there
    """
    from bot.sheets.painting import pdf, pictures

    try:
        if out.suffix.lower() == ".pdf":
            out.write_bytes(pdf(pages, letters))
            return
        out.mkdir(parents=True, exist_ok=True)
        for name, picture in pictures(pages, letters):
            (out / f"{_UNSAFE.sub('_', name)}.png").write_bytes(picture)
    except OSError as error:
        raise Refusal("qr-not-written", file=str(out), why=str(error)) from error

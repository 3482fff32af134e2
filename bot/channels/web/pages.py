"""The pages that are plain HTML: the chat itself, the door with a one-time link, the door without one."""

from __future__ import annotations

import html
import re
import secrets
from functools import cache
from pathlib import Path
from string import Template

from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response

from bot.channels.web import words
from bot.channels.web.receive import Update
from bot.channels.web.refused import NOT_FOUND, Refused
from bot.channels.web.send import WebChannel
from bot.channels.web.taking import take
from bot.channels.web.visitors import admit, user_of

STATIC = Path(__file__).parent / "static"
_ROOM = "room-"  # what was scanned at a door
_TOKEN = re.compile(r"[A-Za-z0-9_-]{8,64}")


async def show_chat(web: WebChannel, request: Request) -> Response:
    """The page, or where to get a link to it."""
    if not web.demo and user_of(web, request) is None:
        return _door(request, "web-no-link", status=403)
    return FileResponse(STATIC / "index.html", headers={"Cache-Control": "no-cache"})


async def show_invite(request: Request) -> Response:
    """One big button. Looking at the page, as link previews do, does not use the link up."""
    at_a_room = _token(request).startswith(_ROOM)
    return _door(request, "web-room" if at_a_room else "web-invite", button="web-invite-button")


async def accept_invite(web: WebChannel, request: Request) -> Response:
    """A user of its own for this browser; the app sees "/start TOKEN" and does the rest, as on any channel.

    A room's printed code makes nobody somebody else: who is known here stays who they are.
    """
    token, response = _token(request), RedirectResponse("/", status_code=303)
    known = user_of(web, request) if token.startswith(_ROOM) else None
    user = known or admit(web, request, response)
    language = words.best(request.headers.get("accept-language", ""))
    await take(web, Update(key=secrets.token_hex(16), chat=user, user=user, language=language, text=f"/start {token}"))
    return response


def _token(request: Request) -> str:
    token: str = request.path_params["token"]
    if not _TOKEN.fullmatch(token):
        raise Refused(*NOT_FOUND)
    return token


def _door(request: Request, key: str, *, button: str | None = None, status: int = 200) -> Response:
    language = words.best(request.headers.get("accept-language", ""))
    say = {name: html.escape(text) for name, text in words.texts()[language].items()}
    form = f'<form method="post"><button class="door-button">{say[button]}</button></form>' if button else ""
    page = _template().substitute(
        language=language.replace("_", "-"),
        title=say["web-title"],
        heading=say[f"{key}-title"],
        text=say[key],
        form=form,
    )
    return HTMLResponse(page, status_code=status)


@cache
def _template() -> Template:
    return Template((STATIC / "door.html").read_text("utf-8"))

"""The web channel's addresses."""

from __future__ import annotations

import asyncio
import io
import re
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import quote

from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from bot.channels.web import words
from bot.channels.web.body import DOCUMENT_BYTES, PHOTO_BYTES, PHOTOS, TEXT
from bot.channels.web.events import EventStream, events, newest, plain, resumed
from bot.channels.web.guard import Guard
from bot.channels.web.pages import STATIC, accept_invite, show_chat, show_invite
from bot.channels.web.panes import panes
from bot.channels.web.refused import BAD, NOT_FOUND, Refused
from bot.channels.web.send import WebChannel
from bot.channels.web.taking import take_message, take_press
from bot.channels.web.visitors import readable
from bot.photos import Unreadable, keepable

Endpoint = Callable[[WebChannel, Request], Awaitable[Response]]
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_TAB = re.compile(r"[A-Za-z0-9-]{8,40}")
_CALLED = 100  # characters of a file's name
_CHATS = 200  # one page's stream is over so many at most


def routes(web: WebChannel) -> list[BaseRoute]:
    """Everything that browsers ask for."""
    guard = [Middleware(Guard, demo=web.demo)]

    def route(path: str, endpoint: Endpoint, method: str = "GET") -> Route:
        async def answer(request: Request) -> Response:
            return await endpoint(web, request)

        return Route(path, answer, methods=[method], middleware=guard)

    return [
        route("/", show_chat),
        Mount("/static", StaticFiles(directory=STATIC), middleware=guard),
        Route("/i/{token}", show_invite, methods=["GET"], middleware=guard),
        route("/i/{token}", accept_invite, "POST"),
        route("/api/me", show_me),
        route("/api/events", follow),
        route("/api/chats/{chat}/messages", show_older),
        route("/api/chats/{chat}/messages", accept_message, "POST"),
        route("/api/chats/{chat}/press", accept_press, "POST"),
        route("/photos/{shelf}/{name}", show_photo),
        route("/files/{shelf}/{name}", hand_out_file),
    ]


async def show_me(web: WebChannel, request: Request) -> Response:
    """Who is here, what to show, and in which words."""
    limits = {"photo": PHOTO_BYTES, "photos": PHOTOS, "text": TEXT, "document": DOCUMENT_BYTES}
    texts = {language: dict(sentences) for language, sentences in words.texts().items()}
    accepted = words.best(request.headers.get("accept-language", ""))
    content = {
        "demo": web.demo,
        "panes": await panes(web, request),
        "limits": limits,
        "texts": texts,
        "accepted": accepted,
    }
    return JSONResponse(content)


async def follow(web: WebChannel, request: Request) -> Response:
    """One stream of events over all the chats on the page: browsers open only six connections to one place."""
    chats, tab = request.query_params.getlist("chat"), request.query_params.get("tab", "")
    if not 0 < len(chats) <= _CHATS or len(set(chats)) < len(chats) or not _TAB.fullmatch(tab):
        raise Refused(*BAD)
    if not set(chats) <= set(await readable(web, request)):
        raise Refused(*NOT_FOUND)
    if web.hub.full:
        raise Refused(503, "web-full")
    seen = resumed(chats, request.query_params.getlist("after"), request.headers.get("last-event-id", ""))
    return EventStream(events(web, seen, tab=tab))


async def show_older(web: WebChannel, request: Request) -> Response:
    """A page of what was said before a message."""
    chat, before = request.path_params["chat"], request.query_params.get("before", "")
    if chat not in await readable(web, request):
        raise Refused(*NOT_FOUND)
    if not before.isdecimal() or len(before) > 18:
        raise Refused(*BAD)
    page: dict[str, Any] = await web.read(lambda work: newest(work, chat, before=int(before)))
    return JSONResponse({"messages": [plain(row) for row in page["rows"]], "more": page["more"]})


async def accept_message(web: WebChannel, request: Request) -> Response:
    """Stored before this answers; a repeated request is the same message."""
    await take_message(web, request)
    return JSONResponse({}, status_code=202)


async def accept_press(web: WebChannel, request: Request) -> Response:
    """Stored before this answers; a repeated request is the same press."""
    await take_press(web, request)
    return JSONResponse({}, status_code=202)


async def show_photo(web: WebChannel, request: Request) -> Response:
    """A photo that a message of the visitor's chats shows."""
    shelf, name = await _on_show(web, request)
    file = await web.read(lambda work: work.web.file(name)) if shelf == "file" else await _foreign(web, name)
    if file is None:
        raise Refused(*NOT_FOUND)
    content = file.thumbnail if request.query_params.get("size") == "thumb" else file.content
    headers = {"Cache-Control": "private, max-age=31536000, immutable"}
    return Response(content, media_type="image/jpeg", headers=headers)


async def hand_out_file(web: WebChannel, request: Request) -> Response:
    """A file that a message of the visitor's chats holds; it is saved, never opened on our page."""
    shelf, name = await _on_show(web, request)
    try:
        content = await web.fetch(name) if shelf == "file" else (await web.open_media(name))[0]
    except LookupError as error:
        raise Refused(*NOT_FOUND) from error
    called = quote(request.query_params.get("name", "")[:_CALLED] or name)
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{called}",
        "Cache-Control": "private, max-age=31536000, immutable",
    }
    return Response(content, media_type="application/octet-stream", headers=headers)


async def _on_show(web: WebChannel, request: Request) -> tuple[str, str]:
    """The shelf and the name of what was asked for.

    :raises Refused: no message of the visitor's chats shows it
    """
    shelf, name = request.path_params["shelf"], request.path_params["name"]
    chats = None if web.demo else await readable(web, request)
    if shelf not in {"file", "media"} or not _NAME.fullmatch(name):
        raise Refused(*NOT_FOUND)
    if not await web.read(lambda work: work.web.shows(chats, photo=f"{shelf}/{name}")):
        raise Refused(*NOT_FOUND)
    return shelf, name


async def _foreign(web: WebChannel, key: str) -> Any:
    """Another channel's photo, made as safe as our own."""
    content, _ = await web.open_media(key)
    try:
        return await asyncio.to_thread(keepable, io.BytesIO(content))
    except Unreadable as error:
        raise Refused(*NOT_FOUND) from error

"""Takes what a browser sends: into the inbox and into the chat in one transaction, before it is acknowledged."""

from __future__ import annotations

import asyncio
import html
import secrets
from collections.abc import Sequence

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request

from bot.channels.web.body import DOCUMENT_BYTES, PHOTO_BYTES, PHOTOS, field, read_form, read_json, text_of
from bot.channels.web.receive import Update
from bot.channels.web.refused import BAD, Refused
from bot.channels.web.send import WebChannel
from bot.channels.web.visitors import Visitor, visitor
from bot.photos import Unreadable, keepable
from domain.messaging.web import WebFile, WebWork

NAME_MAX = 100  # characters of a file's name
_opening = asyncio.Semaphore(2)  # photos take memory while they are open


async def take_message(web: WebChannel, request: Request) -> None:
    """Words, photos, or both.

    :raises Refused: with what is wrong
    """
    chat = request.path_params["chat"]
    if request.headers.get("content-type", "").startswith("multipart/"):
        async with read_form(request) as form:
            who = await visitor(web, request, form)
            files = {secrets.token_urlsafe(18): file for file in await _photos(form)}
            paper, content = await _document(form)
            update = _update(who, chat, form, photos=tuple(files), document=paper)
            if paper and content:
                files[paper["handle"]] = content
    else:
        values = await read_json(request)
        who, files = await visitor(web, request, values), {}
        update = _update(who, chat, values)
        if values.get("quiet") is True:  # the page itself says something for its user, as a change of language
            await take(web, update)
            return
    if not update.text and not files:
        raise Refused(400, "web-empty")
    await take(web, update, who=who, files=files)


async def take_press(web: WebChannel, request: Request) -> None:
    """A button pressed.

    :raises Refused: with what is wrong
    """
    values = await read_json(request)
    who, chat = await visitor(web, request, values), request.path_params["chat"]
    await take(
        web,
        Update(
            key=field(values, "key") or "",
            chat=chat,
            user=who.user,
            private=who.private(chat),
            name=who.person.name if who.person else "",
            language=field(values, "language", needed=False),
            button=field(values, "button"),
            message=field(values, "message"),
            tab=field(values, "tab"),
        ),
    )


async def take(
    web: WebChannel, update: Update, *, who: Visitor | None = None, files: dict[str, WebFile] | None = None
) -> None:
    """Keep it; a repeated request changes nothing. With *who*, the chat shows what they said."""
    now = web.now()

    def keep(work: WebWork) -> None:
        if not work.inbox.add(update.received(now=now)):
            return
        for ref, file in (files or {}).items():
            work.web.keep(ref, file=file, now=now)
        if who:
            author = who.person.id if who.person else None
            work.web.post(update.chat, author=author, body=_said(update), now=now)

    await web.commit(keep)
    web.hub.changed(update.chat)
    if update.private:
        web.hub.typing(update.chat)


def _update(
    who: Visitor, chat: str, values: object, *, photos: tuple[str, ...] = (), document: dict[str, str] | None = None
) -> Update:
    return Update(
        key=field(values, "key") or "",
        chat=chat,
        user=who.user,
        private=who.private(chat),
        name=who.person.name if who.person else "",
        language=field(values, "language", needed=False),
        text=text_of(values),
        photos=photos,
        document=document,
        reply_to=field(values, "reply_to", needed=False),
        tab=field(values, "tab", needed=False),
    )


def _said(update: Update) -> dict[str, object]:
    """As the chat shows it; *key* lets the page that sent it know it again."""
    photos = [f"file/{ref}" for ref in update.photos]
    said: dict[str, object] = {
        "user": update.user,
        "key": update.key,
        "text": html.escape(update.text),
        "photos": photos,
    }
    if update.document:
        said["document"] = {"at": f"file/{update.document['handle']}", "name": update.document["name"]}
    return {**said, "reply_to": int(update.reply_to)} if update.reply_to else said


async def _document(form: FormData) -> tuple[dict[str, str] | None, WebFile | None]:
    """A file that is no photo, as the update names it, and its content; kept as it is, for saving only."""
    upload = form.get("document")
    if upload is None:
        return None, None
    if not isinstance(upload, UploadFile):
        raise Refused(*BAD)
    if (upload.size or 0) > DOCUMENT_BYTES:
        raise Refused(413, "web-photo-too-large", limit=DOCUMENT_BYTES // 1_000_000)
    name = "".join(c for c in (upload.filename or "") if c.isprintable() and c not in '"/\\')[:NAME_MAX]
    kind = "application/octet-stream"
    content = WebFile(content=await upload.read(), thumbnail=b"")
    return {"handle": secrets.token_urlsafe(18), "name": name or "file", "kind": kind}, content


async def _photos(form: FormData) -> Sequence[WebFile]:
    uploads = form.getlist("photo")
    if len(uploads) > PHOTOS:
        raise Refused(413, "web-too-many-photos", limit=PHOTOS)
    kept = []
    for upload in uploads:
        if not isinstance(upload, UploadFile):
            raise Refused(*BAD)
        if (upload.size or 0) > PHOTO_BYTES:
            raise Refused(413, "web-photo-too-large", limit=PHOTO_BYTES // 1_000_000)
        try:
            async with _opening:
                kept.append(await asyncio.to_thread(keepable, upload.file))
        except Unreadable as error:
            raise Refused(415, "web-not-a-photo") from error
    return kept

"""The stream of server-sent events that keeps a page up to date, over any number of chats."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Mapping, Sequence
from functools import partial
from typing import Any

from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from bot.channels.web.hub import Stream
from bot.channels.web.send import WebChannel
from domain.messaging.web import WebMessage, WebWork

_HEARTBEAT = 15.0  # seconds; then the log is read anyhow, for what another process wrote
_BEAT = ": still here\n\nevent: beat\ndata: {}\n\n"  # the comment for proxies, the event for the page
_PAGE = 50
_BATCH = 200


class EventStream(StreamingResponse):
    """Ends its generator together with the connection, whichever way that ends."""

    media_type = "text/event-stream"

    def __init__(self, content: AsyncGenerator[str]) -> None:
        super().__init__(content, headers={"X-Accel-Buffering": "no"})
        self._content = content

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            await self._content.aclose()


async def events(
    web: WebChannel, seen: Mapping[str, int | None], *, tab: str, heartbeat: float = _HEARTBEAT
) -> AsyncGenerator[str]:
    """What happens in the chats from what the page has *seen* on (None: nothing yet); ids say how far it has seen."""
    seqs = {chat: seq or 0 for chat, seq in seen.items()}
    with web.hub.open(seqs, tab=tab) as stream:
        yield "retry: 1500\n\n"
        new = [chat for chat, seq in seen.items() if seq is None]
        for chat, page in zip(new, await web.read(lambda work: [newest(work, each) for each in new]), strict=True):
            seqs[chat] = max((message.seq for message in page["rows"]), default=0)
            yield _event("messages", _batch(chat, page["rows"], history=True, more=page["more"]), _id(seqs))
        stream.wake(*seqs)
        ready = _event("ready", {})
        async for chunk in _follow(web, stream, seqs, heartbeat):
            if text := chunk + ready:
                yield text
            ready = ""


async def _follow(web: WebChannel, stream: Stream, seqs: dict[str, int], heartbeat: float) -> AsyncGenerator[str]:
    while not stream.closed:
        quiet = not await stream.wait(heartbeat)
        chunk = _BEAT if quiet else "".join(_event(name, data) for name, data in stream.signs())
        chats = frozenset(seqs) if quiet else stream.changed()
        while chats:
            pages = await web.read(partial(_news, {chat: seqs[chat] for chat in chats}))
            for rows in filter(None, pages):
                chat = rows[0].chat
                seqs[chat] = rows[-1].seq
                chunk += _event("messages", _batch(chat, rows), _id(seqs))
            chats = frozenset(rows[0].chat for rows in pages if len(rows) == _BATCH)
        yield chunk


def newest(work: WebWork, chat: str, *, before: int | None = None) -> dict[str, Any]:
    """A page of what was said last, or before a message; *more* when there is something still older."""
    rows = work.web.before(chat, message=before, limit=_PAGE + 1)
    return {"rows": rows[-_PAGE:], "more": len(rows) > _PAGE}


def resumed(chats: list[str], after: list[str], last_id: str) -> dict[str, int | None]:
    """What the page has seen of each chat: the browser's Last-Event-ID if it came back by itself, else its own word."""
    said = last_id.split(".") if last_id else after
    if len(said) != len(chats):
        said = [""] * len(chats)
    return {
        chat: int(seq) if seq.isdecimal() and len(seq) < 18 else None for chat, seq in zip(chats, said, strict=True)
    }


def plain(message: WebMessage) -> dict[str, Any]:
    """A message as the page gets it."""
    return {
        **message.body,
        "id": message.id,
        "name": message.name,
        "at": message.sent_at.isoformat(),
        "edited": message.edited_at and message.edited_at.isoformat(),
        "seq": message.seq,
    }


def _news(seqs: Mapping[str, int], work: WebWork) -> list[Sequence[WebMessage]]:
    return [work.web.since(chat, seq=seq, limit=_BATCH) for chat, seq in seqs.items()]


def _batch(chat: str, rows: Any, *, history: bool = False, more: bool = False) -> dict[str, Any]:
    return {"chat": chat, "messages": [plain(row) for row in rows], "history": history, "more": more}


def _id(seqs: Mapping[str, int]) -> str:
    return ".".join(map(str, seqs.values()))


def _event(name: str, data: Any, seen: str | None = None) -> str:
    lines = f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n"
    return f"id: {seen}\n{lines}\n" if seen is not None else f"{lines}\n"

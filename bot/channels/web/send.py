"""The web channel as the rest of the program sees it."""

from __future__ import annotations

import html
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, Protocol, TypeVar

from bot.channels.base import Allowance, DeliveryError, Incoming, Outgoing, Parcel
from bot.channels.web.hub import Hub
from bot.channels.web.receive import NAME, parse
from domain.messaging.model import Delivery, Mode
from domain.messaging.web import WebWork

T = TypeVar("T")


class Transact(Protocol):
    """Runs a function over one transaction, away from the event loop; committed when it returns."""

    def __call__(self, function: Callable[[WebWork], T], /) -> Awaitable[T]: ...


def utc_now() -> datetime:
    """The clock, for whoever does not bring another one."""
    return datetime.now(UTC)


class WebChannel:
    """Keeps bot.channels.base.Channel, and holds what the web routes share.

    *open_media* gives the bytes and the content type of a Media key, whatever channel the photo came by.
    *secure*: people reach us over https, whatever stands between. In *demo* nobody has to prove who they are: whoever
    reaches the page may be anyone. It must listen on a loopback address only; main.py refuses anything else.
    """

    name = NAME

    def __init__(
        self,
        *,
        commit: Transact,
        read: Transact,
        open_media: Callable[[str], Awaitable[tuple[bytes, str]]],
        secret: str,
        demo: bool = False,
        secure: bool = False,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self.commit = commit
        self.read = read
        self.open_media = open_media
        self.secret = secret
        self.demo = demo
        self.secure = secure
        self.now = now
        self.hub = Hub()

    @property
    def pace(self) -> Allowance | None:
        """Our own page shows whatever there is."""
        return None

    def allowances(self, delivery: Delivery) -> Sequence[Allowance]:
        """Our own page shows whatever there is."""
        return ()

    def parse(self, body: Any) -> Incoming | None:
        """One stored update, as JSON or already as data."""
        return parse(json.loads(body) if isinstance(body, str) else body)

    async def send(self, parcel: Parcel) -> str | None:
        """Show it; the new message's id.

        :raises DeliveryError: when none of the copies to edit is there
        """
        match parcel.delivery.mode:
            case Mode.SEND:
                return await self._post(parcel)
            case Mode.EDIT:
                await self._edit(parcel)
            case Mode.TOAST:
                await self._toast(parcel.message)
            case Mode.LEAVE:  # a group of the web exists only on our own allow-list
                pass
        return None

    async def fetch(self, ref: str) -> bytes:
        """The bytes of a photo that somebody sent here.

        :raises LookupError: when it is not kept (any more)
        """
        file = await self.read(lambda work: work.web.file(ref))
        if file is None:
            raise LookupError(f"no photo {ref}")
        return file.content

    def close(self) -> None:
        """End all streams at once, so that the server can stop; to be called when it is told to."""
        self.hub.close()

    async def _post(self, parcel: Parcel) -> str:
        chat, body, now = parcel.delivery.chat, shown(parcel), self.now()
        message = await self.commit(lambda work: work.web.post(chat, author=None, body=body, now=now))
        self.hub.changed(chat)
        return str(message)

    async def _toast(self, message: Outgoing) -> None:
        tab, text = message.toast or "", html.unescape(message.text)
        if not self.hub.toast(tab, text=text, alert=message.alert):
            await self.commit(lambda work: work.web.whisper({"tab": tab, "text": text, "alert": message.alert}))

    async def _edit(self, parcel: Parcel) -> None:
        chat, body, now = parcel.delivery.chat, shown(parcel), self.now()

        def edit(work: WebWork) -> list[bool]:
            return [work.web.edit(int(copy), chat=chat, body=body, now=now) for copy in parcel.copies]

        if not any(await self.commit(edit)):
            raise DeliveryError("no such message", permanent=True)
        self.hub.changed(chat)


def shown(parcel: Parcel) -> Mapping[str, Any]:
    """The message as its chat keeps it; a photo by the shelf it stands on: our own files, or any channel's media."""
    keys = parcel.message.photos
    photos = [
        f"file/{handle}" if channel == NAME else f"media/{key}"
        for key, (channel, handle) in zip(keys, parcel.photos, strict=True)
    ]
    rows = [[_lean(asdict(button)) for button in row if not button.ask] for row in parcel.message.buttons]
    said = {"text": parcel.message.text, "buttons": [row for row in rows if row], "photos": photos}
    return _lean({**said, "document": _paper(parcel), "pinned": parcel.message.pinned})


def _paper(parcel: Parcel) -> dict[str, str]:
    """The file, by its shelf and its name."""
    paper = parcel.message.document
    if paper is None or parcel.document is None:
        return {}
    channel, handle = parcel.document
    return {"at": f"file/{handle}" if channel == NAME else f"media/{paper.handle}", "name": paper.name}


def _lean(values: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value}

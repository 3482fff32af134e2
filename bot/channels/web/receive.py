"""What a browser sends, as a raw update for the inbox, and back as Incoming."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from bot.channels.base import Document, Incoming, Sender
from domain.messaging.model import Received

NAME = "web"


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """One thing done in a browser. *key* is the browser's own: a repeated request is the same update."""

    key: str
    chat: str
    user: str
    private: bool = True
    name: str = ""
    language: str | None = None
    text: str = ""
    photos: tuple[str, ...] = ()
    document: Mapping[str, str] | None = None
    button: str | None = None
    message: str | None = None
    reply_to: str | None = None
    tab: str | None = None

    def received(self, *, now: datetime) -> Received:
        """As the inbox keeps it. The user is part of the key, so nobody can take away somebody else's."""
        body = json.dumps(asdict(self), ensure_ascii=False)
        return Received(channel=NAME, key=f"{self.user}:{self.key}", chat=self.chat, body=body, received_at=now)


def parse(body: Mapping[str, Any]) -> Incoming:
    """An update as it was stored.

    :raises KeyError, TypeError, ValueError: for what we never wrote
    """
    update = Update(**{**body, "photos": tuple(body.get("photos", ()))})
    command, text = _command(update.text)
    return Incoming(
        channel=NAME,
        key=f"{update.user}:{update.key}",
        chat=update.chat,
        private=update.private,
        sender=Sender(user=update.user, name=update.name, language=update.language),
        text=text,
        command=command,
        button=update.button,
        toast=update.tab,
        message=update.message,
        reply_to=update.reply_to,
        photos=update.photos,
        other="document" if update.document else None,
        document=Document(**update.document) if update.document else None,
        addressed=update.private or command is not None or update.reply_to is not None or update.text.startswith("@"),
    )


def _command(text: str) -> tuple[str | None, str]:
    """The name and the rest of "/start abc"; no command and everything of other texts."""
    if not text.startswith("/"):
        return None, text
    first, _, rest = text[1:].partition(" ")
    if not (first.isascii() and first.isidentifier()):
        return None, text
    return first.lower(), rest.strip()

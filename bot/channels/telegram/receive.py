"""What Telegram pushes: as a raw row for the inbox, and back as Incoming."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson

from bot.channels.base import Happening, Incoming, Sender
from bot.channels.telegram.message import read_message
from bot.channels.telegram.reading import NAME, Me, chat_of, need, sender_of, some, thread_of, whole
from domain.messaging.model import Received

# chat_member (other people's comings and goings) is asked for because the bot's groups will want to know who left.
ALLOWED_UPDATES = ("message", "callback_query", "my_chat_member", "chat_member")

_INSIDE = frozenset({"creator", "administrator", "member"})


def received(update: Any, *, now: datetime) -> Received:
    """An update for the inbox, whatever shape it has; it is not looked at beyond its number and its chat."""
    body = orjson.dumps(update).decode()
    return Received(channel=NAME, key=key_of(update), chat=_chat_hint(update), body=body, received_at=now)


def received_body(body: bytes, *, now: datetime) -> Received:
    """The same, from a request's body.

    :raises ValueError: for what is no JSON object
    """
    update = orjson.loads(body)
    if not isinstance(update, dict):
        raise ValueError("an update is an object")  # noqa: TRY004 - unreadable, like what is no JSON at all
    return Received(channel=NAME, key=key_of(update), chat=_chat_hint(update), body=body.decode(), received_at=now)


def key_of(update: Any) -> str:
    """Telegram's number of an update; what has none is known by its content."""
    number = update.get("update_id") if isinstance(update, dict) else None
    if type(number) is int:
        return str(number)
    return "sha256:" + hashlib.sha256(orjson.dumps(update, option=orjson.OPT_SORT_KEYS)).hexdigest()


def parse(update: Mapping[str, Any], me: Me) -> Incoming | None:
    """One update; None when it is nothing to us.

    Reads the plain data: `telegram.Update.de_json` takes several times as long, and ends in the same five fields.

    :raises TypeError, KeyError: when it is not what Telegram documents; the reason names fields, never their content
    """
    if (message := some(update, "message", dict)) is not None:
        return read_message(message, key=key_of(update), me=me)
    if (press := some(update, "callback_query", dict)) is not None:
        return _pressed(press, key=key_of(update))
    if (change := some(update, "my_chat_member", dict)) is not None:
        return _changed(change, key=key_of(update))
    return None


def _pressed(press: Mapping[str, Any], *, key: str) -> Incoming | None:
    """A button. The message under it may be gone (then it is dated 0), or not be a message of ours at all."""
    message, data = some(press, "message", dict), some(press, "data", str)
    if message is None or data is None:
        return None
    chat, kind = chat_of(message)
    return Incoming(
        channel=NAME,
        key=key,
        chat=chat,
        private=kind == "private",
        sender=sender_of(press),
        button=data,
        toast=need(press, "id", str),
        message=whole(message, "message_id"),
        thread=thread_of(message),
    )


def _changed(change: Mapping[str, Any], *, key: str) -> Incoming | None:
    """The bot itself was blocked or unblocked, added or removed; a mere change of rights is nothing to us."""
    chat, kind = chat_of(change)
    was, now = _inside(need(change, "old_chat_member", dict)), _inside(need(change, "new_chat_member", dict))
    if was is now:
        return None
    private = kind == "private"
    if now:
        happening = Happening.UNBLOCKED if private else Happening.ADDED
    else:
        happening = Happening.BLOCKED if private else Happening.REMOVED
    by: Sender | None = sender_of(change)
    return Incoming(channel=NAME, key=key, chat=chat, private=private, sender=by, happening=happening)


def _inside(member: Mapping[str, Any]) -> bool:
    status = need(member, "status", str)
    return status in _INSIDE or (status == "restricted" and member.get("is_member") is True)


def _chat_hint(update: Any) -> str | None:
    """Where the update belongs, as far as that can be told without trusting its shape."""
    if not isinstance(update, dict):
        return None
    for content in update.values():
        if isinstance(content, dict):
            around = content if "chat" in content else content.get("message")
            chat = around.get("chat") if isinstance(around, dict) else None
            number = chat.get("id") if isinstance(chat, dict) else None
            return str(number) if type(number) is int else None
    return None

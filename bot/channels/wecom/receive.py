"""What WeCom pushes, and what a member's tap on a link means: as a raw row for the inbox, and back as Incoming."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import orjson

from bot.channels.base import Happening, Incoming, Sender
from domain.messaging.model import Received

NAME: Final = "wecom"
_COMMAND: Final = re.compile(r"/([A-Za-z_]{1,32})(?:\s+|$)")
_BIND: Final = re.compile(r"(?:绑定|bind)[\s:：]+(\S+)", re.IGNORECASE)
# A closed list, so that every kind has its words.
_OTHERS: Final = {"voice": "voice", "video": "video", "file": "document", "location": "location"}
_COMINGS: Final = {"subscribe": Happening.UNBLOCKED, "unsubscribe": Happening.BLOCKED}
_PRESSES: Final = frozenset({"template_card_event", "template_card_menu_event"})


def received(fields: Mapping[str, str], *, ref: str, now: datetime) -> Received:
    """A push for the inbox; *ref* is our name for the picture that it may carry.

    :raises KeyError: for what no push lacks
    """
    user, kept = fields["FromUserName"], dict(fields)
    if fields["MsgType"] == "image":
        kept["Ref"] = ref
    return Received(channel=NAME, key=key_of(fields), chat=user, body=orjson.dumps(kept).decode(), received_at=now)


def tapped(*, user: str, chat: str, button: str, code: str, now: datetime) -> Received:
    """A button of a group's card, pressed by opening its link."""
    return _link({"Tapped": button, "Chat": chat, "FromUserName": user}, code, now)


def opened(*, user: str, token: str, code: str, now: datetime) -> Received:
    """A one-time link opened: the same as "/start TOKEN" written to us."""
    return _link({"MsgType": "text", "Content": f"/start {token}", "FromUserName": user}, code, now)


def _link(body: Mapping[str, str], code: str, now: datetime) -> Received:
    key = f"link:{hashlib.sha256(code.encode()).hexdigest()}"
    content = orjson.dumps({**body, "Key": key}).decode()
    return Received(channel=NAME, key=key, chat=body["FromUserName"], body=content, received_at=now)


def key_of(fields: Mapping[str, str]) -> str:
    """WeCom's number of a message; an event has none and is known by whose, when and what it is."""
    if number := fields.get("MsgId"):
        return number[:64]
    names = ("FromUserName", "CreateTime", "Event", "EventKey", "TaskId")
    told = "\0".join(fields.get(name, "") for name in names)
    return f"event:{hashlib.sha256(told.encode()).hexdigest()}"


def parse(body: Any) -> Incoming | None:
    """One stored update; None when it is nothing to us.

    :raises KeyError, ValueError: for what WeCom would not send
    """
    fields: Mapping[str, str] = orjson.loads(body)
    user, key = fields["FromUserName"], fields.get("Key") or key_of(fields)
    around: dict[str, Any] = {"channel": NAME, "key": key, "chat": user, "private": True, "sender": Sender(user=user)}
    if "Tapped" in fields:
        where = {"chat": fields["Chat"], "private": False}
        return Incoming(**around | where, button=fields["Tapped"], toast=f"link:{user}")
    if fields["MsgType"] == "event":
        return _event(fields, around)
    return _message(fields, around)


def _event(fields: Mapping[str, str], around: Mapping[str, Any]) -> Incoming | None:
    event, what = fields["Event"], fields.get("EventKey", "")
    if event in _PRESSES:
        task = fields["TaskId"]
        return Incoming(**around, button=what, toast=f"card:{fields['FromUserName']}:{task}", message=task)
    if event == "click":  # in the menu under the chat
        return Incoming(**around, command=what)
    happening = _COMINGS.get(event)
    return Incoming(**around, happening=happening) if happening else None


def _message(fields: Mapping[str, str], around: Mapping[str, Any]) -> Incoming | None:
    kind, number = fields["MsgType"], fields.get("MsgId")
    if kind == "text":
        command, text = _command(fields["Content"])
        return Incoming(**around, message=number, command=command, text=text)
    if kind == "image":
        return Incoming(**around, message=number, photos=(fields["Ref"],))
    if kind == "link":
        words = f"{fields.get('Title', '')} {fields.get('Url', '')}".strip()
        return Incoming(**around, message=number, text=words)
    location = (float(fields["Location_X"]), float(fields["Location_Y"])) if kind == "location" else None
    return Incoming(**around, message=number, other=_OTHERS.get(kind, "other"), location=location)


def _command(words: str) -> tuple[str | None, str]:
    """The command and the rest; of other words all of them are the rest."""
    if bind := _BIND.fullmatch(words.strip()):
        return "start", bind[1]
    found = _COMMAND.match(words)
    return (found[1].lower(), words[found.end() :].strip()) if found else (None, words)

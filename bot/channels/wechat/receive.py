"""What WeChat pushes, as a raw update for the inbox, and back as Incoming."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import orjson

from bot.channels.base import Happening, Incoming, Sender
from bot.channels.wechat.options import LONGEST, chosen
from domain.messaging.wechat import Option

NAME: Final = "wechat"
Fields = Mapping[str, str]
_OPENID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_KEY: Final = re.compile(r"[\x21-\x7e]{1,100}")
_OTHERS: Final = {"voice": "voice", "video": "video", "shortvideo": "video", "file": "document"}
_FINISHED: Final = frozenset({"templatesendjobfinish", "masssendjobfinish"})
_SHOWN: Final = frozenset({"success", "sendsuccess", "send success"})
_FOLLOWED: Final = "qrscene_"  # before the scene, where somebody follows us by scanning
# What opens the chat for a minute. Looking at a page of the menu does not.
OPENING: Final = frozenset({"subscribe", "scan", "click", "scancode_push", "scancode_waitmsg"})


def chat_of(fields: Fields) -> str:
    """Who wrote.

    :raises ValueError, KeyError: nobody whom WeChat knows
    """
    chat = fields["FromUserName"]
    if not _OPENID.fullmatch(chat):
        raise ValueError("no openid")
    return chat


def key_of(fields: Fields) -> str:
    """The same for all pushes of one message or event.

    :raises ValueError, KeyError: there is none
    """
    who = hashlib.sha256(chat_of(fields).encode()).hexdigest()[:24]  # keys are logged, openids are not
    key = fields.get("MsgId") or f"{who}:{fields['CreateTime']}:{fields.get('Event', '')}"
    if not _KEY.fullmatch(key):
        raise ValueError("no key")
    return key


def event_of(fields: Fields) -> str | None:
    """The event's name; None for a message."""
    return fields.get("Event", "").lower() if fields["MsgType"] == "event" else None


def opens(fields: Fields) -> bool | None:
    """Does it open the chat for a minute (True), for two days (False), or not at all (None)?"""
    event = event_of(fields)
    if event is None:
        return False
    return True if event in OPENING else None


def not_shown(fields: Fields) -> str | None:
    """Why a template or mass message that was accepted was not shown; None for everything else that is pushed."""
    status = fields.get("Status", "")
    finished = event_of(fields) in _FINISHED
    return status[:40] if finished and status.lower() not in _SHOWN else None


def may_choose(fields: Fields) -> bool:
    """Could it be an answer to a list?"""
    return 0 < len(_words(fields)) <= LONGEST


def body_of(fields: Fields, *, options: Sequence[Option] = (), picture: str | None = None) -> str:
    """As the inbox keeps it: what was pushed, what its sender saw when they wrote, our own name for their picture."""
    return orjson.dumps({"fields": fields, "options": options, "picture": picture}).decode()


def parse(body: Mapping[str, Any]) -> Incoming | None:
    """An update as it was stored; None for what tells us nothing.

    :raises Exception: for what we never wrote
    """
    fields: Fields = body["fields"]
    event = event_of(fields)
    if event is not None:
        return _happened(fields, event)
    return _said(fields, [(label, data) for label, data in body["options"]], body["picture"])


def _said(fields: Fields, options: Sequence[Option], picture: str | None) -> Incoming:
    kind, words = fields["MsgType"], _words(fields)
    button = chosen(words, options)
    location = (float(fields["Location_X"]), float(fields["Location_Y"])) if kind == "location" else None
    readable = words or picture or location
    return _incoming(
        fields,
        text="" if button else words,
        button=button,
        photos=(picture,) if picture else (),
        location=location,
        other="location" if location else None if readable else _OTHERS.get(kind, "other"),
    )


def _words(fields: Fields) -> str:
    """What was written, or what WeChat heard; a link by its title and address."""
    match fields["MsgType"]:
        case "text":
            return fields.get("Content", "").strip()
        case "voice":
            return fields.get("Recognition", "").strip()
        case "link":
            return "\n".join(filter(None, (fields.get("Title"), fields.get("Description"), fields.get("Url"))))
        case "location":
            return fields.get("Label", "").strip()
        case _:
            return ""


def _happened(fields: Fields, event: str) -> Incoming | None:
    key = fields.get("EventKey", "")
    match event:
        case "subscribe":
            return _incoming(fields, command="start", text=key.removeprefix(_FOLLOWED))
        case "scan":
            return _incoming(fields, command="start", text=key)
        case "click":
            return _incoming(fields, command=key)
        case "unsubscribe":
            return _incoming(fields, happening=Happening.BLOCKED)
        case "scancode_push" | "scancode_waitmsg" if result := fields.get("ScanResult"):
            return _incoming(fields, text=result)
    return None


def _incoming(fields: Fields, **what: Any) -> Incoming:
    chat = chat_of(fields)
    return Incoming(channel=NAME, key=key_of(fields), chat=chat, private=True, sender=Sender(user=chat), **what)

"""Small typed readers for Telegram's plain data, and who may be held to what was said."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from telegram.constants import ChatID

from bot.channels.base import Sender

NAME: Final = "telegram"

T = TypeVar("T")
Part = Mapping[str, Any]

_NOBODY: Final = frozenset({int(ChatID.ANONYMOUS_ADMIN), int(ChatID.FAKE_CHANNEL), int(ChatID.SERVICE_CHAT)})


@dataclass(frozen=True, slots=True)
class Me:
    """The bot as people in a group call it. *username* is None until Telegram has told it."""

    id: int
    username: str | None = None
    _mention: re.Pattern[str] | None = field(init=False, repr=False)

    def __post_init__(self) -> None:
        name = self.username
        pattern = None if name is None else re.compile(rf"(?<!\w)@{re.escape(name)}(?!\w)", re.IGNORECASE)
        object.__setattr__(self, "_mention", pattern)

    def is_called(self, name: str) -> bool:
        """Is "/claim@name" for this bot? While nobody knows the name, yes: Telegram shows us what is ours."""
        return self.username is None or name.lower() == self.username.lower()

    def take_mention(self, text: str) -> tuple[bool, str]:
        """Was the bot mentioned, and the words without it."""
        if self._mention is None or "@" not in text:
            return False, text
        rest, times = self._mention.subn("", text)
        return times > 0, rest.strip() if times else text


def some(part: Part, key: str, kind: type[T]) -> T | None:
    """A field that may be missing.

    :raises TypeError: when it is of another kind (True is no int here)
    """
    value = part.get(key)
    if value is None or type(value) is kind:
        return value
    raise TypeError(f"{key} is a {type(value).__name__}, not a {kind.__name__}")


def need(part: Part, key: str, kind: type[T]) -> T:
    """A field that Telegram always sends.

    :raises KeyError: when it is missing
    :raises TypeError: when it is of another kind
    """
    value = some(part, key, kind)
    if value is None:
        raise KeyError(key)
    return value


def whole(part: Part, key: str) -> str:
    """A number as we keep it."""
    return str(need(part, key, int))


def chat_of(part: Part) -> tuple[str, str]:
    """The chat's id and its type."""
    chat = need(part, "chat", dict)
    return whole(chat, "id"), need(chat, "type", str)


def sender_of(part: Part) -> Sender | None:
    """The person behind it; None for everybody who only looks like one: bots, channels, anonymous administrators."""
    user = some(part, "from", dict)
    if user is None or part.get("sender_chat") is not None or part.get("via_bot") is not None:
        return None
    number = need(user, "id", int)
    if user.get("is_bot") or number in _NOBODY:
        return None
    first, last = some(user, "first_name", str), some(user, "last_name", str)
    name = f"{first or ''} {last or ''}".strip()
    return Sender(user=str(number), name=name, language=some(user, "language_code", str))


def thread_of(message: Part) -> str | None:
    """The forum topic. A reply in an ordinary supergroup has a thread number, too, but cannot be written to by it."""
    number = some(message, "message_thread_id", int)
    return None if number is None or not message.get("is_topic_message") else str(number)

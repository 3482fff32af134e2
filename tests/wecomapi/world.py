"""What exists at WeCom: members, group chats, robots, messages as they look now, codes, media, the token."""

import secrets  # noqa: TID251 - the double is the outside world
import time
from collections import defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.botapi.pulse import Pulse
from tests.wecomapi.errors import Json, Refused

HOUR = 3600.0
CODE_LIFE = 72 * HOUR
MEDIA_LIFE = 72 * HOUR


@dataclass
class Member:
    """Somebody who works here; *licensed* says that the company pays for them."""

    userid: str
    mobile: str = ""
    licensed: bool = True


@dataclass
class Message:
    """One message as its reader sees it now; *before* is what updates have replaced."""

    id: str
    to: str
    kind: str
    content: Json
    before: list[Json] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Everything that can be read."""
        return "\n".join(_words(self.content))

    @property
    def buttons(self) -> dict[str, str]:
        """Label → key of every button and of what the menu in the corner holds."""
        if "replace_text" in self.content:  # it stands in their place, in grey
            return {}
        menu = self.content.get("action_menu", {}).get("action_list", [])
        return {one["text"]: one["key"] for one in [*self.content.get("button_list", []), *menu] if "key" in one}

    @property
    def links(self) -> list[str]:
        """Every address in it."""
        jumps = [one.get("url") for one in self.content.get("jump_list", [])]
        found = [self.content.get("url"), self.content.get("card_action", {}).get("url"), *jumps]
        return list(dict.fromkeys(one for one in found if one))


def _words(content: Json | list[Json] | str) -> Iterator[str]:
    """Readable strings, in the order in which a card shows them."""
    if isinstance(content, str):
        yield content
    elif isinstance(content, list):
        for one in content:
            yield from _words(one)
    else:
        for name, value in content.items():
            if name not in {"key", "url", "card_type", "task_id", "media_id", "base64", "md5"}:
                yield from _words(value) if isinstance(value, (str, list, dict)) else ()


@dataclass
class Code:
    """Lets one message be updated, once, for 72 hours."""

    message: Message
    until: float
    spent: bool = False


@dataclass
class Window:
    """How much has come in a sliding span."""

    most: int
    span: float
    _arrived: "defaultdict[str, deque[float]]" = field(default_factory=lambda: defaultdict(deque))

    def full(self, key: str, now: float) -> bool:
        arrived = self._arrived[key]
        while arrived and arrived[0] <= now - self.span:
            arrived.popleft()
        return len(arrived) >= self.most

    def count(self, key: str, now: float) -> None:
        self._arrived[key].append(now)


@dataclass
class World:
    """Everything that the methods read and change; time can be moved ahead."""

    corp_id: str
    agent_id: int
    secret: str
    pulse: Pulse = field(default_factory=Pulse)
    members: dict[str, Member] = field(default_factory=dict)
    chats: set[str] = field(default_factory=set)
    robots: set[str] = field(default_factory=set)
    messages: list[Message] = field(default_factory=list)
    dropped: list[Message] = field(default_factory=list)  # answered with 0 and never shown
    codes: dict[str, Code] = field(default_factory=dict)
    tasks: dict[str, Message] = field(default_factory=dict)
    media: dict[str, tuple[bytes, float]] = field(default_factory=dict)
    tickets: dict[str, str] = field(default_factory=dict)  # of OAuth: code → userid
    menu: Json | None = None
    token_life: float = 2 * HOUR
    token: str = ""
    token_until: float = 0.0
    tokens_given: int = 0
    ahead: float = 0.0
    minute: Window = field(default_factory=lambda: Window(30, 60.0))
    hour: Window = field(default_factory=lambda: Window(1000, HOUR))
    robot: Window = field(default_factory=lambda: Window(20, 60.0))

    def now(self) -> float:
        return time.time() + self.ahead  # noqa: TID251 - the double is the outside world

    def new_token(self) -> str:
        """The one that is valid, or another when it has run out."""
        if not self.token or self.token_until <= self.now():
            self.token, self.token_until = secrets.token_urlsafe(32), self.now() + self.token_life
            self.tokens_given += 1
        return self.token

    def check(self, token: str | None) -> None:
        """:raises Refused: for a token that is none, or not valid any more"""
        if not token:
            raise Refused(41001)
        if token != self.token:
            raise Refused(40014)
        if self.token_until <= self.now():
            raise Refused(42001)

    def post(self, to: str, kind: str, content: Json) -> Message:
        """A message; beyond a member's 30 a minute or 1,000 an hour it is dropped in silence."""
        message = Message(secrets.token_urlsafe(16), to, kind, content)
        now = self.now()
        limited = [self.minute, self.hour] if to in self.members else []
        if any(window.full(to, now) for window in limited):
            self.dropped.append(message)
        else:
            for window in limited:
                window.count(to, now)
            self.messages.append(message)
        if task := content.get("task_id"):
            self.tasks[task] = message
        return message

    def code_for(self, message: Message) -> str:
        code = secrets.token_urlsafe(32)
        self.codes[code] = Code(message, self.now() + CODE_LIFE)
        return code

    def spend(self, code: str) -> Message:
        """The message that this code may update.

        :raises Refused: for one that is unknown, spent or too old
        """
        found = self.codes.get(code)
        if found is None or found.spent or found.until <= self.now():
            raise Refused(40058, "invalid Request Parameter: response_code")
        found.spent = True
        return found.message

    def keep_media(self, content: bytes) -> str:
        media_id = f"media-{secrets.token_urlsafe(24)}"
        self.media[media_id] = (content, self.now() + MEDIA_LIFE)
        return media_id

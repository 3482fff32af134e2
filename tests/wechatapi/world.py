"""What the platform knows: followers and what may be said to them, the token, media, templates, the menu."""

import secrets  # noqa: TID251 - the double is the outside world
import time
from dataclasses import dataclass, field

from tests.botapi.pulse import Pulse
from tests.wechatapi.errors import Json, Refused

TOKEN_LIVES = 7200.0
KEPT_ALIVE = 300.0  # the token before lives on for so long


@dataclass
class Follower:
    """One person with the chat open; *said* and *event* are what we may still say: until when, how much."""

    openid: str
    following: bool = True
    said: tuple[float, int] = (0.0, 0)
    event: tuple[float, int] = (0.0, 0)
    refuses_templates: bool = False
    mass: int = 0  # mass messages this month


@dataclass(frozen=True)
class Message:
    """What somebody sees, and by which way it came: reply, customer, template, mass, image."""

    openid: str
    way: str
    text: str
    at: float = field(default_factory=time.monotonic)


@dataclass
class World:
    """One official account."""

    app_id: str
    secret: str
    templates: dict[str, set[str]] = field(default_factory=dict)  # id → its fields
    permissions: set[str] = field(default_factory=lambda: {"custom", "template", "mass", "menu", "qrcode"})
    followers: dict[str, Follower] = field(default_factory=dict)
    messages: list[Message] = field(default_factory=list)
    media: dict[str, tuple[bytes, float]] = field(default_factory=dict)
    menu: Json = field(default_factory=dict)
    scenes: dict[str, str] = field(default_factory=dict)  # address behind the code → scene
    mass_names: set[str] = field(default_factory=set)
    token: str = ""
    token_until: float = 0.0
    fetched: int = 0  # tokens handed out for the asking
    ahead: float = 0.0
    drops: bool = False  # accepts template messages and shows them to nobody
    quiet: bool = False  # for benchmarks: nothing is kept but the count
    shown: int = 0
    pulse: Pulse = field(default_factory=Pulse)

    def now(self) -> float:
        return time.time() + self.ahead  # noqa: TID251 - the double is the outside world

    def follower(self, openid: object) -> Follower:
        found = self.followers.get(str(openid))
        if found is None:
            raise Refused(40003)
        return found

    def new_token(self, *, anew: bool) -> Json:
        if anew or not self.token or self.token_until <= self.now():
            self.token, self.token_until = f"token_{secrets.token_urlsafe(60)}", self.now() + TOKEN_LIVES
        self.fetched += 1
        return {"access_token": self.token, "expires_in": int(self.token_until - self.now())}

    def check(self, token: str | None) -> None:
        if not token:
            raise Refused(41001)
        if token != self.token:
            raise Refused(40001)
        if self.token_until <= self.now():
            raise Refused(42001)

    def may(self, what: str) -> None:
        if what not in self.permissions:
            raise Refused(48001)

    def show(self, openid: str, way: str, text: str) -> None:
        self.shown += 1
        if not self.quiet:
            self.messages.append(Message(openid, way, text))
        self.pulse.beat()

    def keep_media(self, content: bytes) -> str:
        media = secrets.token_urlsafe(48)
        self.media[media] = content, self.now() + 3 * 24 * 3600
        return media

    def open_chat(self, follower: Follower, *, event: bool) -> None:
        if event:
            follower.event = self.now() + 60, 3
        else:
            follower.said = self.now() + 48 * 3600, 5

"""The door to the double: start it, play followers, make it fail, look at what arrived."""

import itertools
from collections.abc import Callable
from types import TracebackType
from typing import Self, TypeVar

from aiohttp import web

from tests.botapi.server import Server
from tests.wechatapi.control import control
from tests.wechatapi.desk import Desk, Fault
from tests.wechatapi.phone import Phone
from tests.wechatapi.pushing import Answered, Pusher, Sealing
from tests.wechatapi.world import Follower, World

T = TypeVar("T")
APP_ID = "wx00000000000000a1"
SECRET = "the-secret-of-a-loopback-double0"
TOKEN, AES_KEY = "Guanjia2026", "kW9mYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2"


class WeChatApi(Desk):
    """A WeChat server on loopback: ``async with WeChatApi() as api: phone = api.follower("o-1")``."""

    def __init__(self, *, port: int = 0, callback_url: str = "", patience: float = 5.0) -> None:
        super().__init__(World(APP_ID, SECRET))
        self.pusher = Pusher(Sealing(TOKEN, AES_KEY, APP_ID), callback_url, patience)
        self._server = Server(self.handle, port)
        self._numbers = itertools.count(24_000_000_001)
        self._seconds = itertools.count()

    async def __aenter__(self) -> Self:
        await self._server.start()
        await self.pusher.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.pusher.__aexit__()
        await self._server.stop()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.port}"

    @property
    def settings(self) -> dict[str, str]:
        """As the environment of the program."""
        named = {"APP_ID": APP_ID, "APP_SECRET": SECRET, "TOKEN": TOKEN, "AES_KEY": AES_KEY, "API_URL": self.url}
        return {f"GUANJIA_WECHAT__{name}": value for name, value in named.items()}

    # Who is there.

    def follower(self, openid: str) -> Phone:
        self.world.followers.setdefault(openid, Follower(openid))
        return Phone(self, openid)

    def template(self, name: str, *fields: str) -> str:
        """A template of the account; without fields it takes any."""
        self.world.templates[name] = set(fields)
        return name

    # What is pushed, and what arrived.

    async def pushed(self, openid: str, fields: dict[str, object]) -> Answered:
        """Push until it is answered; what comes back is seen by the follower, once."""
        now = int(self.world.now())
        at = {"CreateTime": now if "MsgId" in fields else now + next(self._seconds)}
        whole: dict[str, object] = {"ToUserName": "gh_000000000001", "FromUserName": openid, **at, **fields}
        answered = await self.pusher.push(whole, at=now)
        if answered.reply is not None:
            self.world.show(openid, "reply", answered.reply)
        return answered

    async def wait_for(self, condition: Callable[[], T | None], timeout: float = 5.0, what: str = "the condition") -> T:
        """The condition's first true value; looked at again after everything that happens here."""
        return await self.world.pulse.until(condition, timeout, what)

    def number(self) -> int:
        return next(self._numbers)

    # What goes wrong.

    def fail(self, code: int = -1, *, method: str | None = None, times: int | None = 1, status: int = 200) -> Fault:
        """Refuse the next matching calls with an errcode, or a bare HTTP status; ``times=None`` until ``heal``."""
        return self._add(Fault("refuse", method, times, code, status))

    def lose_answers(self, *, method: str | None = None, times: int | None = 1, carried_out: bool = True) -> Fault:
        return self._add(Fault("lose" if carried_out else "drop", method, times))

    def delay(self, seconds: float, *, method: str | None = None, times: int | None = 1) -> Fault:
        return self._add(Fault("delay", method, times, seconds=seconds))

    def heal(self) -> None:
        self.faults.clear()

    def expire_token(self) -> None:
        """It runs out, as after two hours."""
        self.world.token_until = 0.0

    def replace_token(self) -> None:
        """Somebody else asked for another: ours is none any more."""
        self.world.new_token(anew=True)

    def change_secret(self, secret: str) -> None:
        """The administrator has a new one made: the old one and its token are void."""
        self.world.secret, self.world.token = secret, ""

    def pass_time(self, seconds: float) -> None:
        """For the platform only."""
        self.world.ahead += seconds

    async def refuse_connections(self) -> None:
        await self._server.close_port()

    async def accept_connections(self) -> None:
        await self._server.listen()

    def _add(self, fault: Fault) -> Fault:
        self.faults.append(fault)
        return fault

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        if request.path.startswith("/control/"):
            return await control(self, request, request.path.removeprefix("/control/"))
        return await super().handle(request)

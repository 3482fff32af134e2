"""The door to the double: start it, play members, make it fail, look at what arrived."""

import itertools
from collections.abc import Callable
from types import TracebackType
from typing import Self, TypeVar

from aiohttp import web

from tests.botapi.server import Server
from tests.wecomapi.callback import Callback
from tests.wecomapi.control import control
from tests.wecomapi.desk import Desk, Fault
from tests.wecomapi.phone import Phone
from tests.wecomapi.world import Member, Message, World

T = TypeVar("T")
CORP, AGENT = "ww0000000000000001", 1000002
SECRET = "the-secret-of-a-loopback-double-000000000"
TOKEN, AES_KEY = "QDG6eK", "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"


class WecomApi(Desk):
    """A WeCom API server on loopback: ``async with WecomApi() as api: phone = api.member("li")``."""

    def __init__(self, *, port: int = 0, callback_url: str = "") -> None:
        super().__init__(World(CORP, AGENT, SECRET))
        self.callback = Callback(TOKEN, AES_KEY, CORP, AGENT, callback_url)
        self._server = Server(self.handle, port)
        self._numbers = itertools.count(7_000_000_001)

    async def __aenter__(self) -> Self:
        await self._server.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._server.stop()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.port}"

    @property
    def settings(self) -> dict[str, str]:
        """As the environment of the program."""
        named = {
            "CORP_ID": CORP, "AGENT_ID": str(AGENT), "SECRET": SECRET, "TOKEN": TOKEN, "AES_KEY": AES_KEY,
            "API_URL": self.url, "OPEN_URL": self.url,
        }  # fmt: skip
        return {f"GUANJIA_WECOM__{name}": value for name, value in named.items()}

    # Who is there.

    def member(self, userid: str, *, mobile: str = "") -> Phone:
        self.world.members.setdefault(userid, Member(userid, mobile))
        return Phone(self, userid)

    def leaves(self, userid: str) -> None:
        """No longer in the company, or outside the app's range."""
        self.world.members.pop(userid, None)

    def group(self, chat: str) -> str:
        self.world.chats.add(chat)
        return chat

    def robot(self, key: str) -> str:
        self.world.robots.add(key)
        return f"robot:{key}"

    # What arrived.

    def messages_of(self, to: str) -> list[Message]:
        return [one for one in self.world.messages if one.to == to]

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
        """The token runs out, as after two hours."""
        self.world.token_until = 0.0

    def replace_token(self) -> None:
        """Somebody else asked for another: ours is none any more."""
        self.world.token = ""
        self.world.new_token()

    def change_secret(self, secret: str) -> None:
        """The administrator has a new one made: the old one and its token are void."""
        self.world.secret, self.world.token = secret, ""

    def pass_time(self, seconds: float) -> None:
        self.world.ahead += seconds
        self.world.pulse.beat()

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

"""The door to the double: start it, play people, make it fail, look at what arrived."""

import asyncio
from collections.abc import Callable
from types import TracebackType
from typing import Self, TypeVar

from aiohttp import web

from tests.botapi.actors import NEVER_STARTED, Channel, Group, User
from tests.botapi.calls import Call
from tests.botapi.control import control
from tests.botapi.desk import Desk
from tests.botapi.errors import Json
from tests.botapi.faults import Fault, Limits
from tests.botapi.learning import learn
from tests.botapi.server import Server
from tests.botapi.world import Chat

T = TypeVar("T")
TOKEN = "110201543:the-token-of-a-loopback-double"


class BotApi(Desk):
    """A Bot API server on loopback.

    ``async with BotApi() as api: Bot(api.token, base_url=api.base_url, base_file_url=api.base_file_url)``
    """

    def __init__(self, *, token: str = TOKEN, port: int = 0, seed: int = 1, webhook_pause: float = 1.0) -> None:
        super().__init__(token, seed, webhook_pause)
        self._server = Server(self.handle, port)
        self._outage: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        await self._server.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._outage is not None:
            self._outage.cancel()
        await self._server.stop()
        await self.webhook.stop()

    # Where it is.

    @property
    def token(self) -> str:
        return self.world.token

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.port}"

    @property
    def base_url(self) -> str:
        return f"{self.url}/bot"

    @property
    def base_file_url(self) -> str:
        return f"{self.url}/file/bot"

    # Who is there.

    def user(
        self,
        id: int,  # noqa: A002 - Telegram's word
        first_name: str = "小明",
        *,
        language_code: str = "zh-hans",
        username: str = "",
        started: bool = False,
    ) -> User:
        """A person. Until one has written something or ``started``, the bot may not write to them."""
        handle = {"username": username} if username else {}
        name = {"first_name": first_name} | handle
        self.world.people[id] = {"id": id, "is_bot": False, "language_code": language_code} | name
        chat = Chat(id, "private", name, {id: "member"}, refusal=None if started else NEVER_STARTED)
        self.world.chats.setdefault(id, chat)
        return User(self, id)

    def group(
        self,
        id: int,  # noqa: A002
        title: str,
        members: list[User] | None = None,
        *,
        forum: bool = False,
        bot_status: str = "administrator",
    ) -> Group:
        """A supergroup if its id begins with -100, as Telegram has it, or if it is a forum."""
        kind = "supergroup" if forum or id < -(10**12) else "group"
        people = {user.id: "member" for user in members or []}
        self.world.chats[id] = Chat(id, kind, {"title": title}, people, bot_status, is_forum=forum)
        return Group(self, id)

    def channel(self, id: int, title: str) -> Channel:  # noqa: A002
        self.world.chats[id] = Chat(id, "channel", {"title": title}, bot_status="administrator")
        return Channel(self, id)

    def push(self, update: Json, times: int = 1) -> int:
        """Let any update wait for the bot, of any shape; it gets an id if it has none. How many wait because of it."""
        learn(self.world, update)
        entries = self.updates.push(update, times)
        for entry in entries:
            self.webhook.enqueue(entry)
        return len(entries)

    # What arrived.

    def calls_of(self, method: str, chat: int | None = None) -> list[Call]:
        return [call for call in self.calls if call.method == method and chat in (None, call.chat_id)]

    async def wait_for(self, condition: Callable[[], T | None], timeout: float = 5.0, what: str = "the condition") -> T:
        """The condition's first true value; looked at again after everything that happens here."""
        return await self.world.pulse.until(condition, timeout, what)

    # What goes wrong.

    def fail(
        self,
        *,
        method: str | None = None,
        chat: int | None = None,
        times: int | None = 1,
        status: int = 500,
        retry_after: int | None = None,
        description: str | None = None,
        share: float = 1.0,
    ) -> Fault:
        """Refuse the next matching calls, or with ``share`` some of them; ``times=None`` until ``heal``."""
        fault = Fault("refuse", method, chat, times, share, status, retry_after, description)
        return self.faults.add(fault)

    def lose_answers(
        self,
        *,
        method: str | None = None,
        chat: int | None = None,
        times: int | None = 1,
        share: float = 1.0,
        carried_out: bool = True,
    ) -> Fault:
        """Cut the connection without an answer, by default after the call was carried out."""
        return self.faults.add(Fault("lose" if carried_out else "drop", method, chat, times, share))

    def delay(
        self, seconds: float, *, method: str | None = None, chat: int | None = None, times: int | None = 1
    ) -> Fault:
        """Carry out at once, answer late."""
        return self.faults.add(Fault("delay", method, chat, times, seconds=seconds))

    def heal(self) -> None:
        self.faults.clear()

    def enforce_limits(self, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()

    def revoke_token(self) -> None:
        self.accepted = None

    def accept_token(self, token: str | None = None) -> None:
        """Accept the bot's token again, or a new one instead."""
        self.accepted = self.world.token = token or self.world.token

    async def refuse_connections(self) -> None:
        await self._server.close_port()

    async def accept_connections(self) -> None:
        await self._server.listen()

    def be_away(self, seconds: float) -> None:
        """Close the port from the next moment on, and open it again by itself."""
        self._outage = asyncio.create_task(self._away(seconds))

    async def _away(self, seconds: float) -> None:
        await asyncio.sleep(0.01)  # So that whoever asked for this over the port still gets an answer.
        await self.refuse_connections()
        await asyncio.sleep(seconds)
        await self.accept_connections()

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        if request.path.startswith("/control/"):
            return await control(self, request, request.path.removeprefix("/control/"))
        return await super().handle(request)

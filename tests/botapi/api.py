"""The door to the double: start it, play people, make it fail, look at what arrived."""

import asyncio
import re
import time
from collections import Counter
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self, TypeVar

from aiohttp import web

from tests.botapi.actors import NEVER_STARTED, Channel, Group, User
from tests.botapi.calls import Call, read_call
from tests.botapi.control import control
from tests.botapi.errors import Json, Refused, not_found, unauthorized
from tests.botapi.faults import Fault, Faults, Limits
from tests.botapi.learning import learn
from tests.botapi.methods import METHODS, Method
from tests.botapi.quiet import HANDLED, Quiet
from tests.botapi.server import Cut, Server, bytes_answer, json_answer
from tests.botapi.updates import Updates
from tests.botapi.webhook import Webhook
from tests.botapi.world import Chat, World

T = TypeVar("T")
TOKEN = "110201543:the-token-of-a-loopback-double"
_TOKEN = re.compile(r"\d+:[A-Za-z0-9_-]+")


class BotApi:
    """A Bot API server on loopback.

    ``async with BotApi() as api: Bot(api.token, base_url=api.base_url, base_file_url=api.base_file_url)``
    """

    def __init__(self, *, token: str = TOKEN, port: int = 0, seed: int = 1, webhook_pause: float = 1.0) -> None:
        bot = {"id": int(token.partition(":")[0]), "is_bot": True, "first_name": "管家", "username": "guanjia_test_bot"}
        self.world = World(token, bot)
        self.updates = Updates(self.world.pulse)
        self.webhook = Webhook(self.updates, self._answered_by_webhook, first_pause=webhook_pause)
        self.faults = Faults(seed)
        self.limits: Limits | None = None
        self.quiet = Quiet()
        self.calls: list[Call] = []
        self.counts: Counter[str] = Counter()
        self.accepted: str | None = token
        self._server = Server(self._handle, port)

    async def __aenter__(self) -> Self:
        await self._server.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.webhook.stop()
        await self._server.stop()

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

    # How it answers.

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        path = request.path
        if path.startswith("/bot"):
            token, _, method = path[4:].partition("/")
            return await self._bot(request, token, method)
        if path.startswith("/file/bot"):
            token, _, name = path[9:].partition("/")
            return self._file(token, name)
        if path.startswith("/control/"):
            return await control(self, request, path.removeprefix("/control/"))
        return _refusal(not_found())

    async def _bot(self, request: web.BaseRequest, token: str, method: str) -> web.StreamResponse:
        if token != self.accepted:
            return _refusal(unauthorized() if _TOKEN.fullmatch(token) else not_found())
        if self.quiet.on and method in HANDLED:
            answer = bytes_answer(self.quiet.answer(method, await request.read()))
            self.world.pulse.beat()
            return answer
        try:
            call = await read_call(request, method)
        except Refused as refused:
            return _refusal(refused)
        return await self._answer(call)

    def _file(self, token: str, name: str) -> web.StreamResponse:
        found = next((file for file in self.world.files.values() if file.path == name), None)
        if token != self.accepted or found is None:
            return _refusal(not_found() if token == self.accepted else unauthorized())
        return web.Response(body=found.content)

    async def _answer(self, call: Call) -> web.StreamResponse:
        self.calls.append(call)
        self.counts[call.method] += 1
        fault = self.faults.hit(call)
        call.fault = fault.kind if fault else None
        self.world.pulse.beat()
        status, answer = await self._result(call, fault)
        if fault is not None and fault.kind in ("lose", "drop"):
            self.world.pulse.beat()
            raise Cut
        call.status, call.answer = status, answer
        self.world.pulse.beat()
        if fault is not None and fault.kind == "delay":
            await asyncio.sleep(fault.seconds)
        return _as_response(status, answer)

    async def _result(self, call: Call, fault: Fault | None) -> tuple[int, Json]:
        try:
            if fault is not None and fault.kind == "refuse":
                raise fault.refusal()
            if fault is not None and fault.kind == "drop":
                return 0, {}
            if self.limits is not None:
                self.limits.check(call)
            return 200, {"ok": True, "result": await self._carried_out(call)}
        except Refused as refused:
            return refused.code, refused.as_answer()

    async def _carried_out(self, call: Call) -> Any:
        match call.method.lower():
            case "getupdates":
                return await self.updates.poll(call)
            case "setwebhook":
                return await self.webhook.set(call)
            case "deletewebhook":
                return await self.webhook.remove(drop=call.boolean("drop_pending_updates"))
            case "getwebhookinfo":
                return self.webhook.info()
            case name:
                return self._looked_up(name)(self.world, call)

    @staticmethod
    def _looked_up(name: str) -> Method:
        if name not in METHODS:
            raise not_found()
        return METHODS[name]

    def _answered_by_webhook(self, answer: Json) -> None:
        call = Call(str(answer.pop("method")), answer, arrived=time.monotonic())
        if self.quiet.on:
            self.quiet.counts[call.method] += 1
            self.quiet.arrivals.append((call.chat_id or 0, call.arrived, call.method))
            return
        self.calls.append(call)
        self.counts[call.method] += 1
        try:
            call.answer = {"ok": True, "result": self._looked_up(call.method.lower())(self.world, call)}
            call.status = 200
        except Refused as refused:
            call.status, call.answer = refused.code, refused.as_answer()
        self.world.pulse.beat()


def _refusal(refused: Refused) -> web.StreamResponse:
    return _as_response(refused.code, refused.as_answer())


def _as_response(status: int, answer: Json) -> web.StreamResponse:
    wait = answer.get("parameters", {}).get("retry_after")
    return json_answer(answer, status, {"Retry-After": str(wait)} if wait else None)

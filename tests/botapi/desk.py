"""Where calls are taken in and answered, and all that they leave behind is kept."""

import asyncio
import re
import time
from collections import Counter
from typing import Any

from aiohttp import web

from tests.botapi.calls import Call, read_call
from tests.botapi.errors import Json, Refused, not_found, unauthorized
from tests.botapi.faults import Fault, Faults, Limits
from tests.botapi.methods import METHODS, Method
from tests.botapi.quiet import HANDLED, Quiet
from tests.botapi.server import Cut, bytes_answer, json_answer
from tests.botapi.updates import Updates
from tests.botapi.webhook import Webhook
from tests.botapi.world import World

_TOKEN = re.compile(r"\d+:[A-Za-z0-9_-]+")


class Desk:
    """One bot's server: its world, the updates that wait for it, and every call that it made."""

    def __init__(self, token: str, seed: int, webhook_pause: float) -> None:
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

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        path = request.path
        if path.startswith("/bot"):
            token, _, method = path[4:].partition("/")
            return await self._bot(request, token, method)
        if path.startswith("/file/bot"):
            token, _, name = path[9:].partition("/")
            return self._file(token, name)
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

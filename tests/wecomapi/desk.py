"""Where calls are taken in and answered, and all that they leave behind is kept."""

import asyncio
import random  # noqa: TID251 - seeded: the same faults in every run
from collections import Counter
from dataclasses import dataclass, field
from typing import Literal

import orjson
from aiohttp import web

from tests.botapi.server import Cut, json_answer
from tests.wecomapi.errors import Json, Refused
from tests.wecomapi.methods import METHODS, OPEN
from tests.wecomapi.world import World


@dataclass
class Call:
    """One call as it arrived and was answered; *code* is None while there is no answer, or none was given."""

    method: str
    given: Json
    code: int | None = None


@dataclass
class Fault:
    """Something that goes wrong for calls that match.

    ``refuse``: answered with the errcode (or a bare HTTP *status*), not carried out. ``lose``: carried out, then cut
    without an answer. ``drop``: cut without being carried out. ``delay``: carried out at once, answered late.
    """

    kind: Literal["refuse", "lose", "drop", "delay"]
    method: str | None = None
    times: int | None = 1
    code: int = -1
    status: int = 200
    share: float = 1.0
    seconds: float = 0.0

    def matches(self, method: str) -> bool:
        return self.times != 0 and self.method in (None, method)


@dataclass
class Desk:
    """One company's server: its world, what goes wrong, and every call that was made."""

    world: World
    faults: list[Fault] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    chance: random.Random = field(default_factory=lambda: random.Random(1))

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        method = request.path.removeprefix("/cgi-bin/")
        given = await _given(request)
        if method not in {"media/upload", "media/get", "webhook/upload_media", *METHODS, *OPEN}:
            return web.Response(status=404)
        call = Call(method, {name: value for name, value in given.items() if name != "content"})
        self.calls.append(call)
        self.counts[method] += 1
        fault = self._fault(method)
        try:
            answer = self._answer(method, given, fault)
        except Refused as refused:
            answer = json_answer(refused.as_answer())
            call.code = refused.code
        else:
            call.code = 0
        if fault and fault.kind in ("lose", "drop"):
            call.code = None
            self.world.pulse.beat()
            raise Cut
        if fault and fault.kind == "delay":
            await asyncio.sleep(fault.seconds)
        self.world.pulse.beat()
        return answer

    def _answer(self, method: str, given: Json, fault: Fault | None) -> web.Response:
        if fault and fault.kind == "refuse":
            if fault.status != 200:
                return web.Response(status=fault.status, text="<html>bad gateway</html>")
            raise Refused(fault.code)
        if fault and fault.kind == "drop":
            return web.Response()
        if method in OPEN:
            return _ok(OPEN[method](self.world, given))
        if method == "webhook/upload_media":
            if given.get("key") not in self.world.robots:
                raise Refused(93000)
            return _ok(self._upload(given))
        self.world.check(given.get("access_token"))
        if method == "media/upload":
            return _ok(self._upload(given))
        if method == "media/get":
            return self._media(str(given.get("media_id", "")))
        return _ok(METHODS[method](self.world, given))

    def _upload(self, given: Json) -> Json:
        kind = given.get("type")
        if kind not in {"image", "file"} or not given.get("content"):
            raise Refused(40004)
        return {"type": kind, "media_id": self.world.keep_media(given["content"]), "created_at": "1380000000"}

    def _media(self, media_id: str) -> web.Response:
        found = self.world.media.get(media_id)
        if found is None or found[1] <= self.world.now():
            raise Refused(40007)
        return web.Response(body=found[0], content_type="image/jpeg")

    def _fault(self, method: str) -> Fault | None:
        for fault in self.faults:
            if fault.matches(method) and (fault.share >= 1.0 or self.chance.random() < fault.share):
                if fault.times is not None:
                    fault.times -= 1
                return fault
        return None


async def _given(request: web.BaseRequest) -> Json:
    """Query and body together; an uploaded file as ``content``."""
    given: Json = dict(request.query)
    if request.content_type == "multipart/form-data":
        for value in (await request.post()).values():
            if isinstance(value, web.FileField):
                given["content"] = value.file.read()
                value.file.close()
    elif request.method == "POST":
        given |= await _json(request)
    return given


async def _json(request: web.BaseRequest) -> Json:

    return orjson.loads(await request.read() or b"{}")


def _ok(answer: Json) -> web.Response:
    return json_answer({"errcode": 0, "errmsg": "ok", **answer})

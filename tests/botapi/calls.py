"""A call as it arrived: its parameters in whichever encoding, its uploads, its answer."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import orjson
from aiohttp import web

from tests.botapi.errors import Json, bad_request


@dataclass(frozen=True)
class Upload:
    """A file that came in a multipart form."""

    filename: str
    content: bytes
    content_type: str


@dataclass
class Call:
    """One call of the bot; ``answer`` is None while there is none, or if it was lost on purpose."""

    method: str
    parameters: Json
    uploads: Mapping[str, Upload] = field(default_factory=dict)
    arrived: float = field(default_factory=time.monotonic)
    status: int | None = None
    answer: Json | None = None
    fault: str | None = None

    @property
    def chat_id(self) -> int | None:
        value = self.parameters.get("chat_id")
        return int(value) if isinstance(value, int) or (isinstance(value, str) and _is_number(value)) else None

    @property
    def accepted(self) -> bool:
        return self.status == 200

    def text(self, name: str) -> str:
        value = self.parameters.get(name)
        return "" if value is None else str(value)

    def integer(self, name: str, default: int = 0) -> int:
        value = self.parameters.get(name)
        if isinstance(value, str) and _is_number(value):
            return int(value)
        return value if isinstance(value, int) else default

    def boolean(self, name: str) -> bool:
        return str(self.parameters.get(name, "")).lower() in ("true", "1", "yes")

    def structure(self, name: str) -> Any:
        """A nested value, which comes as JSON text in forms and may come as itself in JSON bodies."""
        value = self.parameters.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return orjson.loads(value)
        except orjson.JSONDecodeError:
            raise bad_request(f"can't parse {name} JSON object") from None

    def described(self) -> Json:
        """For the control interface: uploads by size only."""
        return {
            "method": self.method,
            "parameters": self.parameters,
            "uploads": {name: len(upload.content) for name, upload in self.uploads.items()},
            "arrived": self.arrived,
            "status": self.status,
            "answer": self.answer,
            "fault": self.fault,
        }


def _is_number(value: str) -> bool:
    return value.lstrip("-").isdecimal()


async def read_call(request: web.BaseRequest, method: str) -> Call:
    """Query, JSON, urlencoded or multipart, as the Bot API takes them all."""
    arrived = time.monotonic()
    parameters: Json = dict(request.query)
    uploads: dict[str, Upload] = {}
    if request.content_type == "multipart/form-data":
        for name, value in (await request.post()).items():
            if isinstance(value, web.FileField):
                uploads[name] = Upload(value.filename, value.file.read(), value.content_type)
                value.file.close()
            else:
                parameters[name] = value
    else:
        parameters |= parse_body(await request.read(), request.content_type)
    return Call(method, parameters, uploads, arrived)


def parse_body(body: bytes, content_type: str) -> Json:
    if not body:
        return {}
    if content_type != "application/json":
        return dict(parse_qsl(body.decode(), keep_blank_values=True))
    try:
        parsed = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise bad_request("can't parse JSON object") from None
    if not isinstance(parsed, dict):
        raise bad_request("object expected")
    return parsed

"""Stands before every web route: strangers' pages kept out, browsers told to be strict, refusals put into words."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.channels.web import words
from bot.channels.web.refused import Refused
from domain.errors import Unavailable

_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_STRICT = {
    "Content-Security-Policy": _CSP,
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    # with "no-referrer" browsers send "Origin: null" with our own forms, which nobody could tell from a foreign one
    "Referrer-Policy": "same-origin",
}


class Guard:
    """A middleware of plain ASGI: streams pass through it unbuffered."""

    def __init__(self, app: ASGIApp, *, demo: bool) -> None:
        self._app = app
        self._demo = demo

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def strictly(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                for name, value in _STRICT.items():
                    headers.setdefault(name, value)
                headers.setdefault("Cache-Control", "no-cache" if "etag" in headers else "no-store")
            await send(message)

        try:
            self._admit(scope)
            await self._app(scope, receive, strictly)
        except (Refused, Unavailable) as error:
            if started:
                raise
            refused = error if isinstance(error, Refused) else Refused(503, "web-trouble")
            await _say(refused, Headers(scope=scope))(scope, receive, strictly)

    def _admit(self, scope: Scope) -> None:
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if self._demo and urlsplit(f"//{host}").hostname not in _LOOPBACK:
            raise Refused(403, "web-foreign")  # a foreign name that was made to point at this machine
        if scope["method"] not in {"GET", "HEAD"} and not _own(headers, host):
            raise Refused(403, "web-foreign")


def _own(headers: Headers, host: str) -> bool:
    """Does the request come from a page of ours? Whoever says neither is no browser, and has no cookie to misuse."""
    origin = headers.get("origin")
    if origin is not None:
        return urlsplit(origin).netloc == host
    return headers.get("sec-fetch-site", "same-origin") == "same-origin"


def _say(refused: Refused, headers: Headers) -> JSONResponse:
    language = words.best(headers.get("accept-language", ""))
    sentence = words.texts()[language][refused.key].format(**refused.values)
    later = {"Retry-After": "5"} if refused.status == 503 else None
    content = {"key": refused.key, "values": refused.values, "error": sentence}
    return JSONResponse(content, status_code=refused.status, headers=later)

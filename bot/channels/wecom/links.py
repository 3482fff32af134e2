"""Links that say who tapped them: WeCom tells us which member it is, so a group's card can be pressed, too."""

from __future__ import annotations

import html
import re
import secrets
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any, Final, Protocol
from urllib.parse import urlencode

import structlog
from itsdangerous import BadData, URLSafeTimedSerializer
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from bot.channels.wecom.calls import Calls
from bot.channels.wecom.failing import Failed, meaning
from bot.channels.wecom.receive import NAME, opened, tapped
from bot.tencent.tokens import Transact
from domain.errors import Unavailable
from domain.messaging.model import Received
from domain.register import operations as register
from domain.register.ports import RegisterWork

LIFE: Final = timedelta(hours=72)  # of a card's link: as long as a card can be updated
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_HOME: Final = "home"

log = structlog.get_logger(__name__)


class Say(Protocol):
    """Words.say."""

    def __call__(self, key: str, language: str, **values: Any) -> str: ...


class Links:
    """Makes them. *url* is ours without a path, *open_url* WeCom's page that knows its members."""

    def __init__(self, *, url: str, open_url: str, corp_id: str, agent_id: int, secret: str) -> None:
        self._url = url
        self._open_url = open_url.rstrip("/")
        self._app = {"appid": corp_id, "agentid": str(agent_id)}
        self._signer = URLSafeTimedSerializer(secret, salt="guanjia-wecom-link")

    def press(self, chat: str, button: str) -> str:
        """Presses a button of a card in this chat."""
        return f"{self._url}/wecom/go/{self._signer.dumps([chat, button])}"

    def invitation(self, token: str) -> str:
        """Redeems a one-time token, as "/start TOKEN" does."""
        return f"{self._url}/wecom/i/{token}"

    @property
    def home(self) -> str:
        """The web chat, as whoever opens it."""
        return f"{self._url}/wecom/home"

    def pressed(self, token: str) -> tuple[str, str] | None:
        """Chat and button of a link that we signed not too long ago."""
        try:
            chat, button = self._signer.loads(token, max_age=int(LIFE.total_seconds()))
        except (BadData, ValueError, TypeError):
            return None
        return str(chat), str(button)

    def ask_who(self, **what: str) -> str:
        """WeCom's page, which comes back to us with a code for whoever opened it."""
        back = f"{self._url}/wecom/who?{urlencode(what)}"
        query = {"redirect_uri": back, "response_type": "code", "scope": "snsapi_base", "state": "guanjia"}
        return f"{self._open_url}/connect/oauth2/authorize?{urlencode({**self._app, **query})}#wechat_redirect"


class Desk:
    """Answers them."""

    def __init__(
        self,
        links: Links,
        calls: Calls,
        *,
        store: Callable[[Received], Awaitable[object]],
        commit: Transact,
        say: Say,
        now: Callable[[], datetime],
    ) -> None:
        self._links = links
        self._calls = calls
        self._store = store
        self._commit = commit
        self._say = say
        self._now = now

    def routes(self) -> list[BaseRoute]:
        """GET only: nothing happens before WeCom has told who it is."""
        return [
            Route("/wecom/go/{token}", self._go, methods=["GET"]),
            Route("/wecom/i/{token}", self._invited, methods=["GET"]),
            Route("/wecom/home", self._home, methods=["GET"]),
            Route("/wecom/who", self._who, methods=["GET"]),
        ]

    async def _go(self, request: Request) -> Response:
        token = request.path_params["token"]
        if self._links.pressed(token) is None:
            return self._page(request, "wecom-link-old", 410)
        return RedirectResponse(self._links.ask_who(go=token), 302)

    async def _invited(self, request: Request) -> Response:
        token = request.path_params["token"]
        if not _TOKEN.fullmatch(token):
            return self._page(request, "wecom-link-old", 410)
        return RedirectResponse(self._links.ask_who(i=token), 302)

    async def _home(self, _request: Request) -> Response:
        return RedirectResponse(self._links.ask_who(to=_HOME), 302)

    async def _who(self, request: Request) -> Response:
        """They are back, with a code."""
        code, wanted = request.query_params.get("code", ""), request.query_params
        pressed, token = self._links.pressed(wanted.get("go", "")), wanted.get("i", "")
        if not code or not (pressed or _TOKEN.fullmatch(token) or wanted.get("to") == _HOME):
            return self._page(request, "wecom-link-old", 410)
        try:
            user = await self._calls.member_behind(code)
        except Failed as error:
            failure = meaning(error, repeatable=True)
            log.warning("wecom-link-nobody", reason=failure.reason)
            return self._page(request, "wecom-link-old" if failure.permanent else "wecom-link-later", 410)
        if user is None:
            return self._page(request, "wecom-link-stranger", 403)
        return await self._do(request, user, pressed, token, code)

    async def _do(
        self, request: Request, user: str, pressed: tuple[str, str] | None, token: str, code: str
    ) -> Response:
        """What they opened it for; a press and an invitation go through the inbox as everything else does."""
        try:
            if pressed:
                chat, button = pressed
                await self._store(tapped(user=user, chat=chat, button=button, code=code, now=self._now()))
            elif token:
                await self._store(opened(user=user, token=token, code=code, now=self._now()))
            else:
                return await self._show_home(request, user)
        except Unavailable:
            return self._page(request, "wecom-link-later", 503)
        return self._page(request, "wecom-link-done")

    async def _show_home(self, request: Request, user: str) -> Response:
        """To the web chat as themselves, by a one-time link."""
        token, now = secrets.token_urlsafe(18), self._now()

        def invite(work: RegisterWork) -> bool:
            address = work.addresses.find(NAME, user)
            if address is not None:
                register.invite(work=work, person_id=address.person_id, token=token, now=now)
            return address is not None

        if await self._commit(invite):
            return RedirectResponse(f"/i/{token}", 302)
        return self._page(request, "wecom-link-stranger", 403)

    def _page(self, request: Request, key: str, status: int = 200) -> Response:
        """One sentence, in the phone's language."""
        language = "en" if request.headers.get("accept-language", "zh").lower().startswith("en") else "zh_CN"
        words = html.escape(self._say(key, language))
        page = (
            f'<!doctype html><html lang="{language[:2]}"><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width, initial-scale=1"><title>管家</title>'
            f"<p>{words}</p></html>"
        )
        strict = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff"}
        return HTMLResponse(page, status, headers={**strict, "Content-Security-Policy": "default-src 'none'"})

"""The door for WeCom's pushes: genuine, fresh and stored, and only then answered."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final
from urllib.parse import parse_qs

import structlog
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from bot.channels.wecom.receive import NAME, received
from bot.tencent.door import Refused, answer, read_body
from bot.tencent.seal import UNREADABLE, NotGenuine, Seal, fields_of
from bot.tencent.tokens import Transact
from domain.errors import Unavailable
from domain.messaging.model import Received
from domain.messaging.tencent import Picture
from domain.messaging.wecom import CODE_LIFE, WecomWork

PATH: Final = "/wecom/callback"
_LONGEST_NONCE: Final = 64

log = structlog.get_logger(__name__)


class Doorman:
    """GET: WeCom asks whether the address is ours. POST: something happened.

    What WeCom would not send is answered with 4xx and leaves nothing behind. When it cannot be stored the answer is
    503: WeCom comes again, three times in all. Everything else is answered at once: what we say goes out by itself.
    """

    def __init__(
        self, seal: Seal, *, commit: Transact, arrived: Callable[[], None], now: Callable[[], datetime]
    ) -> None:
        self._seal = seal
        self._account = f"wecom:{seal.owner}"
        self._commit = commit
        self._arrived = arrived
        self._now = now

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            body, words = await read_body(scope, receive), _query(scope)
            said = self._echo(words) if scope["method"] == "GET" else await self._take(words, body)
        except NotGenuine as error:
            log.warning("wecom-callback-refused", reason=str(error))
            await answer(send, status=403 if str(error) in {"signature", "stale", "nonce"} else 400)
        except Refused as refused:
            await answer(send, status=refused.status)
        else:
            await answer(send, said)

    def _echo(self, query: Mapping[str, str]) -> str:
        sealed = query.get("echostr", "")
        where = query.get("timestamp", ""), query.get("nonce", "")
        self._seal.check(query.get("msg_signature", ""), *where, sealed, now=self._now())
        return self._seal.decrypt(sealed)

    async def _take(self, query: Mapping[str, str], body: bytes) -> str:
        now, nonce = self._now(), query.get("nonce", "")
        words = self._seal.unseal(query, body, now=now)
        try:
            fields = fields_of(words)
            picture = _picture(fields)
            push = received(fields, ref=picture.ref if picture else "", now=now)
        except UNREADABLE as error:
            raise NotGenuine("message") from error
        if not 0 < len(nonce) <= _LONGEST_NONCE:
            raise NotGenuine("nonce")
        await self._store(push, fields, picture, nonce)
        if picture:
            self._arrived()
        return ""

    async def _store(self, push: Received, fields: Mapping[str, str], picture: Picture | None, nonce: str) -> None:
        """In one transaction with the code that a press brings, and the picture that is to be fetched.

        :raises NotGenuine: the nonce came before with something else
        :raises Refused: 503 when it cannot be kept, for whatever reason: WeCom must keep what we could not
        """

        now = push.received_at

        def keep(work: WecomWork) -> bool:
            if not work.nonces.add(self._account, nonce, key=push.key, now=now):
                return False
            if work.inbox.add(push):
                if code := fields.get("ResponseCode"):
                    work.wecom_cards.renew(fields["TaskId"], code=code, good_until=now + CODE_LIFE)
                if picture:
                    work.pictures.expect(NAME, picture, now=now)
            return True

        try:
            fresh = await self._commit(keep)
        except Unavailable as error:
            log.error("wecom-push-not-stored", reason=str(error))  # noqa: TRY400 - no bug
            raise Refused(503) from None
        except Exception:
            log.exception("wecom-push-not-stored")
            raise Refused(503) from None
        if not fresh:
            raise NotGenuine("nonce")


def _picture(fields: Mapping[str, str]) -> Picture | None:
    """The picture in it, under a random name of ours."""
    is_picture = fields["MsgType"] == "image"
    return Picture(ref=secrets.token_urlsafe(18), media_id=fields["MediaId"]) if is_picture else None


def _query(scope: Scope) -> dict[str, str]:
    """Each name once.

    :raises NotGenuine: a name that is there twice, or what is no query
    """
    try:
        found = parse_qs(scope.get("query_string", b"").decode("ascii"), keep_blank_values=True, max_num_fields=20)
    except ValueError as error:
        raise NotGenuine("query") from error
    if any(len(values) > 1 for values in found.values()):
        raise NotGenuine("query")
    return {name: values[0] for name, values in found.items()}


def callback_route(seal: Seal, *, commit: Transact, arrived: Callable[[], None], now: Callable[[], datetime]) -> Route:
    """GET and POST /wecom/callback."""
    return Route(PATH, Doorman(seal, commit=commit, arrived=arrived, now=now), methods=["GET", "POST"])

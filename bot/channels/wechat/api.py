"""The official account's API as the rest of this folder calls it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from bot.tencent.api import Api
from bot.tencent.http import AnswerLost, Http
from bot.tencent.tokens import TokenStore, Transact
from domain.messaging.tencent import AccessToken

WECHAT: Final = "https://api.weixin.qq.com"
_MONTH: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """Who we are at WeChat."""

    app_id: str
    app_secret: str = field(repr=False)
    api_url: str = WECHAT


def make_api(account: Credentials, *, commit: Transact, now: Callable[[], datetime], connections: int = 64) -> Api:
    """Calls with the one token that all processes share."""
    http = Http(account.api_url, connections=connections)

    async def fetch(*, anew: bool) -> AccessToken:
        asked = now()
        wish = {"grant_type": "client_credential", "appid": account.app_id, "secret": account.app_secret}
        answer = await http.call("/cgi-bin/stable_token", {**wish, "force_refresh": anew})
        return _token(answer, asked)

    return Api(http, TokenStore(f"wechat:{account.app_id}", fetch=fetch, commit=commit, now=now))


def _token(answer: dict[str, Any], asked: datetime) -> AccessToken:
    try:
        seconds = max(60, int(answer["expires_in"]) - 300)  # the platform hands out the next one five minutes early
        return AccessToken(value=str(answer["access_token"]), expires_at=asked + timedelta(seconds=seconds))
    except (KeyError, TypeError, ValueError):
        raise AnswerLost("no token") from None


async def scene_link(api: Api, scene: str, *, life: timedelta | None = None) -> str:
    """An address for a QR code: whoever scans it is brought to us with *scene*; for ever without a *life*.

    :raises ValueError: WeChat takes scenes of 1 to 64 characters, and lives of up to 30 days
    """
    if not 0 < len(scene) <= 64 or (life is not None and not timedelta() < life <= _MONTH):
        raise ValueError("no scene, or a life too long")
    about: dict[str, Any] = {"action_info": {"scene": {"scene_str": scene}}}
    if life is None:
        wish = {"action_name": "QR_LIMIT_STR_SCENE", **about}
    else:
        wish = {"action_name": "QR_STR_SCENE", "expire_seconds": int(life.total_seconds()), **about}
    return str((await api.call("/cgi-bin/qrcode/create", wish))["url"])

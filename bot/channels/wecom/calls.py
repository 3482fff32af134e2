"""The calls of WeCom's API that we make."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from bot.channels.base import DeliveryError
from bot.tencent.api import Api
from bot.tencent.http import ApiError, Http
from bot.tencent.tokens import Fetch
from domain.messaging.tencent import AccessToken

Json = dict[str, Any]
_BYTES: Final = "application/octet-stream"
_NOBODY: Final = frozenset({46004, 60111})
_NO_LICENCE: Final = "no licence for this member"


def fetch_token(http: Http, corp_id: str, secret: str, *, now: Any) -> Fetch:
    """Asks for a token; WeCom gives the same again until it has run out."""

    async def fetch(*, anew: bool) -> AccessToken:  # noqa: ARG001 - there is no other way to ask
        asked_at: datetime = now()
        answer = await http.call("/cgi-bin/gettoken", query={"corpid": corp_id, "corpsecret": secret})
        return AccessToken(
            value=str(answer["access_token"]), expires_at=asked_at + timedelta(seconds=int(answer["expires_in"]))
        )

    return fetch


class Calls:
    """One app of one company. *robots*: the keys of group robots by our names for them."""

    def __init__(self, api: Api, *, agent_id: int, robots: Mapping[str, str]) -> None:
        self.api = api
        self._agent = agent_id
        self._robots = robots

    async def to_member(self, userid: str, kind: str, content: Json) -> str | None:
        """Say it to a member; the code for updating it, if it is a card.

        :raises DeliveryError: the company pays for no such member
        """
        payload = {"touser": userid, "agentid": self._agent, "msgtype": kind, kind: content}
        answer = await self.api.call("/cgi-bin/message/send", payload)
        if answer.get("unlicenseduser"):
            raise DeliveryError(_NO_LICENCE, elsewhere=True)
        if answer.get("invaliduser"):
            raise ApiError(81013)
        return answer.get("response_code")

    async def update(self, userid: str, code: str, card: Json) -> None:
        """Put another card in the place of one that is out; *code* is spent."""
        payload = {"userids": [userid], "agentid": self._agent, "response_code": code, "template_card": card}
        await self.api.call("/cgi-bin/message/update_template_card", payload)

    async def to_group(self, chat: str, kind: str, content: Json) -> None:
        """Say it in a group chat that this app has made."""
        await self.api.call("/cgi-bin/appchat/send", {"chatid": chat, "msgtype": kind, kind: content})

    async def to_robot(self, name: str, kind: str, content: Json) -> None:
        """Say it through a group's robot.

        :raises DeliveryError: no robot of that name in the settings
        """
        query = {"key": self._robot(name)}
        await self.api.http.call("/cgi-bin/webhook/send", {"msgtype": kind, kind: content}, query=query)

    async def robot_upload(self, robot: str, content: bytes, *, name: str) -> str:
        """A media id for a file that this robot is to give.

        :raises DeliveryError: no robot of that name in the settings
        """
        query, files = {"key": self._robot(robot), "type": "file"}, {"media": (name, content, _BYTES)}
        answer = await self.api.http.call("/cgi-bin/webhook/upload_media", query=query, files=files)
        return str(answer["media_id"])

    def _robot(self, name: str) -> str:
        key = self._robots.get(name)
        if key is None:
            raise DeliveryError(f"GUANJIA_WECOM__ROBOTS has no robot {name}", permanent=True)
        return key

    async def upload(self, content: bytes, *, kind: str = "image", name: str = "photo.jpg") -> str:
        """A media id for a file of ours, good for three days."""
        files = {"media": (name, content, "image/jpeg" if kind == "image" else _BYTES)}
        answer = await self.api.call("/cgi-bin/media/upload", query={"type": kind}, files=files)
        return str(answer["media_id"])

    async def member_behind(self, code: str) -> str | None:
        """Who opened a link; None for somebody from outside."""
        answer = await self.api.call("/cgi-bin/auth/getuserinfo", query={"code": code})
        found = answer.get("userid") or answer.get("UserId")
        return str(found) if found else None

    async def member_with(self, mobile: str) -> str | None:
        """The member whose number on the company's file this is."""
        answer = await self.api.call("/cgi-bin/user/getuserid", {"mobile": mobile}, fine=_NOBODY)
        return answer.get("userid")

    async def create_menu(self, buttons: list[Json]) -> None:
        """What stands under the chat with us."""
        await self.api.call("/cgi-bin/menu/create", {"button": buttons}, query={"agentid": str(self._agent)})

    async def close(self) -> None:
        """End all connections."""
        await self.api.http.close()


def robot_photo(content: bytes) -> Json:
    """A photo as a robot takes it."""
    digest = hashlib.md5(content, usedforsecurity=False).hexdigest()
    return {"base64": base64.b64encode(content).decode(), "md5": digest}

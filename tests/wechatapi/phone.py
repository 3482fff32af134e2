"""A follower with a phone: writes, taps, scans, follows and leaves."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.wechatapi.pushing import Answered

if TYPE_CHECKING:
    from tests.wechatapi.api import WeChatApi


@dataclass
class Phone:
    """One follower of the account."""

    api: "WeChatApi"
    openid: str

    async def says(self, text: str, **more: object) -> Answered:
        return await self._message("text", {"Content": text}, **more)

    async def speaks(self, heard: str | None) -> Answered:
        recognition = {} if heard is None else {"Recognition": heard}
        return await self._message("voice", {"MediaId": "voice-1", "Format": "amr", **recognition})

    async def sends_picture(self, content: bytes) -> Answered:
        media = self.api.world.keep_media(content)
        return await self._message("image", {"PicUrl": "http://mmbiz.example/0", "MediaId": media})

    async def sends_location(self, latitude: float, longitude: float) -> Answered:
        place = {"Location_X": latitude, "Location_Y": longitude, "Scale": 15, "Label": ""}
        return await self._message("location", place)

    async def sends_link(self, title: str, url: str) -> Answered:
        return await self._message("link", {"Title": title, "Description": "", "Url": url})

    async def taps_menu(self, key: str) -> Answered:
        return await self._event("CLICK", key, opens=True)

    async def follows(self, scene: str = "") -> Answered:
        self.api.world.follower(self.openid).following = True
        return await self._event("subscribe", f"qrscene_{scene}" if scene else "", opens=True)

    async def scans(self, scene: str) -> Answered:
        return await self._event("SCAN", scene, opens=True)

    async def leaves(self) -> Answered:
        self.api.world.follower(self.openid).following = False
        return await self._event("unsubscribe", "", opens=False)

    @property
    def heard(self) -> list[str]:
        """Everything that this person sees, in order."""
        return [one.text for one in self.api.world.messages if one.openid == self.openid]

    @property
    def ways(self) -> list[str]:
        """By which way each came."""
        return [one.way for one in self.api.world.messages if one.openid == self.openid]

    async def hears(self, words: str, timeout: float = 10.0) -> str:
        """Waits until something with these words has come."""
        return await self.api.wait_for(
            lambda: next((one for one in self.heard if words in one), None), timeout, f"{words!r} among {self.heard}"
        )

    async def _message(self, kind: str, content: dict[str, object], **more: object) -> Answered:
        follower = self.api.world.follower(self.openid)
        self.api.world.open_chat(follower, event=False)
        return await self.api.pushed(self.openid, {"MsgType": kind, **content, "MsgId": self.api.number(), **more})

    async def _event(self, event: str, key: str, *, opens: bool) -> Answered:
        if opens:
            self.api.world.open_chat(self.api.world.follower(self.openid), event=True)
        return await self.api.pushed(self.openid, {"MsgType": "event", "Event": event, "EventKey": key})

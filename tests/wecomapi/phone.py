"""A member's phone: reads what WeCom shows, presses, writes, sends photos, opens links."""

import secrets  # noqa: TID251 - the double is the outside world
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import aiohttp

from tests.wecomapi.callback import Answer
from tests.wecomapi.world import Message

if TYPE_CHECKING:
    from tests.wecomapi.api import WecomApi


class Phone:
    """One member at work."""

    def __init__(self, api: "WecomApi", userid: str) -> None:
        self._api = api
        self.userid = userid
        self._seen = 0

    @property
    def messages(self) -> list[Message]:
        """What the chat with the app shows, oldest first."""
        return self._api.messages_of(self.userid)

    async def next_message(self, timeout: float = 5.0) -> Message:
        """The first message that this has not yet handed out."""
        messages = await self._api.wait_for(
            lambda: self.messages if len(self.messages) > self._seen else None, timeout, f"a message to {self.userid}"
        )
        self._seen += 1
        return messages[self._seen - 1]

    async def shows(self, words: str, timeout: float = 5.0) -> Message:
        """The newest message with these words, as soon as there is one."""

        def find() -> Message | None:
            return next((one for one in reversed(self.messages) if words in one.text), None)

        return await self._api.wait_for(find, timeout, f"{words!r} at {self.userid}")

    async def says(self, text: str) -> Answer:
        return await self._happens(MsgType="text", Content=text, MsgId=self._api.number())

    async def sends_photo(self, content: bytes) -> Answer:
        media_id = self._api.world.keep_media(content)
        picture = {"PicUrl": "http://wework.qpic.example/1", "MediaId": media_id}
        return await self._happens(MsgType="image", **picture, MsgId=self._api.number())

    async def sends(self, kind: str, **fields: object) -> Answer:
        """voice, video, location, link, file … with the fields of its own."""
        return await self._happens(MsgType=kind, **fields, MsgId=self._api.number())

    async def presses(self, message: Message, label: str) -> Answer:
        """A button of the card as it is shown now; the press brings a code for one more update."""
        return await self._happens(
            MsgType="event",
            Event="template_card_event",
            EventKey=message.buttons[label],
            TaskId=message.content["task_id"],
            CardType="button_interaction",
            ResponseCode=self._api.world.code_for(message),
        )

    async def event(self, name: str, **fields: object) -> Answer:
        """subscribe, unsubscribe, enter_agent, click …"""
        return await self._happens(MsgType="event", Event=name, **{"EventKey": "", **fields})

    async def opens(self, link: str) -> Answer:
        """Tap a link inside WeCom: where it asks who that is, WeCom says it without a question."""
        async with aiohttp.ClientSession() as session:
            async with session.get(link, allow_redirects=False) as first:
                asked = first.headers.get("location", "")
                if "/connect/oauth2/authorize" not in asked:
                    return Answer(first.status, await first.text())
            query = {name: values[0] for name, values in parse_qs(urlsplit(asked).query).items()}
            assert query["appid"] == self._api.world.corp_id
            assert query["scope"] == "snsapi_base"
            code = secrets.token_urlsafe(16)
            self._api.world.tickets[code] = self.userid
            back = f"{query['redirect_uri']}&code={code}&state={query['state']}"
            async with session.get(back, allow_redirects=False) as second:
                return Answer(second.status, await second.text() or second.headers.get("location", ""))

    async def _happens(self, **fields: object) -> Answer:
        at = int(self._api.world.now())
        return await self._api.callback.push(self._api.callback.letter(self.userid, at, **fields), at=at)

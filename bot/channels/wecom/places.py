"""Where something is said: to a member, in a group chat, or through a group's robot; what each can show."""

from __future__ import annotations

from typing import Any, Final, Protocol

from bot.channels.wecom.calls import Calls, robot_photo
from bot.channels.wecom.links import Links
from bot.channels.wecom.markup import DESCRIPTION, TITLE, Face, cards, notice, textcard
from bot.channels.wecom.receive import NAME
from bot.tencent.tokens import Transact
from domain.register.ports import RegisterWork

Json = dict[str, Any]
Content = tuple[str, Json]  # a message type, and what it holds
ROBOT: Final = "robot:"


class Place(Protocol):
    """One chat."""

    private: bool

    def holds(self, face: Face) -> bool:
        """Is nothing of the words lost on its cards?"""

    def cards(self, face: Face, task: str) -> list[Content]:
        """What can be pressed, as this place shows it."""

    async def say(self, kind: str, content: Json) -> str | None:
        """Say it; the code for updating it, if there is one."""

    async def show(self, photo: bytes) -> None:
        """Show it, without words."""

    async def hand_over(self, name: str, paper: bytes) -> None:
        """Give a file."""


class Member:
    """The chat of one member with our app."""

    private = True

    def __init__(self, userid: str, calls: Calls) -> None:
        self._userid = userid
        self._calls = calls

    def holds(self, face: Face) -> bool:
        return face.fits_card

    def cards(self, face: Face, task: str) -> list[Content]:
        return [("template_card", card) for card in cards(face, task)]

    async def say(self, kind: str, content: Json) -> str | None:
        return await self._calls.to_member(self._userid, kind, content)

    async def show(self, photo: bytes) -> None:
        await self._calls.to_member(self._userid, "image", {"media_id": await self._calls.upload(photo)})

    async def hand_over(self, name: str, paper: bytes) -> None:
        media_id = await self._calls.upload(paper, kind="file", name=name)
        await self._calls.to_member(self._userid, "file", {"media_id": media_id})


class Group:
    """A group chat that our app has made: no buttons, a card with one link."""

    private = False

    def __init__(self, chat: str, calls: Calls, links: Links) -> None:
        self._chat = chat
        self._calls = calls
        self._links = links

    def holds(self, face: Face) -> bool:
        return len(face.title.encode()) <= TITLE and len(face.body.encode()) <= DESCRIPTION

    def cards(self, face: Face, task: str) -> list[Content]:
        label, url = _linked(face, self._chat, self._links)[0]
        return [("textcard", textcard(face, label, url))]

    async def say(self, kind: str, content: Json) -> None:
        await self._calls.to_group(self._chat, kind, content)

    async def show(self, photo: bytes) -> None:
        await self._calls.to_group(self._chat, "image", {"media_id": await self._calls.upload(photo)})

    async def hand_over(self, name: str, paper: bytes) -> None:
        media_id = await self._calls.upload(paper, kind="file", name=name)
        await self._calls.to_group(self._chat, "file", {"media_id": media_id})


class Robot:
    """A group's robot: no buttons, a card with up to three links."""

    private = False

    def __init__(self, chat: str, calls: Calls, links: Links) -> None:
        self._chat = chat
        self._calls = calls
        self._links = links

    def holds(self, face: Face) -> bool:
        return face.fits_card

    def cards(self, face: Face, task: str) -> list[Content]:
        return [("template_card", notice(face, _linked(face, self._chat, self._links)))]

    async def say(self, kind: str, content: Json) -> None:
        await self._calls.to_robot(self._chat.removeprefix(ROBOT), kind, content)

    async def show(self, photo: bytes) -> None:
        await self.say("image", robot_photo(photo))

    async def hand_over(self, name: str, paper: bytes) -> None:
        media_id = await self._calls.robot_upload(self._chat.removeprefix(ROBOT), paper, name=name)
        await self.say("file", {"media_id": media_id})


def _linked(face: Face, chat: str, links: Links) -> list[tuple[str, str]]:
    return [(one.label, one.url or links.press(chat, one.data)) for one in face.buttons]


class Places:
    """Knows what a chat is: a robot by our name for it, a group that is on file, or else a member."""

    def __init__(self, calls: Calls, links: Links, *, read: Transact) -> None:
        self._calls = calls
        self._links = links
        self._read = read

    async def find(self, chat: str) -> Place:
        """The place of this chat."""
        if chat.startswith(ROBOT):
            return Robot(chat, self._calls, self._links)

        def look(work: RegisterWork) -> bool:
            return work.addresses.group(NAME, chat) is not None

        if await self._read(look):
            return Group(chat, self._calls, self._links)
        return Member(chat, self._calls)

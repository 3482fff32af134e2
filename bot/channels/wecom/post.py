"""A parcel as calls of WeCom's API: said, brought up to date, or answering a press."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

import structlog

from bot.channels.base import DeliveryError, Outgoing, Parcel
from bot.channels.wecom.budget import GROUP, MEMBER, Budget
from bot.channels.wecom.calls import Calls
from bot.channels.wecom.failing import Failed, meaning
from bot.channels.wecom.markup import Face, parts
from bot.channels.wecom.places import ROBOT, Member, Place, Places
from bot.channels.wecom.updates import Updates
from bot.tencent.http import ApiError
from domain.errors import Unavailable
from domain.messaging.model import Delivery, Mode

FetchElsewhere = Callable[[str, str], Awaitable[bytes]]
Step = Callable[[], Awaitable[str | None]]  # the code for updating a card, if it is one
_REMEMBERED: Final = 1000
# Cards that are brought up to date after a press of theirs: no other word is needed. A talk's are not.
_KEPT_TRUE: Final = ("ticket:", "work:", "manage:", "answer:")

log = structlog.get_logger(__name__)


@dataclass
class Saying:
    """How much of a delivery is out already: a further try goes on from there."""

    done: int = 0
    code: str | None = None


class Postman:
    """Carries parcels to WeCom. *fetch* gives the bytes of a photo, whatever channel it came by."""

    def __init__(
        self, calls: Calls, places: Places, updates: Updates, budget: Budget, *, fetch: FetchElsewhere
    ) -> None:
        self._calls = calls
        self._places = places
        self._updates = updates
        self._budget = budget
        self._fetch = fetch
        self._begun: dict[int, Saying] = {}

    async def carry(self, parcel: Parcel) -> str | None:
        """Do what the parcel's mode says; what its message is called from now on, if there is a new one.

        :raises DeliveryError: with what it means for the row
        """
        delivery = parcel.delivery
        try:
            match delivery.mode:
                case Mode.SEND:
                    return await self._send(parcel)
                case Mode.EDIT:
                    await self._updates.edit(parcel)
                case Mode.TOAST:
                    await self._toast(parcel.message)
                case Mode.LEAVE:  # a group of WeCom's exists only on our own allow-list
                    pass
        except Unavailable as error:
            failure = DeliveryError(str(error))
        except Failed as error:
            repeatable = delivery.mode is not Mode.SEND
            failure = meaning(error, repeatable=repeatable, robot=delivery.chat.startswith(ROBOT))
            if delivery.mode is Mode.TOAST:  # a member is out of reach, and not the group whose link they opened
                failure.unreachable = False
        else:
            return None
        raise failure

    # ---- a new message ----

    async def _send(self, parcel: Parcel) -> str:
        delivery, face = parcel.delivery, Face.of(parcel.message)
        task, saying = task_of(delivery), self._saying(delivery.id)
        place = await self._places.find(delivery.chat)
        files = await self._papers(parcel, place)
        steps = [*await self._photos(parcel, place), *_words(face, place, task), *files]
        left = steps[saying.done :]
        with self._budget.room(delivery.chat, len(left), MEMBER if place.private else GROUP):
            card = bool(face.buttons or delivery.subject)
            fresh = not card or await self._updates.announce(delivery, face, task=task)
            for step in left:
                code = await (step() if fresh else _unless_out(step))
                saying.code = saying.code or code  # of the first card: the others cannot be edited
                saying.done += 1
        self._begun.pop(delivery.id, None)
        if saying.code:
            await self._updates.may_update(task, saying.code)
        return task

    async def _photos(self, parcel: Parcel, place: Place) -> list[Step]:
        """Ahead of the words; one that is gone holds up nothing."""
        found = [await self._content(parcel, channel, handle) for channel, handle in parcel.photos]
        return [partial(place.show, content) for content in found if content]

    async def _papers(self, parcel: Parcel, place: Place) -> list[Step]:
        """Below the words."""
        if parcel.document is None or parcel.message.document is None:
            return []
        content = await self._content(parcel, *parcel.document)
        return [partial(place.hand_over, parcel.message.document.name, content)] if content else []

    async def _content(self, parcel: Parcel, channel: str, handle: str) -> bytes:
        """The bytes of a file; none when they are gone for good."""
        try:
            return await self._fetch(channel, handle)
        except (LookupError, DeliveryError) as error:
            if isinstance(error, DeliveryError) and not error.permanent:
                raise
            log.warning("wecom-file-left-out", delivery=parcel.delivery.id)
            return b""

    def _saying(self, delivery: int) -> Saying:
        saying = self._begun.setdefault(delivery, Saying())
        if len(self._begun) > _REMEMBERED:
            del self._begun[next(iter(self._begun))]
        return saying

    # ---- the answer to a press ----

    async def _toast(self, message: Outgoing) -> None:
        """WeCom has none: a short text, or nothing where the card that was pressed says it itself."""
        kind, _, who = (message.toast or "").partition(":")
        user, _, task = who.partition(":")
        pressed = await self._updates.known([task]) if kind == "card" and not message.alert else ()
        if any((one.subject or "").startswith(_KEPT_TRUE) for one in pressed):
            return
        words = parts(Face.of(message).text)
        with self._budget.room(user, len(words), MEMBER):
            for part in words:
                await Member(user, self._calls).say("text", {"content": part})


def _words(face: Face, place: Place, task: str) -> list[Step]:
    """In full as texts where a card would not show them, or where there is nothing to press."""
    texts: list[Step] = []
    if face.text and not (face.buttons and place.holds(face)):
        texts = [partial(place.say, "text", {"content": words}) for words in parts(face.text)]
    pressed = place.cards(face, task) if face.buttons else []
    return [*texts, *(partial(place.say, *card) for card in pressed)]


def task_of(delivery: Delivery) -> str:
    """The same at every try, also of another process: WeCom takes no task twice, and so shows no card twice."""
    told = f"{delivery.id}\0{delivery.created_at.isoformat()}\0{delivery.chat}"
    return base64.urlsafe_b64encode(hashlib.sha256(told.encode()).digest()[:18]).decode()


async def _unless_out(step: Step) -> str | None:
    """A further try of what was never refused: what WeCom will not take now, it has."""
    try:
        return await step()
    except ApiError as error:
        if not meaning(error).permanent or meaning(error).unreachable:
            raise
    return None

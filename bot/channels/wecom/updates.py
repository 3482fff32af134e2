"""Cards that are out, kept true: each may be updated once, and once more for every press."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

import structlog

from bot.channels.base import Parcel
from bot.channels.wecom.budget import GROUP, MEMBER, Budget
from bot.channels.wecom.calls import Calls
from bot.channels.wecom.failing import Failed, meaning
from bot.channels.wecom.markup import Face, cards, parts, settled
from bot.channels.wecom.places import Places
from bot.tencent.tokens import Transact
from domain.errors import Unavailable
from domain.messaging.model import Delivery
from domain.messaging.wecom import CODE_LIFE, Card, WecomWork

log = structlog.get_logger(__name__)


class Updates:
    """Remembers what each card shows, and brings it up to date where that is worth its one update."""

    def __init__(
        self,
        calls: Calls,
        places: Places,
        budget: Budget,
        *,
        commit: Transact,
        read: Transact,
        now: Callable[[], datetime],
    ) -> None:
        self._calls = calls
        self._places = places
        self._budget = budget
        self._commit = commit
        self._read = read
        self._now = now

    async def announce(self, row: Delivery, face: Face, *, task: str) -> bool:
        """A card is about to go out; False when it was before, and may be out.

        :raises Unavailable: then it does not go out
        """
        card = Card(
            task=task, chat=row.chat, subject=row.subject, text=face.text, labels=face.labels, made_at=self._now()
        )  # fmt: skip

        def add(work: WecomWork) -> bool:
            return work.wecom_cards.add(card)

        return await self._commit(add)

    async def may_update(self, task: str, code: str) -> None:
        """It is out, and this code lets us update it once; one that could not be kept is merely not updated."""
        until = self._now() + CODE_LIFE

        def renew(work: WecomWork) -> None:
            work.wecom_cards.renew(task, code=code, good_until=until)

        try:
            await self._commit(renew)
        except Unavailable as error:
            log.warning("wecom-code-not-kept", reason=str(error))

    async def known(self, tasks: Sequence[str]) -> list[Card]:
        """Those of the cards that are kept true."""

        def look(work: WecomWork) -> list[Card]:
            return [card for task in tasks if (card := work.wecom_cards.get(task))]

        return await self._read(look)

    async def edit(self, parcel: Parcel) -> None:
        """Every copy whose change is worth it; where no update is left, one word for all of them, if that matters."""
        face, late = Face.of(parcel.message), []
        exact = parcel.delivery.subject is None  # its reader has just pressed it, and waits for this
        for card in await self.known(parcel.copies):
            elsewhere = _elsewhere(card, face, exact=exact)
            if card.labels == face.labels and not elsewhere:
                continue  # the one update is kept for what can be pressed, and for what and where it is
            if await self._updated(card, face):
                await self._show([card], face)
            elif elsewhere or (card.labels and not face.labels):
                late.append(card)
        if late:
            await self._tell(parcel.delivery.chat, late[-1], face)
            await self._show(late, face)

    async def _updated(self, card: Card, face: Face) -> bool:
        """False when there is no update left, whatever WeCom calls that."""
        code = card.code_at(self._now())
        if code is None:
            return False
        fresh = cards(face, card.task)[0] if face.buttons else settled(face, _news(card, face)[-1])
        try:
            await self._calls.update(card.chat, code, fresh)
        except Failed as error:
            failure = meaning(error, repeatable=True)
            if not failure.permanent or failure.unreachable:
                raise
            log.info("wecom-card-not-updated", reason=failure.reason)
            return False
        return True

    async def _tell(self, chat: str, card: Card, face: Face) -> None:
        """What the card is about, and every line that was not on it."""
        lines = dict.fromkeys([face.title, *_news(card, face)])
        place, words = await self._places.find(chat), parts("\n".join(lines))
        with self._budget.room(chat, len(words), MEMBER if place.private else GROUP):
            for part in words:
                await place.say("text", {"content": part})

    async def _show(self, told: Sequence[Card], face: Face) -> None:
        def show(work: WecomWork) -> None:
            for card in told:
                work.wecom_cards.show(card.task, text=face.text, labels=face.labels)

        await self._commit(show)


def _elsewhere(card: Card, face: Face, *, exact: bool) -> bool:
    """Does it say something else of what it is and where, in its first two lines; or anything, when it is *exact*?"""
    if exact:
        return card.text != face.text
    return not set(face.text.splitlines()[:2]) <= set(card.text.splitlines())


def _news(card: Card, face: Face) -> list[str]:
    """Every line that the card did not show; its title when there is none."""
    known = set(card.text.splitlines())
    return [line for line in face.text.splitlines() if line.strip() and line not in known] or [face.title]

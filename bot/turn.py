"""One incoming message being answered: who, where, in which language, and what is said back."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Protocol

from bot.channels.base import Button, Document, Incoming, Outgoing
from bot.conversation import Intent, Nudge
from bot.knowledge import Shelf
from bot.understanding import Understood
from bot.voice import Voice
from bot.words import Words
from domain.announcements.ports import AnnouncementWork
from domain.knowledge.ports import KnowledgeWork
from domain.messaging.model import Conversation, Delivery, Keyboard, Lane, Media, Mode
from domain.messaging.nudging import NUDGED, SILENCE
from domain.messaging.ports import Rails
from domain.register.model import Group, Person, Room, Staff


class DeskWork(KnowledgeWork, AnnouncementWork, Rails, Protocol):
    """What a turn may use: the domain's stores and the rails, in one transaction."""

    def savepoint(self) -> AbstractContextManager[None]:
        """Undo only this part when it raises."""


@dataclass(frozen=True, slots=True)
class Tap:
    """A button before it has a key: what it says, and the intent with answers that pressing it is."""

    label: str
    intent: str = ""
    answers: Mapping[str, Any] = field(default_factory=dict)
    ask: str | None = None  # "contact", "location"
    url: str | None = None


Rows = Sequence[Sequence[Tap]]
UNCHANGING = frozenset({"wechat"})  # platforms where nothing that was said can be changed
DeepLink = Callable[[str, str], str | None]  # channel, payload → a link into the private chat with us


def keyed(work: DeskWork, rows: Rows, *, chat: str, now: datetime) -> tuple[tuple[Button, ...], ...]:
    """The buttons of *rows*, their actions kept under one random key bound to the chat."""
    actions = [{"intent": tap.intent, "answers": dict(tap.answers)} for row in rows for tap in row if tap.intent]
    key = secrets.token_urlsafe(12)  # 96 bits
    if actions:
        work.keyboards.add(Keyboard(key=key, chat=chat, actions=tuple(actions)), now=now)
    numbers = iter(range(len(actions)))
    return tuple(
        tuple(
            Button(label=tap.label, data=f"{key}:{next(numbers)}" if tap.intent else "", ask=tap.ask, url=tap.url)
            for tap in row
        )
        for row in rows
    )


@dataclass(slots=True, kw_only=True)
class Turn:
    """Everything that an intent needs to act and to answer."""

    work: DeskWork
    words: Words
    incoming: Incoming
    now: datetime
    language: str
    person: Person | None = None
    staff: Staff | None = None
    group: Group | None = None
    understood: Understood | None = None
    conversation: Conversation
    intents: Mapping[str, Intent]
    deep_link: DeepLink
    shelf: Shelf = field(default_factory=Shelf)
    read: Callable[[str], Understood] | None = None  # understands a part of what was said
    recall: Callable[[], Sequence[str]] = tuple  # what they wrote to us before this
    pace: Callable[[], Mapping[str, float]] = dict  # channel → messages a second, where it has a limit
    photos: tuple[str, ...] = ()  # keys of Media
    preface: str = ""  # stands above the next answer
    answered: bool = False
    memo: dict[object, Any] = field(default_factory=dict)  # what took long to look up and is wanted again in this turn

    @property
    def owner(self) -> str:
        """Whose conversation this is."""
        return self.conversation.owner

    @property
    def me(self) -> int:
        """The person's id; only for intents that need a bound person."""
        assert self.person is not None
        return self.person.id

    @property
    def rooms(self) -> Sequence[Room]:
        """The person's, looked up when somebody asks: most presses need none."""
        if self.person is None:
            return ()
        wanted = ("rooms", self.person.id)
        if wanted not in self.memo:
            self.memo[wanted] = self.work.register.rooms_of(self.person.id)
        rooms: Sequence[Room] = self.memo[wanted]
        return rooms

    def text(self, key: str, **values: Any) -> str:
        """A sentence in the person's language."""
        return self.words.say(key, self.language, **values)

    def answer(
        self, text: str, rows: Rows = (), *, lane: Lane = Lane.DIALOG, once: str | None = None, card: str | None = None,
        photos: tuple[str, ...] = (), document: Document | None = None,
    ) -> None:  # fmt: skip
        """Say *text* in this chat; what is said *once* under a name is not said again; a *card* can be edited later."""
        text, self.preface = f"{self.preface}\n{text}" if self.preface else text, ""
        buttons = keyed(self.work, rows, chat=self.incoming.chat, now=self.now)
        message = Outgoing(text=text, buttons=buttons, photos=photos, document=document)
        self._queue(message, Mode.SEND, lane, once=once, card=card)

    def edit(
        self, card: str, text: str, rows: Rows = (), *, photos: tuple[str, ...] = (), document: Document | None = None
    ) -> None:
        """Every copy of the card in this chat says *text* now, with these buttons; photos and file as they were."""
        if self.incoming.channel in UNCHANGING:
            return
        buttons = keyed(self.work, rows, chat=self.incoming.chat, now=self.now)
        message = Outgoing(text=text, buttons=buttons, photos=photos, document=document)
        self._queue(message, Mode.EDIT, Lane.DIALOG, card=card)

    def redraw(
        self, text: str, rows: Rows = (), *, photos: tuple[str, ...] = (), document: Document | None = None
    ) -> None:
        """The message whose button was pressed says this now; photos and file as they were."""
        if self.incoming.toast is None or self.incoming.message is None:
            return
        buttons = keyed(self.work, rows, chat=self.incoming.chat, now=self.now)
        pressed = self.incoming.message
        message = Outgoing(text=text, buttons=buttons, photos=photos, document=document, message=pressed)
        self._queue(message, Mode.EDIT, Lane.DIALOG)

    def toast(self, text: str, *, alert: bool = False) -> None:
        """The short answer to a button press; where nothing was pressed, an ordinary answer."""
        if self.incoming.toast is None:
            if text:
                self.answer(text)
        elif not self.answered:
            self._queue(Outgoing(text=text, toast=self.incoming.toast, alert=alert), Mode.TOAST, Lane.URGENT)

    def keep_photos(self) -> None:
        """Put the photos of this message on the shelf."""
        keys = []
        for ref in self.incoming.photos:
            photo = Media(key=secrets.token_urlsafe(12), channel=self.incoming.channel, ref=ref, created_at=self.now)
            self.work.media.add(photo)
            keys.append(photo.key)
        self.photos = tuple(keys)

    def keep_document(self) -> Document | None:
        """Put the file of this message on the shelf."""
        paper = self.incoming.document
        if paper is None:
            return None
        key = secrets.token_urlsafe(12)
        media = Media(
            key=key, channel=self.incoming.channel, ref=paper.handle, content_type=paper.kind, created_at=self.now
        )
        self.work.media.add(media)
        return replace(paper, handle=key)

    @property
    def voice(self) -> Voice:
        """Speaks of records to this person."""
        return Voice(self.words, self.language, self.now, self.work)

    def step_aside(self) -> None:
        """Go on in the private chat of whoever pressed or wrote in a group."""
        sender = self.incoming.sender
        assert sender is not None
        self.incoming = replace(self.incoming, chat=sender.user, private=True, thread=None)

    def remember(self, **changes: Any) -> None:
        """Keep where the conversation stands."""
        after = replace(self.conversation, **changes, updated_at=self.now)
        nudge = self._nudge(after) if NUDGED not in after.answers else None
        urgent = nudge is Nudge.EMERGENCY
        self.conversation = replace(after, nudge_at=self.now + SILENCE if nudge else None, urgent=urgent)
        self.work.conversations.put(self.conversation)

    def _nudge(self, conversation: Conversation) -> Nudge | None:
        """Is silence at the open question worth a word after a while?"""
        steps = self.intents[conversation.intent].steps if conversation.intent else ()
        return next((one.nudge(conversation.answers) for one in steps if one.name == conversation.step), None)

    def forget(self) -> None:
        """The conversation is over."""
        if self.conversation.intent is not None:
            self.work.conversations.end(self.owner)
        self.conversation = Conversation(owner=self.owner)

    def _queue(
        self, message: Outgoing, mode: Mode, lane: Lane, *, once: str | None = None, card: str | None = None
    ) -> None:
        self.answered = self.answered or mode is Mode.TOAST
        delivery = Delivery(
            channel=self.incoming.channel, chat=self.incoming.chat, thread=self.incoming.thread, lane=lane, mode=mode,
            person_id=self.person.id if self.person else None, body=message.plain(), created_at=self.now,
            key=f"{self.incoming.channel}:{self.incoming.chat}:{once}" if once else None, subject=card,
        )  # fmt: skip
        self.work.deliveries.add([delivery])

"""The stage: the whole program over one SQLite file, a channel of paper, and a clock that the script moves."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.app import App
from bot.channels.base import Allowance, Contact, Document, Happening, Incoming, Outgoing, Parcel, Sender
from bot.inbox import drain
from bot.rooms import Rooms
from bot.telling import Telling
from bot.turn import DeskWork
from bot.words import Words
from domain.announcements import sending
from domain.messaging import nudging
from domain.messaging.model import Delivery, Mode, Received
from domain.register import doors
from domain.tickets import escalation
from storage import tables
from storage.engine import Database, open_engine
from tests.journeys.cast import CHANNEL, PAGE, channel_of, move_in

LOCALES = Path(__file__).parents[2] / "locales"
MONDAY = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # 10:00 in Shanghai
STUMBLE = "🪤"  # words that hold it are a bug of ours


@dataclass(frozen=True)
class Paper:
    """A channel whose updates are Incoming written down."""

    name: str = CHANNEL

    pace = None

    def allowances(self, delivery: Delivery) -> tuple[Allowance, ...]:
        return ()

    def parse(self, body: Any) -> Incoming:
        data = json.loads(body)
        document = data.pop("document", None)
        sender, contact, happening = data.pop("sender"), data.pop("contact", None), data.pop("happening", None)
        return Incoming(
            document=Document(**document) if document else None,
            **{**data, "photos": tuple(data.get("photos", ())), "location": tuple(data.get("location") or ()) or None},
            sender=Sender(**sender) if sender else None,
            contact=Contact(**contact) if contact else None,
            happening=Happening(happening) if happening else None,
        )

    async def send(self, parcel: Parcel) -> str | None:
        raise NotImplementedError("the stage looks at the rows themselves")

    async def fetch(self, ref: str) -> bytes:
        raise NotImplementedError


class LostScript(Exception):
    """The script does what nobody could do."""


@dataclass
class Message:
    """One message as its chat shows it now."""

    chat: str
    said: Outgoing
    subject: str | None = None
    reference: str | None = None  # what the platform calls it


@dataclass
class Stage:
    """Everything there is; *language* is the staff's, *staff_on* the channel that they are on."""

    folder: Path
    language: str = "zh_CN"
    staff_on: str = CHANNEL
    now: datetime = MONDAY
    words: Words = field(default_factory=lambda: Words(LOCALES))
    shown: list[Message] = field(default_factory=list)
    old: list[Message] = field(default_factory=list)  # what edits have replaced
    keys: int = 0
    bugs: list[Exception] = field(default_factory=list)  # that the program would have apologised for
    last: str = ""  # the last update, for sending it twice

    def __post_init__(self) -> None:
        self.engine = open_engine(f"sqlite:///{self.folder}/journey.db")
        tables.metadata.create_all(self.engine)
        with self.engine.begin() as connection:
            move_in(connection, language=self.language, staff_on=self.staff_on)
        self.reboot()

    def reboot(self) -> None:
        """A new process over the same records."""
        self.engine.dispose()
        self.database = Database(self.engine, hear=Telling(self.words).hear)
        papers = {name: Paper(name) for name in (CHANNEL, PAGE, self.staff_on)}
        self.app = App(words=self.words, channels=papers, rooms=Rooms(), deep_link=_deep_link)

    def close(self) -> None:
        """Leave the file alone."""
        self.engine.dispose()

    def come_in(self, chat: str, sender: str | None, **what: Any) -> None:
        """One update is stored; nobody has looked at it yet."""
        self.keys += 1
        if "button" in what:
            what["message"] = self._under(chat, what["button"])
        person = {"user": sender, "name": sender, "language": what.pop("hint", None)} if sender else None
        update = {
            "channel": channel_of(chat, staff_on=self.staff_on),
            "key": str(self.keys),
            "chat": chat,
            "private": chat == sender,
            "sender": person,
            **what,
        }
        self.last = json.dumps(update, ensure_ascii=False)
        self._store(self.last)

    def come_in_again(self) -> None:
        """The platform pushes the last update once more."""
        self._store(self.last)

    def handle_all(self) -> None:
        """Until the inbox is empty."""
        with self.database.writing() as work:
            while drain(work, self._handle, self.app.apologise, now=self.now):
                pass
        if self.bugs:
            raise self.bugs[0]

    def wait(self, span: timedelta) -> Iterator[None]:
        """Let time pass, stopping wherever something is due."""
        until = self.now + span
        while True:
            with self.database.writing() as work:
                waiting = sorted(one for one in self._due_times(work) if one <= until)
                if not waiting:
                    break
                self.now = max(self.now, waiting[0])
                for ticket_id in work.tickets.due(now=self.now, limit=100):
                    escalation.look(work=work, ticket_id=ticket_id, now=self.now)
                for number in work.announcements.due(now=self.now, limit=100):
                    while sending.look(work=work, announcement_id=number, now=self.now):
                        pass
                for knock_id in work.doors.unanswered(now=self.now, limit=100):
                    doors.remind(work=work, knock_id=knock_id, now=self.now)
                for owner in work.conversations.due(now=self.now, limit=100):
                    nudging.nudge(work=work, owner=owner, now=self.now)
            yield
        self.now = until

    def deliver(self) -> list[Delivery]:
        """Send whatever is queued; the rows in the order in which they went out."""
        sent: list[Delivery] = []
        with self.database.writing() as work:
            while rows := work.deliveries.lease(
                now=self.now, until=self.now + timedelta(minutes=1), limit=100, channels={CHANNEL, PAGE, self.staff_on}
            ):
                for row in rows:
                    work.deliveries.sent(row.id, reference=str(row.id), now=self.now)
                sent += rows
        return sent

    def show(self, row: Delivery) -> Outgoing | None:
        """Bring the chats up to date; what an edited card said before."""
        said = Outgoing.of(row.body)
        if row.mode is Mode.SEND:
            self.shown.append(Message(row.chat, said, row.subject, str(row.id)))
        if row.mode is not Mode.EDIT:
            return None
        here = [one for one in self.shown if one.chat == row.chat]
        copies = [
            one for one in here if (one.reference == said.message if said.message else one.subject == row.subject)
        ]
        before = [one.said for one in copies]
        for one in copies:
            self.old.append(Message(one.chat, one.said))
            one.said = said
        return before[-1] if before else None

    def button(self, chats: tuple[str, ...], label: str, *, old: bool = False, about: str = "") -> tuple[str, str]:
        """Chat and data of the newest button of that label in one of the chats."""
        for message in reversed(self.old if old else self.shown):
            for button in (one for row in message.said.buttons for one in row):
                if message.chat in chats and button.label == label and about in message.said.text:
                    return message.chat, button.data
        raise LostScript(f"nobody in {chats} has a button {label!r} {about}")

    def message(self, chat: str, about: str) -> str:
        """The newest message of the chat that says this."""
        for one in reversed(self.shown):
            if one.chat == chat and about in one.said.text and one.reference:
                return one.reference
        raise LostScript(f"{chat} has no message with {about!r}")

    def _under(self, chat: str, data: str) -> str | None:
        """The newest message of the chat that has this button."""
        here = (one for one in reversed(self.shown) if one.chat == chat)
        found = (one for one in here if any(button.data == data for row in one.said.buttons for button in row))
        return next((one.reference for one in found), None)

    def _handle(self, work: DeskWork, received: Received, *, now: datetime) -> None:
        if STUMBLE in received.body:
            raise RuntimeError("a bug of ours")
        try:
            self.app.handle(work, received, now=now)
        except Exception as error:
            self.bugs.append(error)
            raise

    def _store(self, body: str) -> None:
        channel, key, chat = (json.loads(body)[name] for name in ("channel", "key", "chat"))
        with self.database.writing() as work:
            work.inbox.add(Received(channel=channel, key=key, chat=chat, body=body, received_at=self.now))

    def _due_times(self, work: Any) -> list[datetime]:
        ids = work.tickets.due(now=self.now + timedelta(days=400), limit=100)
        silent = work.conversations.due(now=self.now + timedelta(days=400), limit=100)
        announced = work.announcements.due(now=self.now + timedelta(days=400), limit=100)
        leaving = [work.announcements.get(one).due_at for one in announced]
        knocks = work.doors.unanswered(now=self.now + timedelta(days=400), limit=100)
        leaving += [work.doors.knocked(one).remind_at for one in knocks]
        return [*leaving, *(work.tickets.get(one).due_at for one in ids)] + [
            work.conversations.get(one).nudge_at for one in silent
        ]


def _deep_link(channel: str, payload: str) -> str | None:
    return f"https://{channel}.example/guanjia?start={payload}"

"""What exists on the server's side: people, chats with their messages as they are now, files, button presses."""

import itertools
import time
from dataclasses import dataclass, field

from tests.botapi.calls import Upload
from tests.botapi.errors import Json, bad_request, forbidden, migrated
from tests.botapi.pulse import Pulse

ANONYMOUS_ADMIN = 1087968824
CHANNEL_BOT = 136817688
TELEGRAM = 777000


@dataclass
class Chat:
    """One chat and how the bot stands in it; ``messages`` are in their present, edited state."""

    id: int
    kind: str
    about: Json
    members: dict[int, str] = field(default_factory=dict)
    bot_status: str = "member"
    refusal: str | None = None
    migrated_to: int | None = None
    is_forum: bool = False
    topics: dict[int, str] = field(default_factory=dict)
    messages: dict[int, Json] = field(default_factory=dict)
    pinned: list[int] = field(default_factory=list)
    actions: list[str] = field(default_factory=list)
    seen: int = 0  # How many of the bot's messages `next_message` has handed out.
    from_bot: list[int] = field(default_factory=list)

    @property
    def is_group(self) -> bool:
        return self.kind in ("group", "supergroup")

    def described(self) -> Json:
        forum = {"is_forum": True} if self.is_forum else {}
        return {"id": self.id, "type": self.kind} | self.about | forum

    def open_to_bot(self) -> "Chat":
        """This chat.

        :raises Refused: when the bot may not write here.
        """
        if self.migrated_to is not None:
            raise migrated(self.migrated_to)
        if self.refusal is not None:
            raise forbidden(self.refusal)
        return self


@dataclass(frozen=True)
class StoredFile:
    """Bytes that can be fetched by ``getFile`` and its path."""

    file_id: str
    path: str
    content: bytes

    def described(self) -> Json:
        unique = f"u{self.file_id}"
        return {"file_id": self.file_id, "file_unique_id": unique, "file_size": len(self.content)}


@dataclass
class Query:
    """A press on a button, waiting for ``answerCallbackQuery``."""

    id: str
    asked: float
    answer: Json | None = None


@dataclass
class World:
    """Everything that the methods read and change."""

    token: str
    bot: Json
    pulse: Pulse = field(default_factory=Pulse)
    chats: dict[int, Chat] = field(default_factory=dict)
    people: dict[int, Json] = field(default_factory=dict)
    files: dict[str, StoredFile] = field(default_factory=dict)
    queries: dict[str, Query] = field(default_factory=dict)
    commands: dict[tuple[str, str], list[Json]] = field(default_factory=dict)
    query_life: float = 60.0
    _numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def chat(self, chat_id: int | str | None) -> Chat:
        """The chat, whether or not the bot may write there."""
        if chat_id in (None, ""):
            raise bad_request("chat_id is empty")
        found = self._numbered(chat_id) or self._named(str(chat_id))
        if found is None:
            raise bad_request("chat not found")
        return found

    def _numbered(self, chat_id: int | str | None) -> Chat | None:
        digits = str(chat_id)
        return self.chats.get(int(digits)) if digits.lstrip("-").isdecimal() else None

    def _named(self, handle: str) -> Chat | None:
        return next((chat for chat in self.chats.values() if f"@{chat.about.get('username', '')}" == handle), None)

    def next_number(self) -> int:
        return next(self._numbers)

    def now(self) -> int:
        return int(time.time())  # noqa: TID251 - the double is the outside world

    def post(self, chat: Chat, message: Json, *, sender: Json | None = None) -> Json:
        """Put a message into a chat; without a sender it is one of the bot's."""
        number = next(number for number in self._numbers if number not in chat.messages)
        whole = {"message_id": number, "date": self.now(), "chat": chat.described()}
        if chat.kind != "channel":
            whole["from"] = sender or self.bot
        chat.messages[number] = whole | message
        if sender is None:
            chat.from_bot.append(number)
        self.pulse.beat()
        return chat.messages[number]

    def store(self, content: bytes, filename: str, folder: str = "documents") -> StoredFile:
        number = len(self.files) + 1
        ending = filename.rpartition(".")[2] or "bin"
        stored = StoredFile(f"{folder}-{number}", f"{folder}/file_{number}.{ending}", content)
        self.files[stored.file_id] = stored
        return stored

    def store_upload(self, upload: Upload, folder: str) -> StoredFile:
        return self.store(upload.content, upload.filename, folder)


def photo_sizes(stored: StoredFile) -> list[Json]:
    """Two sizes, as Telegram always makes; the largest is last."""
    small = stored.described() | {"file_unique_id": f"s{stored.file_id}", "width": 90, "height": 67}
    return [small, stored.described() | {"width": 1280, "height": 960}]

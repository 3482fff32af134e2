"""The people, groups and channels whose part a test plays."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.botapi.chatting import member, put_bot
from tests.botapi.errors import Json
from tests.botapi.keyboards import buttons_of
from tests.botapi.text import found_entities
from tests.botapi.world import ANONYMOUS_ADMIN, CHANNEL_BOT, TELEGRAM, Chat, Query, photo_sizes

if TYPE_CHECKING:
    from tests.botapi.api import BotApi

BLOCKED = "bot was blocked by the user"
DEACTIVATED = "user is deactivated"
NEVER_STARTED = "bot can't initiate conversation with a user"


@dataclass(frozen=True)
class Place:
    """Somewhere with messages: a private chat, a group, a channel."""

    api: "BotApi"
    id: int

    @property
    def chat(self) -> Chat:
        return self.api.world.chats[self.id]

    @property
    def messages(self) -> list[Json]:
        """Everything here, as it looks now."""
        return list(self.chat.messages.values())

    @property
    def from_bot(self) -> list[Json]:
        """What the bot said here and did not delete, as it looks now."""
        chat = self.chat
        return [chat.messages[number] for number in chat.from_bot if number in chat.messages]

    async def next_message(self, timeout: float = 5.0) -> Json:
        """The bot's next message here that was not handed out before."""
        chat = self.chat
        await self.api.wait_for(lambda: len(chat.from_bot) > chat.seen, timeout, f"a message in chat {self.id}")
        chat.seen += 1
        number = chat.from_bot[chat.seen - 1]
        return chat.messages[number] if number in chat.messages else await self.next_message(timeout)

    def _push_bot_status(self, status: str, by: Json, chat: Chat) -> None:
        old = member(self.api.world.bot, chat.bot_status)
        put_bot(chat, status)
        change = {"chat": chat.described(), "from": by, "date": self.api.world.now()}
        new = member(self.api.world.bot, status)
        self.api.push({"my_chat_member": change | {"old_chat_member": old, "new_chat_member": new}})


@dataclass(frozen=True)
class Press:
    """A button that was pressed; ``answer`` is None until the bot answers."""

    api: "BotApi"
    query: Query

    @property
    def answer(self) -> Json | None:
        return self.query.answer

    async def answered(self, timeout: float = 5.0) -> Json:
        return await self.api.wait_for(lambda: self.query.answer, timeout, "an answer to the press")


@dataclass(frozen=True)
class User(Place):
    """A person; as a place, the person's private chat with the bot."""

    @property
    def person(self) -> Json:
        return self.api.world.people[self.id]

    async def sends(
        self,
        content: Json,
        *,
        chat: "Place | None" = None,
        reply_to: Json | None = None,
        thread: int | None = None,
    ) -> Json:
        """Post any content; the wrappers below know what each kind looks like."""
        place = (chat or self).chat
        if place.kind == "private":
            place.refusal = None  # Who writes to the bot has started or unblocked it.
        around: Json = {} if reply_to is None else {"reply_to_message": reply_to}
        if thread is not None:
            around |= {"message_thread_id": thread, "is_topic_message": True}
        message = self.api.world.post(place, content | around, sender=self.person)
        self.api.push({"message": message})
        return message

    async def says(self, text: str, *, entities: list[Json] | None = None, **where: Any) -> Json:
        """Commands and mentions are marked by themselves."""
        marked = found_entities(text) if entities is None else entities
        return await self.sends({"text": text} | ({"entities": marked} if marked else {}), **where)

    async def starts(self, payload: str = "") -> Json:
        return await self.says(f"/start {payload}".rstrip())

    async def edits(self, message: Json, text: str) -> Json:
        edited = message | {"text": text, "edit_date": self.api.world.now()}
        self.api.world.chats[message["chat"]["id"]].messages[message["message_id"]] = edited
        self.api.push({"edited_message": edited})
        return edited

    async def forwards(self, text: str, *, of: "User", **where: Any) -> Json:
        origin = {"type": "user", "date": self.api.world.now(), "sender_user": of.person}
        return await self.sends({"text": text, "forward_origin": origin}, **where)

    async def presses(self, message: Json, button: str | int) -> Press:
        """Press an inline button by its words or its place; on a deleted message too, as an old client may."""
        buttons = buttons_of(self._present(message) or message)
        chosen = buttons[button] if isinstance(button, int) else _named(buttons, button)
        assert "callback_data" in chosen, f"{chosen['text']!r} opens a link, nothing reaches the bot"
        return await self.presses_data(message, chosen["callback_data"])

    async def presses_data(self, message: Json, data: str) -> Press:
        """Press a button that may not be there any more, or never was."""
        gone = {"chat": message["chat"], "message_id": message["message_id"], "date": 0}
        query: Json = {
            "id": str(self.api.world.next_number() + 10**15),
            "from": self.person,
            "chat_instance": str(message["chat"]["id"]),
            "message": self._present(message) or gone,
            "data": data,
        }
        self.api.push({"callback_query": query})
        return Press(self.api, self.api.world.queries[query["id"]])

    async def shares_contact(self, phone: str, *, of: "User | None" = None, **where: Any) -> Json:
        """The own contact; or that of another, which proves nothing."""
        person = (of or self).person
        contact = {"phone_number": phone, "first_name": person["first_name"], "user_id": person["id"]}
        return await self.sends({"contact": contact}, **where)

    async def sends_photo(self, content: bytes, caption: str = "", **where: Any) -> Json:
        stored = self.api.world.store(content, "photo.jpg", "photos")
        return await self.sends({"photo": photo_sizes(stored)} | _caption(caption), **where)

    async def sends_album(self, photos: list[bytes], caption: str = "", **where: Any) -> list[Json]:
        album = {"media_group_id": str(self.api.world.next_number())}
        stored = [self.api.world.store(content, "photo.jpg", "photos") for content in photos]
        captions = [_caption(caption), *({} for _ in photos[1:])]
        contents = [{"photo": photo_sizes(file)} | album | words for file, words in zip(stored, captions, strict=True)]
        return [await self.sends(content, **where) for content in contents]

    async def sends_voice(self, content: bytes = b"OggS", **where: Any) -> Json:
        stored = self.api.world.store(content, "voice.oga", "voice")
        return await self.sends({"voice": stored.described() | {"duration": 3, "mime_type": "audio/ogg"}}, **where)

    async def sends_sticker(self, emoji: str = "👍", **where: Any) -> Json:
        stored = self.api.world.store(b"RIFF", "sticker.webp", "stickers")
        shape = {"width": 512, "height": 512, "type": "regular", "is_animated": False, "is_video": False}
        return await self.sends({"sticker": stored.described() | shape | {"emoji": emoji}}, **where)

    async def sends_location(self, latitude: float = 31.23, longitude: float = 121.47, **where: Any) -> Json:
        return await self.sends({"location": {"latitude": latitude, "longitude": longitude}}, **where)

    async def sends_document(self, content: bytes, filename: str, caption: str = "", **where: Any) -> Json:
        stored = self.api.world.store(content, filename)
        return await self.sends({"document": stored.described() | {"file_name": filename}} | _caption(caption), **where)

    async def blocks(self) -> None:
        self._push_bot_status("kicked", self.person, self.chat)
        self.chat.refusal = BLOCKED

    async def unblocks(self) -> None:
        self._push_bot_status("member", self.person, self.chat)

    async def deactivates(self) -> None:
        self.chat.refusal = DEACTIVATED

    def _present(self, message: Json) -> Json | None:
        return self.api.world.chats[message["chat"]["id"]].messages.get(message["message_id"])


@dataclass(frozen=True)
class Group(Place):
    """A group or supergroup."""

    async def adds_bot(self, by: User, *, status: str = "member") -> None:
        self._push_bot_status(status, by.person, self.chat)
        await by.sends({"new_chat_members": [self.api.world.bot]}, chat=self)

    async def removes_bot(self, by: User) -> None:
        self._push_bot_status("kicked", by.person, self.chat)

    async def is_joined_by(self, user: User, status: str = "member") -> None:
        self.chat.members[user.id] = status
        await user.sends({"new_chat_members": [user.person]}, chat=self)

    async def opens_topic(self, name: str, by: User) -> int:
        """A new topic; its number is the thread to write to."""
        service = {"forum_topic_created": {"name": name, "icon_color": 7322096}}
        thread = int((await by.sends(service, chat=self))["message_id"])
        self.chat.topics[thread] = name
        return thread

    async def anonymous_admin_says(self, text: str) -> Json:
        sender = {"id": ANONYMOUS_ADMIN, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
        return self._posted({"text": text, "sender_chat": self.chat.described()}, sender)

    async def channel_says(self, channel: "Channel", text: str) -> Json:
        """Somebody writes here in the name of a channel."""
        sender = {"id": CHANNEL_BOT, "is_bot": True, "first_name": "Channel", "username": "Channel_Bot"}
        return self._posted({"text": text, "sender_chat": channel.chat.described()}, sender)

    async def gets_post(self, channel: "Channel", text: str) -> Json:
        """The linked channel's post, forwarded by Telegram itself."""
        sender = {"id": TELEGRAM, "is_bot": False, "first_name": "Telegram"}
        content = {"text": text, "sender_chat": channel.chat.described(), "is_automatic_forward": True}
        return self._posted(content, sender)

    async def is_deleted(self) -> None:
        self.chat.refusal = "the group chat was deleted"

    async def migrates(self) -> "Group":
        """Become a supergroup with another id; the old one answers with where it went."""
        world, old = self.api.world, self.chat
        new = Chat(-(10**12) - abs(old.id), "supergroup", old.about, dict(old.members), old.bot_status)
        world.chats[new.id] = new
        old.migrated_to = new.id
        somebody = world.people[next(iter(old.members))] if old.members else world.bot
        for place, content in ((old, {"migrate_to_chat_id": new.id}), (new, {"migrate_from_chat_id": old.id})):
            self.api.push({"message": world.post(place, content, sender=somebody)})
        return Group(self.api, new.id)

    def _posted(self, content: Json, sender: Json) -> Json:
        message = self.api.world.post(self.chat, content, sender=sender)
        self.api.push({"message": message})
        return message


@dataclass(frozen=True)
class Channel(Place):
    """A broadcast channel, whose posts have no person behind them."""

    async def posts(self, text: str) -> Json:
        chat = self.chat
        content = {"text": text, "sender_chat": chat.described()}
        message = self.api.world.post(chat, content, sender={})
        self.api.push({"channel_post": message})
        return message


def _named(buttons: list[Json], words: str) -> Json:
    found = [button for button in buttons if button["text"] == words]
    assert found, f"no button {words!r}, there are {[button['text'] for button in buttons]}"
    return found[0]


def _caption(words: str) -> Json:
    return {"caption": words} if words else {}

"""One Telegram message as Incoming: words, commands, photos, contacts, and what we cannot read."""

from __future__ import annotations

import re
from typing import Final

from telegram.constants import FileSizeLimit

from bot.channels.base import Contact, Document, Happening, Incoming
from bot.channels.telegram.reading import NAME, Me, Part, chat_of, need, sender_of, some, thread_of, whole

# A file id says nothing of what it is, but Telegram sends on a document's only as a document: so we note it.
DOCUMENT: Final = "document:"
NAME_MAX: Final = 100  # characters of a file's name

# A closed list, so that every kind can have its words. Earlier wins: a venue is a location, too.
_OTHERS: Final = {
    "voice": "voice",
    "audio": "voice",
    "video": "video",
    "video_note": "video",
    "animation": "video",
    "sticker": "sticker",
    "dice": "sticker",
    "venue": "location",
    "location": "location",
    "document": "document",
    "poll": "other",
    "game": "other",
    "story": "other",
    "checklist": "other",
    "paid_media": "other",
    "live_photo": "other",
    "invoice": "other",
    "giveaway": "other",
}
_COMMAND: Final = re.compile(r"/([A-Za-z0-9_]{1,32})(?:@(\w+))?(?:\s+|$)")
_FOR_PEOPLE: Final = frozenset({"private", "group", "supergroup"})


def read_message(message: Part, *, key: str, me: Me) -> Incoming | None:
    """What somebody said; None for service messages, for commands to other bots, and in channels."""
    chat, kind = chat_of(message)
    if kind not in _FOR_PEOPLE:
        return None
    if "migrate_to_chat_id" in message:
        return _migrated(message, key=key, chat=chat)
    words = some(message, "text", str) or some(message, "caption", str) or ""
    photos, other = _picture(message)
    contact = some(message, "contact", dict)
    if not (words or photos or other or contact):
        return None
    command, called, text = _command(words)
    if called is not None and not me.is_called(called):
        return None
    private = kind == "private"
    mentioned, text = (False, text) if private else me.take_mention(text)
    replied = _replies_to(message, me)
    return Incoming(
        channel=NAME,
        key=key,
        chat=chat,
        private=private,
        sender=None if _is_hearsay(message, private=private, words=words) else sender_of(message),
        text=text,
        command=command,
        message=whole(message, "message_id"),
        reply_to=replied,
        photos=photos,
        album=some(message, "media_group_id", str),
        other=other,
        document=_document(message) if other == "document" else None,
        forwarded=message.get("forward_origin") is not None,
        contact=None if contact is None else _contact(message, contact),
        location=_location(message),
        addressed=private or command is not None or mentioned or replied is not None,
        thread=thread_of(message),
    )


def _migrated(message: Part, *, key: str, chat: str) -> Incoming:
    """A group became a supergroup. We are told twice; this, the one in the old chat, counts."""
    moved_to = whole(message, "migrate_to_chat_id")
    return Incoming(
        channel=NAME,
        key=key,
        chat=chat,
        private=False,
        sender=None,
        happening=Happening.MIGRATED,
        moved_to=moved_to,
    )


def _command(words: str) -> tuple[str | None, str | None, str]:
    """The command, the bot it is for if it names one, and the rest; of other words all of them are the rest."""
    match = _COMMAND.match(words) if words.startswith("/") else None
    if match is None:
        return None, None, words
    return match[1].lower(), match[2], words[match.end() :].strip()


def _is_hearsay(message: Part, *, private: bool, words: str) -> bool:
    """Somebody else's words, which may not act for who forwards them; in private they are merely shown to us."""
    return message.get("forward_origin") is not None and (not private or words.startswith("/"))


def _replies_to(message: Part, me: Me) -> str | None:
    """Which of our messages this answers. Everything in a forum topic "answers" the message that opened it: none."""
    answered = some(message, "reply_to_message", dict)
    if answered is None or "forum_topic_created" in answered:
        return None
    author = some(answered, "from", dict)
    ours = author is not None and author.get("id") == me.id
    return whole(answered, "message_id") if ours else None


def _contact(message: Part, contact: Part) -> Contact:
    """A number is the sender's own only if Telegram says whose it is, and nobody else passed it on."""
    author = some(message, "from", dict)
    owner = some(contact, "user_id", int)
    own = owner is not None and author is not None and owner == author.get("id")
    first_hand = message.get("forward_origin") is None and message.get("via_bot") is None
    return Contact(phone=need(contact, "phone_number", str), own=own and first_hand)


def _location(message: Part) -> tuple[float, float] | None:
    """Latitude and longitude; a whole number is one, too."""
    found = some(message, "location", dict)
    if found is None:
        return None
    latitude, longitude = (found[name] for name in ("latitude", "longitude"))
    if type(latitude) not in (int, float) or type(longitude) not in (int, float):
        raise TypeError("a location is two numbers")
    return float(latitude), float(longitude)


def _picture(message: Part) -> tuple[tuple[str, ...], str | None]:
    """The handle of the one photo in the message, or the name of what it holds instead."""
    if sizes := some(message, "photo", list):
        best = max(sizes, key=lambda size: need(size, "width", int) * need(size, "height", int))
        return _within_limit(best, "")
    document = some(message, "document", dict)
    kind = None if document is None else some(document, "mime_type", str)
    if document is not None and kind is not None and kind.startswith("image/") and "animation" not in message:
        return _within_limit(document, DOCUMENT)
    return (), next((name for kind, name in _OTHERS.items() if kind in message), None)


def _document(message: Part) -> Document | None:
    """A file that can be passed on; what is too large to be fetched cannot."""
    found = some(message, "document", dict)
    if found is None or (some(found, "file_size", int) or 0) > FileSizeLimit.FILESIZE_DOWNLOAD:
        return None
    name, kind = some(found, "file_name", str) or "file", some(found, "mime_type", str) or "application/octet-stream"
    return Document(handle=DOCUMENT + need(found, "file_id", str), name=name[:NAME_MAX], kind=kind)


def _within_limit(file: Part, mark: str) -> tuple[tuple[str, ...], str | None]:
    """A bot cannot fetch what is larger than 20 MB."""
    if (some(file, "file_size", int) or 0) > FileSizeLimit.FILESIZE_DOWNLOAD:
        return (), "photo-too-large"
    return (mark + need(file, "file_id", str),), None

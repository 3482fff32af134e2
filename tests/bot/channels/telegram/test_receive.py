"""What becomes of everything that Telegram can push: raw into the inbox, and out of it as Incoming."""

import dataclasses
from typing import Any

import orjson
import pytest

from bot.channels.base import Contact, Document, Happening, Incoming, Sender
from bot.channels.telegram.reading import Me
from bot.channels.telegram.receive import parse, received, received_body
from tests.bot.channels.telegram.samples import GROUP, NOW, OWNER, PRIVATE, STAFF, WANG, membership, message, press

ME = Me(42, "guanjia_bot")
SELF = {"id": 42, "is_bot": True, "first_name": "管家", "username": "guanjia_bot"}
SENDER = Sender(user=str(OWNER), name="明 王", language="zh-hans")
ORIGIN = {"type": "user", "date": 1, "sender_user": {"id": 6, "is_bot": False, "first_name": "谁"}}
MEGABYTE = 1024 * 1024


def read(update: dict[str, Any]) -> Incoming:
    incoming = parse(update, ME)
    assert incoming is not None
    return incoming


def said(**expected: Any) -> Incoming:
    """What a message in the private chat gives, apart from what is *expected* of this one."""
    plain = Incoming(channel="telegram", key="7", chat=str(OWNER), private=True, sender=SENDER, message="11")
    return dataclasses.replace(plain, **expected)


def said_in_group(**expected: Any) -> Incoming:
    return said(**({"chat": str(GROUP), "private": False, "addressed": False} | expected))


def size(width: int, name: str, **more: Any) -> dict[str, Any]:
    return {"file_id": name, "file_unique_id": name, "width": width, "height": width} | more


def file(name: str, **more: Any) -> dict[str, Any]:
    return {"file_id": name, "file_unique_id": name} | more


CONTACT = {"phone_number": "+8613800001234", "first_name": "明"}

IN_PRIVATE: dict[str, tuple[dict[str, Any], Incoming]] = {
    "words": ({"text": "厨房水管漏水"}, said(text="厨房水管漏水")),
    "4096 characters": ({"text": "水" * 4096}, said(text="水" * 4096)),
    "a command": ({"text": "/help"}, said(command="help")),
    "a command in capitals": ({"text": "/Help"}, said(command="help")),
    "a command with a payload": ({"text": "/start r_Ab-9"}, said(command="start", text="r_Ab-9")),
    "a command with words on the next line": ({"text": "/report\n漏水"}, said(command="report", text="漏水")),
    "a command to this bot by name": ({"text": "/claim@Guanjia_Bot 7"}, said(command="claim", text="7")),
    "a path, which is no command": ({"text": "/usr/bin"}, said(text="/usr/bin")),
    "a slash alone": ({"text": "/"}, said(text="/")),
    "a photo": ({"photo": [size(90, "s"), size(1280, "b"), size(320, "m")]}, said(photos=("b",))),
    "a photo with words": ({"photo": [size(90, "s")], "caption": "漏"}, said(photos=("s",), text="漏")),
    "one photo of an album": ({"photo": [size(90, "s")], "media_group_id": "3"}, said(photos=("s",), album="3")),
    "a picture as a file": ({"document": file("d", mime_type="image/png")}, said(photos=("document:d",))),
    "a picture that is too large": (
        {"document": file("d", mime_type="image/png", file_size=20 * MEGABYTE + 1)},
        said(other="photo-too-large"),
    ),
    "a document": (
        {"document": file("d", mime_type="application/pdf"), "caption": "合同"},
        said(
            other="document",
            text="合同",
            document=Document(handle="document:d", name="file", kind="application/pdf"),
        ),
    ),
    "a voice": ({"voice": file("v", duration=3)}, said(other="voice")),
    "a video": ({"video": file("v", duration=3)}, said(other="video")),
    "a round video": ({"video_note": file("v", duration=3)}, said(other="video")),
    "an animation, which is a document, too": (
        {"animation": file("a"), "document": file("a", mime_type="image/gif")},
        said(other="video"),
    ),
    "a sticker": ({"sticker": file("s", emoji="👍")}, said(other="sticker")),
    "a location": (
        {"location": {"latitude": 31.2304, "longitude": 121.4737}},
        said(other="location", location=(31.2304, 121.4737)),
    ),
    "a location on a whole degree": (
        {"location": {"latitude": 0, "longitude": -1.5}},
        said(other="location", location=(0.0, -1.5)),
    ),
    "a venue, which is a location, too": (
        {"venue": {"title": "x"}, "location": {"latitude": 1.0, "longitude": 1.0}},
        said(other="location", location=(1.0, 1.0)),
    ),
    "a poll": ({"poll": {"id": "1"}}, said(other="other")),
    "the own contact": (
        {"contact": CONTACT | {"user_id": OWNER}},
        said(contact=Contact(phone="+8613800001234", own=True)),
    ),
    "somebody else's contact": (
        {"contact": CONTACT | {"user_id": 6}},
        said(contact=Contact(phone="+8613800001234", own=False)),
    ),
    "a contact that is nobody's": ({"contact": CONTACT}, said(contact=Contact(phone="+8613800001234", own=False))),
    "the own contact, forwarded": (
        {"contact": CONTACT | {"user_id": OWNER}, "forward_origin": ORIGIN},
        said(contact=Contact(phone="+8613800001234", own=False), forwarded=True),
    ),
    "somebody else's words, forwarded": ({"text": "漏水", "forward_origin": ORIGIN}, said(text="漏水", forwarded=True)),
    "somebody else's photo, forwarded": (
        {"photo": [size(90, "s")], "forward_origin": ORIGIN},
        said(photos=("s",), forwarded=True),
    ),
    "somebody else's command, forwarded": (
        {"text": "/claim 7", "forward_origin": ORIGIN},
        said(command="claim", text="7", sender=None, forwarded=True),
    ),
    "what another bot wrote for them": ({"text": "漏水", "via_bot": SELF}, said(text="漏水", sender=None)),
    "a reply to us": (
        {"text": "好", "reply_to_message": {"message_id": 3, "from": SELF, "chat": PRIVATE}},
        said(text="好", reply_to="3"),
    ),
    "a reply to themselves": (
        {"text": "好", "reply_to_message": {"message_id": 3, "from": WANG, "chat": PRIVATE}},
        said(text="好"),
    ),
    "a name without a last name": (
        {"text": "x", "from": {"id": OWNER, "is_bot": False, "first_name": "<b>明</b>"}},
        said(text="x", sender=Sender(user=str(OWNER), name="<b>明</b>")),
    ),
}


@pytest.mark.parametrize("case", IN_PRIVATE)
def test_in_the_private_chat(case: str) -> None:
    content, expected = IN_PRIVATE[case]
    assert read(message(**content)) == expected


IN_A_GROUP: dict[str, tuple[dict[str, Any], Incoming]] = {
    "words to each other": ({"text": "吃了吗"}, said_in_group(text="吃了吗")),
    "a mention": ({"text": "@guanjia_bot 漏水"}, said_in_group(text="漏水", addressed=True)),
    "a mention in other letters": ({"text": "漏水 @GUANJIA_BOT"}, said_in_group(text="漏水", addressed=True)),
    "a mention under a photo": (
        {"photo": [size(90, "s")], "caption": "@guanjia_bot 看"},
        said_in_group(photos=("s",), text="看", addressed=True),
    ),
    "a mention of somebody else": ({"text": "@guanjia_bot2 漏水"}, said_in_group(text="@guanjia_bot2 漏水")),
    "an address": ({"text": "a@guanjia_bot"}, said_in_group(text="a@guanjia_bot")),
    "a command": ({"text": "/board"}, said_in_group(command="board", addressed=True)),
    "a reply to us": (
        {"text": "好", "reply_to_message": {"message_id": 3, "from": SELF, "chat": STAFF}},
        said_in_group(text="好", addressed=True, reply_to="3"),
    ),
    "a reply to somebody": (
        {"text": "好", "reply_to_message": {"message_id": 3, "from": WANG, "chat": STAFF}},
        said_in_group(text="好"),
    ),
    "a topic that we opened": (
        {
            "text": "好",
            "is_topic_message": True,
            "message_thread_id": 3,
            "reply_to_message": {"message_id": 3, "from": SELF, "chat": STAFF, "forum_topic_created": {"name": "水"}},
        },
        said_in_group(text="好", thread="3"),
    ),
    "a thread of replies, which is no topic": ({"text": "好", "message_thread_id": 3}, said_in_group(text="好")),
    "an anonymous administrator": (
        {
            "text": "/claim 7",
            "from": {"id": 1087968824, "is_bot": True, "first_name": "Group"},
            "sender_chat": STAFF,
        },
        said_in_group(command="claim", text="7", addressed=True, sender=None),
    ),
    "an anonymous administrator of whom only the number tells": (
        {"text": "好", "from": {"id": 1087968824, "is_bot": False, "first_name": "Group"}},
        said_in_group(text="好", sender=None),
    ),
    "a channel's voice": (
        {"text": "好", "from": {"id": 136817688, "is_bot": False, "first_name": "Channel"}},
        said_in_group(text="好", sender=None),
    ),
    "the linked channel's post": (
        {"text": "好", "from": {"id": 777000, "is_bot": False, "first_name": "Telegram"}},
        said_in_group(text="好", sender=None),
    ),
    "another bot": (
        {"text": "好", "from": {"id": 9, "is_bot": True, "first_name": "bot"}},
        said_in_group(text="好", sender=None),
    ),
    "nobody": ({"text": "好", "from": None}, said_in_group(text="好", sender=None)),
    "words forwarded": (
        {"text": "@guanjia_bot 漏水", "forward_origin": ORIGIN},
        said_in_group(text="漏水", addressed=True, sender=None, forwarded=True),
    ),
}


@pytest.mark.parametrize("case", IN_A_GROUP)
def test_in_a_group(case: str) -> None:
    content, expected = IN_A_GROUP[case]
    assert read(message(chat=STAFF, **content)) == expected


NOTHING_TO_US: dict[str, dict[str, Any]] = {
    "a command to another bot": message(chat=STAFF, text="/claim@other_bot 7"),
    "an edit": {"update_id": 7, "edited_message": message(text="x")["message"]},
    "a channel's post": {"update_id": 7, "channel_post": message(text="x")["message"]},
    "a message in a channel": message(chat=STAFF | {"type": "channel"}, text="x"),
    "a new member": message(chat=STAFF, new_chat_members=[WANG]),
    "a new title": message(chat=STAFF, new_chat_title="x"),
    "a pinned message": message(chat=STAFF, pinned_message={"message_id": 3}),
    "a new topic": message(chat=STAFF, forum_topic_created={"name": "水", "icon_color": 1}),
    "the same move, told in the new group": message(chat=STAFF, migrate_from_chat_id=-5),
    "a press on a message sent through another bot": press(message=None, inline_message_id="x"),
    "a press on a game": press(data=None, game_short_name="x"),
    "another member's coming": {"update_id": 7, "chat_member": membership("left", "member")["my_chat_member"]},
    "other rights for the bot": membership("member", "administrator", chat=STAFF),
    "what will be invented tomorrow": {"update_id": 7, "hologram": {"chat": STAFF}},
}


@pytest.mark.parametrize("case", NOTHING_TO_US)
def test_nothing_to_us(case: str) -> None:
    assert parse(NOTHING_TO_US[case], ME) is None


HAPPENED: dict[str, tuple[dict[str, Any], str, Happening, str | None]] = {
    "blocked": (membership("member", "kicked"), str(OWNER), Happening.BLOCKED, None),
    "unblocked": (membership("kicked", "member"), str(OWNER), Happening.UNBLOCKED, None),
    "added": (membership("left", "member", chat=STAFF), str(GROUP), Happening.ADDED, None),
    "added as administrator": (membership("kicked", "administrator", chat=STAFF), str(GROUP), Happening.ADDED, None),
    "added with few rights": (
        membership("left", "restricted", chat=STAFF, is_member=True),
        str(GROUP),
        Happening.ADDED,
        None,
    ),
    "thrown out": (membership("administrator", "kicked", chat=STAFF), str(GROUP), Happening.REMOVED, None),
    "thrown out, keeping its few rights": (
        membership("member", "restricted", chat=STAFF, is_member=False),
        str(GROUP),
        Happening.REMOVED,
        None,
    ),
    "become a supergroup": (
        message(chat={"id": -5, "type": "group", "title": "x"}, migrate_to_chat_id=GROUP),
        "-5",
        Happening.MIGRATED,
        str(GROUP),
    ),
}


@pytest.mark.parametrize("case", HAPPENED)
def test_what_happens_without_words(case: str) -> None:
    update, chat, happening, moved_to = HAPPENED[case]
    incoming = read(update)
    assert (incoming.chat, incoming.happening, incoming.moved_to) == (chat, happening, moved_to)
    assert incoming.private == (chat == str(OWNER))


def test_a_press_says_which_button_of_which_message_and_where_the_answer_goes() -> None:
    assert read(press()) == said(
        chat=str(GROUP), private=False, button="KEY:2", toast="900", message="11", addressed=True
    )


def test_a_press_on_a_deleted_message_is_a_press() -> None:
    gone = {"message_id": 11, "date": 0, "chat": PRIVATE}
    assert read(press(message=gone)) == said(button="KEY:2", toast="900")


def test_a_press_in_a_topic_knows_its_topic() -> None:
    under = {"message_id": 11, "date": 1, "chat": STAFF, "message_thread_id": 3, "is_topic_message": True}
    assert read(press(message=under)).thread == "3"


def test_while_the_bot_does_not_know_its_name_a_command_by_name_is_its_own() -> None:
    incoming = parse(message(chat=STAFF, text="/board@guanjia_bot"), Me(42))
    assert incoming is not None
    assert incoming.command == "board"


UNPARSEABLE: dict[str, dict[str, Any]] = {
    "no chat": {"update_id": 1, "message": {"message_id": 1, "text": "x"}},
    "a message that is a list": {"update_id": 1, "message": [1]},
    "words that are a number": message(text=13800001234),
    "a chat without a number": message(chat={"type": "private"}, text="x"),
    "a number that is True": message(chat=PRIVATE | {"id": True}, text="x"),
    "a photo without sizes": message(photo=[{}]),
    "a press without a query": press(id=None),
    "a member without a status": membership("left", "member") | {"my_chat_member": {"chat": PRIVATE}},
}


@pytest.mark.parametrize("case", UNPARSEABLE)
def test_what_telegram_would_not_send_is_refused_without_repeating_it(case: str) -> None:
    with pytest.raises((TypeError, KeyError)) as refusal:
        parse(UNPARSEABLE[case], ME)
    assert "13800001234" not in str(refusal.value)


@pytest.mark.parametrize("case", UNPARSEABLE)
def test_what_cannot_be_parsed_can_be_stored(case: str) -> None:
    update = UNPARSEABLE[case]
    row = received(update, now=NOW)
    assert row.key == str(update["update_id"])
    assert orjson.loads(row.body) == update


@pytest.mark.parametrize(
    ("update", "chat"),
    (
        (message(text="x"), str(OWNER)),
        (press(), str(GROUP)),
        (membership("left", "member"), str(OWNER)),
        ({"update_id": 1, "poll": {"id": "1"}}, None),
        ({"update_id": 1, "message": {"chat": {"id": "5\x00"}}}, None),
        ({"update_id": 1, "callback_query": {"message": "x"}}, None),
        ([1], None),
        ("x", None),
    ),
)
def test_a_raw_update_belongs_to_its_chat_as_far_as_that_can_be_told(update: Any, chat: str | None) -> None:
    assert received(update, now=NOW).chat == chat


def test_an_update_without_a_number_is_known_by_its_content() -> None:
    first, second = received({"a": 1, "b": 2}, now=NOW), received({"b": 2, "a": 1}, now=NOW)
    assert first.key == second.key
    assert first.key != received({"a": 1}, now=NOW).key
    assert received({"update_id": "7"}, now=NOW).key.startswith("sha256:")


def test_a_pushed_body_is_stored_as_it_came() -> None:
    body = b'{ "update_id": 7, "message": {"chat": {"id": 5}, "text": "\\u6f0f"} }'
    row = received_body(body, now=NOW)
    assert (row.channel, row.key, row.chat, row.body) == ("telegram", "7", "5", body.decode())


@pytest.mark.parametrize("body", (b"", b"{", b"[1]", b'{"a": "\xff"}', b"[" * 100_000))
def test_a_body_that_is_no_object_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - of several kinds
        received_body(body, now=NOW)

"""The methods that put messages into chats."""

from typing import Any

from tests.botapi.calls import Call
from tests.botapi.errors import Json, bad_request
from tests.botapi.keyboards import markup_of
from tests.botapi.text import CAPTION_LIMIT, TEXT_LIMIT, parse, units
from tests.botapi.world import Chat, StoredFile, World, photo_sizes

_LARGEST_PHOTO = 10 * 1024 * 1024
_LARGEST_FILE = 50 * 1024 * 1024


def send_message(world: World, call: Call) -> Json:
    chat = world.chat(call.parameters.get("chat_id"))
    content = text_content(call)
    return world.post(chat.open_to_bot(), content | _placed(world, chat, call))


def send_photo(world: World, call: Call) -> Json:
    chat = world.chat(call.parameters.get("chat_id"))
    content = caption_content(call)
    around = _placed(world, chat.open_to_bot(), call)
    stored = _file(world, call, call.parameters.get("photo"), "photo")
    return world.post(chat, {"photo": photo_sizes(stored)} | content | around)


def send_document(world: World, call: Call) -> Json:
    chat = world.chat(call.parameters.get("chat_id"))
    content = caption_content(call)
    around = _placed(world, chat.open_to_bot(), call)
    stored = _file(world, call, call.parameters.get("document"), "document")
    upload = call.uploads.get("document")
    name = {"file_name": upload.filename, "mime_type": upload.content_type} if upload else {}
    return world.post(chat, {"document": stored.described() | name} | content | around)


def send_media_group(world: World, call: Call) -> list[Json]:
    chat = world.chat(call.parameters.get("chat_id")).open_to_bot()
    media = call.structure("media")
    if not isinstance(media, list):
        raise bad_request("can't parse media JSON object")
    if len(media) < 2:
        raise bad_request("too few messages to send as an album")
    if len(media) > 10:
        raise bad_request("too many messages to send as an album")
    album = {"media_group_id": str(world.next_number())}
    around = _placed(world, chat, call)
    contents = [_album_item(world, call, item) for item in media]
    return [world.post(chat, content | album | around) for content in contents]


def send_chat_action(world: World, call: Call) -> bool:
    chat = world.chat(call.parameters.get("chat_id")).open_to_bot()
    action = call.text("action")
    if not (action.startswith(("upload_", "record_", "find_", "choose_")) or action == "typing"):
        raise bad_request("wrong parameter action in request")
    chat.actions.append(action)
    return True


def text_content(call: Call) -> Json:
    """The text and its entities after parsing, or the refusal."""
    text, entities = _parsed(call, "text", "entities")
    if not text:
        raise bad_request("message text is empty")
    if units(text) > TEXT_LIMIT:
        raise bad_request("message is too long")
    return {"text": text} | ({"entities": entities} if entities else {})


def caption_content(call: Call, source: Json | None = None) -> Json:
    """The caption and its entities; of the call, or of one item of an album."""
    part = call if source is None else Call(call.method, source)
    caption, entities = _parsed(part, "caption", "caption_entities")
    if units(caption) > CAPTION_LIMIT:
        raise bad_request("message caption is too long")
    return {"caption": caption} | ({"caption_entities": entities} if entities else {}) if caption else {}


def _parsed(call: Call, name: str, entities: str) -> tuple[str, list[Json]]:
    given = call.structure(entities)
    text, found = parse(call.text(name), "" if given else call.text("parse_mode"))
    return text.rstrip() if text.strip() else "", given or found


def _placed(world: World, chat: Chat, call: Call) -> Json:
    """Keyboard, topic and reply."""
    around: Json = {}
    if (markup := markup_of(call)) is not None:
        around["reply_markup"] = markup
    if thread := call.integer("message_thread_id"):
        if thread not in chat.topics:
            raise bad_request("message thread not found")
        around |= {"message_thread_id": thread, "is_topic_message": True}
    return around | _reply(chat, call)


def _reply(chat: Chat, call: Call) -> Json:
    wanted: Any = call.structure("reply_parameters")
    if not isinstance(wanted, dict):
        return {}
    if (original := chat.messages.get(int(wanted["message_id"]))) is not None:
        return {"reply_to_message": {key: value for key, value in original.items() if key != "reply_to_message"}}
    if wanted.get("allow_sending_without_reply"):
        return {}
    raise bad_request("message to be replied not found")


def _album_item(world: World, call: Call, item: Json) -> Json:
    kind = str(item.get("type"))
    if kind not in ("photo", "video", "document", "audio"):
        raise bad_request(f"can't parse InputMedia: type {kind} can't be used in sendMediaGroup")
    stored = _file(world, call, item.get("media"), kind)
    content: Any = photo_sizes(stored) if kind == "photo" else stored.described()
    return {kind: content} | caption_content(call, item)


def _file(world: World, call: Call, value: Any, kind: str) -> StoredFile:
    """The file meant by an upload, an ``attach://`` name or a file id."""
    name = str(value).removeprefix("attach://") if value else kind
    upload = call.uploads.get(name)
    if upload is None:
        return _known_file(world, value, kind)
    if kind == "photo" and len(upload.content) > _LARGEST_PHOTO:
        raise bad_request("file is too big for a photo")
    if len(upload.content) > _LARGEST_FILE:
        raise bad_request("file is too big")
    if not upload.content:
        raise bad_request("file must be non-empty")
    return world.store_upload(upload, f"{kind}s")


def _known_file(world: World, value: Any, kind: str) -> StoredFile:
    if not value:
        raise bad_request(f"there is no {kind} in the request")
    if str(value).startswith(("http://", "https://")):
        raise bad_request("failed to get HTTP URL content")
    if (stored := world.files.get(str(value))) is None:
        raise bad_request("wrong file identifier/HTTP URL specified")
    return stored

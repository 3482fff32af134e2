"""The methods that change, remove or answer what is already there."""

import time

from tests.botapi.calls import Call
from tests.botapi.errors import Json, bad_request
from tests.botapi.keyboards import markup_of
from tests.botapi.sending import caption_content, text_content
from tests.botapi.text import units
from tests.botapi.world import Chat, World

_TEXT = ("text", "entities")
_CAPTION = ("caption", "caption_entities")


def edit_message_text(world: World, call: Call) -> Json:
    content = text_content(call)
    chat, message = _editable(world, call)
    if "text" not in message:
        raise bad_request("there is no text in the message to edit")
    return _replaced(world, chat, message, _TEXT, content | _keyboard(call))


def edit_message_caption(world: World, call: Call) -> Json:
    content = caption_content(call)
    chat, message = _editable(world, call)
    if not message.keys() & {"photo", "document", "video", "voice", "audio"}:
        raise bad_request("there is no caption in the message to edit")
    return _replaced(world, chat, message, _CAPTION, content | _keyboard(call))


def edit_message_reply_markup(world: World, call: Call) -> Json:
    keyboard = _keyboard(call)
    chat, message = _editable(world, call)
    return _replaced(world, chat, message, (), keyboard)


def delete_message(world: World, call: Call) -> bool:
    chat = world.chat(call.parameters.get("chat_id")).open_to_bot()
    number = call.integer("message_id")
    if number not in chat.messages:
        raise bad_request("message to delete not found")
    if number not in chat.from_bot and chat.is_group and chat.bot_status != "administrator":
        raise bad_request("message can't be deleted")
    del chat.messages[number]
    return True


def answer_callback_query(world: World, call: Call) -> bool:
    if units(call.text("text")) > 200:
        raise bad_request("MESSAGE_TOO_LONG")
    query = world.queries.get(call.text("callback_query_id"))
    too_old = query is None or query.answer is not None or time.monotonic() - query.asked > world.query_life
    if query is None or too_old:
        raise bad_request("query is too old and response timeout expired or query ID is invalid")
    query.answer = {"text": call.text("text"), "show_alert": call.boolean("show_alert"), "url": call.text("url")}
    return True


def pin_chat_message(world: World, call: Call) -> bool:
    chat = world.chat(call.parameters.get("chat_id")).open_to_bot()
    if call.integer("message_id") not in chat.messages:
        raise bad_request("message to pin not found")
    if chat.is_group and chat.bot_status != "administrator":
        raise bad_request("not enough rights to manage pinned messages in the chat")
    chat.pinned.append(call.integer("message_id"))
    return True


def _editable(world: World, call: Call) -> tuple[Chat, Json]:
    if call.text("inline_message_id"):
        raise bad_request("MESSAGE_ID_INVALID")
    chat = world.chat(call.parameters.get("chat_id")).open_to_bot()
    number = call.integer("message_id")
    if number not in chat.messages:
        raise bad_request("message to edit not found")
    if number not in chat.from_bot:
        raise bad_request("message can't be edited")
    return chat, chat.messages[number]


def _keyboard(call: Call) -> Json:
    markup = markup_of(call)
    return {} if markup is None else {"reply_markup": markup}


def _replaced(world: World, chat: Chat, message: Json, parts: tuple[str, ...], content: Json) -> Json:
    """The message with these parts and its keyboard exchanged; an edit without a keyboard takes it away."""
    changing = (*parts, "reply_markup")
    if {key: message[key] for key in changing if key in message} == content:
        raise bad_request(
            "message is not modified: specified new message content and reply markup are exactly the same"
            " as a current content and reply markup of the message"
        )
    kept = {key: value for key, value in message.items() if key not in changing}
    edited = kept | content | {"edit_date": world.now()}
    chat.messages[message["message_id"]] = edited
    return edited

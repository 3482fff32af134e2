"""The table of methods that the server knows."""

from collections.abc import Callable
from typing import Any

from tests.botapi import chatting, editing, sending
from tests.botapi.calls import Call
from tests.botapi.world import World

Method = Callable[[World, Call], Any]

_NAMED: dict[str, Method] = {
    "getMe": chatting.get_me,
    "getChat": chatting.get_chat,
    "getChatMember": chatting.get_chat_member,
    "leaveChat": chatting.leave_chat,
    "createForumTopic": chatting.create_forum_topic,
    "getFile": chatting.get_file,
    "setMyCommands": chatting.set_my_commands,
    "getMyCommands": chatting.get_my_commands,
    "deleteMyCommands": chatting.delete_my_commands,
    "setMyName": chatting.accept,
    "setMyDescription": chatting.accept,
    "setMyShortDescription": chatting.accept,
    "setChatMenuButton": chatting.accept,
    "setMyDefaultAdministratorRights": chatting.accept,
    "logOut": chatting.accept,
    "close": chatting.accept,
    "sendMessage": sending.send_message,
    "sendPhoto": sending.send_photo,
    "sendDocument": sending.send_document,
    "sendMediaGroup": sending.send_media_group,
    "sendChatAction": sending.send_chat_action,
    "editMessageText": editing.edit_message_text,
    "editMessageCaption": editing.edit_message_caption,
    "editMessageReplyMarkup": editing.edit_message_reply_markup,
    "deleteMessage": editing.delete_message,
    "pinChatMessage": editing.pin_chat_message,
    "answerCallbackQuery": editing.answer_callback_query,
}

METHODS: dict[str, Method] = {name.lower(): method for name, method in _NAMED.items()}

"""The methods about chats, members, topics, commands, files and the bot itself."""

import re

from tests.botapi.calls import Call
from tests.botapi.errors import Json, bad_request
from tests.botapi.text import units
from tests.botapi.world import Chat, World

_COMMAND = re.compile(r"[a-z0-9_]{1,32}")
_LARGEST_DOWNLOAD = 20 * 1024 * 1024


def get_me(world: World, call: Call) -> Json:
    return world.bot | {"can_join_groups": True, "can_read_all_group_messages": True, "supports_inline_queries": False}


def get_chat(world: World, call: Call) -> Json:
    chat = world.chat(call.parameters.get("chat_id")).open_to_bot()
    # Required of every full chat since Bot API 7 to 9.
    kinds = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")
    gifts = dict.fromkeys(kinds, False)
    full = {"accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": gifts}
    return chat.described() | full


def get_chat_member(world: World, call: Call) -> Json:
    chat = world.chat(call.parameters.get("chat_id")).open_to_bot()
    number = call.integer("user_id")
    if number == world.bot["id"]:
        return member(world.bot, chat.bot_status)
    if number not in world.people:
        raise bad_request("PARTICIPANT_ID_INVALID")
    return member(world.people[number], chat.members.get(number, "left"))


def leave_chat(world: World, call: Call) -> bool:
    chat = world.chat(call.parameters.get("chat_id")).open_to_bot()
    if chat.kind == "private":
        raise bad_request("chat not found")
    put_bot(chat, "left")
    return True


def create_forum_topic(world: World, call: Call) -> Json:
    chat = world.chat(call.parameters.get("chat_id")).open_to_bot()
    name = call.text("name")
    if not chat.is_forum:
        raise bad_request("the chat is not a forum")
    if chat.bot_status != "administrator":
        raise bad_request("not enough rights to create a topic")
    if not 1 <= units(name) <= 128:
        raise bad_request("TOPIC_TITLE_EMPTY" if not name else "TOPIC_TITLE_TOO_LONG")
    number = world.next_number()
    chat.topics[number] = name
    return {"message_thread_id": number, "name": name, "icon_color": 7322096}


def get_file(world: World, call: Call) -> Json:
    stored = world.files.get(call.text("file_id"))
    if stored is None:
        raise bad_request("wrong file_id or the file is temporarily unavailable")
    if len(stored.content) > _LARGEST_DOWNLOAD:
        raise bad_request("file is too big")
    return stored.described() | {"file_path": stored.path}


def set_my_commands(world: World, call: Call) -> bool:
    commands = call.structure("commands")
    if not isinstance(commands, list):
        raise bad_request("can't parse commands JSON object")
    if len(commands) > 100:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    for command in commands:
        if not _COMMAND.fullmatch(command["command"]):
            raise bad_request("BOT_COMMAND_INVALID")
        if not 1 <= units(command["description"]) <= 256:
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    world.commands[_audience(call)] = commands
    return True


def get_my_commands(world: World, call: Call) -> list[Json]:
    return world.commands.get(_audience(call), [])


def delete_my_commands(world: World, call: Call) -> bool:
    world.commands.pop(_audience(call), None)
    return True


def accept(world: World, call: Call) -> bool:
    """For what changes nothing that anybody reads back: descriptions, names, menu buttons."""
    return True


def member(person: Json, status: str) -> Json:
    """A chat member as Telegram describes one of this status."""
    rights: dict[str, Json] = {
        "creator": {"is_anonymous": False},
        "administrator": {"is_anonymous": False, "can_be_edited": False, **dict.fromkeys(_RIGHTS, True)},
        "kicked": {"until_date": 0},
    }
    return {"user": person, "status": status} | rights.get(status, {})


def put_bot(chat: Chat, status: str) -> None:
    """Make the bot a member, an administrator, or none any more."""
    chat.bot_status = status
    group = "group chat" if chat.kind == "group" else f"{chat.kind} chat"
    refusals = {"kicked": f"bot was kicked from the {group}", "left": f"bot is not a member of the {group}"}
    chat.refusal = refusals.get(status)


_RIGHTS = (
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
    "can_pin_messages",
    "can_manage_topics",
)


def _audience(call: Call) -> tuple[str, str]:
    scope = call.structure("scope") or {"type": "default"}
    return "/".join(str(scope[key]) for key in sorted(scope)), call.text("language_code")

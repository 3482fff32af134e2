"""Whoever stands in an update that was pushed raw exists from then on."""

import time
from typing import Any

from tests.botapi.errors import Json
from tests.botapi.world import Chat, Query, World

_KINDS = {"private", "group", "supergroup", "channel"}


def learn(world: World, update: Json) -> None:
    """Make chats, people and presses known; shapes that Telegram never sends teach nothing and are let through."""
    for kind, content in update.items():
        if not isinstance(content, dict):
            continue
        _learn_person(world, content.get("from"))
        message = content.get("message", content) if kind == "callback_query" else content
        if isinstance(message, dict):
            _learn_chat(world, message.get("chat"))
            _learn_message(world, message)
        if kind == "callback_query" and isinstance(content.get("id"), str):
            world.queries.setdefault(content["id"], Query(content["id"], time.monotonic()))


def _learn_person(world: World, person: Any) -> None:
    if isinstance(person, dict) and isinstance(person.get("id"), int):
        world.people.setdefault(person["id"], person)


def _learn_chat(world: World, chat: Any) -> None:
    if isinstance(chat, dict) and isinstance(chat.get("id"), int) and chat.get("type") in _KINDS:
        about = {key: value for key, value in chat.items() if key not in ("id", "type", "is_forum")}
        world.chats.setdefault(chat["id"], Chat(chat["id"], chat["type"], about))


def _learn_message(world: World, message: Json) -> None:
    chat = message.get("chat")
    number = message.get("message_id")
    known = world.chats.get(chat["id"]) if isinstance(chat, dict) and isinstance(chat.get("id"), int) else None
    if known is not None and isinstance(number, int) and message.get("date"):
        known.messages.setdefault(number, message)

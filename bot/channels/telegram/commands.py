"""The commands that Telegram offers people as they type: per kind of chat, in each language."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Final

import structlog
from telegram import Bot, BotCommand, BotCommandScopeAllGroupChats, BotCommandScopeAllPrivateChats, BotCommandScopeChat
from telegram.error import BadRequest, Forbidden

from bot.channels.telegram.failing import meaning

Say = Callable[[str, str], str]

PRIVATE: Final = ("start", "report", "mytickets", "language", "mute", "cancel", "help")
STAFF: Final = ("board", "help")

# Telegram's language codes and our locales; "" is everybody whose language we do not speak.
LANGUAGES: Final[Mapping[str, str]] = MappingProxyType({"": "zh_CN", "zh": "zh_CN", "en": "en"})

log = structlog.get_logger(__name__)


async def set_commands(bot: Bot, say: Say, *, staff_chats: Iterable[str]) -> None:
    """In private for everybody, in staff groups what staff needs, in all other groups nothing.

    A staff group that the bot is not in is skipped: it gets its commands at the next start.

    :raises TelegramError: when Telegram cannot be reached
    """
    private, groups = BotCommandScopeAllPrivateChats(), BotCommandScopeAllGroupChats()
    for code, language in LANGUAGES.items():
        await bot.set_my_commands(_offered(PRIVATE, say, language), scope=private, language_code=code)
        await bot.delete_my_commands(scope=groups, language_code=code)
    for chat in staff_chats:
        try:
            await _set_in_group(bot, say, int(chat))
        except (BadRequest, Forbidden) as error:
            log.warning("telegram-commands-not-set", chat=chat, reason=meaning(error).reason)


async def _set_in_group(bot: Bot, say: Say, chat: int) -> None:
    scope = BotCommandScopeChat(chat)
    for code, language in LANGUAGES.items():
        await bot.set_my_commands(_offered(STAFF, say, language), scope=scope, language_code=code)


def _offered(names: Iterable[str], say: Say, language: str) -> list[BotCommand]:
    return [BotCommand(name, say(f"command-{name}", language)) for name in names]

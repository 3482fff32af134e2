"""What each of Telegram's refusals means for the row that was to be delivered."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Final

from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    EndPointNotFound,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from bot.channels.base import DeliveryError
from bot.channels.telegram.request import AnswerLost, NotSent

# The chat is out of reach, although Telegram answers 400.
_NO_WAY_IN: Final = (
    "chat not found",
    "user not found",
    "peer_id_invalid",
    "group chat was deactivated",
    "chat_write_forbidden",
    "chat_restricted",
    "have no rights to send a message",
    "not enough rights to send text messages",
)
_OLD_QUERY: Final = ("query is too old", "query id is invalid", "query_id_invalid")
_UNCHANGED: Final = ("message is not modified",)
_NOTHING_TO_EDIT: Final = ("message to edit not found", "message can't be edited", "message_id_invalid")
_HAS_NO_TEXT: Final = ("there is no text in the message to edit",)
_TOPIC_GONE: Final = ("message thread not found", "topic_deleted", "topic_closed", "topic_id_invalid")

# A gateway gave up on what stands behind it, which may have done the work. All other 5xx: it was not done.
_GATEWAY: Final = re.compile(r"bad gateway|gateway time", re.IGNORECASE)
_TOO_LARGE: Final = re.compile(r"entity too large|content too large", re.IGNORECASE)
_QUOTED: Final = re.compile(r"'[^']*'|\"[^\"]*\"|\d{5,}")


def meaning(error: TelegramError, *, repeatable: bool = False, group: bool = False) -> DeliveryError:
    """The error in our own terms.

    Telegram does not say whether a 429 means the chat or the bot. In a *group* it is taken for the group's: its limit
    is the narrow one, other bots' and people's messages tighten it, and if it was meant for the bot, the next chat is
    told so at once. To a person we never send more than is allowed, so theirs means the bot as a whole.
    *repeatable* calls (edits, answers to presses) do no harm when made twice, so nothing about them is ever lost.
    The reason quotes Telegram without what it quotes of us: names, numbers and links stay out of the log.
    """
    match error:
        case RetryAfter():
            return DeliveryError("too many requests", retry_after=_wait(error), everywhere=not group)
        case ChatMigrated():
            return DeliveryError("the group became a supergroup", moved_to=str(error.new_chat_id))
        case InvalidToken() | EndPointNotFound():
            return DeliveryError("Telegram refuses the token", paused=True)
        case Forbidden():
            return DeliveryError(_reason(error), permanent=True, unreachable=True)
        case BadRequest():
            return DeliveryError(_reason(error), permanent=True, unreachable=_says(error, _NO_WAY_IN))
        case _:
            permanent = _TOO_LARGE.search(error.message) is not None
            return DeliveryError(_reason(error), permanent=permanent, lost=_is_lost(error) and not repeatable)


def _is_lost(error: TelegramError) -> bool:
    """May the request have been carried out, although nothing told us so?"""
    match error:
        case NotSent() | Conflict():
            return False
        case AnswerLost() | TimedOut():
            return True
        case NetworkError():
            return _GATEWAY.search(error.message) is not None
        case _:  # an answer that is no JSON: whoever wrote it, somebody had read the request
            return True


def _says(error: TelegramError, phrases: tuple[str, ...]) -> bool:
    """Telegram's errors differ by their words only."""
    message = error.message.lower()
    return any(phrase in message for phrase in phrases)


def is_old_query(error: BadRequest) -> bool:
    """Nobody waits for this answer any more."""
    return _says(error, _OLD_QUERY)


def is_unchanged(error: BadRequest) -> bool:
    """The message looks like that already."""
    return _says(error, _UNCHANGED)


def is_nothing_to_edit(error: BadRequest) -> bool:
    """The message is gone."""
    return _says(error, _NOTHING_TO_EDIT)


def is_without_text(error: BadRequest) -> bool:
    """The message is a photo: its caption is to be edited."""
    return _says(error, _HAS_NO_TEXT)


def is_topic_gone(error: BadRequest) -> bool:
    """The topic was closed or deleted; the group is still there."""
    return _says(error, _TOPIC_GONE)


def _wait(error: RetryAfter) -> timedelta:
    wait = error.retry_after
    return wait if isinstance(wait, timedelta) else timedelta(seconds=wait)


def _reason(error: TelegramError) -> str:
    return _QUOTED.sub("…", error.message.partition(". Parsing the server response")[0])[:120]

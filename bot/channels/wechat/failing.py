"""What each of WeChat's refusals means: for the way that was tried, and for the row."""

from __future__ import annotations

from datetime import timedelta
from enum import Enum, auto
from typing import Final

from bot.channels.base import DeliveryError
from bot.tencent.http import AnswerLost, ApiError, NotSent
from bot.tencent.tokens import TokenRefused

NAMES: Final = {
    -1: "busy", 40007: "no such media", 41006: "no such media",
    40001: "token refused", 40003: "no such openid", 40013: "no such app id", 40037: "no such template",
    40125: "wrong app secret", 40164: "our address is not on the list", 42001: "token too old", 43004: "not a follower",
    43019: "blacklisted by us", 43101: "refused by the person", 45002: "too long", 45009: "today's quota is used up",
    45011: "too many this minute", 45015: "chat closed", 45047: "too many messages", 45065: "sent before",
    47003: "the template's fields do not fit", 48001: "no permission", 48002: "refused by the person",
    48004: "banned by the platform", 50002: "account limited",
}  # fmt: skip


class Way(Enum):
    """What becomes of the way that was tried."""

    CLOSED = auto()  # not in this chat until they write again
    BARRED = auto()  # not for this message; there may be another way
    GONE = auto()  # nobody there


CONSEQUENCES: Final = {
    45015: Way.CLOSED, 45047: Way.CLOSED,
    40037: Way.BARRED, 43101: Way.BARRED, 45009: Way.BARRED, 47003: Way.BARRED, 48001: Way.BARRED, 48002: Way.BARRED,
    48004: Way.BARRED,
    40003: Way.GONE, 43004: Way.GONE, 43019: Way.GONE,
}  # fmt: skip
OURS: Final = frozenset({40037, 47003, 48001, 48004, 45009})  # for the operator to put right
_PAUSING: Final = frozenset({40013, 40125, 40164, 41002, 41004, 50002})
_TOO_FAST: Final = 45011
_NEVER: Final = frozenset({40007, 41006, 45002})  # what we ask for is not there, or too long


def reason_of(code: int) -> str:
    """In our own words: WeChat's quote openids and request numbers."""
    return f"{code} {NAMES.get(code, 'refused')}"


def meaning(error: ApiError | TokenRefused | NotSent | AnswerLost) -> DeliveryError:
    """What it means for the row, where no other way is left to try."""
    match error:
        case TokenRefused():
            return DeliveryError(f"WeChat refuses the credential ({error})", paused=True)
        case NotSent():
            return DeliveryError(f"not reached ({error})")
        case AnswerLost():
            return DeliveryError(f"answer lost ({error})", lost=True)
        case ApiError():
            return _refused(error.code)


def _refused(code: int) -> DeliveryError:
    if code in _PAUSING:
        return DeliveryError(reason_of(code), paused=True)
    if code == _TOO_FAST:
        return DeliveryError(reason_of(code), retry_after=timedelta(minutes=1), everywhere=True)
    match CONSEQUENCES.get(code):
        case Way.GONE:
            return DeliveryError(reason_of(code), permanent=True, unreachable=True)
        case Way.CLOSED | Way.BARRED:
            return DeliveryError(reason_of(code), elsewhere=True)
        case None:
            return DeliveryError(reason_of(code), permanent=code in _NEVER)

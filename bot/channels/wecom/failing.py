"""What each of WeCom's refusals means for the row that was to be delivered."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from bot.channels.base import DeliveryError
from bot.tencent.api import TOKEN_ERRORS
from bot.tencent.http import AnswerLost, ApiError, NotSent
from bot.tencent.tokens import TokenRefused

Failed = (ApiError, TokenRefused, NotSent, AnswerLost)
# Our secret, our address or the app's rights: no row is at fault.
_OURS: Final = TOKEN_ERRORS | {40013, 40056, 40091, 48002, 60020, 301002}
# Nobody there: not a member (any more), outside the app's range; a chat or a robot that is gone.
_GONE: Final = frozenset({60111, 81013, 86001, 86003, 86008, 93000})
_TOO_OFTEN: Final = 45009
_TOO_MANY: Final = 45033
_BUSY: Final = -1


def meaning(error: Exception, *, repeatable: bool = False, robot: bool = False) -> DeliveryError:
    """The error in our own terms; *repeatable* calls do no harm when made twice, so nothing about them is lost."""
    match error:
        case TokenRefused():
            return DeliveryError("WeCom refuses our credential", paused=True)
        case NotSent():
            return DeliveryError("WeCom was not reached")
        case AnswerLost():
            return DeliveryError("WeCom's answer was lost", lost=not repeatable)
        case ApiError(code=code):
            return _refused(code, robot=robot)
        case _:
            raise error


def _refused(code: int, *, robot: bool) -> DeliveryError:
    reason = f"errcode {code}"
    if code in _OURS:
        return DeliveryError(reason, paused=True)
    if code in _GONE:
        return DeliveryError(reason, permanent=True, unreachable=True)
    if code == _TOO_OFTEN:  # a robot's twenty a minute, or the whole company's calls
        return DeliveryError(reason, retry_after=timedelta(minutes=1), everywhere=not robot)
    if code == _TOO_MANY:
        return DeliveryError(reason, retry_after=timedelta(seconds=1), everywhere=True)
    return DeliveryError(reason, permanent=code != _BUSY)

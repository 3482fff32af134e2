"""What a job is: a name, a trigger, and a function over the records."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from apscheduler.triggers.base import BaseTrigger

from domain.announcements.ports import AnnouncementWork
from domain.messaging.wechat import WeChatWork
from domain.messaging.wecom import WecomWork


class JobWork(AnnouncementWork, WeChatWork, WecomWork, Protocol):
    """What jobs may use: announcements, tickets, the register, the rails, and what WeChat's and WeCom's keep."""


Begin = Callable[[], AbstractContextManager[JobWork]]


@dataclass(frozen=True, slots=True)
class Job:
    """One row of JOBS. *run* opens its own transactions, one per record; it returns how many it handled."""

    name: str
    trigger: BaseTrigger
    run: Callable[[Begin, datetime], int]
    grace: timedelta = timedelta(minutes=1)  # still run when the clock wakes this late
    at_start: bool = False

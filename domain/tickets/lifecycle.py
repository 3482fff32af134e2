"""The ticket's life as tables; docs/lifecycles.md is drawn from them."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum


class Status(StrEnum):
    """Where a ticket stands."""

    OPEN = "open"  # waiting for somebody to take it
    CLAIMED = "claimed"
    ON_THE_WAY = "on_the_way"
    ON_SITE = "on_site"
    WAITING = "waiting"  # for parts, the owner or a contractor; the promise is paused
    DONE = "done"  # the owner has not answered yet
    CONFIRMED = "confirmed"  # fixed, not rated yet
    CLOSED = "closed"
    CANCELLED = "cancelled"


class Action(StrEnum):
    """What can be done to a ticket."""

    CLAIM = "claim"
    ASSIGN = "assign"
    DEPART = "depart"
    ARRIVE = "arrive"
    WAIT = "wait"
    RESUME = "resume"
    FINISH = "finish"
    HAND_BACK = "hand_back"
    PASS_ON = "pass_on"
    ASK_HELP = "ask_help"
    RELEASE = "release"  # the repairer is not there any more
    POSTPONE = "postpone"  # the next reminder
    END = "end"  # an owner's talk with the service desk
    CONFIRM = "confirm"
    REJECT = "reject"  # "not fixed"
    RATE = "rate"
    COMMENT = "comment"
    CANCEL = "cancel"
    CALL_OFF = "call_off"  # a false alarm
    CLOSE = "close"


class Party(StrEnum):
    """What somebody is to a ticket."""

    REPORTER = "reporter"
    REPAIRER = "repairer"
    STAFF = "staff"  # serves the estate
    MANAGER = "manager"  # manages the estate
    CLOCK = "clock"


IN_PROGRESS = frozenset({Status.CLAIMED, Status.ON_THE_WAY, Status.ON_SITE, Status.WAITING})
ENDED = frozenset({Status.CLOSED, Status.CANCELLED})
LIVE = frozenset(Status) - ENDED

_ANY_PROGRESS = {
    Action.WAIT: Status.WAITING,
    Action.FINISH: Status.DONE,
    Action.HAND_BACK: Status.OPEN,
    Action.RELEASE: Status.OPEN,
    Action.PASS_ON: Status.CLAIMED,
    Action.ASSIGN: Status.CLAIMED,
    Action.CALL_OFF: Status.CANCELLED,
}
MOVES: dict[tuple[Status, Action], Status] = {
    (Status.OPEN, Action.CLAIM): Status.CLAIMED,
    (Status.OPEN, Action.ASSIGN): Status.CLAIMED,
    (Status.OPEN, Action.POSTPONE): Status.OPEN,
    (Status.OPEN, Action.CANCEL): Status.CANCELLED,
    (Status.OPEN, Action.CALL_OFF): Status.CANCELLED,
    **{(status, action): then for status in IN_PROGRESS for action, then in _ANY_PROGRESS.items()},
    **{(status, action): status for status in IN_PROGRESS for action in (Action.ASK_HELP, Action.POSTPONE)},
    **{(status, Action.END): Status.CONFIRMED for status in IN_PROGRESS},  # of questions only
    (Status.CLAIMED, Action.DEPART): Status.ON_THE_WAY,
    (Status.CLAIMED, Action.ARRIVE): Status.ON_SITE,
    (Status.ON_THE_WAY, Action.ARRIVE): Status.ON_SITE,
    (Status.WAITING, Action.RESUME): Status.CLAIMED,
    (Status.WAITING, Action.DEPART): Status.ON_THE_WAY,
    (Status.WAITING, Action.ARRIVE): Status.ON_SITE,
    (Status.CLAIMED, Action.CANCEL): Status.CANCELLED,
    (Status.ON_THE_WAY, Action.CANCEL): Status.CANCELLED,
    (Status.WAITING, Action.CANCEL): Status.CANCELLED,
    (Status.DONE, Action.CONFIRM): Status.CONFIRMED,
    (Status.DONE, Action.REJECT): Status.CLAIMED,
    (Status.DONE, Action.RATE): Status.CLOSED,
    (Status.DONE, Action.CLOSE): Status.CLOSED,
    (Status.CONFIRMED, Action.REJECT): Status.CLAIMED,
    (Status.CONFIRMED, Action.RATE): Status.CLOSED,
    (Status.CONFIRMED, Action.CLOSE): Status.CLOSED,
    (Status.CLOSED, Action.RATE): Status.CLOSED,  # late is welcome, once
    (Status.CLOSED, Action.COMMENT): Status.CLOSED,
}
ALLOWED: dict[Action, frozenset[Party]] = {
    Action.CLAIM: frozenset({Party.STAFF, Party.MANAGER}),
    Action.ASSIGN: frozenset({Party.MANAGER}),
    Action.DEPART: frozenset({Party.REPAIRER}),
    Action.ARRIVE: frozenset({Party.REPAIRER}),
    Action.WAIT: frozenset({Party.REPAIRER}),
    Action.RESUME: frozenset({Party.REPAIRER}),
    Action.FINISH: frozenset({Party.REPAIRER}),
    Action.HAND_BACK: frozenset({Party.REPAIRER}),
    Action.PASS_ON: frozenset({Party.REPAIRER}),
    Action.ASK_HELP: frozenset({Party.REPAIRER}),
    Action.RELEASE: frozenset({Party.CLOCK}),
    Action.POSTPONE: frozenset({Party.MANAGER}),
    Action.END: frozenset({Party.REPORTER}),
    Action.CONFIRM: frozenset({Party.REPORTER}),
    Action.REJECT: frozenset({Party.REPORTER}),
    Action.RATE: frozenset({Party.REPORTER}),
    Action.COMMENT: frozenset({Party.REPORTER}),
    Action.CANCEL: frozenset({Party.REPORTER, Party.MANAGER}),
    Action.CALL_OFF: frozenset({Party.REPORTER, Party.STAFF, Party.MANAGER}),
    Action.CLOSE: frozenset({Party.CLOCK}),
}
PATIENCE: dict[Status, timedelta] = {  # unanswered, a ticket closes itself
    Status.DONE: timedelta(days=7),
    Status.CONFIRMED: timedelta(days=7),
}

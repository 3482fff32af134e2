"""The announcement's life as tables; docs/lifecycles.md is drawn from them."""

from __future__ import annotations

from enum import StrEnum


class Status(StrEnum):
    """Where an announcement stands."""

    DRAFT = "draft"
    WAITING = "waiting"  # for a second person's approval
    APPROVED = "approved"  # a few seconds in which it can be taken back
    SCHEDULED = "scheduled"  # for its time, or for the morning
    SENDING = "sending"
    PAUSED = "paused"  # by a manager, or over night
    SENT = "sent"
    STOPPED = "stopped"
    WITHDRAWN = "withdrawn"  # nobody got it


class Action(StrEnum):
    """What can be done to an announcement."""

    CHANGE = "change"
    SUBMIT = "submit"
    APPROVE = "approve"
    REJECT = "reject"
    UNDO = "undo"
    WITHDRAW = "withdraw"
    SCHEDULE = "schedule"
    START = "start"
    PAUSE = "pause"
    RESUME = "resume"
    STOP = "stop"
    FINISH = "finish"
    REPEAT = "repeat"  # once more to some
    CONFIRM = "confirm"
    VOTE = "vote"
    SIGN_UP = "sign_up"
    LEAVE = "leave"  # give the place back
    CLOSE = "close"  # the poll or the signing up


class Party(StrEnum):
    """What somebody is to an announcement."""

    AUTHOR = "author"
    MANAGER = "manager"  # manages every estate of the audience, and is not the author
    RECIPIENT = "recipient"
    CLOCK = "clock"


OUT = frozenset({Status.SENDING, Status.PAUSED, Status.SENT, Status.STOPPED})  # somebody may have it by now
ENDED = frozenset({Status.SENT, Status.STOPPED, Status.WITHDRAWN})
HELD = frozenset({Status.PAUSED, Status.STOPPED})  # no delivery of it may leave

_ANSWERS = (Action.CONFIRM, Action.VOTE, Action.SIGN_UP, Action.LEAVE)
MOVES: dict[tuple[Status, Action], Status] = {
    (Status.DRAFT, Action.CHANGE): Status.DRAFT,
    (Status.DRAFT, Action.SUBMIT): Status.WAITING,  # and on at once where no second person is needed
    (Status.DRAFT, Action.WITHDRAW): Status.WITHDRAWN,
    (Status.WAITING, Action.APPROVE): Status.APPROVED,
    (Status.WAITING, Action.REJECT): Status.DRAFT,
    (Status.WAITING, Action.UNDO): Status.DRAFT,
    (Status.WAITING, Action.WITHDRAW): Status.WITHDRAWN,
    (Status.APPROVED, Action.UNDO): Status.DRAFT,
    (Status.APPROVED, Action.WITHDRAW): Status.WITHDRAWN,
    (Status.APPROVED, Action.SCHEDULE): Status.SCHEDULED,
    (Status.APPROVED, Action.START): Status.SENDING,
    (Status.SCHEDULED, Action.WITHDRAW): Status.WITHDRAWN,
    (Status.SCHEDULED, Action.SCHEDULE): Status.SCHEDULED,  # its time came at night
    (Status.SCHEDULED, Action.START): Status.SENDING,
    (Status.SENDING, Action.PAUSE): Status.PAUSED,
    (Status.SENDING, Action.STOP): Status.STOPPED,
    (Status.SENDING, Action.FINISH): Status.SENT,
    (Status.PAUSED, Action.RESUME): Status.SENDING,
    (Status.PAUSED, Action.STOP): Status.STOPPED,
    (Status.SENT, Action.REPEAT): Status.SENDING,
    (Status.STOPPED, Action.REPEAT): Status.SENDING,
    **{(status, action): status for status in OUT for action in (*_ANSWERS, Action.CLOSE)},
}
ALLOWED: dict[Action, frozenset[Party]] = {
    Action.CHANGE: frozenset({Party.AUTHOR}),
    Action.SUBMIT: frozenset({Party.AUTHOR}),
    Action.APPROVE: frozenset({Party.MANAGER}),
    Action.REJECT: frozenset({Party.MANAGER}),
    Action.UNDO: frozenset({Party.AUTHOR, Party.MANAGER}),
    Action.WITHDRAW: frozenset({Party.AUTHOR, Party.MANAGER}),
    Action.SCHEDULE: frozenset({Party.CLOCK}),
    Action.START: frozenset({Party.CLOCK}),
    Action.PAUSE: frozenset({Party.AUTHOR, Party.MANAGER, Party.CLOCK}),
    Action.RESUME: frozenset({Party.AUTHOR, Party.MANAGER, Party.CLOCK}),
    Action.STOP: frozenset({Party.AUTHOR, Party.MANAGER}),
    Action.FINISH: frozenset({Party.CLOCK}),
    Action.REPEAT: frozenset({Party.AUTHOR, Party.MANAGER}),
    Action.CONFIRM: frozenset({Party.RECIPIENT}),
    Action.VOTE: frozenset({Party.RECIPIENT}),
    Action.SIGN_UP: frozenset({Party.RECIPIENT}),
    Action.LEAVE: frozenset({Party.RECIPIENT}),
    Action.CLOSE: frozenset({Party.AUTHOR, Party.MANAGER}),
}

"""One gentle word to somebody who has fallen silent in the middle of something that matters."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

from domain.calendar import Calendar, Clock
from domain.messaging.events import ConversationStalled
from domain.messaging.ports import Rails
from domain.register.ports import RegisterWork

SILENCE = timedelta(minutes=10)
TOO_LATE = timedelta(hours=24)  # from then on the draft is offered when they write again
NUDGED = "nudged"  # among the answers: once is enough
_PERSON = "person:"


class NudgeWork(RegisterWork, Rails, Protocol):
    """Conversations, and whose they are."""


def nudge(*, work: NudgeWork, owner: str, now: datetime) -> bool:
    """Remind whoever owns the conversation, if its moment has come; in quiet hours only of an emergency, else later.

    What was missed for a day is not made up for.
    """
    conversation = work.conversations.get(owner)
    if conversation is None or conversation.nudge_at is None or conversation.nudge_at > now:
        return False
    person_id = int(owner.removeprefix(_PERSON)) if owner.startswith(_PERSON) else None
    awake = now if conversation.urgent else _calendar(work, person_id).add(now, timedelta(), Clock.WAKING)
    missed = conversation.updated_at is not None and awake - conversation.updated_at > TOO_LATE
    if awake > now and not missed:
        work.conversations.put(replace(conversation, nudge_at=awake))
        return False
    work.conversations.put(replace(conversation, nudge_at=None, answers={**conversation.answers, NUDGED: True}))
    if missed or person_id is None:
        return False
    work.record(ConversationStalled(person_id=person_id, urgent=conversation.urgent), now=now)
    return True


def _calendar(work: NudgeWork, person_id: int | None) -> Calendar:
    """The clock of the estate where they live."""
    rooms = work.register.rooms_of(person_id) if person_id else ()
    return work.register.calendar(rooms[0].estate_id) if rooms else Calendar()

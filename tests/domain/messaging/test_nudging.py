"""Who falls silent just before the end hears one gentle word: once, by day, unless somebody is in danger."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from domain.messaging.events import ConversationStalled
from domain.messaging.model import Conversation
from domain.messaging.nudging import nudge
from tests.fakes import FakeWork

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)  # in Shanghai
NIGHT = NOON + timedelta(hours=11)
OWNER = "person:1"


class Shelf(dict[str, Conversation]):
    """Conversations by their owners."""

    def put(self, conversation: Conversation) -> None:
        self[conversation.owner] = conversation


class NudgeWork(FakeWork):
    """With one conversation that was left at *left*."""

    def __init__(self, left: datetime, **changes: object) -> None:
        super().__init__()
        due = left + timedelta(minutes=10)
        silent = Conversation(owner=OWNER, intent="report", step="confirm", updated_at=left, nudge_at=due)
        self.conversations = Shelf({OWNER: replace(silent, **changes)})  # type: ignore[arg-type]

    def nudge(self, now: datetime) -> bool:
        return nudge(work=self, owner=OWNER, now=now)  # type: ignore[arg-type]


def test_a_word_is_said_once():
    work = NudgeWork(NOON)
    assert not work.nudge(NOON + timedelta(minutes=9))
    assert work.nudge(NOON + timedelta(minutes=10))
    assert not work.nudge(NOON + timedelta(minutes=20))
    assert work.events == [ConversationStalled(person_id=1)]


def test_nobody_is_woken_for_a_report():
    work = NudgeWork(NIGHT)
    assert not work.nudge(NIGHT + timedelta(minutes=10))
    morning = work.conversations[OWNER].nudge_at
    assert morning == datetime(2026, 11, 24, 0, 0, tzinfo=UTC)  # 8:00
    assert work.nudge(morning)


def test_an_emergency_does_not_wait_for_the_morning():
    work = NudgeWork(NIGHT, urgent=True)
    assert work.nudge(NIGHT + timedelta(minutes=10))
    assert work.events == [ConversationStalled(person_id=1, urgent=True)]


@pytest.mark.parametrize("urgent", (False, True))
def test_what_was_missed_for_a_day_is_not_made_up_for(urgent: bool):
    work = NudgeWork(NOON, urgent=urgent)
    assert not work.nudge(NOON + timedelta(days=2))
    assert work.events == []
    assert work.conversations[OWNER].nudge_at is None


def test_somebody_whom_we_do_not_know_is_left_alone():
    work = NudgeWork(NOON)
    work.conversations = Shelf({"chat:7": replace(work.conversations[OWNER], owner="chat:7")})
    assert not nudge(work=work, owner="chat:7", now=NIGHT - timedelta(hours=8))  # type: ignore[arg-type]
    assert work.events == []

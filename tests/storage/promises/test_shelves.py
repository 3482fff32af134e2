"""Keyboards, conversations and media: what was put away is found again, by its key alone."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from domain.messaging.model import Conversation, Keyboard, Media
from storage.engine import Database
from tests.builders import NOW

HOUR = timedelta(hours=1)
ACTIONS: tuple[dict[str, Any], ...] = (
    {"intent": "claim", "answers": {"ticket": 1}},
    {"intent": "answer", "answers": {"step": "place", "value": {"room": 3, "words": "厨房"}}},
)


def keyboard(key: str) -> Keyboard:
    return Keyboard(key=key, chat="1", actions=ACTIONS)


def test_a_keyboard_is_found_by_its_key_with_its_chat_and_its_actions(database: Database):
    with database.writing() as work:
        work.keyboards.add(keyboard("a" * 16), now=NOW)
    with database.reading() as work:
        assert work.keyboards.get("a" * 16) == keyboard("a" * 16)
        assert work.keyboards.get("a" * 15) is None


def test_a_keyboard_follows_its_chat_when_that_moves(database: Database):
    with database.writing() as work:
        work.keyboards.add(keyboard("k"), now=NOW)
        work.deliveries.move_chat(channel="telegram", old="1", new="-100")
    with database.reading() as work:
        assert work.keyboards.get("k") == Keyboard(key="k", chat="-100", actions=ACTIONS)


def test_a_key_is_never_given_twice(database: Database):
    def add() -> None:
        with database.writing() as work:
            work.keyboards.add(keyboard("k"), now=NOW)

    add()
    with pytest.raises(IntegrityError):
        add()


def test_old_keyboards_are_forgotten(database: Database):
    with database.writing() as work:
        work.keyboards.add(keyboard("old"), now=NOW - HOUR)
        work.keyboards.add(keyboard("new"), now=NOW)
        assert work.keyboards.purge(before=NOW) == 1
    with database.reading() as work:
        assert work.keyboards.get("old") is None
        assert work.keyboards.get("new")


def test_everybody_has_one_conversation_which_is_replaced_and_ended(database: Database):
    first = Conversation(owner="person:1", intent="report", step="place", answers={"words": "漏水"}, updated_at=NOW)
    second = Conversation(owner="person:1", intent="report", step=None, answers={"photos": ["a"]}, misses=2)
    other = Conversation(owner="telegram:345", intent="start", updated_at=NOW)
    with database.writing() as work:
        assert work.conversations.get("person:1") is None
        work.conversations.put(first)
        work.conversations.put(other)
        assert work.conversations.get("person:1") == first
        work.conversations.put(second)
    with database.writing() as work:
        assert work.conversations.get("person:1") == second
        work.conversations.end("person:1")
        work.conversations.end("person:1")
        assert work.conversations.get("person:1") is None
        assert work.conversations.get("telegram:345") == other


def test_a_photo_is_found_by_our_own_key(database: Database):
    photo = Media(key="k", channel="telegram", ref="AgACAgUAAxkB" * 20, created_at=NOW)
    with database.writing() as work:
        work.media.add(photo)
    with database.reading() as work:
        assert work.media.get("k") == photo
        assert work.media.get(photo.ref) is None


def test_conversations_are_due_by_their_moment_and_only_those_that_have_one(database: Database):
    with database.writing() as work:
        for owner, after in (("person:1", HOUR), ("person:2", -HOUR), ("person:3", timedelta()), ("person:4", None)):
            moment = None if after is None else NOW + after
            work.conversations.put(Conversation(owner=owner, intent="report", nudge_at=moment, urgent=after == HOUR))
        assert list(work.conversations.due(now=NOW, limit=9)) == ["person:2", "person:3"]
        assert list(work.conversations.due(now=NOW, limit=1)) == ["person:2"]
        first = work.conversations.get("person:1")
        assert first is not None
        assert first.urgent

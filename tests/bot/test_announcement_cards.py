"""The managers' card and the owners' letter: in every status, for everybody, in every language, each word escaped."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.announcement_cards import announcement_card
from bot.announcement_heads import described, duration
from bot.announcement_letters import Mine, group_letter, leaflets, owner_letter
from bot.turn import Rows
from bot.voice import Voice
from bot.words import Words
from domain.announcements import operations as announcements
from domain.announcements.lifecycle import Status
from domain.announcements.model import Announcement, Audience, Draft, Kind, Poll, SignUp, Standing, Text
from domain.register.model import Flag, Relation, Role
from storage import tables
from storage.engine import Database, open_engine
from storage.work import SqlWork
from tests.journeys.cast import move_in
from tests.journeys.stage import LOCALES, MONDAY

AUTHOR, MANAGER, ENGINEER = 9, 10, 4
WORDS = Words(LOCALES)
EVIL = "<&> {name}"
LETTER = Draft(
    estate_id=1, audience=Audience(estates=(1,)), confirm=True, texts={"zh_CN": Text(EVIL, EVIL)},
    poll=Poll(EVIL, (EVIL, "b")), closes_at=MONDAY + timedelta(days=1),
)  # fmt: skip


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqlWork]:
    engine = open_engine(f"sqlite:///{tmp_path_factory.mktemp('cards')}/cards.db")
    tables.metadata.create_all(engine)
    with engine.begin() as connection:
        move_in(connection, language="zh_CN")
    with Database(engine, hear=lambda *_: None).writing() as work:
        yield work
    engine.dispose()


@pytest.fixture(scope="module")
def told(work: SqlWork) -> Announcement:
    return announcements.draft(work=work, draft=LETTER, by=AUTHOR, now=MONDAY)


def voice(work: SqlWork, language: str, *, later: timedelta = timedelta()) -> Voice:
    return Voice(WORDS, language, MONDAY + later, work)


def labels(rows: Rows) -> set[str]:
    return {tap.intent for row in rows for tap in row}


@pytest.mark.parametrize("language", WORDS.languages)
@pytest.mark.parametrize("viewer", (AUTHOR, MANAGER, ENGINEER, None))
@pytest.mark.parametrize("status", Status)
def test_the_card_can_be_written_whatever_has_become_of_it(work, told, status, viewer, language):
    for changes in (
        {},
        {"kind": Kind.URGENT},
        {"poll": None, "sign_up": SignUp(1)},
        {"at": MONDAY + timedelta(days=1)},
    ):
        now = replace(told, status=status, due_at=MONDAY, approver_id=MANAGER, people=3, **changes)
        text, rows = announcement_card(voice(work, language), work, now, viewer)
        assert "<&>" not in text
        assert "&amp;lt;" not in text
        assert viewer != ENGINEER or not labels(rows)


@pytest.mark.parametrize(
    ("status", "viewer", "offered"),
    (
        (Status.WAITING, AUTHOR, {"undo_announcement"}),
        (Status.WAITING, MANAGER, {"approve_announcement", "reject_announcement"}),
        (Status.APPROVED, MANAGER, {"undo_announcement"}),
        (Status.SCHEDULED, MANAGER, {"revise_announcement", "withdraw_announcement"}),
        (Status.SENDING, AUTHOR, {"pause_announcement", "stop_announcement", "close_announcement"}),
        (Status.PAUSED, AUTHOR, {"resume_announcement", "stop_announcement", "close_announcement"}),
        (Status.WITHDRAWN, AUTHOR, {"revise_announcement"}),
    ),
)
def test_a_manager_is_offered_what_they_may_do_now(work, told, status, viewer, offered):
    _, rows = announcement_card(voice(work, "en"), work, replace(told, status=status, due_at=MONDAY), viewer)
    assert labels(rows) == offered


@pytest.mark.parametrize("language", WORDS.languages)
@pytest.mark.parametrize(
    "mine", (Mine(), Mine(confirmed=True), Mine(choice=1), Mine(standing=Standing(place=3, waiting=True)))
)
def test_the_letter_can_be_written_whatever_they_have_answered(work, told, mine, language):
    for one in (told, replace(told, poll=None, sign_up=SignUp(2))):
        for later in (timedelta(), timedelta(days=2)):
            text, _ = owner_letter(voice(work, language, later=later), one, number=one.id, mine=mine)
            assert "<&>" not in text
        assert "<&>" not in group_letter(voice(work, language), one)


def test_whoever_has_confirmed_is_not_asked_again_and_who_is_too_late_is_asked_nothing(work, told):
    open_one = voice(work, "en")
    assert labels(owner_letter(open_one, told)[1]) == {"vote", "have_read"}
    assert labels(owner_letter(open_one, told, mine=Mine(confirmed=True))[1]) == {"vote"}
    closed = voice(work, "en", later=timedelta(days=2))
    assert labels(owner_letter(closed, told, mine=Mine(confirmed=True))[1]) == set()


def test_everybody_gets_buttons_in_their_own_language_and_the_text_there_is(work, told):
    made = {one.language: one.body for one in leaflets(work, WORDS, told, now=MONDAY)}
    assert set(made) == set(WORDS.languages)
    last: dict[str, Any] = made["en"]["buttons"][-1][0]
    assert last["label"] == WORDS.say("button-have-read", "en")
    assert "&lt;&amp;&gt;" in made["en"]["text"]


WHOM = {
    Audience(estates=(1,)): "翠湖花园全体",
    Audience(estates=(1, 2)): "翠湖花园、东篱苑全体",
    Audience(estates=(1,), buildings=("3",), entrances=(("5", "1"),)): "3栋、5栋1单元",
    Audience(estates=(1,), rooms=(1,), flags=frozenset({Flag.ELDERLY})): "3栋2单元1201 · 老人",
    Audience(estates=(1,), relations=frozenset({Relation.TENANT})): "翠湖花园全体 · 租户",
    Audience(estates=(1,), roles=frozenset(Role)): "全体员工",
    Audience(estates=(1,), buildings=("3",), roles=frozenset({Role.SECURITY})): "3栋 · 安保",
}


@pytest.mark.parametrize(("audience", "said"), WHOM.items())
def test_an_audience_is_described_as_people_say_it(work, audience, said):
    assert described(voice(work, "zh_CN"), work, audience) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    ((2, "in a moment"), (60, "about 1 minute"), (900, "about 15 minutes"), (7200, "about 2 hours")),
)
def test_how_long_it_takes_is_said_roughly(work, seconds, said):
    assert duration(voice(work, "en"), timedelta(seconds=seconds)) == said

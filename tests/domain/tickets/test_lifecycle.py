"""The ticket's tables: complete, reachable, and never a dead end."""

from pathlib import Path

import pytest

from bot.words import Words
from domain.errors import NotNow
from domain.tickets.changing import require
from domain.tickets.lifecycle import ALLOWED, ENDED, IN_PROGRESS, LIVE, MOVES, PATIENCE, Action, Status
from tests.builders import OWNER, PLUMBER, ticket
from tests.fakes import FakeWork

WORDS = Words(Path(__file__).parents[3] / "locales")


def kept(work: FakeWork, status: Status):
    repairer = PLUMBER if status in IN_PROGRESS else None
    return work.tickets.add(ticket(status=status, repairer_id=repairer, done_by=None if repairer else PLUMBER))


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("action", Action)
def test_every_action_in_every_status_is_a_move_or_a_refusal_that_every_language_can_say(
    status: Status, action: Action
):
    work = FakeWork()
    if (status, action) in MOVES:
        assert MOVES[status, action] in Status
        return
    with pytest.raises(NotNow) as refusal:
        require(work, kept(work, status), action, by=OWNER)
    for language in WORDS.languages:
        said = WORDS.say(refusal.value.key, language, **refusal.value.values)
        assert said
        assert "R1118-001" in said


@pytest.mark.parametrize("status", sorted(IN_PROGRESS))
def test_a_late_presser_is_told_who_was_first(status: Status):
    work = FakeWork()
    with pytest.raises(NotNow) as refusal:
        require(work, kept(work, status), Action.CLAIM, by=OWNER)
    assert all("王师傅" in WORDS.say(refusal.value.key, one, **refusal.value.values) for one in WORDS.languages)


@pytest.mark.parametrize("action", Action)
def test_every_action_is_somebodys(action: Action):
    assert ALLOWED[action]


@pytest.mark.parametrize("action", Action)
def test_every_action_is_possible_somewhere(action: Action):
    assert action in {one for _status, one in MOVES}


def test_every_status_can_be_reached_from_the_first():
    reached = {Status.OPEN}
    for _ in Status:
        reached |= {then for (status, _action), then in MOVES.items() if status in reached}
    assert reached == set(Status)


@pytest.mark.parametrize("status", sorted(LIVE))
def test_every_status_that_is_no_end_leads_to_one(status: Status):
    reached = {status}
    for _ in Status:
        reached |= {then for (one, _action), then in MOVES.items() if one in reached}
    assert reached & ENDED


def test_what_has_ended_stays_so():
    assert {then for (status, _action), then in MOVES.items() if status in ENDED} <= ENDED


def test_only_what_the_owner_must_answer_closes_itself():
    assert set(PATIENCE) == {status for status, action in MOVES if action is Action.CLOSE}


def test_a_ticket_is_in_progress_live_or_ended():
    assert IN_PROGRESS <= LIVE
    assert set(Status) == LIVE | ENDED

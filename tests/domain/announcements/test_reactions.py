"""What recipients answer."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from domain.announcements import events, figures, operations, reactions
from domain.announcements.model import Audience, Poll, SignUp, Standing
from domain.errors import NotAllowed, NotNow, Refusal
from tests.announcing import going_out, submitted
from tests.builders import DESK, GARDEN, MANAGER, NEIGHBOUR, NOW, OWNER
from tests.fakes_announcements import AnnouncingWork

THREE = Audience(estates=(GARDEN,), people=frozenset({OWNER, NEIGHBOUR, DESK}))
MINUTE = timedelta(minutes=1)


def test_a_confirmation_counts_once(work: AnnouncingWork):
    made = going_out(work, confirm=True)
    told: dict[str, Any] = {"work": work, "announcement_id": made.id, "by": OWNER}
    assert [reactions.confirm(**told, now=NOW + MINUTE * n) for n in range(2)] == [True, False]
    assert work.recipients.rows[made.id, OWNER].confirmed_at == NOW
    assert figures.progress(work=work, announcement_id=made.id).tally.confirmed == 1


def test_whoever_watches_a_small_one_sees_every_answer(work: AnnouncingWork, monkeypatch: pytest.MonkeyPatch):
    made = going_out(work, confirm=True, poll=Poll("Which day?", ("Friday", "Monday")))
    work.events.clear()
    reactions.confirm(work=work, announcement_id=made.id, by=OWNER, now=NOW)
    for choice in (0, 0):  # the second time, nothing has changed
        reactions.vote(work=work, announcement_id=made.id, choice=choice, by=NEIGHBOUR, now=NOW)
    assert work.events == [events.AnnouncementProgressed(announcement_id=made.id)] * 2
    monkeypatch.setattr(reactions, "FEW", 0)  # of a large one the clock's figures must do
    reactions.vote(work=work, announcement_id=made.id, choice=1, by=NEIGHBOUR, now=NOW)
    assert len(work.events) == 2


def test_who_was_not_meant_cannot_answer_and_nobody_before_it_is_out(work: AnnouncingWork):
    made = going_out(work)
    with pytest.raises(NotAllowed) as refusal:
        reactions.confirm(work=work, announcement_id=made.id, by=DESK, now=NOW)
    assert refusal.value.key == "announcement-not-for-you"
    early = submitted(work)
    with pytest.raises(NotNow):
        reactions.confirm(work=work, announcement_id=early.id, by=OWNER, now=NOW)


def test_a_vote_may_be_changed_until_the_poll_is_closed(work: AnnouncingWork):
    made = going_out(work, poll=Poll("Which day?", ("Friday", "Monday")))

    def vote(choice: int, by: int = OWNER) -> int | None:
        return reactions.vote(work=work, announcement_id=made.id, choice=choice, by=by, now=NOW)

    assert [vote(0), vote(1), vote(1, NEIGHBOUR)] == [None, 0, None]
    assert figures.votes(work=work, announcement_id=made.id) == (0, 2)
    with pytest.raises(Refusal):
        vote(2)
    operations.close(work=work, announcement_id=made.id, by=MANAGER, now=NOW)
    with pytest.raises(NotNow) as refusal:
        vote(0)
    assert refusal.value.key == "announcement-closed"


def test_without_a_poll_there_is_nothing_to_vote_for(work: AnnouncingWork):
    made = going_out(work)
    assert figures.votes(work=work, announcement_id=made.id) == ()
    with pytest.raises(Refusal):
        reactions.vote(work=work, announcement_id=made.id, choice=0, by=OWNER, now=NOW)


def test_who_leaves_a_place_makes_room_for_whoever_waits_first(work: AnnouncingWork):
    made = going_out(work, audience=THREE, sign_up=SignUp(1))

    def join(by: int, after: int) -> Standing:
        return reactions.sign_up(work=work, announcement_id=made.id, by=by, now=NOW + MINUTE * after)

    assert join(OWNER, 1) == Standing(place=1, waiting=False) == join(OWNER, 5)
    assert join(NEIGHBOUR, 2) == Standing(place=2, waiting=True)
    assert join(DESK, 3) == Standing(place=3, waiting=True)
    work.events.clear()
    leave: dict[str, Any] = {"work": work, "announcement_id": made.id, "now": NOW + MINUTE * 9}
    assert reactions.leave(**leave, by=OWNER) is True
    assert work.events[1:] == [events.PlaceFreed(announcement_id=made.id, person_id=NEIGHBOUR, by=OWNER)]
    assert reactions.leave(**leave, by=OWNER) is False
    work.events.clear()
    assert reactions.leave(**leave, by=DESK) is True  # from the waiting list
    assert [type(one) for one in work.events] == [events.SignUpWithdrawn]
    assert reactions.standing(work=work, announcement_id=made.id, person_id=DESK) is None


def test_when_signing_up_has_closed_nobody_comes_in_or_leaves(work: AnnouncingWork):
    made = going_out(work, sign_up=SignUp(5))
    work.announcements.save(replace(work.announcements.rows[made.id], closes_at=NOW))
    for do in (reactions.sign_up, reactions.leave):
        with pytest.raises(NotNow):
            do(work=work, announcement_id=made.id, by=OWNER, now=NOW)


def test_muting_is_said_once_and_taken_back(work: AnnouncingWork):
    told: dict[str, Any] = {"work": work, "estate_id": GARDEN, "by": OWNER, "now": NOW}
    assert [reactions.mute(**told), reactions.mute(**told)] == [True, False]
    assert [reactions.unmute(**told), reactions.unmute(**told)] == [True, False]
    assert [type(one) for one in work.events] == [events.AnnouncementsMuted, events.AnnouncementsUnmuted]

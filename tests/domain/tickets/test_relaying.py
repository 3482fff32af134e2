"""An owner's talk with the service desk: who may say what to whom, and how it ends."""

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.errors import NotAllowed, NotNow
from domain.register.model import Address
from domain.tickets import events, operations, relaying
from domain.tickets.lifecycle import Status
from domain.tickets.model import Category, Kind, Ticket
from tests.builders import DESK, MANAGER, NEIGHBOUR, NOW, OUTSIDER, OWNER, PLUMBER, Place, report
from tests.fakes import FakeWork

LATER = NOW + timedelta(minutes=5)


@pytest.fixture
def work() -> FakeWork:
    home = Address(channel="telegram", user="1", chat="1", person_id=OWNER)
    return FakeWork(Place(addresses=[home]))


def asked(work: FakeWork, **changes: object) -> Ticket:
    question = {"kind": Kind.QUESTION, "category": Category.PROPERTY_SERVICE, "words": "几点下班"} | changes
    return operations.open(work=work, report=report(**question), now=NOW)


def say(work: FakeWork, ticket: Ticket, by: int, words: str = "您好", photos: tuple[str, ...] = ()) -> Ticket:
    return relaying.relay(work=work, ticket_id=ticket.id, words=words, photos=photos, by=by, now=LATER)


def told(work: FakeWork) -> list[object]:
    """What was said, and nothing that follows from it."""
    return [one for one in work.events if isinstance(one, events.RelayedToOwner | events.RelayedToStaff)]


def test_what_the_owner_says_goes_to_the_desk_with_its_photos(work: FakeWork):
    ticket = asked(work)
    say(work, ticket, OWNER, "在吗", ("p",))
    assert told(work) == [events.RelayedToStaff(ticket_id=ticket.id, words="在吗", photos=("p",), by=OWNER)]
    assert work.tickets.get(ticket.id) == ticket


def test_what_the_desk_says_goes_to_the_owner_with_its_photos(work: FakeWork):
    ticket = asked(work)
    say(work, ticket, DESK, "六点", ("p",))
    assert told(work) == [events.RelayedToOwner(ticket_id=ticket.id, words="六点", photos=("p",), by=DESK)]


def test_whoever_answers_first_has_taken_the_question_and_kept_the_promise_to_answer(work: FakeWork):
    ticket = say(work, asked(work), DESK)
    assert (ticket.status, ticket.repairer_id, ticket.responded_at) == (Status.CLAIMED, DESK, LATER)
    assert say(work, ticket, MANAGER).repairer_id == DESK


def test_who_could_not_take_the_question_may_answer_it_all_the_same(work: FakeWork):
    ticket = say(work, asked(work), PLUMBER)
    assert (ticket.status, ticket.repairer_id, ticket.responded_at) == (Status.OPEN, None, LATER)


@pytest.mark.parametrize("who", (NEIGHBOUR, OUTSIDER))
def test_nobody_else_is_passed_on(work: FakeWork, who: int):
    ticket = asked(work)
    with pytest.raises(NotAllowed):
        say(work, ticket, who)
    assert told(work) == []


def test_only_questions_are_talked_about(work: FakeWork):
    with pytest.raises(NotNow, match="talk-over"):
        say(work, asked(work, kind=Kind.REPAIR, category=Category.LEAK), DESK)


def test_nothing_is_passed_on_to_an_owner_who_cannot_be_reached(work: FakeWork):
    ticket = asked(work)
    work.addresses.set_reachable("telegram", "1", reachable=False)
    with pytest.raises(NotNow, match="talk-unreachable"):
        say(work, ticket, DESK)
    assert work.tickets.get(ticket.id) == ticket


def test_the_owner_ends_the_talk_and_is_asked_for_a_mark_next(work: FakeWork):
    ticket = say(work, asked(work), DESK)
    ended = relaying.end(work=work, ticket_id=ticket.id, by=OWNER, now=LATER)
    assert (ended.status, ended.repairer_id, ended.done_by) == (Status.CONFIRMED, None, DESK)
    assert operations.rate(work=work, ticket_id=ticket.id, mark=5, by=OWNER, now=LATER).status == Status.CLOSED


def test_a_talk_that_nobody_had_taken_is_not_needed_any_more(work: FakeWork):
    ended = relaying.end(work=work, ticket_id=asked(work).id, by=OWNER, now=LATER)
    assert ended.status == Status.CANCELLED


@pytest.mark.parametrize("who", (DESK, NEIGHBOUR))
def test_nobody_but_the_owner_ends_it_for_the_owner(work: FakeWork, who: int):
    ticket = say(work, asked(work), DESK)
    with pytest.raises(NotAllowed):
        relaying.end(work=work, ticket_id=ticket.id, by=who, now=LATER)


def test_a_repair_is_not_ended_by_words(work: FakeWork):
    leak = operations.open(work=work, report=report(), now=NOW)
    operations.claim(work=work, ticket_id=leak.id, by=PLUMBER, now=NOW)
    with pytest.raises(NotNow):
        relaying.end(work=work, ticket_id=leak.id, by=OWNER, now=LATER)


def test_after_the_end_nothing_is_passed_on(work: FakeWork):
    ticket = say(work, asked(work), DESK)
    relaying.end(work=work, ticket_id=ticket.id, by=OWNER, now=LATER)
    for who in (OWNER, DESK):
        with pytest.raises(NotNow, match="talk-over"):
            say(work, ticket, who)


def test_the_answer_is_everything_that_the_desk_said(work: FakeWork):
    ticket = asked(work)
    for who, words in ((DESK, "六点"), (OWNER, "周末呢"), (DESK, ""), (DESK, "五点")):
        say(work, ticket, who, words)
    assert relaying.answer(work=work, ticket_id=ticket.id) == "六点\n五点"


def test_a_question_is_a_talk_until_it_is_done():
    question = asked(FakeWork())
    talks = {status for status in Status if relaying.is_talk(replace(question, status=status))}
    assert talks == {Status.OPEN, Status.CLAIMED, Status.ON_THE_WAY, Status.ON_SITE, Status.WAITING}


def test_the_owner_who_presses_too_late_hears_of_none_of_the_desks_people(work: FakeWork):
    ticket = say(work, asked(work), DESK)
    with pytest.raises(NotNow) as open_still:
        operations.confirm(work=work, ticket_id=ticket.id, by=OWNER, now=LATER)
    relaying.end(work=work, ticket_id=ticket.id, by=OWNER, now=LATER)
    with pytest.raises(NotNow) as over:
        operations.confirm(work=work, ticket_id=ticket.id, by=OWNER, now=LATER)
    for refusal, key in ((open_still, "question-is-open"), (over, "question-is-over")):
        assert (refusal.value.key, refusal.value.values) == (key, {"number": ticket.number})

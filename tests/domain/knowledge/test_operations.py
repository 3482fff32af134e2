"""What the desk answered is kept once, and told to people only after a manager of the estate said yes."""

import pytest

from domain.errors import NotAllowed, NotNow, Unknown
from domain.knowledge import events, operations
from domain.knowledge.model import Entry, Status
from domain.register.model import Address
from domain.tickets import operations as tickets
from domain.tickets import relaying
from domain.tickets.model import Category, Kind
from tests.builders import DESK, MANAGER, NOW, OUTSIDER, OWNER, Place, report
from tests.fakes import FakeWork

ANSWER = "每个季度的第一个周一"


@pytest.fixture
def work() -> FakeWork:
    home = Address(channel="telegram", user="1", chat="1", person_id=OWNER)
    return FakeWork(Place(addresses=[home]))


def answered(work: FakeWork, **changes: object) -> int:
    """A ticket that the desk ended with words."""
    question = {"kind": Kind.QUESTION, "category": Category.PROPERTY_SERVICE, "words": "滤芯什么时候换"} | changes
    ticket = tickets.open(work=work, report=report(**question), now=NOW)
    tickets.claim(work=work, ticket_id=ticket.id, by=DESK, now=NOW)
    tickets.finish(work=work, ticket_id=ticket.id, words=ANSWER, photos=(), by=DESK, now=NOW)
    return ticket.id


def keep(work: FakeWork, ticket_id: int, by: int = DESK) -> Entry:
    return operations.keep_answer(
        work=work, ticket_id=ticket_id, question="滤芯什么时候换", language="zh_CN", by=by, now=NOW
    )


def test_what_the_desk_answered_becomes_a_draft_of_its_estate(work: FakeWork):
    ticket_id = answered(work)
    entry = keep(work, ticket_id)
    assert (entry.status, entry.answer, entry.estate_id, entry.ticket_id) == (Status.DRAFT, ANSWER, 1, ticket_id)
    assert work.events[-1] == events.AnswerKept(ticket_id=ticket_id, entry_id=entry.id, by=DESK)


def test_what_was_said_in_a_talk_is_an_answer_too(work: FakeWork):
    question = report(kind=Kind.QUESTION, category=Category.PROPERTY_SERVICE)
    ticket = tickets.open(work=work, report=question, now=NOW)
    relaying.relay(work=work, ticket_id=ticket.id, words=ANSWER, by=DESK, now=NOW)
    relaying.end(work=work, ticket_id=ticket.id, by=OWNER, now=NOW)
    assert keep(work, ticket.id).answer == ANSWER


def test_an_answer_is_kept_once(work: FakeWork):
    ticket_id = answered(work)
    keep(work, ticket_id)
    with pytest.raises(NotNow, match="answer-is-draft"):
        keep(work, ticket_id)


def test_a_repair_is_no_answer(work: FakeWork):
    with pytest.raises(NotNow, match="no-answer-to-keep"):
        keep(work, answered(work, kind=Kind.COMPLAINT))


@pytest.mark.parametrize("stranger", (OWNER, OUTSIDER))
def test_only_staff_of_the_estate_keep_answers(work: FakeWork, stranger: int):
    with pytest.raises(NotAllowed):
        keep(work, answered(work), by=stranger)


def test_a_manager_rewords_and_approves(work: FakeWork):
    entry = keep(work, answered(work))
    operations.reword(work=work, entry_id=entry.id, answer="每季度一次", by=MANAGER, now=NOW)
    after = operations.approve(work=work, entry_id=entry.id, by=MANAGER, now=NOW)
    assert (after.status, after.answer) == (Status.APPROVED, "每季度一次")


def test_whoever_kept_it_does_not_approve_it(work: FakeWork):
    entry = keep(work, answered(work))
    with pytest.raises(NotAllowed):
        operations.approve(work=work, entry_id=entry.id, by=DESK, now=NOW)


def test_what_is_settled_stays_settled(work: FakeWork):
    entry = keep(work, answered(work))
    operations.drop(work=work, entry_id=entry.id, by=MANAGER, now=NOW)
    with pytest.raises(NotNow, match="answer-is-dropped"):
        operations.approve(work=work, entry_id=entry.id, by=MANAGER, now=NOW)


def test_an_answer_that_is_not_there_cannot_be_settled(work: FakeWork):
    with pytest.raises(Unknown):
        operations.approve(work=work, entry_id=404, by=MANAGER, now=NOW)

"""What is done with answers: keep one that the desk gave, and a manager's yes, no or other words."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from domain.errors import NotAllowed, NotNow, Stale, Unknown
from domain.knowledge import events
from domain.knowledge.model import Entry, Status
from domain.knowledge.ports import KnowledgeWork
from domain.tickets import relaying
from domain.tickets.changing import colleague, find
from domain.tickets.eligibility import MANAGERS
from domain.tickets.model import Kind, Ticket

SETTLED = {Status.DRAFT: "answer-is-draft", Status.APPROVED: "answer-is-approved", Status.DROPPED: "answer-is-dropped"}


def answer_of(*, work: KnowledgeWork, ticket: Ticket) -> str:
    """What the desk answered: the words that ended the ticket, else all that it said in the talk; "" for nothing."""
    if ticket.kind is not Kind.QUESTION:
        return ""
    return ticket.work_done.strip() or relaying.answer(work=work, ticket_id=ticket.id).strip()


def keep_answer(*, work: KnowledgeWork, ticket_id: int, question: str, language: str, by: int, now: datetime) -> Entry:
    """Make a draft of what the desk answered; *question* names nobody, and a manager will look at the answer.

    :raises NotAllowed: not of this estate's staff
    :raises NotNow: there is no answer in the ticket, or it has been kept
    """
    ticket, staff = find(work, ticket_id), colleague(work, by)
    if not staff.serves(ticket.estate_id):
        raise NotAllowed
    answer = answer_of(work=work, ticket=ticket)
    if not answer:
        raise NotNow("no-answer-to-keep")
    if known := work.knowledge.of_ticket(ticket_id):
        raise NotNow(SETTLED[known.status])
    entry = work.knowledge.put(
        Entry(
            name=f"ticket-{ticket_id}", language=language, title=question, answer=answer, updated_at=now,
            status=Status.DRAFT, estate_id=ticket.estate_id, ticket_id=ticket_id, by=by,
        )
    )  # fmt: skip
    work.record(events.AnswerKept(ticket_id=ticket_id, entry_id=entry.id, by=by), now=now)
    return entry


def approve(*, work: KnowledgeWork, entry_id: int, by: int, now: datetime) -> Entry:
    """From now on people are told this.

    :raises NotNow: it has been settled before
    """
    entry = draft(work=work, entry_id=entry_id, by=by)
    after = _settle(work, entry, replace(entry, status=Status.APPROVED, by=by, updated_at=now))
    work.record(events.AnswerApproved(ticket_id=after.ticket_id or 0, entry_id=entry_id, by=by), now=now)
    return after


def drop(*, work: KnowledgeWork, entry_id: int, by: int, now: datetime) -> Entry:
    """Nobody will be told this.

    :raises NotNow: it has been settled before
    """
    entry = draft(work=work, entry_id=entry_id, by=by)
    after = _settle(work, entry, replace(entry, status=Status.DROPPED, by=by, updated_at=now))
    work.record(events.AnswerDropped(ticket_id=after.ticket_id or 0, entry_id=entry_id, by=by), now=now)
    return after


def reword(*, work: KnowledgeWork, entry_id: int, answer: str, by: int, now: datetime) -> Entry:
    """The same draft in other words; it still waits for a yes.

    :raises NotNow: it has been settled before
    """
    entry = draft(work=work, entry_id=entry_id, by=by)
    after = _settle(work, entry, replace(entry, answer=answer, by=by, updated_at=now))
    work.record(events.AnswerReworded(ticket_id=after.ticket_id or 0, entry_id=entry_id, by=by), now=now)
    return after


def draft(*, work: KnowledgeWork, entry_id: int, by: int) -> Entry:
    """A draft that this manager may settle.

    :raises Unknown: there is none
    :raises NotAllowed: not a manager of its estate
    :raises NotNow: it has been settled before
    """
    entry = work.knowledge.get(entry_id)
    if entry is None or entry.estate_id is None:
        raise Unknown("no-such-answer")
    if not colleague(work, by).serves(entry.estate_id, *MANAGERS):
        raise NotAllowed
    if entry.status is not Status.DRAFT:
        raise NotNow(SETTLED[entry.status])
    return entry


def _settle(work: KnowledgeWork, before: Entry, after: Entry) -> Entry:
    try:
        work.knowledge.settle(after, was=before.status)
    except Stale:
        now_is = work.knowledge.get(before.id)
        raise NotNow(SETTLED[now_is.status if now_is else Status.DROPPED]) from None
    return after

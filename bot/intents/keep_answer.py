"""What a person answered becomes an answer of ours: kept by the desk, settled by a manager."""

from __future__ import annotations

from bot.conversation import Answers, Intent
from bot.intents.words import words_step
from bot.turn import Rows, Tap, Turn
from bot.understanding.phrases import guess_language
from bot.words import mask_numbers
from domain.knowledge import operations as knowledge
from domain.tickets.changing import find
from domain.tickets.model import Ticket

TITLE = 100  # characters of the question


def keep_rows(turn: Turn, ticket: Ticket) -> Rows:
    """A button for whoever has just answered a question with words."""
    if not knowledge.answer_of(work=turn.work, ticket=ticket) or turn.work.knowledge.of_ticket(ticket.id):
        return ()
    return [[Tap(turn.text("button-keep-answer"), "keep_answer", {"ticket": ticket.id})]]


def _keep(turn: Turn, answers: Answers) -> None:
    """Telephone numbers of people are not kept; a manager reads the rest."""
    ticket = find(turn.work, answers["ticket"])
    words = mask_numbers(ticket.words).strip()
    knowledge.keep_answer(
        work=turn.work, ticket_id=ticket.id, by=turn.me, now=turn.now,
        question=words.partition("\n")[0][:TITLE],
        language=guess_language(words.lower()) or turn.language,
    )  # fmt: skip
    turn.toast(turn.text("answer-kept"))


def _approve(turn: Turn, answers: Answers) -> None:
    knowledge.approve(work=turn.work, entry_id=answers["entry"], by=turn.me, now=turn.now)
    turn.toast(turn.text("answer-approved-toast"))


def _drop(turn: Turn, answers: Answers) -> None:
    knowledge.drop(work=turn.work, entry_id=answers["entry"], by=turn.me, now=turn.now)
    turn.toast(turn.text("answer-dropped-toast"))


def _still_open(turn: Turn, answers: Answers) -> Answers:
    """For Intent.begin: nothing is asked that leads nowhere."""
    knowledge.draft(work=turn.work, entry_id=answers["entry"], by=turn.me)
    return answers


def _reword(turn: Turn, answers: Answers) -> None:
    knowledge.reword(work=turn.work, entry_id=answers["entry"], answer=answers["words"], by=turn.me, now=turn.now)
    turn.answer(turn.text("answer-reworded"))


KEEP_ANSWER = Intent("keep_answer", _keep, staff=True)
APPROVE_ANSWER = Intent("approve_answer", _approve, staff=True)
DROP_ANSWER = Intent("drop_answer", _drop, staff=True)
REWORD_ANSWER = Intent(
    "reword_answer", _reword, (words_step("words", "ask-answer-words"),), staff=True, private=True, begin=_still_open
)

"""The owner's side of the end: fixed or not, a mark, a few words; or not needed any more."""

from __future__ import annotations

from bot.conversation import Answers, Intent
from bot.dialog import start
from bot.intents.words import words_step
from bot.turn import Rows, Tap, Turn
from domain.tickets import operations as tickets


def rating_rows(ticket_id: int) -> Rows:
    """Five marks to tap."""
    return [[Tap(f"{mark} ⭐", "rate", {"ticket": ticket_id, "mark": mark}) for mark in range(1, 6)]]


def _confirm(turn: Turn, answers: Answers) -> None:
    ticket = tickets.confirm(work=turn.work, ticket_id=answers["ticket"], by=turn.me, now=turn.now)
    turn.answer(turn.text("ask-rating", number=ticket.number), rating_rows(ticket.id))


def _reject(turn: Turn, answers: Answers) -> None:
    tickets.reject(work=turn.work, ticket_id=answers["ticket"], by=turn.me, now=turn.now)


def _rate(turn: Turn, answers: Answers) -> None:
    ticket = tickets.rate(work=turn.work, ticket_id=answers["ticket"], mark=answers["mark"], by=turn.me, now=turn.now)
    turn.toast(turn.text("rated-toast", mark=answers["mark"]))
    start(turn, turn.intents["comment"], {"ticket": ticket.id, "mark": answers["mark"]})


def _comment(turn: Turn, answers: Answers) -> None:
    if answers["words"]:
        tickets.comment(work=turn.work, ticket_id=answers["ticket"], words=answers["words"], by=turn.me, now=turn.now)
    turn.answer(turn.text("comment-thanks"))


def _cancel(turn: Turn, answers: Answers) -> None:
    ticket = tickets.cancel(work=turn.work, ticket_id=answers["ticket"], by=turn.me, now=turn.now)
    turn.answer(turn.text("ticket-cancelled-answer", number=ticket.number))


CONFIRM = Intent("confirm", _confirm)
REJECT = Intent("reject", _reject)
RATE = Intent("rate", _rate)
COMMENT = Intent("comment", _comment, (words_step("words", "ask-comment", skip="button-no-words"),))
CANCEL_TICKET = Intent("cancel", _cancel)

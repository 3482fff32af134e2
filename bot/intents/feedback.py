"""The owner's side of the end: fixed or not, a mark, a few words; or not needed any more."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.conversation import Answers, Intent
from bot.dialog import start
from bot.intents.words import WORDS_MAX, words_step
from bot.talking import talk_about
from bot.turn import Rows, Tap, Turn
from domain.tickets import operations as tickets
from domain.tickets.changing import find
from domain.tickets.lifecycle import Status
from domain.tickets.model import Ticket
from domain.tickets.relaying import is_talk


def rating_rows(ticket_id: int) -> Rows:
    """Five marks to tap."""
    return [[Tap(f"{mark} ⭐", "rate", {"ticket": ticket_id, "mark": mark}) for mark in range(1, 6)]]


BEST = 5
LOW = 2  # who gives this or less is asked what went wrong


def read_mark(text: str) -> int | None:
    """A mark as people type it: "5", "5分", "4 stars"."""
    found = re.fullmatch(r"([1-5])\s*(?:分|星|颗星|⭐|stars?)?", text.strip())
    return int(found[1]) if found else None


def _verdict(turn: Turn, answers: Answers) -> None:
    """Fixed, not fixed or a mark, typed instead of pressed; where nobody asked, it was only politeness."""
    mine = turn.work.tickets.reported_by(turn.me, since=turn.now)
    asked = [one for one in mine if one.status == Status.DONE]
    if answers["mark"]:  # whoever said that it is fixed is asked for a mark
        asked = [one for one in mine if one.status == Status.CONFIRMED] or asked
    if len(asked) > 1:
        rows = [[Tap(label_of(turn, one), "history", {"ticket": one.id})] for one in asked[:8]]
        turn.answer(turn.text("ask-which-ticket"), rows)
    elif asked and answers["mark"]:
        _rate(turn, {"ticket": asked[0].id, "mark": answers["mark"]})
    elif asked:
        verdict = _confirm if answers["control"] == "yes" else _reject
        verdict(turn, {"ticket": asked[0].id, "words": answers.get("words", "")})
    else:
        turn.answer(turn.text("at-your-service"))


def label_of(turn: Turn, ticket: Ticket) -> str:
    """A ticket on a button."""
    return turn.text("ticket-label", number=ticket.number, what=turn.text(f"category-{ticket.category}"))


def _confirm(turn: Turn, answers: Answers) -> None:
    ticket = tickets.confirm(work=turn.work, ticket_id=answers["ticket"], by=turn.me, now=turn.now)
    turn.answer(turn.text("ask-rating", number=ticket.number), rating_rows(ticket.id))


def _reject(turn: Turn, answers: Answers) -> None:
    ticket = tickets.reject(
        work=turn.work,
        ticket_id=answers["ticket"],
        words=answers.get("words", "")[:WORDS_MAX],
        by=turn.me,
        now=turn.now,
    )
    if is_talk(ticket) and turn.conversation.intent is None:
        talk_about(turn, ticket)


def _rate(turn: Turn, answers: Answers) -> None:
    ticket = tickets.rate(work=turn.work, ticket_id=answers["ticket"], mark=answers["mark"], by=turn.me, now=turn.now)
    if turn.incoming.toast:
        turn.toast(turn.text("rated-toast", mark=answers["mark"]))
    start(turn, turn.intents["comment"], {"ticket": ticket.id, "mark": answers["mark"]})


def _comment(turn: Turn, answers: Answers) -> None:
    if answers["words"]:
        tickets.comment(work=turn.work, ticket_id=answers["ticket"], words=answers["words"], by=turn.me, now=turn.now)
    turn.answer(turn.text("comment-thanks-low" if answers["words"] and answers["mark"] <= LOW else "comment-thanks"))


def _cancel(turn: Turn, answers: Answers) -> None:
    """Not needed any more; an emergency is called off, which is asked about, for others may have called, too."""
    if find(turn.work, answers["ticket"]).hazard:
        start(turn, turn.intents["call_off"], answers)
        return
    ticket = tickets.cancel(work=turn.work, ticket_id=answers["ticket"], by=turn.me, now=turn.now)
    turn.answer(turn.text("ticket-cancelled-answer", number=ticket.number))


CONFIRM = Intent("confirm", _confirm)
REJECT = Intent("reject", _reject)
RATE = Intent("rate", _rate)


def _ask_comment(turn: Turn, answers: Answers) -> tuple[str, Rows]:
    """Whoever is not content is asked what went wrong."""
    text, rows = _COMMENT.ask(turn, answers)
    return (turn.text("ask-comment-low") if answers["mark"] <= LOW else text), rows


_COMMENT = words_step("words", "ask-comment", skip="button-no-words")
VERDICT = Intent("verdict", _verdict)
COMMENT = Intent("comment", _comment, (replace(_COMMENT, ask=_ask_comment),), yields=True)
CANCEL_TICKET = Intent("cancel", _cancel)

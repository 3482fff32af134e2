"""What managers do when they are called: give the ticket to somebody, or be reminded later."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.conversation import Answers, Intent, Step
from bot.intents.hand_over import choose_staff, read_staff
from bot.intents.wait import until
from bot.intents.words import draft_tap, still, words_step
from bot.turn import Rows, Turn
from domain.register.model import Staff
from domain.tickets import operations as tickets
from domain.tickets.eligibility import eligible
from domain.tickets.lifecycle import Action

HOLD = ("until-30-minutes", "until-2-hours", "until-tomorrow")


def _candidates(turn: Turn, answers: Answers) -> Sequence[Staff]:
    """Those who could take it first, then everybody else of the estate."""
    ticket = tickets.readable(work=turn.work, ticket_id=answers["ticket"], by=turn.me)
    able = eligible(turn.work, ticket)
    others = [one for one in turn.work.register.staff_of(ticket.estate_id) if one not in able]
    return [one for one in [*able, *others] if one.id not in (turn.me, ticket.repairer_id)]


def _ask_whom(turn: Turn, answers: Answers) -> tuple[str, Rows]:
    return choose_staff(turn, answers, "ask-assign", _candidates(turn, answers))


def _read_whom(turn: Turn, answers: Answers) -> Mapping[str, Any] | None:
    return read_staff(turn, _candidates(turn, answers))


def _assign(turn: Turn, answers: Answers) -> None:
    ticket = tickets.assign(work=turn.work, ticket_id=answers["ticket"], to=answers["to"], by=turn.me, now=turn.now)
    turn.answer(turn.text("assigned-answer", number=ticket.number, name=turn.voice.name(answers["to"])))


def _ask_until(turn: Turn, answers: Answers) -> tuple[str, Rows]:
    return turn.text("ask-postpone"), [[draft_tap(answers, "until", turn.text(one), one) for one in HOLD]]


def _read_until(turn: Turn, _answers: Answers) -> Mapping[str, Any] | None:
    said = turn.incoming.text.strip()
    found = [one for one in HOLD if said and said in turn.text(one)]
    return {"until": found[0]} if len(found) == 1 else None


def _postpone(turn: Turn, answers: Answers) -> None:
    ticket = tickets.readable(work=turn.work, ticket_id=answers["ticket"], by=turn.me)
    moment = until(answers["until"], turn.work.register.calendar(ticket.estate_id), turn.now)
    tickets.postpone(
        work=turn.work, ticket_id=ticket.id, until=moment, reason=answers["reason"], by=turn.me, now=turn.now
    )
    turn.answer(turn.text("postponed-answer", number=ticket.number, time=turn.voice.moment(moment, ticket.estate_id)))


ASSIGN = Intent(
    "assign", _assign, (Step("to", _ask_whom, _read_whom),), staff=True, private=True, begin=still(Action.ASSIGN)
)
POSTPONE = Intent(
    "postpone",
    _postpone,
    (Step("until", _ask_until, _read_until), words_step("reason", "ask-postpone-reason")),
    staff=True,
    private=True,
    begin=still(Action.POSTPONE),
)

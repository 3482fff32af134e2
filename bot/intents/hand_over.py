"""Not mine after all: hand the ticket back, pass it on to a colleague, or call for help."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.conversation import Answers, Intent, Step
from bot.intents.words import draft_tap, still, words_step
from bot.turn import Rows, Turn
from domain.register.model import Staff
from domain.tickets import operations as tickets
from domain.tickets.eligibility import eligible
from domain.tickets.lifecycle import Action


def choose_staff(turn: Turn, answers: Answers, key: str, people: Sequence[Staff]) -> tuple[str, Rows]:
    """A question whose answers are colleagues, the least loaded first."""
    taps = [draft_tap(answers, "to", one.person.name, one.id) for one in people[:10]]
    return turn.text(key if taps else "nobody-else"), [taps[at : at + 2] for at in range(0, len(taps), 2)]


def read_staff(turn: Turn, people: Sequence[Staff]) -> Mapping[str, Any] | None:
    """A colleague by name."""
    said = turn.incoming.text.strip()
    found = [one for one in people if said and said in one.person.name]
    return {"to": found[0].id} if len(found) == 1 else None


def _colleagues(turn: Turn, answers: Answers) -> Sequence[Staff]:
    ticket = tickets.readable(work=turn.work, ticket_id=answers["ticket"], by=turn.me)
    return [one for one in eligible(turn.work, ticket) if one.id != turn.me]


def _hand_back(turn: Turn, answers: Answers) -> None:
    ticket = tickets.hand_back(
        work=turn.work, ticket_id=answers["ticket"], reason=answers["reason"], by=turn.me, now=turn.now
    )
    turn.answer(turn.text("handed-back-answer", number=ticket.number))


def _pass_on(turn: Turn, answers: Answers) -> None:
    ticket = tickets.pass_on(work=turn.work, ticket_id=answers["ticket"], to=answers["to"], by=turn.me, now=turn.now)
    turn.answer(turn.text("passed-on-answer", number=ticket.number, name=turn.voice.name(answers["to"])))


def _ask_help(turn: Turn, answers: Answers) -> None:
    ticket = tickets.ask_help(
        work=turn.work, ticket_id=answers["ticket"], words=answers["words"], by=turn.me, now=turn.now
    )
    turn.answer(turn.text("help-asked-answer", number=ticket.number))


def _ask_colleague(turn: Turn, answers: Answers) -> tuple[str, Rows]:
    return choose_staff(turn, answers, "ask-pass-on", _colleagues(turn, answers))


def _read_colleague(turn: Turn, answers: Answers) -> Mapping[str, Any] | None:
    return read_staff(turn, _colleagues(turn, answers))


HAND_BACK = Intent(
    "hand_back",
    _hand_back,
    (words_step("reason", "ask-hand-back", skip="button-no-reason"),),
    staff=True,
    private=True,
    begin=still(Action.HAND_BACK),
)
PASS_ON = Intent(
    "pass_on",
    _pass_on,
    (Step("to", _ask_colleague, _read_colleague),),
    staff=True,
    private=True,
    begin=still(Action.PASS_ON),
)
ASK_HELP = Intent(
    "ask_help",
    _ask_help,
    (words_step("words", "ask-help", skip="button-just-come"),),
    staff=True,
    private=True,
    begin=still(Action.ASK_HELP),
)

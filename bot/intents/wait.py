"""Pause: what for and until when; the promise stops counting."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from bot.conversation import Answers, Intent, Step
from bot.intents.words import draft_tap, still
from bot.turn import Rows, Turn
from domain.calendar import Calendar
from domain.tickets import operations as tickets
from domain.tickets.lifecycle import Action
from domain.tickets.model import WaitFor

UNTIL = {
    "until-30-minutes": timedelta(minutes=30),
    "until-2-hours": timedelta(hours=2),
    "until-tomorrow": timedelta(days=1),
    "until-3-days": timedelta(days=3),
    "until-a-week": timedelta(days=7),
}
PAUSES = tuple(UNTIL)[1:]


def _ask_what_for(turn: Turn, answers: Answers) -> tuple[str, Rows]:
    return turn.text("ask-wait-for"), [
        [draft_tap(answers, "wait_for", turn.text(f"wait-for-{one}"), one) for one in WaitFor]
    ]


def _read_what_for(turn: Turn, _answers: Answers) -> Mapping[str, Any] | None:
    said = turn.incoming.text.strip()
    found = [one for one in WaitFor if turn.text(f"wait-for-{one}") in said]
    return {"wait_for": found[0]} if said and len(found) == 1 else None


def _ask_until(turn: Turn, answers: Answers) -> tuple[str, Rows]:
    taps = [draft_tap(answers, "until", turn.text(one), one) for one in PAUSES]
    return turn.text("ask-until"), [taps[:2], taps[2:]]


def _read_until(turn: Turn, _answers: Answers) -> Mapping[str, Any] | None:
    said = turn.incoming.text.strip()
    found = [one for one in PAUSES if said and said in turn.text(one)]
    return {"until": found[0]} if len(found) == 1 else None


def until(choice: str, calendar: Calendar, now: datetime) -> datetime:
    """The moment that a choice means; whole days end when the office opens."""
    span = UNTIL[choice]
    if span < timedelta(days=1):
        return now + span
    opening = calendar.local(now + span).replace(hour=9, minute=0, second=0, microsecond=0)
    return opening.astimezone(now.tzinfo)


def _act(turn: Turn, answers: Answers) -> None:
    ticket = tickets.readable(work=turn.work, ticket_id=answers["ticket"], by=turn.me)
    moment = until(answers["until"], turn.work.register.calendar(ticket.estate_id), turn.now)
    tickets.wait(
        work=turn.work,
        ticket_id=ticket.id,
        wait_for=WaitFor(answers["wait_for"]),
        until=moment,
        by=turn.me,
        now=turn.now,
    )
    turn.answer(turn.text("waiting-answer", number=ticket.number, time=turn.voice.moment(moment, ticket.estate_id)))


WAIT = Intent(
    "wait",
    _act,
    (Step("wait_for", _ask_what_for, _read_what_for), Step("until", _ask_until, _read_until)),
    staff=True,
    private=True,
    begin=still(Action.WAIT),
)

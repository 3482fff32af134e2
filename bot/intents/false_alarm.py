"""While help is coming: say more, or say that it was a false alarm."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from bot import cards
from bot.conversation import Answers, Intent, Step
from bot.intents.calling import caller_of
from bot.intents.words import WORDS_MAX, draft_tap
from bot.talking import Belongs
from bot.turn import Rows, Turn
from domain.tickets import incidents
from domain.tickets.changing import find
from domain.tickets.lifecycle import Status
from domain.tickets.model import Category, Hazard, Ticket

CALLING_OFF = "call_off"
CALLED = "called"  # kept in a conversation without an intent: what somebody has just called about
JUST_NOW = timedelta(minutes=10)
_FALSE = re.compile(
    r"误报|虚惊|(?:弄|搞|看|报)错了|没有?(?:着火|起火|漏气|这回事)"
    r"|\b(?:false alarm|my mistake)\b|\b(?:was|were) (?:wrong|mistaken)\b",
    re.IGNORECASE,
)
_ALARM = re.compile(r"误报|虚惊|\bfalse alarm\b", re.IGNORECASE)  # that can be about nothing else
OTHER_WISHES = frozenset({"chitchat", "praise", "fee", "progress", "human", "renovation", "suggestion"})


def _begin_details(turn: Turn, answers: Answers) -> Answers:
    ticket = incidents.called_about(work=turn.work, ticket_id=answers["ticket"], caller=caller_of(turn))
    return {**answers, "hazard": ticket.hazard}


def _read_details(turn: Turn, _answers: Answers) -> Mapping[str, Any] | None:
    said = turn.incoming.text.strip()[:WORDS_MAX]
    return {"words": said, "shown": list(turn.photos)} if said or turn.photos else None


def _add_details(turn: Turn, answers: Answers) -> None:
    ticket = incidents.add_details(
        work=turn.work, ticket_id=answers["ticket"], words=answers["words"], photos=tuple(answers["shown"]),
        caller=caller_of(turn), now=turn.now,
    )  # fmt: skip
    turn.answer(turn.text("alarm-repeated", number=ticket.number, status=cards.status(turn.voice, ticket)))


def pass_on(turn: Turn, said: str) -> bool:
    """More words of somebody who has just called are passed on to those who come; False for anybody else."""
    for call in incidents.recent_calls(work=turn.work, caller=caller_of(turn), now=turn.now):
        ticket = find(turn.work, call.ticket_id)
        if ticket.status in incidents.RUNNING:
            _add_details(turn, {"ticket": ticket.id, "words": said[:WORDS_MAX], "shown": turn.photos})
            return True
    return False


def stay_tuned(turn: Turn, ticket: Ticket) -> None:
    """Nothing is asked of a caller any more, but what they say next is probably about it."""
    if turn.conversation.intent is None:
        turn.remember(intent=None, step=None, answers={CALLED: ticket.id}, misses=0)


def about_call(turn: Turn) -> Belongs | None:
    """Words of somebody who has just called: that it was none, or more about it."""
    if (called := _taken_back(turn)) is not None:
        return CALLING_OFF, {"ticket": called}
    return ("say_more", {}) if is_detail(turn) else None


def is_detail(turn: Turn) -> bool:
    """Is this more about the emergency that they have just called about, and not another matter?"""
    open_one, wish = turn.conversation, turn.understood
    called, since = open_one.answers.get(CALLED), open_one.updated_at
    if open_one.intent or not called or wish is None or since is None or turn.now - since > JUST_NOW:
        return False
    if wish.control or wish.intent in OTHER_WISHES or not turn.incoming.text:
        return False
    ticket = turn.work.tickets.get(called)
    if ticket is None or ticket.status not in incidents.RUNNING:
        return False
    if wish.hazard and not wish.is_named:
        return wish.hazard in (ticket.hazard, Hazard.OTHER)
    return wish.category in ("none", Category.OTHER, ticket.category)


def _taken_back(turn: Turn) -> int | None:
    """The emergency that somebody has just called about and now says was none, whatever else is open again."""
    said = turn.incoming.text
    called = turn.conversation.answers.get(CALLED)
    if turn.conversation.intent is None and called and _FALSE.search(said):
        return called if _runs(turn, called) else None
    if turn.conversation.intent == CALLING_OFF or not _ALARM.search(said):
        return None
    calls = incidents.recent_calls(work=turn.work, caller=caller_of(turn), now=turn.now)
    return next((call.ticket_id for call in calls if _runs(turn, call.ticket_id)), None)


def _runs(turn: Turn, ticket_id: int) -> bool:
    ticket = turn.work.tickets.get(ticket_id)
    return ticket is not None and ticket.status in incidents.RUNNING


def _say_more(turn: Turn, _answers: Answers) -> None:
    called = turn.conversation.answers[CALLED]
    _add_details(turn, {"ticket": called, "words": turn.incoming.text[:WORDS_MAX], "shown": turn.photos})
    stay_tuned(turn, find(turn.work, called))


def _begin_call_off(turn: Turn, answers: Answers) -> Answers:
    """Nothing is asked that leads nowhere."""
    ticket = incidents.may_call_off(work=turn.work, ticket_id=answers["ticket"], caller=caller_of(turn))
    return {**answers, "number": ticket.number}


def _ask_sure(turn: Turn, answers: Answers) -> tuple[str, Rows]:
    yes, no = turn.text("button-yes-false-alarm"), turn.text("button-no-real-alarm")
    rows = [[draft_tap(answers, "sure", yes, value=True)], [draft_tap(answers, "sure", no, value=False)]]
    return turn.text("ask-call-off", number=answers["number"]), rows


def _read_sure(turn: Turn, _answers: Answers) -> Mapping[str, Any] | None:
    control = turn.understood.control if turn.understood else None
    return {"sure": control == "yes"} if control in ("yes", "no") else None


def _call_off(turn: Turn, answers: Answers) -> None:
    if not answers["sure"]:
        turn.answer(turn.text("call-off-kept", number=answers["number"]))
        return
    ticket = incidents.call_off(work=turn.work, ticket_id=answers["ticket"], caller=caller_of(turn), now=turn.now)
    key = "call-off-answer" if ticket.status == Status.CANCELLED else "call-withdrawn-answer"
    turn.answer(turn.text(key, number=ticket.number))


SAY_MORE = Intent("say_more", _say_more, private=True)
ADD_DETAILS = Intent(
    "add_details",
    _add_details,
    (Step("words", lambda turn, _answers: (turn.text("ask-details"), ()), _read_details),),
    bound=False,
    private=True,
    interrupts=True,
    begin=_begin_details,
)
CALL_OFF = Intent(
    CALLING_OFF,
    _call_off,
    (Step("sure", _ask_sure, _read_sure),),
    yields=True,
    bound=False,
    private=True,
    interrupts=True,
    begin=_begin_call_off,
)

"""Carrying an intent forward: ask the open question, or act."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from bot.conversation import Answers, Intent, open_step
from bot.turn import Tap, Turn
from domain.errors import NotAllowed
from domain.messaging.model import Conversation

PATIENCE = 3  # misunderstood answers to one question before a person is offered


def enter(turn: Turn, name: str, answers: Mapping[str, Any]) -> None:
    """Begin an intent by its name, if this person may; a stranger is asked who they are first.

    :raises Refusal: it is for staff
    """
    intent = turn.intents[name]
    if intent.bound and turn.person is None:
        intent, answers = turn.intents["start"], {}
    if intent.staff and turn.staff is None:
        raise NotAllowed("staff-only")
    start(turn, intent, answers)


def start(turn: Turn, intent: Intent, answers: Mapping[str, Any]) -> None:
    """Enter an intent with the answers already known."""
    if intent.private and not turn.incoming.private:
        turn.step_aside()
    draft = {"draft": secrets.token_urlsafe(6)} if intent.steps else {}
    advance(turn, intent, {**draft, **intent.begin(turn, answers)})


def advance(turn: Turn, intent: Intent, answers: Answers) -> None:
    """Ask what is still missing; when nothing is, act."""
    step = open_step(intent, turn, answers)
    if step is None:
        if turn.conversation.intent == intent.name:
            turn.forget()
        intent.act(turn, answers)
        return
    turn.remember(intent=intent.name, step=step.name, answers=dict(answers), misses=0)
    text, rows = step.ask(turn, answers)
    turn.answer(text, rows)


def reply(turn: Turn, intent: Intent, conversation: Conversation) -> None:
    """What was said is the answer to the open question; what is none is asked again, with a way out."""
    step = next(one for one in intent.steps if one.name == conversation.step)
    found = step.read(turn, conversation.answers)
    if found is not None:
        advance(turn, intent, {**conversation.answers, **found})
        return
    turn.remember(misses=conversation.misses + 1)
    text, rows = step.ask(turn, conversation.answers)
    way_out = [Tap(turn.text("button-person"), "person"), Tap(turn.text("button-cancel"), "never_mind")]
    again = turn.text("not-understood-often" if conversation.misses + 1 >= PATIENCE else "not-understood")
    turn.answer(f"{again}\n{text}", [*rows, way_out])

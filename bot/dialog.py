"""Carrying an intent forward: ask the open question, or act."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from bot.conversation import Answers, Intent, Step, open_step, without
from bot.turn import Rows, Tap, Turn
from domain.errors import NotAllowed, Refusal
from domain.messaging.model import Conversation
from domain.register.model import Flag

HINT = 30  # characters that remind somebody of what they wrote
FEW = 3  # buttons beside the one for a person, for the elderly
PATIENCE = 3  # misunderstood answers to one question before a person is offered


def enter(turn: Turn, name: str, answers: Mapping[str, Any]) -> None:
    """Begin an intent by its name, if this person may; a stranger is asked who they are first.

    :raises Refusal: it is for staff
    """
    intent = turn.intents[name]
    if intent.bound and turn.person is None:
        if not turn.incoming.private:
            raise NotAllowed("who-are-you-in-group")
        intent, answers = turn.intents["start"], {}
    if intent.staff and turn.staff is None:
        raise NotAllowed("staff-only")
    start(turn, intent, answers)


def start(turn: Turn, intent: Intent, answers: Mapping[str, Any]) -> None:
    """Enter an intent with the answers already known."""
    if intent.private and not turn.incoming.private:
        if turn.incoming.toast:
            turn.toast(turn.text("go-on-in-private"))
        turn.step_aside()
    aside = interrupt if intent.interrupts else put_aside
    draft = {"draft": secrets.token_urlsafe(6), **aside(turn)} if intent.steps else {}
    advance(turn, intent, {**draft, **intent.begin(turn, answers)})


def interrupt(turn: Turn) -> dict[str, Any]:
    """Whatever is open is kept whole, with what is kept inside it, for what cannot wait."""
    open_one = turn.conversation
    if open_one.intent is None:
        return {}
    turn.forget()
    whole = {"intent": open_one.intent, "step": open_one.step, "answers": dict(open_one.answers)}
    return {"aside": {**whole, "interrupted": True}}


def put_aside(turn: Turn) -> dict[str, Any]:
    """What somebody has half told us is kept while something else is asked."""
    open_one = turn.conversation
    if open_one.intent is None:
        return {}
    intent, known = turn.intents[open_one.intent], open_one.answers
    worth = intent.lasting and (known.get("words") or known.get("photos"))
    if not worth and not (intent.goes_on and "aside" not in known):  # what is half told cannot be found again
        return {name: open_one.answers[name] for name in ("aside",) if name in open_one.answers}
    return {"aside": laid_down(open_one)}


def laid_down(conversation: Conversation) -> dict[str, Any]:
    """A conversation as it is kept inside another one; nothing is kept inside it."""
    answers = without(conversation.answers, ("aside",))
    return {"intent": conversation.intent, "step": conversation.step, "answers": answers}


def take_up(turn: Turn, aside: Mapping[str, Any] | None) -> None:
    """Go on with what was put aside: now, or after what has just begun."""
    if not aside:
        return
    if turn.conversation.intent is not None:
        turn.remember(answers={**turn.conversation.answers, "aside": aside})
        return
    if aside.get("interrupted"):
        _back_to(turn, aside)
        return
    if turn.intents[aside["intent"]].lasting:
        words = gist(aside["answers"])
        turn.preface = turn.text("not-sent-yet", words=words)
    advance(turn, turn.intents[aside["intent"]], aside["answers"])


def ask_again(turn: Turn) -> None:
    """The open question, once more."""
    open_one = turn.conversation
    intent = turn.intents[open_one.intent or ""]
    turn.remember(misses=0)
    step = next((one for one in intent.steps if one.name == open_one.step), None)
    if step:
        text, rows = ask(turn, intent, step, open_one.answers)
        turn.answer(text, rows, card=card_of(step, open_one.answers))


def _back_to(turn: Turn, aside: Mapping[str, Any]) -> None:
    """Exactly where it was interrupted: the open question is asked once more."""
    intent, answers = turn.intents[aside["intent"]], aside["answers"]
    turn.remember(intent=intent.name, step=aside["step"], answers=answers)
    if aside["step"]:
        turn.preface = turn.text("back-to-question")
    ask_again(turn)


def gist(answers: Answers) -> str:
    """As much of what somebody wrote as reminds them of it."""
    words = str(answers.get("words", "📷")).partition("\n")[0]
    return words if len(words) <= HINT else f"{words[: HINT - 1].rstrip()}…"


def advance(turn: Turn, intent: Intent, answers: Answers) -> None:
    """Ask what is still missing; when nothing is, act."""
    step = open_step(intent, turn, answers)
    if step is None:
        if turn.conversation.intent == intent.name:
            turn.forget()
        _act(turn, intent, answers)
        return
    asked = [name for name in answers.get("asked", ()) if name != step.name]  # in this order: for going back
    turn.remember(intent=intent.name, step=step.name, answers={**answers, "asked": [*asked, step.name]}, misses=0)
    text, rows = ask(turn, intent, step, answers)
    turn.answer(text, rows, card=card_of(step, answers))


def _act(turn: Turn, intent: Intent, answers: Answers) -> None:
    aside = answers.get("aside") if intent.steps else None
    try:
        intent.act(turn, answers)
    except Refusal:
        if aside:  # what was put aside is open again, whatever became of this
            turn.remember(intent=aside["intent"], step=aside["step"], answers=aside["answers"])
        raise
    take_up(turn, aside)


def ask(turn: Turn, intent: Intent, step: Step, answers: Answers) -> tuple[str, Rows]:
    """The words and buttons of a question; elderly people always have a person one tap away."""
    text, rows = step.ask(turn, answers)
    if intent.lasting and is_elderly(turn):
        few = [[tap] for row in rows for tap in row if tap.intent != "person"][:FEW]
        rows = [*few, [Tap(turn.text("button-person"), "person")]]
    return text, rows


def is_elderly(turn: Turn) -> bool:
    """Fewer buttons, one below the other, and a person always among them."""
    return turn.person is not None and Flag.ELDERLY in turn.person.flags


def card_of(step: Step, answers: Answers) -> str | None:
    """The name of the card that the step's message is, if it is one."""
    return f"draft:{answers['draft']}" if step.card else None


def close_card(turn: Turn, intent: Intent, answers: Answers, ending: str) -> None:
    """The card that was shown loses its buttons and says how it ended."""
    for step in intent.steps:
        if step.name in answers.get("asked", ()) and step.card and (card := card_of(step, answers)):
            whole = open_step(intent, turn, answers) in (step, None)  # an answer that is being changed is missing
            turn.edit(card, f"{step.card(turn, answers)}\n{ending}" if whole else ending)


def reply(turn: Turn, intent: Intent, conversation: Conversation) -> None:
    """What was said is the answer to the open question; what is none is asked again, with a way out."""
    step = next(one for one in intent.steps if one.name == conversation.step)
    known = dict(conversation.answers)
    if turn.photos and "photos" in known:
        known |= {"photos": [*known["photos"], *turn.photos], "album": turn.incoming.album}
    after = _heard(turn, intent, step, known)
    if after is not None:
        advance(turn, intent, after)
        return
    turn.remember(misses=conversation.misses + 1, answers=known)
    text, rows = ask(turn, intent, step, known)
    person = [] if intent.staff else [Tap(turn.text("button-person"), "person")]  # staff are the people
    way_out = [*person, Tap(turn.text("button-cancel"), "never_mind")]
    offered = {tap.intent for row in rows for tap in row}
    often = conversation.misses + 1 >= PATIENCE
    why = "" if turn.preface and not often else turn.text("not-understood-often" if often else "not-understood")
    if not is_elderly(turn):  # who has a person one tap away, and few buttons
        rows = [*rows, [tap for tap in way_out if tap.intent not in offered]]
    turn.answer(f"{why}\n{text}" if why else text, rows, card=card_of(step, known))


def _heard(turn: Turn, intent: Intent, step: Step, known: Answers) -> Answers | None:
    """All answers after what was said: a correction, the answer, or something else that means something."""
    corrected = intent.correct(turn, known)
    if corrected is not None:
        return corrected
    found = step.read(turn, known)
    return {**known, **found} if found is not None else intent.overhear(turn, known)


def skip(turn: Turn, intent: Intent) -> None:
    """The open question is left out, where it may be."""
    conversation = turn.conversation
    step = next(one for one in intent.steps if one.name == conversation.step)
    left_out = step.skip(turn, conversation.answers)
    if left_out is None:
        turn.preface = turn.text("cannot-skip")
    advance(turn, intent, {**conversation.answers, **(left_out or {})})

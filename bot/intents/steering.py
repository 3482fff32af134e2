"""Steering an open conversation: answer by button, change an answer, go back, again, never mind."""

from __future__ import annotations

from bot.conversation import Answers, Intent, without
from bot.dialog import advance
from bot.turn import Turn
from domain.errors import Refusal

DEPENDENT = {"place": ("place", "area", "spot", "estate"), "words": ("words",)}


def _open(turn: Turn, answers: Answers) -> Intent:
    """The open intent, when the button belongs to it.

    :raises Refusal: that conversation is over; the sentence says so
    """
    conversation = turn.conversation
    if conversation.intent is None or conversation.answers.get("draft") != answers.get("draft", conversation.answers.get("draft")):
        raise Refusal("already-settled")
    return turn.intents[conversation.intent]


def _answer(turn: Turn, answers: Answers) -> None:
    intent = _open(turn, answers)
    kept = without(turn.conversation.answers, DEPENDENT.get(answers["step"], ()))
    advance(turn, intent, {**kept, answers["step"]: answers["value"]})


def _change(turn: Turn, answers: Answers) -> None:
    intent = _open(turn, answers)
    step = answers["step"]
    advance(turn, intent, without(turn.conversation.answers, DEPENDENT.get(step, (step,))))


def _never_mind(turn: Turn, answers: Answers) -> None:
    _open(turn, answers)
    turn.forget()
    turn.answer(turn.text("cancelled"))


def _cancel(turn: Turn, _answers: Answers) -> None:
    if turn.conversation.intent is None:
        turn.answer(turn.text("nothing-to-cancel"))
    else:
        _never_mind(turn, {})


def _again(turn: Turn, _answers: Answers) -> None:
    advance(turn, _open(turn, {}), turn.conversation.answers)


def _back(turn: Turn, _answers: Answers) -> None:
    """Ask the question before the open one again."""
    intent = _open(turn, {})
    names = [step.name for step in intent.steps]
    answered = [name for name in names[: names.index(turn.conversation.step or names[0])] if name in turn.conversation.answers]
    last = answered[-1:] or names[:1]
    advance(turn, intent, without(turn.conversation.answers, DEPENDENT.get(last[0], last)))


def _start_over(turn: Turn, _answers: Answers) -> None:
    _open(turn, {})
    turn.forget()
    turn.answer(turn.text("start-over"))


def _add_photo(turn: Turn, _answers: Answers) -> None:
    """A photo without words while something is open belongs to it; the open question is asked once more."""
    intent, conversation = _open(turn, {}), turn.conversation
    before = conversation.answers["photos"]
    turn.remember(answers={**conversation.answers, "photos": [*before, *turn.photos]})
    if before and turn.incoming.album:
        return  # one answer for photos sent together
    step = next(one for one in intent.steps if one.name == conversation.step)
    text, rows = step.ask(turn, turn.conversation.answers)
    turn.answer(f"{turn.text('photo-added')}\n{text}", rows)


ANSWER = Intent("answer", _answer, bound=False)
CHANGE = Intent("change", _change, bound=False)
NEVER_MIND = Intent("never_mind", _never_mind, bound=False)
CANCEL = Intent("cancel_draft", _cancel, commands=("cancel",), bound=False)
SAY_AGAIN = Intent("say_again", _again, bound=False)
GO_BACK = Intent("go_back", _back, bound=False)
START_OVER = Intent("start_over", _start_over, bound=False)
ADD_PHOTO = Intent("add_photo", _add_photo)

"""Steering an open conversation: answer by button, change an answer, go back, again, never mind."""

from __future__ import annotations

from bot.conversation import Answers, Intent, without
from bot.dialog import advance, ask, card_of, close_card, laid_down, skip, start, take_up
from bot.turn import Tap, Turn
from domain.errors import Refusal
from domain.tickets.lifecycle import MOVES, Action, Status

DEPENDENT = {"place": ("place", "area", "spot", "estate", "unsure"), "words": ("words",)}


def opened(turn: Turn, answers: Answers) -> Intent:
    """The open intent, when the button belongs to it.

    :raises Refusal: that conversation is over; the sentence says so
    """
    conversation = turn.conversation
    draft, aside = conversation.answers.get("draft"), conversation.answers.get("aside")
    if aside and aside["answers"]["draft"] == answers.get("draft"):
        after = {**aside["answers"], "aside": laid_down(conversation)}
        turn.remember(intent=aside["intent"], step=aside["step"], answers=after)
    elif conversation.intent is None or draft != answers.get("draft", draft):
        raise Refusal("already-settled")
    return turn.intents[turn.conversation.intent or ""]


def _answer(turn: Turn, answers: Answers) -> None:
    intent = opened(turn, answers)
    advance(turn, intent, {**turn.conversation.answers, answers["step"]: answers["value"]})


def _change(turn: Turn, answers: Answers) -> None:
    intent = opened(turn, answers)
    step = answers["step"]
    advance(turn, intent, without(turn.conversation.answers, DEPENDENT.get(step, (step,))))


def _never_mind(turn: Turn, answers: Answers) -> None:
    intent, aside = opened(turn, answers), turn.conversation.answers.get("aside")
    _drop(turn, intent)
    turn.answer(turn.text("step-dropped" if intent.staff else "cancelled"))
    take_up(turn, aside)


def _drop(turn: Turn, intent: Intent) -> None:
    """Whatever of it stands in the chat says that it is over."""
    close_card(turn, intent, turn.conversation.answers, turn.text("card-dropped"))
    intent.dropped(turn, turn.conversation.answers)
    turn.forget()


def _cancel(turn: Turn, _answers: Answers) -> None:
    """The open question; where there is none, perhaps a ticket is meant."""
    if turn.conversation.intent == "talk":
        start(turn, turn.intents["end"], {"ticket": turn.conversation.answers["ticket"]})
        return
    if turn.conversation.intent is not None:
        _never_mind(turn, {})
        return
    mine = turn.work.tickets.reported_by(turn.me, since=turn.now) if turn.person else ()
    able = [ticket for ticket in mine if (Status(ticket.status), Action.CANCEL) in MOVES][:8]
    rows = [
        [
            Tap(
                turn.text("button-cancel-which", number=one.number, what=turn.text(f"category-{one.category}")),
                "cancel",
                {"ticket": one.id},
            )
        ]
        for one in able
    ]
    turn.answer(turn.text("ask-cancel-which" if rows else "nothing-to-cancel"), rows)


def _again(turn: Turn, answers: Answers) -> None:
    advance(turn, opened(turn, answers), turn.conversation.answers)


def _back(turn: Turn, _answers: Answers) -> None:
    """Ask the question before the open one again."""
    intent = opened(turn, {})
    known = turn.conversation.answers
    before = known["asked"][-2:-1] or [intent.steps[0].name]
    advance(turn, intent, without({**known, "asked": known["asked"][:-1]}, DEPENDENT.get(before[0], before)))


def _skip(turn: Turn, _answers: Answers) -> None:
    skip(turn, opened(turn, {}))


def _patience(turn: Turn, _answers: Answers) -> None:
    """They need a moment: the question stays as it is, and is not asked once more."""
    turn.answer(turn.text("take-your-time"))


def _start_over(turn: Turn, _answers: Answers) -> None:
    _drop(turn, opened(turn, {}))
    turn.answer(turn.text("start-over"))


def _add_photo(turn: Turn, _answers: Answers) -> None:
    """A photo without words while something is open belongs to it; the open question is asked once more."""
    intent, conversation = opened(turn, {}), turn.conversation
    known, album = conversation.answers, turn.incoming.album
    turn.remember(answers={**known, "photos": [*known["photos"], *turn.photos], "album": album})
    if album and album == known.get("album"):
        return  # one answer for photos sent together
    step = next(one for one in intent.steps if one.name == conversation.step)
    text, rows = ask(turn, intent, step, turn.conversation.answers)
    if step.name != "words" or intent.name != "report":  # that question says itself that the photo is here
        text = f"{turn.text('photo-added')}\n{text}"
    turn.answer(text, rows, card=card_of(step, turn.conversation.answers))


ANSWER = Intent("answer", _answer, bound=False)
CHANGE = Intent("change", _change, bound=False)
NEVER_MIND = Intent("never_mind", _never_mind, bound=False)
CANCEL = Intent("cancel_draft", _cancel, commands=("cancel",), bound=False)
SAY_AGAIN = Intent("say_again", _again, bound=False)
GO_BACK = Intent("go_back", _back, bound=False)
SKIP = Intent("skip", _skip, bound=False)
PATIENCE = Intent("patience", _patience, bound=False)
START_OVER = Intent("start_over", _start_over, bound=False)
ADD_PHOTO = Intent("add_photo", _add_photo)

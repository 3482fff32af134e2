"""Words that may mean one of two things: both are offered, and a person, rather than guessed between."""

from __future__ import annotations

from dataclasses import replace

from bot.conversation import Answers, Intent
from bot.dialog import enter
from bot.intents.knowledge import answer_question
from bot.intents.reported import KINDS, SURE, first_answers
from bot.turn import Tap, Turn
from domain.tickets.model import Kind

TORN = SURE  # below it, the second guess is nearly as good as the first
LABELS = {"report": "torn-report", "question": "torn-question", "progress": "torn-progress"}
ASKING = frozenset({"inquiry", "fee", "renovation", "suggestion"})


def is_torn(turn: Turn) -> bool:
    """Are the two best guesses close, and wanting something different; or may a report be nothing of the estate's?

    Questions are weighed where they are answered.
    """
    understood = turn.understood
    if understood is None or understood.hazard:
        return False
    if understood.may_be_none_of_ours:
        return understood.intent in KINDS
    if understood.confidence >= TORN or len(understood.guesses) != 2:
        return False
    wants = [_wanted(one) for one in understood.guesses]
    return None not in wants and wants[0] not in (wants[1], "question")


def _wanted(guess: str) -> str | None:
    """What the bot would do."""
    if guess in KINDS:
        return "report"
    return "question" if guess in ASKING else "progress" if guess == "progress" else None


def _offer(turn: Turn, _answers: Answers) -> None:
    assert turn.understood is not None
    wants = [way for guess in turn.understood.guesses if (way := _wanted(guess))]
    if "question" in wants:
        turn.understood = replace(turn.understood, intent="inquiry")
        if answer_question(turn):  # the answer is known: it was a question
            return
    known = first_answers(turn, turn.understood)
    ways = {
        "report": ("as_report", {"report": known}),
        "question": ("to_desk", {"report": {**known, "kind": Kind.QUESTION}}),
        "progress": ("mytickets", {}),
    }
    rows = [[Tap(turn.text(LABELS[one]), *ways[one])] for one in wants]
    person = Tap(turn.text("button-person"), "to_desk", ways["question"][1])
    turn.answer(turn.text("ask-which-of-two"), rows if "question" in wants else [*rows, [person]])


def _as_report(turn: Turn, answers: Answers) -> None:
    report = answers["report"]
    kind = Kind.REPAIR if report["kind"] == Kind.QUESTION else report["kind"]
    enter(turn, "report", {**report, "kind": kind})


TORN_BETWEEN = Intent("torn", _offer, private=True)
AS_REPORT = Intent("as_report", _as_report, private=True)

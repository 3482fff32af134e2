"""What people say in the middle of a report that is none of its answers: another matter, or danger."""

from __future__ import annotations

from bot.conversation import Answers, Intent, without
from bot.dialog import advance, start
from bot.intents.report import REPORT
from bot.intents.reported import joined
from bot.turn import Turn
from domain.errors import Refusal


def _another(turn: Turn, answers: Answers) -> None:
    """Begin a second report; the first waits for its turn."""
    drafted = _drafted(turn, answers)
    new = drafted["another"]
    turn.remember(step="confirm", answers=without(drafted, ("another",)))
    start(turn, REPORT, new)


def _add_words(turn: Turn, answers: Answers) -> None:
    drafted = _drafted(turn, answers)
    advance(turn, REPORT, {**without(drafted, ("another",)), **joined(drafted, drafted["another"])})


def _drafted(turn: Turn, answers: Answers) -> Answers:
    """The open report's answers, when the button belongs to it and asks about another matter.

    :raises Refusal: it has been dealt with
    """
    open_ones = turn.conversation.answers
    if not open_ones.get("another") or open_ones.get("draft") != answers["draft"]:
        raise Refusal("already-settled")
    return open_ones


ANOTHER = Intent("another", _another)
ADD_WORDS = Intent("add_words", _add_words)

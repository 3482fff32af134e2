"""Which question is open and what an answer does to it: pure, resumable, the same for every intent."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bot.turn import Rows, Turn

Answers = Mapping[str, Any]


class Nudge(StrEnum):
    """Why somebody who has fallen silent hears from us."""

    NEARLY_SENT = "nearly_sent"
    EMERGENCY = "emergency"  # by night, too


@dataclass(frozen=True, slots=True)
class Step:
    """One question. *read* makes answers (this one and any other) of what was said; None where it is no answer."""

    name: str
    ask: Callable[[Turn, Answers], tuple[str, Rows]]
    read: Callable[[Turn, Answers], Mapping[str, Any] | None]
    needed: Callable[[Turn, Answers], bool] = lambda _turn, _answers: True
    card: Callable[[Turn, Answers], str] | None = None  # its message is a card: what it says when all is over
    nudge: Callable[[Answers], Nudge | None] = lambda _answers: None  # is silence here worth a word after a while?
    skip: Callable[[Turn, Answers], Mapping[str, Any] | None] = lambda _turn, _answers: (
        None
    )  # None: it must be answered
    verbatim: bool = False  # the answer is a text for others: nothing in it is a wish or a danger


def _nothing_known(_turn: Turn, answers: Answers) -> Answers:
    return answers


def _nothing_shown(_turn: Turn, _answers: Answers) -> None:
    return None


def _nothing_else(_turn: Turn, _answers: Answers) -> Answers | None:
    return None


@dataclass(frozen=True, slots=True)
class Intent:
    """Something a person can want: its questions, and what to do when all are answered."""

    name: str
    act: Callable[[Turn, Answers], None]
    steps: tuple[Step, ...] = ()
    commands: tuple[str, ...] = ()
    bound: bool = True  # only for people we know
    staff: bool = False  # only for staff
    private: bool = False  # its questions belong in the private chat
    lasting: bool = False  # half answered, it is put aside for another question and taken up again afterwards
    yields: bool = False  # its open question gives way to a report
    goes_on: bool = False  # whatever comes between, it is taken up again afterwards
    interrupts: bool = False  # whatever is open waits until this is done
    begin: Callable[[Turn, Answers], Answers] = _nothing_known  # what is known before the first question
    dropped: Callable[[Turn, Answers], None] = _nothing_shown  # what else stands in the chat when it is cancelled
    # All answers after words that take one of them back; None when they do not.
    correct: Callable[[Turn, Answers], Answers | None] = _nothing_else
    # All answers after words that are no answer to the open question, and mean something all the same.
    overhear: Callable[[Turn, Answers], Answers | None] = _nothing_else


def open_step(intent: Intent, turn: Turn, answers: Answers) -> Step | None:
    """The first question that still needs an answer; None when it is time to act."""
    return next((step for step in intent.steps if step.name not in answers and step.needed(turn, answers)), None)


def without(answers: Answers, names: Sequence[str]) -> dict[str, Any]:
    """The answers less those that must be given again."""
    return {name: value for name, value in answers.items() if name not in names}

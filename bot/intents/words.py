"""Questions that any words answer, with or without photos, and that may be skipped."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bot.conversation import Answers, Step
from bot.turn import Rows, Tap, Turn
from domain.tickets.changing import find, require
from domain.tickets.lifecycle import Action

WORDS_MAX = 1000


def draft_tap(answers: Answers, step: str, label: str, value: Any) -> Tap:
    """A button that answers a step of an open conversation about a ticket."""
    return Tap(label, "answer", {"step": step, "value": value, "draft": answers["draft"]})


def words_step(name: str, key: str, *, skip: str | None = None, photos: bool = False) -> Step:
    """One question (sentence *key*) whose answer is any words; *skip* is the label of a button for none."""

    def ask(turn: Turn, answers: Answers) -> tuple[str, Rows]:
        rows = [[draft_tap(answers, name, turn.text(skip), answers.get("caption", ""))]] if skip else []
        return turn.text(key), rows

    def read(turn: Turn, _answers: Answers) -> Mapping[str, Any] | None:
        said = turn.incoming.text.strip()[:WORDS_MAX]
        if photos and turn.incoming.album:  # more of them are coming: the button says that these are all
            return {"caption": said}
        return {name: said} if said or (photos and turn.photos) else None

    def left_out(_turn: Turn, answers: Answers) -> Mapping[str, Any] | None:
        return {name: answers.get("caption", "")} if skip else None

    return Step(name, ask, read, skip=left_out)


def still(action: Action) -> Callable[[Turn, Answers], Answers]:
    """For Intent.begin: nothing is asked that leads nowhere."""

    def begin(turn: Turn, answers: Answers) -> Answers:
        require(turn.work, find(turn.work, answers["ticket"]), action, turn.me)
        return answers

    return begin

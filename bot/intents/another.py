"""Was what was just said another matter? Nothing of either is lost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.conversation import Answers, Step
from bot.intents.reported import another_matter, joined
from bot.turn import Rows, Tap, Turn


def _ask_another(turn: Turn, answers: Answers) -> tuple[str, Rows]:
    draft = {"draft": answers["draft"]}
    rows = [
        [Tap(turn.text("button-another"), "another", draft)],
        [Tap(turn.text("button-add-words"), "add_words", draft)],
    ]
    return turn.text("ask-another", words=answers["another"]["words"]), rows


def _read_another(turn: Turn, answers: Answers) -> Mapping[str, Any] | None:
    """Yes: it is reported next; no: it belongs to this one."""
    control, new = turn.understood.control if turn.understood else None, answers["another"]
    if control == "yes":
        turn.preface = turn.text("one-by-one")
        return {"another": None, "next": new}
    if control == "no":
        return {"another": None, **joined(answers, new)}
    if more := another_matter(turn, answers):  # yes, and one more: each has its turn
        turn.preface = turn.text("one-by-one")
        return {"another": None, "photos": more["photos"], "next": {**new, "next": more["another"]}}
    return None


def _is_another(_turn: Turn, answers: Answers) -> bool:
    return bool(answers.get("another")) and "confirm" not in answers


ANOTHER_MATTER = Step("another_matter", _ask_another, _read_another, _is_another)

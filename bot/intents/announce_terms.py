"""The terms of an announcement: when it goes out, and what people may answer until when."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from bot.conversation import Answers, Step
from bot.intents.announce_when import read_moment
from bot.intents.words import draft_tap
from bot.turn import Rows, Turn
from domain.announcements.wording import OPTION_MAX, OPTIONS

CAPS = (10, 20, 30, 50)
_IN_ONE = re.compile(r"(.+?[?:\uff1f\uff1a])\s*(.+)")  # "When? Morning / afternoon"
_BETWEEN = re.compile(r"\s*[/|,;\u3001\uff0c\uff1b\uff0f]\s*|\s+or\s+|还是")


def asked_for(what: str) -> Any:
    """Only when its button on the card was pressed."""
    return lambda _turn, answers: answers.get("asking") == what


# --- when --------------------------------------------------------------------------------------------------------


def _ask_at(turn: Turn, answers: Answers) -> tuple[str, Rows]:
    calendar = turn.work.register.calendar(answers["estates"][0])
    local = calendar.local(turn.now)
    offered = [local.replace(hour=18, minute=0, second=0, microsecond=0)] if local.hour < 17 else []
    tomorrow = local + timedelta(days=1)
    offered += [tomorrow.replace(hour=hour, minute=0, second=0, microsecond=0) for hour in (9, 18)]
    taps = [draft_tap(answers, "at", _moment(turn, answers, one), one.isoformat()) for one in offered]
    return turn.text("ask-announce-when"), [
        [draft_tap(answers, "at", turn.text("button-now"), None)],
        taps[:2],
        taps[2:],
    ]


def _read_at(turn: Turn, answers: Answers) -> Mapping[str, Any] | None:
    return moment_read(turn, answers, "at")


def moment_read(turn: Turn, answers: Answers, name: str) -> Mapping[str, Any] | None:
    """The moment that the words mean, under *name*; a past one is none, and they are told so."""
    calendar = turn.work.register.calendar(answers["estates"][0])
    found = read_moment(turn.incoming.text, calendar=calendar, now=turn.now)
    if found is not None and found < turn.now:
        turn.preface = turn.text("announcement-in-the-past")
        return None
    return None if found is None else {name: None if found == turn.now else found.isoformat()}


def _moment(turn: Turn, answers: Answers, when: datetime) -> str:
    return turn.voice.moment(when, answers["estates"][0])


# --- what people may answer --------------------------------------------------------------------------------------


def _ask_poll(turn: Turn, answers: Answers) -> tuple[str, Rows]:
    return turn.text("ask-announce-poll"), [[draft_tap(answers, "poll", turn.text("button-no-poll"), None)]]


def _read_poll(turn: Turn, _answers: Answers) -> Mapping[str, Any] | None:
    """The question, then an option a line, or all of it in one."""
    lines = [line.strip() for line in turn.incoming.text.splitlines() if line.strip()]
    if len(lines) == 1 and (found := _IN_ONE.fullmatch(lines[0])):
        lines = [found[1], *(one for one in _BETWEEN.split(found[2].strip(" .。")) if one)]
    options = lines[1:]
    if not OPTIONS[0] <= len(options) <= OPTIONS[1]:
        turn.preface = turn.text("announcement-poll-options", least=OPTIONS[0], most=OPTIONS[1])
        return None
    if len(set(options)) < len(options) or any(len(one) > OPTION_MAX for one in options):
        turn.preface = turn.text("announcement-poll-option-bad", most=OPTION_MAX)
        return None
    return {"poll": lines, "cap": None}


def _ask_cap(turn: Turn, answers: Answers) -> tuple[str, Rows]:
    taps = [draft_tap(answers, "cap", turn.text("button-places", count=one), one) for one in CAPS]
    none = draft_tap(answers, "cap", turn.text("button-no-places"), None)
    return turn.text("ask-announce-cap"), [taps[:2], taps[2:], [none]]


def _read_cap(turn: Turn, _answers: Answers) -> Mapping[str, Any] | None:
    figures_said = "".join(one for one in turn.incoming.text if one.isdigit())
    return {"cap": int(figures_said), "poll": None} if 0 < len(figures_said) < 6 and int(figures_said) else None


def _ask_closes(turn: Turn, answers: Answers) -> tuple[str, Rows]:
    calendar = turn.work.register.calendar(answers["estates"][0])
    evening = calendar.local(turn.now).replace(hour=18, minute=0, second=0, microsecond=0)
    offered = [evening + timedelta(days=days) for days in (1, 3, 7)]
    taps = [
        draft_tap(answers, "closes", turn.voice.date(one, answers["estates"][0]), one.isoformat()) for one in offered
    ]
    return turn.text("ask-announce-closes"), [
        [draft_tap(answers, "closes", turn.text("button-no-end"), None)],
        *[[one] for one in taps],
    ]


def _read_closes(turn: Turn, answers: Answers) -> Mapping[str, Any] | None:
    return moment_read(turn, answers, "closes")


def _asks_answers(_turn: Turn, answers: Answers) -> bool:
    return answers.get("asking") in ("poll", "cap") and bool(answers.get(answers["asking"]))


WHEN = Step("at", _ask_at, _read_at, asked_for("at"), skip=lambda _turn, _answers: {"at": None})
POLL = Step(
    "poll", _ask_poll, _read_poll, asked_for("poll"), verbatim=True, skip=lambda _turn, _answers: {"poll": None}
)
CAP = Step("cap", _ask_cap, _read_cap, asked_for("cap"), skip=lambda _turn, _answers: {"cap": None})
CLOSES = Step("closes", _ask_closes, _read_closes, _asks_answers, skip=lambda _turn, _answers: {"closes": None})

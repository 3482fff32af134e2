"""Questions that we can answer ourselves: the answer, what is near it, whether it helped, and a person if not."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from bot import metrics
from bot.conversation import Answers, Intent
from bot.dialog import enter, is_elderly, start
from bot.intents.reported import first_answers
from bot.knowledge import book, filled
from bot.turn import Rows, Tap, Turn
from bot.understanding.knowledge import Found
from domain.errors import Unknown
from domain.knowledge.model import Entry
from domain.register.model import Role
from domain.tickets.model import TRADES, Category

ASKING = frozenset({"inquiry", "fee", "renovation"})  # what is understood as a question for knowledge
SURE, PERHAPS = 0.5, 0.3  # told at once; offered as a guess
MIDWAY = 0.6  # sure enough in the middle of something else
CLEARLY = 0.65  # sure enough for words that were not understood as a question
NEAR, NEIGHBOURS = 0.4, 2
_sentence = re.compile(r"[^。！？.!?]*(?:[。！？]|[.!?](?=\s|$))")
_number = re.compile(r"\d+(?:\.\d+)?")


def answer_question(turn: Turn) -> bool:
    """Answer what is asked in the middle of something else; False where we are not sure, and nothing was said."""
    understood = turn.understood
    if understood is None or understood.intent not in ASKING or understood.hazard:
        return False
    found = _find(turn)
    if not found or found[0].score < MIDWAY:
        return False
    _tell(turn, found[0].entry, _near(turn, found))
    return True


def _inquire(turn: Turn, _answers: Answers) -> None:
    """The answer; where we are in doubt, two guesses and a person; where we know nothing, a person."""
    asking = turn.understood is not None and turn.understood.intent in ASKING
    found = _find(turn)
    best = found[0].score if found else 0.0
    if best >= (SURE if asking else CLEARLY):
        _tell(turn, found[0].entry, _near(turn, found))
    elif asking and best >= PERHAPS:
        _guess(turn, found)
    else:
        metrics.ANSWERS.labels("unknown").inc()
        enter(turn, "pass_to_desk", {})


def _find(turn: Turn) -> Sequence[Found]:
    return turn.shelf.index(turn.work, estate_of(turn), turn.language).find(turn.incoming.text)


def estate_of(turn: Turn) -> int | None:
    """Whose answers these are; None for those that hold everywhere."""
    if turn.group:
        return turn.group.estate_id
    served = sorted(turn.staff.estates) if turn.staff else []
    return turn.rooms[0].estate_id if turn.rooms else served[0] if served else None


def _near(turn: Turn, found: Sequence[Found]) -> list[Entry]:
    """What people who ask this also want to know."""
    entry = found[0].entry
    near = [one.entry for one in found[1:] if one.score >= NEAR]
    index = turn.shelf.index(turn.work, estate_of(turn), turn.language)
    near += [one for one in index.entries.values() if one.topic and one.topic == entry.topic]
    return list({one.name: one for one in near if one.name != entry.name}.values())[:NEIGHBOURS]


def _tell(turn: Turn, entry: Entry, near: Sequence[Entry], *, whole: bool = False) -> None:
    """The answer under its title, with its date; the elderly first hear its first sentence."""
    metrics.ANSWERS.labels("told").inc()
    report = _for_person(turn)
    answer = filled(entry.answer, turn.language, _values(turn))
    short = _sentence.match(answer) if is_elderly(turn) and not whole else None
    more = bool(short and short[0].strip() and len(short[0]) < len(answer))
    said = short[0].strip() if short and more else answer
    lines = [turn.text("knowledge-answer", title=entry.title, answer=said)]
    lines += [] if more else _own(turn, entry)
    day = turn.words.written(entry.updated_at, language=turn.language)
    lines.append(turn.text("knowledge-date", date=day))
    verdict = [
        Tap(turn.text("button-helped"), "helped"),
        Tap(turn.text("button-not-helped"), "not_helped", {"report": report}),
    ]
    further = [[Tap(turn.text("button-more"), "answer_fully", {"entry": entry.name})]] if more else []
    turn.answer("\n".join(lines), [*further, verdict, *_titles(near)])


def _guess(turn: Turn, found: Sequence[Found]) -> None:
    metrics.ANSWERS.labels("guessed").inc()
    person = Tap(turn.text("button-person"), "not_helped", {"report": _for_person(turn)})
    turn.answer(turn.text("knowledge-which"), [*_titles([one.entry for one in found[:2]]), [person]])


def _titles(entries: Sequence[Entry]) -> Rows:
    return [[Tap(one.title, "look_up", {"entry": one.name})] for one in entries]


def _for_person(turn: Turn) -> Mapping[str, Any]:
    """The question as it goes to the desk, should the answer not help."""
    answers = first_answers(turn, turn.understood)
    ours = Role.CUSTOMER_SERVICE in TRADES[Category(answers.get("category", Category.PROPERTY_SERVICE))][0]
    category = answers["category"] if ours and "category" in answers else Category.PROPERTY_SERVICE
    return {**answers, "words": turn.incoming.text or turn.text("wants-person"), "category": category}


def _values(turn: Turn) -> Mapping[str, str]:
    estate_id = estate_of(turn)
    return turn.work.knowledge.values(estate_id, turn.language) if estate_id is not None else {}


def _own(turn: Turn, entry: Entry) -> list[str]:
    """What the answer comes to for the asker's own rooms; in private, and nobody else's."""
    if not turn.incoming.private or book(turn.language).own.get(entry.name) != "fee":
        return []
    rate = _number.search(_values(turn).get("fee_rate", ""))
    if rate is None:
        return []
    mine = [room for room in turn.rooms if room.estate_id == estate_of(turn) and room.area]
    return [
        turn.text(
            "knowledge-own-fee", room=turn.voice.room(room), area=f"{room.area:g}", rate=rate[0],
            fee=(Decimal(str(room.area)) * Decimal(rate[0])).quantize(Decimal("0.01"), ROUND_HALF_UP),
        )
        for room in mine
    ]  # fmt: skip


def _look_up(turn: Turn, answers: Answers) -> None:
    _open(turn, answers, whole=False)


def _fully(turn: Turn, answers: Answers) -> None:
    _open(turn, answers, whole=True)


def _open(turn: Turn, answers: Answers, *, whole: bool) -> None:
    """An answer by its name, as it is now.

    :raises Unknown: it is not told any more
    """
    index = turn.shelf.index(turn.work, estate_of(turn), turn.language)
    entry = index.entries.get(answers["entry"])
    if entry is None:
        raise Unknown("no-such-answer")
    _tell(turn, entry, _near(turn, [Found(entry, 1.0)]), whole=whole)


def _helped(turn: Turn, _answers: Answers) -> None:
    metrics.ANSWERS.labels("helped").inc()
    turn.toast(turn.text("glad-to-help"))


def _not_helped(turn: Turn, answers: Answers) -> None:
    metrics.ANSWERS.labels("not_helped").inc()
    start(turn, turn.intents["to_desk"], answers)


INQUIRE = Intent("inquire", _inquire)
LOOK_UP = Intent("look_up", _look_up)
ANSWER_FULLY = Intent("answer_fully", _fully)
HELPED = Intent("helped", _helped)
NOT_HELPED = Intent("not_helped", _not_helped)

"""What is taken back in the middle of a report: only the answers that depend on it are asked again."""

from __future__ import annotations

from typing import Any

from bot.conversation import Answers, without
from bot.intents.reported import WORDS_MAX, settle, slots
from bot.intents.whereabouts import in_building
from bot.turn import Turn
from bot.understanding.corrections import Correction, read_correction
from bot.understanding.rooms import key, read_building

DEPENDENT = {"place": ("place", "area", "estate", "unsure")}
SPOT_MAX = 20
UNWRITTEN = frozenset({"visit", "contact"})  # shown on lines of their own: the problem's words need not repeat them


def correct(turn: Turn, answers: Answers) -> Answers | None:
    """All answers after a correction; None when the message is none, or nothing can be made of it."""
    said = read_correction(turn.incoming.text, language=turn.language)
    if said is None or "words" not in answers or turn.read is None:
        return None
    found = _meant(turn, answers, said)
    if not found:
        return None
    turn.preface = turn.text("corrected")
    gone = [name for changed in found for name in DEPENDENT.get(changed, (changed,))]
    words = {} if found.keys() <= UNWRITTEN else {"words": f"{answers['words']}\n{turn.incoming.text}"[:WORDS_MAX]}
    given = {name: value for name, value in found.items() if value is not None}  # None: to be asked again
    return settle(turn, {**without(answers, gone), **given, **words})


def _meant(turn: Turn, answers: Answers, said: Correction) -> dict[str, Any]:
    """The answers that the right words hold."""
    assert turn.read is not None
    building = read_building(said.right)
    place = answers.get("place", {})
    if building and said.wrong and said.wrong in place.get("area", ""):
        return {"place": {"area": place["area"].replace(said.wrong, said.right)}}
    if building:
        return _moved(turn, answers, said.right, building)
    understood = turn.read(said.right)
    held = slots(understood)
    if "spot" in held and len(said.right) <= SPOT_MAX and "category" not in held:
        held["spot"] = said.right  # "the other bathroom", not just a bathroom
    return {name: value for name, value in held.items() if answers.get(name) != value}


def _moved(turn: Turn, answers: Answers, said: str, building: str) -> dict[str, Any]:
    """The same room number in another building, if there is one; else it is asked for."""
    room = turn.work.register.room(answers.get("place", {}).get("room", 0))
    if room and key(room.building) == building:
        return {}
    found = in_building(turn, said, building, number=room.room if room else "")
    return found if "place" in found else {**found, "place": None}

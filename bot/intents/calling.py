"""Who calls about an emergency and where it is, read out of a turn and its answers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from bot.conversation import Answers
from bot.turn import Turn
from bot.understanding.normalise import normalise
from bot.understanding.numerals import NUMERAL
from bot.understanding.room_grammar import BUILDING_ALONE
from bot.understanding.rooms import key
from domain.tickets.model import Caller, Spot

PLACE_MAX = 100
_WHERE = re.compile(r"^(?:it'?s\s+)?(?:in|at)\s+")
_FURTHER = re.compile(rf"(?:\s*(?:\d{{1,3}}|[{NUMERAL}]{{1,3}})\s*(?:单元|楼|层)(?!\w*房))*")


def caller_of(turn: Turn) -> Caller:
    """Whoever is speaking, known or not."""
    sender = turn.incoming.sender
    assert sender is not None
    return Caller(
        channel=turn.incoming.channel, user=sender.user, chat=turn.incoming.chat if turn.incoming.private else None,
        language=turn.language, at=turn.now, person_id=turn.person.id if turn.person else None,
        name=turn.person.name if turn.person else sender.name[:PLACE_MAX],
    )  # fmt: skip


def spot_of(turn: Turn, answers: Answers) -> Spot:
    """Where it is, as far as the answers say. A building that the words name outweighs a flat that was only assumed."""
    place: Mapping[str, Any] = answers.get("place") or {}
    if location := place.get("location"):
        return Spot(location=(location[0], location[1]))
    named = named_building(answers.get("words", ""))
    if area := place.get("area"):
        inside = named_building(area)
        if named and not inside:
            return Spot(place=f"{named[1]} · {area}"[:PLACE_MAX], building=named[0])
        return Spot(place=area[:PLACE_MAX], building=inside[0] if inside else "")
    room = turn.work.register.room(place["room"]) if "room" in place else None
    said = turn.understood is not None and turn.understood.place.room_id is not None
    if named and not said and "chosen" not in place:
        return Spot(place=named[1][:PLACE_MAX], building=named[0])
    return Spot(room_id=room.id, building=key(room.building), place=answers.get("spot", "")) if room else Spot()


def named_building(words: str) -> tuple[str, str] | None:
    """The building that the words name, by its number and as they say it: "5", "5栋1单元"."""
    plain = normalise(words).plain
    found = BUILDING_ALONE.search(plain)
    if found is None:
        return None
    number = found["zh"] or found["en"]
    start = found.start("zh") if found["zh"] else found.start()
    further = _FURTHER.match(plain, found.end())
    said = plain[start : further.end() if further else found.end()].strip()
    return key(number), _WHERE.sub("", said)

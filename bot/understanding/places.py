"""Where it is: a room of the register, a public place, a spot inside the flat."""

import re
from collections.abc import Sequence
from functools import cache

from bot.understanding.lexicon import Hit
from bot.understanding.model import Place, Room
from bot.understanding.normalise import Text
from bot.understanding.numerals import NUMERAL
from bot.understanding.phrases import phrases
from bot.understanding.rooms import RoomIndex, RoomSaid, read_rooms

SPOT, PUBLIC, OWN = "spot", "public_area", "own_home"
THINGS = frozenset({"lamp", "tap", "sink", "toilet", "shower", "door", "window"})  # often named after their place

_before = re.compile(
    rf"(?:(?:\d{{1,3}}|[{NUMERAL}]{{1,3}}|[a-z])\s*(?:栋|幢|号楼|座|#)\s*)?(?:(?:\d|[{NUMERAL}])\s*单元\s*)?(?:(?:\d{{1,2}}|[{NUMERAL}]{{1,3}})\s*(?:楼|层))?(?:的|\s)?$"
)
_before_en = re.compile(r"(?:(?:block|blk|building|bldg|tower)\s*#?[a-z\d]{1,3}(?:'s)?[\s,]+)?$")
_after = re.compile(
    r"\s*(?:-?b\d|负[一二三123]层?|(?:of|in|at)\s+(?:block|blk|building|tower)\s*[a-z\d]{1,3}\b|level\s+b?\d)?"
)


def read_place(text: Text, hits: Sequence[Hit], register: RoomIndex, own: Sequence[Room], *, language: str) -> Place:
    """Everything that the words say about the place."""
    said = next(read_rooms(text.plain), None)
    room, nearest = _room(said, register, own, any(hit.concept == OWN for hit in hits))
    unknown = text.surface[said.start : said.end].strip() if said and room is None else None
    area, spot = _public_area(text, hits), _spot(text, hits)
    return Place(
        room_id=room.id if room else None,
        public_area=area if area or spot else _within(PUBLIC, text, hits, language),
        spot=spot if area or spot else _within(SPOT, text, hits, language),
        said=unknown,
        nearest=tuple(room.id for room in nearest),
    )


def _room(
    said: RoomSaid | None, register: RoomIndex, own: Sequence[Room], at_home: bool
) -> tuple[Room | None, tuple[Room, ...]]:
    if said is None:
        return (own[0] if at_home and len(own) == 1 else None), ()
    mine = RoomIndex(own).find(said)
    found = mine or register.find(said)
    if len(found) == 1:
        return found[0], ()
    return None, found[:3] or register.nearest(said)


def _public_area(text: Text, hits: Sequence[Hit]) -> str | None:
    area = next((hit for hit in hits if hit.concept == PUBLIC and not hit.near), None)
    if area is None:
        return None
    start = area.start
    for grammar in (_before, _before_en):
        found = grammar.search(text.plain[: area.start])
        start = min(start, found.start() if found else start)
    after = _after.match(text.plain, area.end)
    return text.surface[start : after.end() if after else area.end].strip()


def _spot(text: Text, hits: Sequence[Hit]) -> str | None:
    """The first spot, with spots that follow at once ("主卧" + "飘窗")."""
    spots = [hit for hit in hits if hit.concept == SPOT]
    if not spots:
        return None
    start, end = spots[0].start, spots[0].end
    for hit in spots[1:]:
        if text.plain[end : hit.start].strip(" 的") in ("", "'s"):
            end = max(end, hit.end)
    return text.surface[start:end].strip()


def _within(concept: str, text: Text, hits: Sequence[Hit], language: str) -> str | None:
    """A place that the name of a thing begins with: the "楼道" of "楼道灯", the "kitchen" of "kitchen tap"."""
    named = _places(language, concept)
    for hit in hits:
        found = named.match(text.plain, hit.start) if hit.concept in THINGS and not hit.near else None
        if found and found.end() < hit.end:
            return text.surface[slice(*found.span())]
    return None


@cache
def _places(language: str, concept: str) -> re.Pattern[str]:
    words = sorted(phrases(language).concepts[concept], key=len, reverse=True)
    end = r"\b" if phrases(language).spaced else ""
    return re.compile(rf"(?:{'|'.join(map(re.escape, words))}){end}")

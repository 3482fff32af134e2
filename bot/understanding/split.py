"""Two matters in one message: "厨房水管漏水，还有楼道灯也不亮了" is two reports, "厨房漏水，墙也湿了" is one."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import islice

from bot.understanding.intent import NOTHING
from bot.understanding.model import Place, Understood
from bot.understanding.normalise import normalise
from bot.understanding.phrases import languages, phrases

REPORTS = frozenset({"repair", "complaint"})
UNNAMED = frozenset({NOTHING, "other", "property_service"})  # "and nobody cares" belongs to what nobody cares for
SURE = 0.6
TRIED = 6  # cuts looked at: nobody reports two matters behind the seventh comma
_stop = re.compile(r"[。.;!?\n]\s*(?!\d)|,\s*(?!\d)")


@dataclass(frozen=True, slots=True)
class Part:
    """One matter of a message."""

    words: str
    understood: Understood


def split(raw: str, *, language: str, whole: Understood, read: Callable[[str], Understood]) -> tuple[Part, ...]:
    """The two matters of a message, each a report of its own; nothing when there is any doubt.

    Each half must be a report by itself, of another category. Where only a comma parts them, where the two together
    would be a danger (water, and no light), they must be in different places as well.
    """
    said = normalise(raw)
    for start, end, joined in islice(_cuts(said.plain, language), TRIED):
        halves = said.surface[:start].strip(" ,。"), said.surface[end:].strip(" ,。")
        if all(halves) and not _goes_on(said.plain[end:].strip(" ,。"), language):
            parts = tuple(Part(half, read(half)) for half in halves)
            if _are_two(*(part.understood for part in parts), apart=not joined or whole.hazard is not None):
                return parts
    return ()


def calm(raw: str, whole: Understood, *, language: str, read: Callable[[str], Understood]) -> Understood:
    """The message without a danger that only its two matters together would make: water here, no light elsewhere."""
    parts = split(raw, language=language, whole=whole, read=read) if whole.hazard else ()
    if not parts:
        return whole
    first = parts[0].understood
    return replace(first, text=whole.text, language=whole.language, matches=whole.matches)


def _cuts(plain: str, language: str) -> Iterator[tuple[int, int, bool]]:
    """Where a message may be cut: at words that join two matters, then at stops."""
    for one in dict.fromkeys((language, *languages())):
        if one in languages():
            yield from ((*found.span(), True) for found in phrases(one).joints.finditer(plain) if found.start())
    yield from ((*found.span(), False) for found in _stop.finditer(plain))


def _goes_on(half: str, language: str) -> bool:
    """ "... and its dripping" is said of what came before."""
    return any(phrases(one).goes_on.search(half) for one in {language, *languages()} if one in languages())


def _are_two(first: Understood, second: Understood, *, apart: bool) -> bool:
    for one in (first, second):
        if one.intent not in REPORTS or one.category in UNNAMED or one.hazard or one.confidence < SURE:
            return False
    places = _where(first.place), _where(second.place)
    elsewhere = all(places) and places[0] != places[1]
    return first.category != second.category and (elsewhere or not apart)


def _where(place: Place) -> object:
    return place.public_area or place.room_id or place.spot

"""Is somebody in danger now, or is there no hurry: hazards and urgency from the rules that fired."""

import re
from bisect import bisect
from collections.abc import Mapping, Sequence

from bot.understanding.lexicon import Hit
from bot.understanding.rules import Fired, Found, fire, rulebook

EMERGENCY, NORMAL, PLANNED = "emergency", "normal", "planned"
NEVER_NOW = frozenset(
    {"drill", "story", "over", "hypothetical"}
)  # whoever says one of these stands in no danger, whatever else is said
NOT_NOW = frozenset({"what_if", "past"})  # ... and this holds for its sentence
WIDE = 3  # who is at home without heat is often said in the next sentence
NOW, NARRATIVE, LETTER = "now", "narrative", "letter"
GRIEVANCE = frozenset(
    {"complain", "ignored", "long_time", "repeated", "demand"}
)  # the matter of letters, not of alarms

_sentence_end = re.compile(r"[.!?;\n](?!\d)|[。;！？]")


def happening(found: Found, plain: str) -> Found:
    """What is going on; not rehearsals, "what if", old stories, letters to offices and long grievances."""
    told = LETTER in found or (NARRATIVE in found and GRIEVANCE & found.keys())
    if NEVER_NOW & found.keys() or (told and NOW not in found):
        return {}
    if not NOT_NOW & found.keys():
        return found
    ends = [end.start() for end in _sentence_end.finditer(plain)]
    moot = _sentences(found, NOT_NOW, ends) - _sentences(found, {NOW}, ends)
    alive = {name: [hit for hit in hits if bisect(ends, hit.start) not in moot] for name, hits in found.items()}
    return {name: hits for name, hits in alive.items() if hits}


def _sentences(found: Mapping[str, Sequence[Hit]], names: frozenset[str] | set[str], ends: Sequence[int]) -> set[int]:
    return {bisect(ends, hit.start) for name in names for hit in found.get(name, ())}


def find_hazard(found: Found, reach: int) -> Fired | None:
    """The gravest danger in what is happening."""
    fired = [each for each in fire(rulebook().hazards, found, reach) if not _is_denied(each, found)]
    return max(fired, key=lambda each: (each.rule.weight, -each.start), default=None)


def _is_denied(fired: Fired, found: Found) -> bool:
    """Who says once that there is none ("no, it is not a gas leak") mentions it for that reason."""
    return any(f"!{concept}" in found for concept in fired.rule.concepts)


def judge_urgency(found: Found, reach: int, plain: str) -> tuple[str, Sequence[Fired], Fired | None]:
    """The urgency, why, and the danger if there is one; danger outweighs "no hurry"."""
    going_on = happening(found, plain)
    hazard = find_hazard(going_on, reach)
    if hazard:
        return EMERGENCY, (hazard,), hazard
    for label, said in ((EMERGENCY, going_on), (PLANNED, found)):
        reasons = [each for each in fire(rulebook().urgency, said, WIDE * reach) if each.rule.label == label]
        if reasons:
            return label, reasons, None
    return NORMAL, (), None

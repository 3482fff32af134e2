"""Is somebody in danger now, or is there no hurry: by rules, and by what examples of danger have in common."""

import re
from bisect import bisect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.understanding.learned import dangers_of, learned
from bot.understanding.lexicon import Hit
from bot.understanding.rules import Fired, Found, fire, rulebook
from bot.understanding.units import READ

EMERGENCY, NORMAL, PLANNED = "emergency", "normal", "planned"
# By the rules, whoever says one of these stands in no danger, whatever else is said.
NEVER_NOW = frozenset({"drill", "story", "over", "hypothetical"})
NOT_NOW = frozenset({"what_if", "past"})  # ... and this holds for its sentence
DANGER, UNNAMED = "danger", "other"
PLAIN = 0.7  # which danger it is; below, general advice is better than the wrong one
LIKELY, AMID = 0.4, 0.9  # danger that no rule names, and the same amid a conversation
# A danger that a rule names is none where it is less likely than this and the words speak against it, so strongly.
DOUBTFUL, AGAINST = 0.15, -0.2
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


@dataclass(frozen=True, slots=True)
class Ruled:
    """What the rules say: how urgent, why, the danger that is going on, or the one that is only talked about."""

    urgency: str
    reasons: tuple[Fired, ...] = ()
    hazard: str | None = None
    muted: str | None = None


@dataclass(frozen=True, slots=True)
class Alarm:
    """How urgent it is, the danger if there is one, and how likely there is (0 to 1)."""

    urgency: str
    hazard: str | None
    danger: float


def by_rules(found: Found, reach: int, plain: str) -> Ruled:
    """How urgent it is by the rules alone; danger outweighs "no hurry"."""
    going_on = happening(found, plain)
    hazard = find_hazard(going_on, reach)
    if hazard:
        return Ruled(EMERGENCY, (hazard,), hazard.rule.label)
    talked_of = find_hazard(found, reach) if going_on is not found else None
    muted = talked_of.rule.label if talked_of else None
    for label, said in ((EMERGENCY, going_on), (PLANNED, found)):
        reasons = [each for each in fire(rulebook().urgency, said, WIDE * reach) if each.rule.label == label]
        if reasons:
            return Ruled(label, tuple(reasons), muted=muted)
    return Ruled(NORMAL, muted=muted)


def judge_urgency(ruled: Ruled, found: Found, by_words: Sequence[float], *, length: int, spaced: bool,
                  amid: bool) -> Alarm:  # fmt: skip
    """What rules see and the words do not exclude is danger, and what is likely danger by examples alone.

    Amid a conversation, what is said is mostly an answer ("as soon as you can"): there it must be all but certain.
    """
    features = dangers_of(
        found, ruled.hazard, muted=ruled.muted, urgent=ruled.urgency == EMERGENCY, length=length, spaced=spaced
    )
    danger = learned().shares("danger", features, by_words)[DANGER]
    ruled_out = danger < DOUBTFUL and _speak_against(ruled, by_words)
    if ruled.hazard and not ruled_out:
        return Alarm(EMERGENCY, ruled.hazard, danger)
    if danger >= (AMID if amid else LIKELY):
        kinds = learned().shares("hazard", features, by_words)
        kind = max(kinds, key=kinds.__getitem__)
        return Alarm(EMERGENCY, kind if kinds[kind] >= PLAIN else UNNAMED, danger)
    if ruled.urgency == EMERGENCY and not ruled_out:
        return Alarm(EMERGENCY, None, danger)
    return Alarm(NORMAL if ruled.urgency == EMERGENCY else ruled.urgency, None, danger)


def _speak_against(ruled: Ruled, by_words: Sequence[float]) -> bool:
    """Are the words that were weighed those of no danger? What is named further on, or in unknown words, stands."""
    weighed = bool(by_words) and all(reason.start < READ for reason in ruled.reasons)
    return weighed and by_words[learned().models["danger"].first] < AGAINST

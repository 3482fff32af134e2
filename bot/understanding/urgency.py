"""Is somebody in danger now, or is there no hurry: hazards and urgency from the rules that fired."""

from collections.abc import Sequence

from bot.understanding.rules import Fired, Found, fire, rulebook

EMERGENCY, NORMAL, PLANNED = "emergency", "normal", "planned"
DRILL, STORY, OVER = "drill", "story", "over"
WHAT_IF, PAST, NOW = "what_if", "past", "now"
NARRATIVE, COMPLAIN = "narrative", "complain"


def find_hazard(found: Found, reach: int) -> Fired | None:
    """The gravest danger that is reported as going on; a rehearsal, a "what if" and an old story are not."""
    fired = [each for each in fire(rulebook().hazards, found, reach) if not _is_denied(each, found)]
    if not fired or not _is_happening(found):
        return None
    return max(fired, key=lambda each: (each.rule.weight, -each.start))


def _is_denied(fired: Fired, found: Found) -> bool:
    """Who says once that there is none ("no, it is not a gas leak") mentions it for that reason."""
    return any(f"!{concept}" in found for concept in fired.rule.concepts)


def _is_happening(found: Found) -> bool:
    if DRILL in found or STORY in found or OVER in found:
        return False
    if NARRATIVE in found:  # who writes a page is not standing in smoke: "now" may mean this year
        return not (WHAT_IF in found or PAST in found or COMPLAIN in found)
    return NOW in found or not (WHAT_IF in found or PAST in found)


def judge_urgency(hazard: Fired | None, found: Found, reach: int) -> tuple[str, Sequence[Fired]]:
    """The urgency and why; danger outweighs "no hurry"."""
    if hazard:
        return EMERGENCY, (hazard,)
    fired = fire(rulebook().urgency, found, reach)
    if not _is_happening(found):
        fired = [each for each in fired if each.rule.label != EMERGENCY]
    for label in (EMERGENCY, PLANNED):
        reasons = [each for each in fired if each.rule.label == label]
        if reasons:
            return label, reasons
    return NORMAL, ()

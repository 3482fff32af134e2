"""What it is about and what the person wants: weigh the rules that fired."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from bot.understanding.learned import features_of, learned, matters_of
from bot.understanding.model import UNSURE
from bot.understanding.rules import Fired, Found, fire, rulebook

NOTHING = "none"
DENIED = "!"
EARLY = 2.0  # what is said first is usually the matter
UNDERSTOOD_NOTHING = frozenset({"out_of_scope", "chitchat", "control", "human"})  # what remains when no rule fired
STEERING, STEERS = "control", 0.5  # who steers says so shortly: a word that is hardly understood is no control
LIKELY = 0.02  # less is no guess
MANNER = "property_service"  # how people are treated: yields to the matter itself where that is PLAIN
PLAIN, YIELDS, FEW = 4.5, 0.7, (1, 2)  # ... and not to a list of grievances
MORE = 0.15  # how much further evidence for the same label adds


@dataclass(frozen=True, slots=True)
class Weighed:
    """Labels by weight, heaviest first, and the rules behind them."""

    scores: tuple[tuple[str, float], ...]
    fired: tuple[Fired, ...]

    @property
    def best(self) -> str:
        return next((label for label, share in self.scores if label != STEERING or share >= STEERS), NOTHING)


def judge_category(found: Found, reach: int, length: int) -> Weighed:
    """The matter of the message; `none` when no rule fired. "No bill came" is about bills: what is denied counts."""
    fired = fire(rulebook().categories, _with_denied(found), reach)
    by_label: dict[str, list[float]] = defaultdict(list)
    for each in fired:
        by_label[each.rule.label].append(each.rule.weight + EARLY * (1 - each.start / max(length, 1)))
    scores = {label: max(weights) + MORE * (sum(weights) - max(weights)) for label, weights in by_label.items()}
    if MANNER in scores and sum(score >= PLAIN for label, score in scores.items() if label != MANNER) in FEW:
        scores[MANNER] *= YIELDS
    return Weighed(_ranked(scores), tuple(fired))


def _with_denied(found: Found) -> Found:
    denied = {name.removeprefix(DENIED): hits for name, hits in found.items() if name.startswith(DENIED)}
    return {**found, **{name: (*found.get(name, ()), *hits) for name, hits in denied.items()}} if denied else found


def judge_intent(found: Found, category: Weighed, reach: int) -> Weighed:
    """What the person wants: cues of wanting, and what people usually want about this matter."""
    book = rulebook()
    fired = fire(book.intents, found, reach)
    scores: dict[str, float] = defaultdict(float, book.priors)
    for each in fired:
        scores[each.rule.label] += each.rule.weight
    for intent, weight in book.leads.get(category.best, {}).items():
        scores[intent] += weight
    return Weighed(_ranked(scores), tuple(fired))


class Judged(NamedTuple):
    """The matter as far as rules name it; the matter and the wish as the examples have it."""

    named: Weighed
    category: Weighed
    intent: Weighed


def judge(found: Found, by_words: Sequence[float], *, length: int, reach: int, spaced: bool) -> Judged:
    """Weigh by rules, then by examples: these have the last word, the rules are among what they weigh.

    Where no rule holds and no word is known there is no word.
    """
    named = judge_category(found, reach, length)
    intent = judge_intent(found, named, reach)
    if not (intent.fired or named.fired or by_words):
        return Judged(named, named, intent)
    features = features_of(found, named.scores, intent.scores, length=length, spaced=spaced)
    about = learned().shares("category", features | matters_of(named.scores), by_words)
    wanted = learned().shares("intent", features, by_words)
    return Judged(named, Weighed(_ranked(about), named.fired), Weighed(_ranked(wanted), intent.fired))


def confidence(weighed: Weighed) -> float:
    """How likely the best label is, between 0 and 1."""
    if not weighed.fired and weighed.best in UNDERSTOOD_NOTHING:
        return UNSURE
    return round(min(0.99, weighed.scores[0][1]), 2)


def _ranked(scores: Mapping[str, float]) -> tuple[tuple[str, float], ...]:
    return tuple(sorted(scores.items(), key=lambda item: (-item[1], item[0])))


def guesses(weighed: Weighed, count: int) -> Sequence[str]:
    """The likeliest labels that have anything for them."""
    return tuple(label for label, score in weighed.scores[:count] if score >= LIKELY)

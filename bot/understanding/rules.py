"""Rules that make labels out of concepts: "wet & ceiling 4" adds 4 when both are said close together."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from bot.understanding.lexicon import Hit
from bot.understanding.phrases import RULES, load

Found = Mapping[str, Sequence[Hit]]
Rules = Mapping[str, Sequence["Rule"]]  # by their first concept: only those whose first concept was said are looked at


@dataclass(frozen=True, slots=True)
class Rule:
    """`concepts` within reach of the first, and none of `without` anywhere."""

    label: str
    concepts: tuple[str, ...]
    without: tuple[str, ...]
    weight: float


@dataclass(frozen=True, slots=True)
class Fired:
    """A rule that holds, and the hits that made it hold."""

    rule: Rule
    hits: tuple[Hit, ...]

    @property
    def start(self) -> int:
        return min(hit.start for hit in self.hits)


@dataclass(frozen=True, slots=True)
class Rulebook:
    """The whole of `rules.yaml`: what follows from concepts, in any language."""

    groups: Mapping[str, tuple[str, ...]]  # concept -> the groups it belongs to
    hazards: Rules
    hazard_categories: Mapping[str, tuple[str, ...]]  # what a hazard is about: the first, unless the words say another
    intent_categories: Mapping[str, str]  # ... and where the wish does
    urgency: Rules
    categories: Rules
    intents: Rules
    leads: Mapping[str, Mapping[str, float]]  # category -> what people usually want when they mention it
    priors: Mapping[str, float]

    @property
    def concepts(self) -> frozenset[str]:
        """Every concept that a rule asks for, groups resolved to their names."""
        sections = (self.hazards, self.urgency, self.categories, self.intents)
        rules = [rule for section in sections for shelf in section.values() for rule in shelf]
        return frozenset(name.removeprefix("!") for rule in rules for name in (*rule.concepts, *rule.without))


@cache
def rulebook() -> Rulebook:
    """Read the rules."""
    data = load(RULES)
    groups: dict[str, tuple[str, ...]] = {}
    for group, members in data["groups"].items():
        for member in str(members).split(", "):
            groups[member] = (*groups.get(member, ()), group)
    return Rulebook(
        groups=groups,
        hazards=_by_first(_rules(data["hazards"])),
        hazard_categories={hazard: tuple(labels.split()) for hazard, labels in data["hazard_categories"].items()},
        intent_categories=data["intent_categories"],
        urgency=_by_first(_rules(data["urgency"])),
        categories=_by_first(_rules(data["categories"])),
        intents=_by_first(_rules(data["intents"])),
        leads=data["leads"],
        priors=data["priors"],
    )


def _rules(section: Mapping[str, Sequence[str]]) -> Iterator[Rule]:
    for label, lines in section.items():
        for line in lines:
            condition, weight = line.rsplit(" ", 1)
            parts = [part.strip() for part in condition.split("&")]
            concepts = tuple(part for part in parts if not part.startswith("-"))
            without = tuple(part.removeprefix("-") for part in parts if part.startswith("-"))
            yield Rule(label, concepts, without, float(weight))


def _by_first(rules: Iterator[Rule]) -> Rules:
    shelves: dict[str, list[Rule]] = defaultdict(list)
    for rule in rules:
        shelves[rule.concepts[0]].append(rule)
    return dict(shelves)


def fire(rules: Rules, found: Found, reach: int) -> list[Fired]:
    """Every rule that holds, once each."""
    asked = [rule for concept in found for rule in rules.get(concept, ())]
    return [Fired(rule, hits) for rule in asked if (hits := _holds(rule, found, reach))]


def _holds(rule: Rule, found: Found, reach: int) -> tuple[Hit, ...]:
    if not all(name in found for name in rule.concepts) or any(name in found for name in rule.without):
        return ()
    first, *others = (found[name] for name in rule.concepts)
    for hit in first:
        beside = [_nearest(hit, hits, reach) for hits in others]
        if None not in beside:
            return (hit, *(other for other in beside if other))
    return ()


def _nearest(hit: Hit, others: Sequence[Hit], reach: int) -> Hit | None:
    """The closest of the others within reach; the very same words do not count as two thoughts."""
    apart = [other for other in others if (other.start, other.end) != (hit.start, hit.end)]
    nearest = min(apart, key=lambda other: _gap(hit, other), default=None)
    return nearest if nearest and _gap(hit, nearest) <= reach else None


def _gap(one: Hit, other: Hit) -> int:
    return max(other.unit - one.last_unit, one.unit - other.last_unit, 0)


def matters_of(hazard: str | None) -> tuple[str, ...]:
    """The categories that a danger may be of: the first, unless the words say one of the others."""
    return rulebook().hazard_categories.get(hazard, ()) if hazard else ()

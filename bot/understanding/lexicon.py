"""Find the concepts that a message mentions, with their places and whether they are denied."""

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from bot.understanding.near import Homophones, Misspellings
from bot.understanding.normalise import Text
from bot.understanding.phrases import Phrases, phrases

NEGATION = "negation"
NEGATIONS_KEPT = 3  # those further back are out of reach anyhow
LONG = 2  # units beyond the first: words that long win over what begins inside them
COMMON = 12  # so many words of a concept stand first because they are said most
EXACT = "="  # "=cat": this form only, not "cats"
_token = re.compile(r"[^\W_]+(?:'[a-z]+)?|[\u2600-\u27bf\U0001f000-\U0001faff]")
_stop = re.compile(r"[,.;:!?。、\n]")


@dataclass(frozen=True, slots=True)
class Hit:
    """A concept found in the text; `unit` counts characters or words, for distances."""

    concept: str
    start: int
    end: int
    unit: int
    last_unit: int
    negated: bool = False
    near: bool = False  # by sound or by a slip of the keys, not letter for letter


@dataclass(frozen=True, slots=True)
class Unit:
    """A character, or a word without its endings, and where it stands."""

    word: str
    stem: str
    start: int
    end: int


class Lexicon:
    """All words of one language, ready to be looked up."""

    def __init__(self, data: Phrases) -> None:
        self._data = data
        self._concepts: dict[str, tuple[str, ...]] = {}
        self._lengths: dict[str, tuple[int, ...]] = {}
        self._joint = " " if data.spaced else ""
        # "note" is no "not" with an ending, though "not noted" may be one of our phrases
        self._whole = data.never_misspelt.difference(word for words in data.concepts.values() for word in words)
        self._fill()
        guessable = [word for word, found in self._concepts.items() if data.misheard.intersection(found)]
        self._misspellings = Misspellings(guessable, data.never_misspelt) if data.spaced else None
        common = [word for concept in data.misheard for word in tuple(data.concepts[concept])[:COMMON]]
        self._homophones = None if data.spaced else Homophones(guessable, data.never_misspelt, common)

    def _fill(self) -> None:
        concepts: dict[str, list[str]] = defaultdict(list)
        lengths: dict[str, set[int]] = defaultdict(set)
        for concept, words in self._data.concepts.items():
            for word in words:
                units = self._spelling(word)
                concepts[self._joint.join(units)].append(concept)
                lengths[units[0]].add(len(units))
        self._concepts = {word: tuple(found) for word, found in concepts.items()}
        self._lengths = {first: tuple(sorted(found, reverse=True)) for first, found in lengths.items()}

    def _spelling(self, word: str) -> list[str]:
        if not self._data.spaced:
            return list(word)
        if word.startswith(EXACT):
            first, *others = (unit.word for unit in self._split(word))
            return [EXACT + first, *others]
        return [unit.stem for unit in self._split(word)]

    def find(self, text: Text) -> tuple[Hit, ...]:
        """Every concept of the text, longest words first at each place; words inside longer words do not count."""
        plain = self._rewritten(text.plain)
        units = self._split(plain)
        hits = list(_longest(self._exact(units)))
        if self._homophones is not None:
            hits += self._by_sound(self._homophones, plain, hits)
        hits += self._by_pattern(plain, units)
        return self._with_negation(sorted(hits, key=lambda hit: hit.start), plain)

    def _rewritten(self, plain: str) -> str:
        if self._data.spaced:
            return plain
        for old, new in self._data.rewrite.items():
            plain = plain.replace(old, new)
        return plain

    def _split(self, plain: str) -> list[Unit]:
        if not self._data.spaced:
            return [Unit(character, character, at, at + 1) for at, character in enumerate(plain)]
        return [unit for found in _token.finditer(plain) for unit in self._words(found)]

    def _words(self, found: re.Match[str]) -> Iterator[Unit]:
        for word in self._data.rewrite.get(found[0], found[0]).split():
            yield Unit(word, stemmed(word, self._data.suffixes), found.start(), found.end())

    def _exact(self, units: Sequence[Unit]) -> Iterator[Hit]:
        stems = [self._corrected(unit) for unit in units]
        yield from self._looked_up(stems, units)
        if self._data.spaced:
            yield from self._looked_up([unit.word for unit in units], units, EXACT)

    def _looked_up(self, words: Sequence[str], units: Sequence[Unit], mark: str = "") -> Iterator[Hit]:
        for at, first in enumerate(words):
            for length in self._lengths.get(mark + first, ()):
                if at + length <= len(words) and not (length == 1 and units[at].word in self._whole):
                    word = mark + self._joint.join(words[at : at + length])
                    yield from self._hits(word, units[at : at + length], at)

    def _hits(self, word: str, units: Sequence[Unit], at: int) -> Iterator[Hit]:
        for concept in self._concepts.get(word, ()):
            yield Hit(concept, units[0].start, units[-1].end, at, at + len(units) - 1)

    def _corrected(self, unit: Unit) -> str:
        if self._misspellings is None or unit.stem in self._lengths or EXACT + unit.word in self._lengths:
            return unit.stem
        return self._misspellings.correct(unit.word, unit.stem)

    def _by_sound(self, homophones: Homophones, plain: str, hits: Sequence[Hit]) -> Iterator[Hit]:
        taken = {at for hit in hits if hit.last_unit > hit.unit for at in range(hit.start, hit.end)}
        for start, end, word in homophones.find(plain, taken):
            for concept in self._concepts[word]:
                yield Hit(concept, start, end, start, end - 1, near=True)

    def _by_pattern(self, plain: str, units: Sequence[Unit]) -> Iterator[Hit]:
        starts = [unit.start for unit in units]
        for concept, patterns in self._data.patterns.items():
            for found in (match for pattern in patterns for match in pattern.finditer(plain)):
                first = max(bisect_right(starts, found.start()) - 1, 0)
                last = max(bisect_left(starts, found.end()) - 1, first)
                yield Hit(concept, found.start(), found.end(), first, last)

    def _with_negation(self, hits: Sequence[Hit], plain: str) -> tuple[Hit, ...]:
        """A negation denies what follows it closely, in the same clause."""
        recent: deque[Hit] = deque(maxlen=NEGATIONS_KEPT)
        judged = []
        for hit in hits:
            judged.append(replace(hit, negated=True) if any(self._denies(no, hit, plain) for no in recent) else hit)
            if hit.concept == NEGATION:
                recent.append(hit)
        return tuple(judged)

    def _denies(self, no: Hit, hit: Hit, plain: str) -> bool:
        gap = hit.unit - no.last_unit - 1
        return 0 <= gap <= self._data.negation_reach and not _stop.search(plain, no.end, hit.start)


def _longest(hits: Iterable[Hit]) -> Iterator[Hit]:
    """Drop every hit inside a longer one ("水" in "热水") and what begins in a long one ("有没有|没有电")."""
    last: Hit | None = None
    for hit in sorted(hits, key=lambda hit: (hit.start, -hit.end)):
        if last is None or (hit.start, hit.end) == (last.start, last.end) or not _shadows(last, hit):
            last = hit
            yield hit


def _shadows(last: Hit, hit: Hit) -> bool:
    if hit.start >= last.end:
        return False
    length = last.last_unit - last.unit
    return hit.end <= last.end or (length >= LONG and hit.last_unit - hit.unit <= length)


def stemmed(word: str, suffixes: Iterable[str]) -> str:
    """The word without its endings."""
    for suffix in suffixes:
        if word.endswith(suffix) and len(word) - len(suffix) >= 3:
            word = word[: -len(suffix)]
            break
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "aeiousl":
        word = word[:-1]
    return word[:-1] if len(word) > 3 and word.endswith("e") else word


def by_concept(hits: Iterable[Hit], groups: Mapping[str, Sequence[str]]) -> dict[str, list[Hit]]:
    """Gather hits under their concept, "!concept" where denied, and the groups that the concept belongs to."""
    found: dict[str, list[Hit]] = defaultdict(list)
    for hit in hits:
        mark = "!" if hit.negated else ""
        for name in (hit.concept, *groups.get(hit.concept, ())):
            found[mark + name].append(hit)
    return found


@cache
def lexicon(language: str) -> Lexicon:
    """The lexicon of a language, compiled when first needed."""
    return Lexicon(phrases(language))

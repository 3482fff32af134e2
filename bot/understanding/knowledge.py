"""Which answer a question wants: words weighed by rarity, synonyms as one, likeness to how it is usually asked."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from heapq import nlargest
from math import log

from rapidfuzz import fuzz

from bot.understanding.lexicon import lexicon, stemmed
from bot.understanding.near import Misspellings, sound
from bot.understanding.normalise import normalise
from bot.understanding.phrases import phrases
from domain.knowledge.model import Entry

KEPT = 10_000  # phrasings whose terms are kept, whichever estate they belong to
LOOKED_AT = 8  # candidates whose wording is compared letter by letter
SINGLE, BY_SOUND = 0.25, 0.5  # what one character is worth, and two by their sound
CONCEPT = 1.5  # what the understanding of messages makes of the words
UNKNOWN = 0.5  # of the rarest: a term that no answer has
UNKNOWN_WORD = 0.9  # where words stand apart, such a term is a word, and no accident
IN_ANSWER = 0.7  # a word that only the answer has
LIKE, COVERED, SPELLED = 0.2, 0.7, 0.1  # shares of the score
# Concepts that say how something is said, or of everything in an estate: no evidence of the matter.
GRAMMAR = frozenset({
    "question", "ask", "negation", "person", "staff", "home", "estate", "story", "outside_weak", "outside", "trouble",
    "long_time", "urgent_words", "now", "today", "want_know", "inquire", "how_to", "ours",
})  # fmt: skip
_GROUP = 0xE000  # private characters stand for groups of synonyms
_word = re.compile(r"[\ue000-\uf8ff]|[a-z0-9]+(?:'[a-z]+)?")
_han = re.compile(r"[\u4e00-\u9fff]+")


@dataclass(frozen=True, slots=True)
class Found:
    """An answer and how well it fits, 0 to 1."""

    entry: Entry
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """What else a language says of its questions."""

    synonyms: Sequence[Sequence[str]]
    stop: Sequence[str]  # said in every question: no evidence


class Reader:
    """Cuts a question into weighed terms."""

    def __init__(self, language: str, wording: Wording) -> None:
        self._lexicon = lexicon(language)
        self.spaced, self._suffixes = phrases(language).spaced, phrases(language).suffixes
        self.common = phrases(language).never_misspelt
        known = {word: chr(_GROUP + at) for at, group in enumerate(wording.synonyms) for word in group}
        known |= dict.fromkeys(wording.stop, " ")
        self._known = known
        longest = "|".join(map(re.escape, sorted(known, key=len, reverse=True)))
        self._replaced = re.compile(rf"\b(?:{longest})s?\b" if self.spaced else longest) if known else None
        self.written = lru_cache(KEPT)(self.terms)  # for what is the same in every estate

    def terms(self, text: str, correct: Callable[[str, str], str] | None = None) -> Mapping[str, float]:
        """The terms of *text* and what each is worth; *correct* puts slips of the keys right."""
        said = normalise(text)
        plain = said.plain
        if self._replaced is not None:
            plain = self._replaced.sub(lambda found: f" {self._group(found[0])} ", plain)
        concepts = {f"#{hit.concept}": CONCEPT for hit in self._lexicon.find(said) if hit.concept not in GRAMMAR}
        return concepts | dict(self._spaced_terms(plain, correct) if self.spaced else self._joined_terms(plain))

    def _group(self, word: str) -> str:
        return self._known.get(word) or self._known[word.removesuffix("s")]

    def _spaced_terms(self, plain: str, correct: Callable[[str, str], str] | None) -> Iterator[tuple[str, float]]:
        for word in _word.findall(plain):
            whole = word >= chr(_GROUP) or word in self.common  # a party is no part
            stem = word if whole else stemmed(word, self._suffixes)
            yield (correct(stem, stem) if correct else stem), 1.0

    def _joined_terms(self, plain: str) -> Iterator[tuple[str, float]]:
        for word in _word.findall(plain):
            yield word, 1.0
        for run in _han.findall(plain):
            for at, character in enumerate(run):
                yield character, SINGLE
                if at:
                    yield f"{sound(run[at - 1])} {sound(character)}", BY_SOUND


@dataclass(frozen=True, slots=True)
class _Phrasing:
    entry: int
    plain: str
    terms: Mapping[str, float]


class KnowledgeIndex:
    """Every answer of one estate in one language, ready to be asked."""

    def __init__(self, entries: Sequence[Entry], reader: Reader) -> None:
        self.entries = {entry.name: entry for entry in entries}
        self._list = list(self.entries.values())
        self._reader = reader
        asked = [(at, said) for at, one in enumerate(self._list) for said in (one.title, *one.variants)]
        self._phrasings = [_Phrasing(at, normalise(said).plain, reader.written(said)) for at, said in asked]
        self._weights = self._rarity()
        self._sizes = [sum(self._worth(term, of) for term, of in one.terms.items()) for one in self._phrasings]
        self._postings: dict[str, list[int]] = defaultdict(list)
        for at, phrasing in enumerate(self._phrasings):
            for term in phrasing.terms:
                self._postings[term].append(at)
        self._holding = self._terms_of_entries()
        known = [term for term in self._weights if term.isalpha()]
        self._correct = Misspellings(known, reader.common).correct if reader.spaced else None

    def find(self, text: str, *, limit: int = 4) -> Sequence[Found]:
        """The answers that fit best, best first."""
        wanted = self._reader.terms(text, self._correct)
        total = sum(self._worth(term, of) for term, of in wanted.items())
        if not total:
            return ()
        alike, covered = self._alike(wanted, total), self._covered(wanted, total)
        rough = {at: LIKE * alike.get(at, 0.0) + COVERED * part for at, part in covered.items()}
        plain = normalise(text).plain
        near = nlargest(LOOKED_AT, rough, key=rough.__getitem__)
        spelled = dict.fromkeys(near, 0.0)
        for one in self._phrasings:
            if one.entry in spelled:
                spelled[one.entry] = max(spelled[one.entry], fuzz.ratio(plain, one.plain) / 100)
        scores = {at: rough[at] + SPELLED * spelled[at] for at in near}
        return [Found(self._list[at], scores[at]) for at in nlargest(limit, near, key=scores.__getitem__)]

    def _worth(self, term: str, of: float) -> float:
        return of * self._weights.get(term, self._unknown)

    def _rarity(self) -> dict[str, float]:
        """A term is worth the more the fewer answers are asked for with it; one that nobody uses counts as rare."""
        holders: dict[str, set[int]] = defaultdict(set)
        for one in self._phrasings:
            for term in one.terms:
                holders[term].add(one.entry)
        count = max(len(self._list), 1)
        self._unknown = (UNKNOWN_WORD if self._reader.spaced else UNKNOWN) * log(1 + count)
        return {term: log(1 + (count - len(by) + 0.5) / (len(by) + 0.5)) for term, by in holders.items()}

    def _terms_of_entries(self) -> Mapping[str, dict[int, float]]:
        """For each term, the answers that have it: in a question in full, in the answer itself a little."""
        held: dict[str, dict[int, float]] = defaultdict(dict)
        for at, entry in enumerate(self._list):
            for term in self._reader.written(entry.answer):
                held[term][at] = IN_ANSWER
        for one in self._phrasings:
            for term in one.terms:
                held[term][one.entry] = 1.0
        return held

    def _alike(self, wanted: Mapping[str, float], total: float) -> dict[int, float]:
        """Per answer, how much its likest phrasing and the question share, of what both hold."""
        shared: dict[int, float] = defaultdict(float)
        for term, of in wanted.items():
            worth = self._worth(term, of)
            for at in self._postings.get(term, ()):
                shared[at] += worth
        best: dict[int, float] = defaultdict(float)
        for at, common in shared.items():
            entry = self._phrasings[at].entry
            best[entry] = max(best[entry], 2 * common / (total + self._sizes[at]))
        return best

    def _covered(self, wanted: Mapping[str, float], total: float) -> dict[int, float]:
        """Per answer, how much of the question it speaks of anywhere."""
        covered: dict[int, float] = defaultdict(float)
        for term, of in wanted.items():
            worth = self._worth(term, of) / total
            for at, share in self._holding.get(term, {}).items():
                covered[at] += worth * share
        return covered

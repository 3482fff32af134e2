"""Words that were meant though not written: same sound in Chinese, a slip of the keys elsewhere."""

import os
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterator
from functools import lru_cache

from rapidfuzz.distance import OSA

# Read at pypinyin's import: without its 400,000 phrases it loads in 40 ms, and single characters are all we ask.
os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")

from pypinyin.pinyin_dict import pinyin_dict

_SYLLABLES = range(4, 1, -1)
PAIR = 2  # two characters, both wrong: of a rare word they are more likely the end of one and the beginning of another
_TONES = dict.fromkeys(map(ord, "\u0300\u0301\u0304\u030c"))
_PARTICLES = frozenset("了的得着过吗呢")  # said in every second sentence: no evidence
HASTY = 40  # characters: a slip is likely in a hasty message; in a letter it is more likely that two words meet
SHORTEST, LONG = 6, 9  # letters: shorter words have too many neighbours, longer ones may hold two slips


@lru_cache(maxsize=20_000)
def sound(character: str) -> str:
    """The commonest syllable of one character without its tone; the character itself if it has none."""
    readings: str = pinyin_dict.get(ord(character), character)
    return unicodedata.normalize("NFD", readings.partition(",")[0]).translate(_TONES)


class Homophones:
    """Terms of two to four characters, by their sound."""

    def __init__(self, words: Collection[str], never: Collection[str], common: Collection[str]) -> None:
        self._never = frozenset(never)
        self._common = frozenset(common)
        self._words: dict[tuple[str, ...], str] = {}
        for word in words:
            if (
                len(word) in _SYLLABLES
                and not _PARTICLES.intersection(word)
                and all("\u4e00" <= character <= "\u9fff" for character in word)
            ):
                self._words.setdefault(tuple(map(sound, word)), word)

    def find(self, plain: str, taken: Collection[int]) -> Iterator[tuple[int, int, str]]:
        """Places that sound like a known term and are not `taken` by terms written rightly."""
        if len(plain) > HASTY:
            return
        sounds = tuple(sound(character) if character > "\u4dff" else "" for character in plain)
        at = 0
        while at < len(plain) - 1:
            found = self._at(plain, sounds, at, taken)
            if found is None:
                at += 1
            else:
                yield found
                at = found[1]

    def _at(self, plain: str, sounds: tuple[str, ...], at: int, taken: Collection[int]) -> tuple[int, int, str] | None:
        for length in _SYLLABLES:
            word = self._words.get(sounds[at : at + length])
            said = plain[at : at + length]
            if word is None or said in self._never or any(place in taken for place in range(at, at + length)):
                continue
            if length == PAIR and word not in self._common and word[0] != said[0] and word[1] != said[1]:
                continue
            return (at, at + length, word)
        return None


class Misspellings:
    """Single words, by first letter and length, to find the one that was meant."""

    def __init__(self, words: Collection[str], never: Collection[str]) -> None:
        self._never = frozenset(never)
        self._shelves: dict[tuple[str, int], list[str]] = defaultdict(list)
        for word in words:
            if " " not in word and len(word) >= 4:
                for length in (-1, 0, 1):
                    self._shelves[word[0], len(word) + length].append(word)
        self.correct = lru_cache(maxsize=20_000)(self._correct)

    def _correct(self, word: str, stem: str) -> str:
        """The known word one slip away (two in long words), or the stem itself."""
        if len(word) < SHORTEST or word in self._never or not word.isalpha():
            return stem
        allowed = 1 if len(stem) < LONG else 2
        near = [(OSA.distance(stem, known, score_cutoff=allowed), known) for known in self._shelf(stem)]
        distance, known = min(near, default=(allowed + 1, stem))
        return known if distance <= allowed else stem

    def _shelf(self, stem: str) -> Collection[str]:
        return self._shelves.get((stem[0], len(stem)), ())

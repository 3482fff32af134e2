"""Names the common words that understanding takes for other words: slips of the keys, endings, homophones.

Run it where wordfreq and requirements.txt are installed (an environment of its own: the program never needs it), after
the lexicon was widened. What is not meant goes into `never_misspelt` of that language's phrases:

    python -m tools.collisions en       "waiting: garbage"
    python -m tools.collisions zh_CN    "午睡: no_water"
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator

from wordfreq import top_n_list

from bot.understanding.lexicon import EXACT, lexicon
from bot.understanding.normalise import normalise
from bot.understanding.phrases import phrases

COMMON = 25_000
STEM = 4  # letters: words that begin alike are usually the same word with another ending


def taken_for(language: str, words: Iterable[str]) -> Iterator[tuple[str, set[str]]]:
    """Each word that is not in the lexicon, and the concepts that it is taken for."""
    data, known = phrases(language), lexicon(language)
    told = {word.removeprefix(EXACT): concept for concept, said in data.concepts.items() for word in said}
    for word in words:
        found = {hit.concept for hit in known.find(normalise(word)) if hit.near or data.spaced}
        alike = {told[one] for one in told if data.spaced and one[:STEM] == word[:STEM]}
        if word not in told and found - alike:
            yield word, found - alike


if __name__ == "__main__":
    for common, concepts in taken_for(sys.argv[1], top_n_list(sys.argv[1][:2], COMMON)):
        print(f"{common}: {', '.join(sorted(concepts))}")

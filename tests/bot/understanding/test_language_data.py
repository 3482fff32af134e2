"""What the rules ask for, every language has words for."""

import re

import pytest

from bot.understanding.phrases import LOCALES, languages, load, phrases
from bot.understanding.rules import rulebook

READ_IN_PYTHON = {
    "negation", "not_negation", "decoy", "spot", "public_area", "own_home", "name_before",
    "drill", "story", "over", "what_if",
    "past", "now", "narrative", "ours", "letter", "hypothetical",
}  # fmt: skip


def test_chinese_and_english_are_there() -> None:
    assert {"zh_CN", "en"} <= set(languages())


@pytest.mark.parametrize("language", languages())
def test_every_concept_of_the_rules_has_words(language: str) -> None:
    data = phrases(language)
    groups = {group for groups in rulebook().groups.values() for group in groups}
    assert not (rulebook().concepts | READ_IN_PYTHON) - groups - set(data.concepts) - set(data.patterns)


@pytest.mark.parametrize("language", languages())
def test_every_word_serves_a_rule(language: str) -> None:
    data = phrases(language)
    used = rulebook().concepts | set(rulebook().groups) | READ_IN_PYTHON
    assert not (set(data.concepts) | set(data.patterns) | data.misheard) - used


@pytest.mark.parametrize("language", languages())
def test_no_concept_is_written_twice(language: str) -> None:
    text = (LOCALES / language / "phrases.yaml").read_text(encoding="utf-8")
    concepts = re.findall(r"^  (\w+):", text.partition("\nconcepts:")[2].partition("\npatterns:")[0], re.MULTILINE)
    assert len(set(concepts)) == len(concepts)


@pytest.mark.parametrize("language", languages())
def test_every_language_tells_times_by_the_same_marks(language: str) -> None:
    marks = {name: load(LOCALES / name / "times.yaml").keys() for name in languages()}
    assert marks[language] == set.union(*map(set, marks.values()))


@pytest.mark.parametrize("language", [language for language in languages() if not phrases(language).spaced])
def test_rewriting_keeps_every_character_in_its_place(language: str) -> None:
    assert all(len(old) == len(new) for old, new in phrases(language).rewrite.items())

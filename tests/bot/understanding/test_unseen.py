"""How well text is understood that others wrote without having seen anything of ours, and of which nothing was learned.

All but the requests were asked to be hard: fine points, torn passages, the city's matter and the estate's in the same
words. It may be counted, but no example, word or rule may come of it.
"""

from pathlib import Path

import pytest

from bot.understanding.evaluation import evaluate
from bot.understanding.labelled import read_lines


@pytest.mark.parametrize(
    ("file", "intent", "category", "false_alarms", "false_opens"),
    (
        ("requests_en", 0.91, 0.90, 0.01, 0.0),  # the commonest messages in the commonest words
        ("requests_zh", 0.88, 0.94, 0.03, 0.0),
        ("tickets_en", 0.75, 0.78, 0.03, 0.18),
        ("societies_en", 0.70, 0.71, 0.05, 0.16),
        ("passages_en", 0.64, 0.66, 0.04, 0.12),
        ("look_alikes_zh", 0.58, 0.72, 0.04, 0.15),
    ),
)
def test_what_nobody_here_has_seen_is_understood_no_worse_than_when_it_was_first_counted(
    file: str, intent: float, category: float, false_alarms: float, false_opens: float
) -> None:
    found = evaluate(read_lines((Path(__file__).parent / "unseen" / f"{file}.jsonl").read_bytes())[0])
    assert found.messages >= 250
    assert (found.intent.share or 0) >= intent
    assert (found.category.share or 0) >= category
    assert (found.false_alarms.share or 0) <= false_alarms
    assert (found.false_opens.share or 0) <= false_opens


@pytest.mark.parametrize("language", ("en", "zh"))
def test_times_in_plain_requests_are_read_to_the_word(language: str) -> None:
    told = read_lines((Path(__file__).parent / "unseen" / f"requests_{language}.jsonl").read_bytes())[0]
    assert (evaluate(told).slots["when"].share or 0) >= 0.97

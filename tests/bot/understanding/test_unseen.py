"""How well text is understood that others wrote without having seen anything of ours, and of which nothing was learned.

Half of it was asked to be hard: fine points, torn passages, the city's matter and the estate's in the same words. It
may be counted, but no example, word or rule may come of it.
"""

from pathlib import Path

import pytest

from bot.understanding.evaluation import evaluate
from bot.understanding.labelled import read_lines


@pytest.mark.parametrize(
    ("file", "intent", "category", "false_alarms", "false_opens"),
    (
        ("to_anybody_en", 0.80, 0.83, 0.02, 0.08),
        ("to_anybody_zh", 0.87, 0.83, 0.02, 0.05),
        ("tickets_en", 0.75, 0.78, 0.03, 0.24),
        ("societies_en", 0.70, 0.71, 0.04, 0.18),
        ("passages_en", 0.64, 0.66, 0.03, 0.22),
        ("look_alikes_zh", 0.58, 0.72, 0.04, 0.22),
    ),
)
def test_what_nobody_here_has_seen_is_understood_no_worse_than_when_it_was_first_counted(
    file: str, intent: float, category: float, false_alarms: float, false_opens: float
) -> None:
    found = evaluate(read_lines((Path(__file__).parent / "unseen" / f"{file}.jsonl").read_bytes())[0])
    assert found.messages == 450
    assert (found.intent.share or 0) >= intent
    assert (found.category.share or 0) >= category
    assert (found.false_alarms.share or 1) <= false_alarms
    assert (found.false_opens.share or 1) <= false_opens

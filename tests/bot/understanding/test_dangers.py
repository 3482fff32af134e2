"""Dangers as people told them who had not seen our words, and what only sounds like danger."""

from pathlib import Path

from bot.understanding.evaluation import evaluate
from bot.understanding.labelled import read_lines

BATCHES = Path(__file__).parent / "batches"
SETS = ("danger5", "danger6", "danger7")


def test_dangers_are_heard_and_little_else_is_taken_for_one() -> None:
    told = [
        one for name in SETS for path in BATCHES.glob(f"{name}_*.jsonl") for one in read_lines(path.read_bytes())[0]
    ]
    found = evaluate(told)
    assert found.messages == 520
    assert (found.emergencies_recalled.share or 0) >= 0.98
    assert (found.false_alarms.share or 1) <= 0.02

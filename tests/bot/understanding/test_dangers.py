"""Dangers as people told them who had not seen our words, and what only sounds like danger.

Nothing here was learned from: `unseen` may be counted, but no example and no rule may come of it.
"""

from pathlib import Path

import pytest

from bot.understanding import understand
from bot.understanding.evaluation import evaluate
from bot.understanding.labelled import read_lines

UNSEEN = sorted((Path(__file__).parent / "unseen").glob("danger_*.jsonl"))


def test_dangers_are_heard_and_little_else_is_taken_for_one() -> None:
    told = [one for path in UNSEEN for one in read_lines(path.read_bytes())[0]]
    found = evaluate(told)
    assert found.messages == 880
    assert (found.emergencies_recalled.share or 0) >= 0.95
    assert (found.false_alarms.share or 1) <= 0.03


def test_the_advice_is_right_or_general() -> None:
    told = [one for path in UNSEEN for one in read_lines(path.read_bytes())[0] if one.hazard]
    heard = [(one.hazard, found) for one in told if (found := understand(one.text, language=one.language).hazard)]
    assert sum(found in (wanted, "other") for wanted, found in heard) >= 0.83 * len(heard)
    assert sum(found == wanted for wanted, found in heard) >= 0.73 * len(heard)


@pytest.mark.parametrize(
    ("text", "hazard"),
    (
        ("the scooter under the stairs is popping like fireworks and a white cloud is rolling out of it", "fire"),
        (
            "mrs on the second is banging from inside it, i can hear her, the display says 2 but the doors don't open",
            "lift_trapped",
        ),
        ("楼梯下面那辆小电驴噼里啪啦响，白雾一股股往外滚", "fire"),
        ("我妈倒在厨房地上叫不答应，嘴角歪了", "medical"),
    ),
)
def test_danger_is_heard_where_nobody_says_its_name(text: str, hazard: str) -> None:
    found = understand(text, language="en")
    assert (found.urgency, found.hazard) == ("emergency", hazard)


@pytest.mark.parametrize(
    "text",
    ("越快越好", "as soon as you can please", "he is on his way", "it is on the roof of block 9", "五楼左边那间"),
)
def test_answers_amid_a_conversation_are_no_alarms(text: str) -> None:
    assert understand(text, language="en", amid=True).urgency == "normal"

"""How well understanding does on the half of the examples that nobody looks at while improving it."""

import pytest

from tests.bot.understanding.measuring import Score, examples, measure

FLOORS = {
    "zh_CN": Score(400, 0.87, 0.86, 0.96, 0.93, 0.03, 0.05),
    "en": Score(300, 0.92, 0.87, 0.97, 0.95, 0.03, 0.08),
}


@pytest.mark.parametrize("language", FLOORS)
def test_the_check_half_is_understood_no_worse_than_promised(language: str) -> None:
    floor = FLOORS[language]
    score = measure([example for example in examples(language) if example.is_for_checking])
    assert score.examples >= floor.examples
    assert score.intent >= floor.intent
    assert score.category >= floor.category
    assert score.urgency >= floor.urgency
    assert score.emergencies_recalled >= floor.emergencies_recalled
    assert score.false_alarms <= floor.false_alarms
    assert score.false_opens <= floor.false_opens


@pytest.mark.parametrize("language", FLOORS)
def test_every_example_carries_known_labels_and_is_written_once(language: str) -> None:
    written = examples(language)
    assert len({example.text for example in written}) == len(written)
    assert {example.urgency for example in written} == {"emergency", "normal", "planned"}
    assert {example.intent for example in written} == {
        "repair", "complaint", "inquiry", "fee", "renovation", "emergency", "progress",
        "suggestion", "praise", "human", "control", "chitchat", "out_of_scope",
    }  # fmt: skip

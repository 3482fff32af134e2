"""Two likely wishes are offered only where they differ and neither is certain."""

from types import SimpleNamespace

import pytest

from bot.intents.torn import is_torn
from bot.understanding import Place, Understood


def understood(confidence: float, *guesses: str, hazard: str | None = None) -> Understood:
    return Understood(
        text="?", language="en", intent=guesses[0], control=None, confidence=confidence, category="none",
        urgency="normal", hazard=hazard, place=Place(), when=None, phone=None, matches=(), guesses=guesses,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("words", "torn"),
    (
        (understood(0.4, "repair", "inquiry"), True),
        (understood(0.4, "progress", "repair"), True),
        (understood(0.4, "repair", "complaint"), False),  # reported the same way
        (understood(0.4, "inquiry", "repair"), False),  # weighed where questions are answered
        (understood(0.4, "repair", "chitchat"), False),
        (understood(0.4, "repair"), False),
        (understood(0.8, "repair", "inquiry"), False),
        (understood(0.4, "repair", "inquiry", hazard="fire"), False),
        (None, False),
    ),
)
def test_who_is_torn(words, torn):
    assert is_torn(SimpleNamespace(understood=words)) is torn  # type: ignore[arg-type]

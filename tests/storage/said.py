"""Refusals of storage as the operator reads them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.words import Words
from domain.errors import Refusal

_WORDS = Words(Path(__file__).parents[2] / "locales")


def said(refusal: pytest.ExceptionInfo[Any]) -> str:
    """The one line in English; every other language has it too."""
    error = refusal.value
    assert isinstance(error, Refusal)
    return line(error.key, error.values)


def line(key: str, values: Any) -> str:
    """The sentence in English, after it was said in every language."""
    lines = {language: _WORDS.say(key, language, **values) for language in _WORDS.languages}
    for text in lines.values():
        assert "\n" not in text
        ours = str(text)
        for value in values.values():  # what a broken file says of itself may hold anything
            ours = ours.replace(str(value), "")
        assert "{" not in ours
    return lines["en"]

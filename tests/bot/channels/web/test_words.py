"""The page's own sentences."""

from __future__ import annotations

import re
from string import Formatter

import pytest

from bot.channels.web import words
from bot.channels.web.pages import STATIC
from domain.register.model import Role

TEXTS = words.texts()


def test_every_language_says_everything_with_the_same_values() -> None:
    def shape(language: str) -> dict[str, set[str | None]]:
        return {
            key: {name for _, name, _, _ in Formatter().parse(text) if name} for key, text in TEXTS[language].items()
        }

    assert set(TEXTS) >= {"zh_CN", "en"}
    for language in TEXTS:
        assert shape(language) == shape("zh_CN")
        assert all(TEXTS[language].values())


def test_every_key_that_the_page_uses_is_in_the_catalogue() -> None:
    files = [*STATIC.rglob("*.js"), *STATIC.rglob("*.html"), *STATIC.parent.glob("*.py")]
    used = {
        key for file in files for key in re.findall(r"[\"'](web-[a-z0-9_-]*[a-z0-9])[\"']", file.read_text("utf-8"))
    }
    assert used
    assert used - set(TEXTS["en"]) <= {"web-"}


def test_every_role_has_a_name() -> None:
    assert {f"web-role-{role}" for role in Role} <= set(TEXTS["en"])


@pytest.mark.parametrize(
    ("accepted", "language"),
    (
        ("en-GB,en;q=0.9", "en"),
        ("zh-TW", "zh_CN"),
        ("fr,en;q=0.5", "en"),
        ("fr", "zh_CN"),
        ("", "zh_CN"),
        ("*", "zh_CN"),
    ),
)
def test_a_stranger_is_addressed_as_their_browser_says(accepted: str, language: str) -> None:
    assert words.best(accepted) == language

"""How long an announcement will take, as its card says, follows the pace that the account really has."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from bot.announcement_heads import heads_lines
from bot.app import App
from bot.channels.telegram.pace import Limits
from bot.rooms import Rooms
from bot.voice import Voice
from bot.words import Words
from commands.terminal import LOCALES
from domain.announcements.model import HeadCount


@pytest.mark.parametrize(
    ("limits", "says"),
    (
        (Limits(), "about 56 minutes"),
        (Limits(paid_per_second=1000), "about 2 minutes"),
    ),
)
def test_a_hundred_thousand_people_take_as_long_as_what_is_paid_for(limits: Limits, says: str) -> None:
    words = Words(LOCALES)
    no_records: Any = None
    channels: Any = {"telegram": SimpleNamespace(pace=limits.account), "web": SimpleNamespace(pace=None)}
    app = App(words=words, channels=channels, rooms=Rooms(), deep_link=lambda *_: None)
    voice = Voice(words, "en", datetime(2026, 11, 22, tzinfo=UTC), no_records)
    heads = HeadCount(channels={"telegram": 100_000}, languages={"en": 100_000})
    assert says in "\n".join(heads_lines(voice, heads, app.pace()))

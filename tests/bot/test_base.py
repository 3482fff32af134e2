"""What a message is when it is stored, and that it comes back as it was."""

import json

import pytest

from bot.channels.base import Button, Document, Outgoing

MESSAGES = (
    Outgoing(text=""),
    Outgoing(text="<b>水</b> &amp;"),
    Outgoing(text="a", photos=("k", "l")),
    Outgoing(text="a", toast="t", alert=True),
    Outgoing(text="a", document=Document(handle="k", name="名单.xlsx"), pinned=True),
    Outgoing(text="a", message="17"),
    Outgoing(
        text="a",
        buttons=(
            (Button(label="one", data="k:0"), Button(label="two", data="k:1")),
            (Button(label="page", url="https://example.org"), Button(label="phone", ask="contact")),
        ),
    ),
)


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: str(message.plain())[:60])
def test_a_message_survives_being_stored(message):
    assert Outgoing.of(json.loads(json.dumps(message.plain()))) == message


def test_whatever_is_empty_is_not_stored():
    assert Outgoing(text="a").plain() == {"text": "a"}

"""From a browser's request to Incoming."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.channels.base import Incoming, Sender
from bot.channels.web.receive import Update, parse
from tests.bot.channels.web.house import NOW

ME: dict[str, Any] = {"key": "k1234567", "chat": "u", "user": "u"}


def read(**values: Any) -> Incoming:
    """Through the inbox and back."""
    return parse(json.loads(Update(**{**ME, **values}).received(now=NOW).body))


@pytest.mark.parametrize(
    ("written", "command", "text"),
    (
        ("水管漏水", None, "水管漏水"),
        ("/start abc", "start", "abc"),
        ("/MyTickets", "mytickets", ""),
        ("/language  en ", "language", "en"),
        ("/", None, "/"),
        ("/3 栋", None, "/3 栋"),
        ("/帮助", None, "/帮助"),
        ("a /start", None, "a /start"),
        ("", None, ""),
    ),
)
def test_a_command_is_told_from_what_is_only_written_like_one(written: str, command: str | None, text: str) -> None:
    incoming = read(text=written)
    assert (incoming.command, incoming.text) == (command, text)


def test_a_message_arrives_whole() -> None:
    assert read(text="hi", name="王芳", language="en", photos=("a", "b"), tab="tab-1") == Incoming(
        channel="web",
        key="u:k1234567",
        chat="u",
        private=True,
        sender=Sender(user="u", name="王芳", language="en"),
        text="hi",
        photos=("a", "b"),
        toast="tab-1",
    )


def test_a_press_says_which_message_and_where_the_short_answer_goes() -> None:
    incoming = read(button="KEY:2", message="17", tab="tab-1")
    assert (incoming.button, incoming.message, incoming.toast) == ("KEY:2", "17", "tab-1")


def test_a_reply_says_which_message_it_answers_and_speaks_to_the_bot() -> None:
    incoming = read(chat="g", private=False, text="ok", reply_to="17")
    assert (incoming.reply_to, incoming.addressed) == ("17", True)


@pytest.mark.parametrize(("text", "addressed"), (("ok", False), ("@管家 看板", True), ("/board", True)))
def test_in_a_group_the_bot_must_be_spoken_to(text: str, addressed: bool) -> None:
    assert read(chat="g", private=False, text=text).addressed is addressed


def test_a_key_belongs_to_its_user_so_nobody_can_take_it_away() -> None:
    mine, theirs = (Update(**{**ME, "user": user}).received(now=NOW) for user in ("u", "v"))
    assert mine.key != theirs.key


def test_what_we_never_wrote_is_refused() -> None:
    with pytest.raises(TypeError):
        parse({"hello": 1})

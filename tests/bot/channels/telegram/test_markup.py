"""How words and buttons are made fit for Telegram."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.base import Button, Outgoing
from bot.channels.telegram.markup import fitted, keyboard, plain, units
from tests.botapi.text import parse

PLUMBING = "🔧"  # two UTF-16 units


@pytest.mark.parametrize(
    ("source", "shown"),
    (
        ("漏水", "漏水"),
        ("<b>漏水</b> &lt;急&gt; &amp; <i>x</i>", "<b>漏水</b> &lt;急&gt; &amp; <i>x</i>"),
        ("<u>x</u>", "&lt;u&gt;x&lt;/u&gt;"),
        ("1 < 2 & 3", "1 &lt; 2 &amp; 3"),
        ("<b>open", "<b>open</b>"),
        ("closes</b> nothing", "closes nothing"),
        ("<b>a<i>b</b>c</i>", "<b>a<i>bc</i></b>"),
        ("&copy; &nbsp", "&amp;copy; &amp;nbsp"),
        ("<b>a<b>b</b>c</b>", "<b>ab</b>c"),
    ),
)
def test_only_bold_and_italic_are_tags_and_everything_else_is_shown(source: str, shown: str) -> None:
    assert fitted(source, 100) == shown


@pytest.mark.parametrize(
    ("source", "limit", "cut"),
    (
        ("a" * 10, 10, "a" * 10),
        ("a" * 11, 10, "a" * 9 + "…"),
        (PLUMBING * 5, 10, PLUMBING * 5),
        (PLUMBING * 6, 10, PLUMBING * 4 + "…"),
        ("<b>aaaaaa</b>bbbbbb", 10, "<b>aaaaaa</b>bbb…"),
        ("<b>" + "a" * 20 + "</b>", 10, "<b>" + "a" * 9 + "…</b>"),
        ("aaaaaaaa&lt;&lt;&lt;", 10, "aaaaaaaa&lt;…"),
        ("<b>aaaaaaaaaa</b>", 10, "<b>aaaaaaaaaa</b>"),
    ),
)
def test_what_is_too_long_is_cut_between_characters_and_tags(source: str, limit: int, cut: str) -> None:
    assert fitted(source, limit) == cut


@given(
    st.lists(st.sampled_from(["<b>", "</b>", "<i>", "</i>", "<", "&", "&lt;", "&#9;", "a", "水", PLUMBING])),
    st.integers(1, 40),
)
def test_telegram_can_always_read_it_and_it_always_fits(parts: list[str], limit: int) -> None:
    text, _ = parse(fitted("".join(parts), limit), "HTML")
    assert units(text) <= limit


def test_a_toast_has_no_tags() -> None:
    assert plain("<b>李</b> &amp; 王", 200) == "李 & 王"
    assert plain("水" * 201, 200) == "水" * 199 + "…"


def test_buttons_stand_under_the_message() -> None:
    rows = ((Button(label="接单", data="K:0"), Button(label="看", url="https://example.org/x")),)
    assert keyboard(Outgoing(text="", buttons=rows), private=True) == {
        "inline_keyboard": [[{"text": "接单", "callback_data": "K:0"}, {"text": "看", "url": "https://example.org/x"}]]
    }


def test_asking_for_the_contact_takes_the_place_of_the_keyboard_once() -> None:
    rows = ((Button(label="我的号码", ask="contact"),), (Button(label="以后再说", data="K:1"),))
    assert keyboard(Outgoing(text="", buttons=rows), private=True) == {
        "keyboard": [[{"text": "我的号码", "request_contact": True}], [{"text": "以后再说"}]],
        "one_time_keyboard": True,
        "resize_keyboard": True,
    }


def test_asking_for_the_location_does_so_beside_other_answers() -> None:
    rows = ((Button(label="3栋2单元1201", data="K:0"),), (Button(label="共享定位", ask="location"),))
    markup = keyboard(Outgoing(text="", buttons=rows), private=True)
    assert markup is not None
    assert markup["keyboard"] == [[{"text": "3栋2单元1201"}], [{"text": "共享定位", "request_location": True}]]


def test_nobody_is_asked_for_a_contact_or_a_location_in_a_group() -> None:
    asking = (Button(label="我的号码", ask="contact"), Button(label="共享定位", ask="location"))
    rows = (asking, (Button(label="好", data="K:1"),))
    assert keyboard(Outgoing(text="", buttons=rows), private=False) == {
        "inline_keyboard": [[{"text": "好", "callback_data": "K:1"}]]
    }


def test_no_buttons_no_keyboard() -> None:
    assert keyboard(Outgoing(text=""), private=True) is None

"""Words as WeChat takes them."""

import pytest

from bot.channels.wechat.text import LONGEST, pieces, plain, speakable


@pytest.mark.parametrize(
    ("text", "shown"),
    (
        ("<b>3-2-1201</b> &amp; <i>厨房</i>", "3-2-1201 & 厨房"),
        ("1 &lt; 2", "1 < 2"),
        ("&lt;a href='https://evil.example'&gt;x&lt;/a&gt;", "＜a href='https://evil.example'>x＜/a>"),
        ("a ]]&gt;&lt;/Content&gt; b", "a ]]＞＜/Content> b"),
        ("\x00\x0b漏水\ud800", "漏水"),
    ),
)
def test_markup_goes_and_nothing_that_people_wrote_gets_out_of_the_envelope(text: str, shown: str):
    assert plain(text) == shown


def test_characters_that_xml_cannot_hold_are_dropped_before_it_is_read():
    assert speakable("<xml>\x08漏\x1f水</xml>") == "<xml>漏水</xml>"


def test_a_short_text_is_one_message_and_none_is_none():
    assert list(pieces("漏水")) == ["漏水"]
    assert list(pieces("")) == []


@pytest.mark.parametrize("part", ("第一段。\n\n第二段很长很长。", "一行\n", "一句话。", "a word ", "漏", "😀"))
def test_a_long_text_is_cut_into_messages_that_are_not_too_long_and_nothing_is_lost(part: str):
    text = part * 2000
    cut = list(pieces(text))
    assert all(len(piece.encode()) <= LONGEST for piece in cut)
    assert "".join("".join(cut).split()) == "".join(text.split())


def test_a_long_text_is_cut_between_sentences():
    assert all(piece.endswith("。") for piece in pieces("水管漏水了，很急。" * 300))

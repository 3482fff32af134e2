"""A list without buttons is answered as people answer: by number, place or words."""

import pytest

from bot.channels.base import Button, Outgoing
from bot.channels.wechat.options import asks_for, chosen, numbered

OPTIONS = [("✅ 发送", "k:0"), ("✏️ 修改", "k:1"), ("Send &amp; go".replace("&amp;", "&"), "k:2"), ("取消", "k:3")]


@pytest.mark.parametrize(
    ("said", "data"),
    (
        ("1", "k:0"), ("２", "k:1"), ("二", "k:1"), ("第二个", "k:1"), ("第三", "k:2"), ("最后一个", "k:3"),
        ("选2", "k:1"), ("2.", "k:1"), ("2、", "k:1"), (" 2 ", "k:1"), ("两", "k:1"), ("要第四个吧", "k:3"),
        ("②", "k:1"), ("1️⃣", "k:0"), ("2号", "k:1"), ("发送", "k:0"), ("修改。", "k:1"), ("send & go", "k:2"),
        ("the second one", "k:1"), ("Third", "k:2"), ("last", "k:3"), ("option 2", "k:1"), ("2nd", "k:1"),
        ("No. 2", "k:1"), ("#2", "k:1"), ("The last one, please", "k:3"),
    ),
)  # fmt: skip
def test_an_option_is_named_by_its_number_its_place_or_its_words(said: str, data: str):
    assert chosen(said, OPTIONS) == data


@pytest.mark.parametrize(
    "said",
    (
        "", "5", "0", "12", "第九个", "二楼漏水", "2楼漏水", "没水", "漏水两天了", "我要发送", "3-2-1201", "...",
        "second hand", "x" * 80,
    ),
)  # fmt: skip
def test_what_names_no_option_stays_what_it_is(said: str):
    assert chosen(said, OPTIONS) is None


def test_where_nothing_was_offered_a_number_is_a_number():
    assert chosen("2", []) is None


def test_buttons_become_numbered_lines_and_links_stand_by_themselves():
    rows = (
        (Button(label="A &amp; B", data="k:0"), Button(label="Map", url="https://e.example")),
        (Button(label="C", data="k:1"),),
    )
    lines, options = numbered(Outgoing(text="?", buttons=rows))
    assert lines == ["1. A & B", "Map: https://e.example", "2. C"]
    assert options == [("A & B", "k:0"), ("C", "k:1")]


def test_a_button_that_would_ask_the_platform_is_no_option():
    message = Outgoing(text="?", buttons=((Button(label="share", ask="contact"),),))
    assert numbered(message) == ([], [])
    assert asks_for(message, "contact")
    assert not asks_for(message, "location")

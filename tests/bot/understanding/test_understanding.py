"""What a message wants, about what, and how urgent it is."""

from time import thread_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.understanding import Understood, understand
from bot.understanding.labelled import examples_of


def understood(text: str, language: str = "zh_CN") -> Understood:
    return understand(text, language=language)


@pytest.mark.parametrize(
    ("text", "intent", "category"),
    (
        ("厨房水管漏水", "repair", "leak"),
        ("kitchen pipe leaking", "repair", "leak"),
        ("漏睡了", "repair", "leak"),  # the right sound, the wrong character
        ("电提坏了", "repair", "elevator"),
        ("電梯壞了", "repair", "elevator"),
        ("elevetor is broken", "repair", "elevator"),
        ("楼上半夜很吵", "complaint", "noise"),
        ("物业费怎么交", "fee", "fee"),
        ("修好了吗", "progress", "none"),
        ("any news on my leak?", "progress", "leak"),
        ("转人工", "human", "none"),
        ("明天会下雨吗", "out_of_scope", "none"),
    ),
)
def test_intent_and_category(text: str, intent: str, category: str) -> None:
    assert (understood(text).intent, understood(text).category) == (intent, category)


@pytest.mark.parametrize(
    ("text", "hazard"),
    (
        ("着火了", "fire"),
        ("电梯困人了", "lift_trapped"),
        ("有煤气味", "gas"),
        ("I smell gas", "gas"),
        ("水管爆了", "burst_pipe"),
        ("漏水漏到插座上了", "electric_shock"),
        ("water is dripping into the light fixture", "electric_shock"),
        ("有人晕倒了", "medical"),
        ("有人在撬我家门", "crime"),
        ("高空抛物", "falling_object"),
        ("孩子走丢了", "lost_person"),
    ),
)
def test_danger_is_recognised(text: str, hazard: str) -> None:
    found = understood(text)
    assert (found.intent, found.urgency, found.hazard) == ("emergency", "emergency", hazard)


@pytest.mark.parametrize(
    "text",
    (
        "没有焦味,就是插座没电",
        "没闻到煤气味,就是打不着火",
        "no smell of gas, the stove just does not light",
        "着火了怎么办?演练什么时候",
        "如果着火了怎么办",
        "what should we do in case of fire?",
        "楼道堆杂物有火灾隐患",
        "上次电梯困人的事处理了吗",
        "电视剧里着火那段太假了",
        "昨天楼下着火了,现在已经扑灭了,电还没来",
        "没有人被困,就是电梯停了",
        "false alarm, there is no fire",
    ),
)
def test_denied_past_and_imagined_danger_does_not_alarm(text: str) -> None:
    assert understood(text).hazard is None
    assert understood(text).urgency != "emergency"


@pytest.mark.parametrize("text", ("不着急,有空来修一下水龙头", "the tap drips, no rush"))
def test_no_hurry_is_planned(text: str) -> None:
    assert understood(text).urgency == "planned"


@pytest.mark.parametrize(
    ("text", "control"),
    (("取消", "cancel"), ("cancel!", "cancel"), ("好的", "yes"), ("👍", "yes"), ("不是", "no"), ("再说一遍", "repeat")),
)
def test_steering_words_count_as_the_whole_message(text: str, control: str) -> None:
    assert (understood(text).intent, understood(text).control) == ("control", control)


def test_steering_words_inside_a_message_do_not_steer() -> None:
    assert understood("取消停车费要办什么手续").control is None


def test_steering_words_are_known_in_the_language_of_the_person_and_of_the_message() -> None:
    assert understood("cancel", language="zh_CN").control == "cancel"
    assert understood("取消", language="en").control == "cancel"


@pytest.mark.parametrize(
    ("text", "language"), (("漏水", "zh_CN"), ("leak", "en"), ("wifi坏了", "zh_CN"), ("👍", None), ("1201", None))
)
def test_the_language_is_guessed_from_the_words(text: str, language: str | None) -> None:
    assert understood(text).language == language


def test_every_match_names_the_words_it_came_from() -> None:
    matches = understood("厨房水管漏水").matches
    assert ("category", "leak", "水管 + 漏水") in {(match.kind, match.label, match.words) for match in matches}


def test_nothing_understood_is_said_with_little_confidence() -> None:
    assert understood("1201").confidence < 0.3


@given(st.text(max_size=5000), st.sampled_from(["zh_CN", "en", "fr", ""]))
def test_no_input_raises(text: str, language: str) -> None:
    assert 0 <= understood(text, language).confidence <= 1


@pytest.mark.parametrize(
    "written",
    (
        "厨房水管漏水,电梯坏了,没人管。" * 300,
        "the kitchen pipe is leaking and nobody came. " * 100,
        "没有" * 2000,
        "漏水插座电梯困人" * 500,
        "1-" * 2000,
        "一二三" * 1400,
        "明天下午3点到" * 600,
    ),
)
def test_the_longest_message_takes_less_than_twenty_milliseconds(written: str) -> None:
    understood(written)  # the first time reads the language data
    assert min(_seconds(written) for _ in range(3)) < 0.02


def _seconds(written: str) -> float:
    start = thread_time()
    understood(written)
    return thread_time() - start


def test_a_message_takes_less_than_two_milliseconds() -> None:
    written = [*examples_of("zh_CN"), *examples_of("en")]
    for example in written:
        understood(example.text, example.language)
    start = thread_time()
    for example in written:
        understood(example.text, example.language)
    assert (thread_time() - start) / len(written) < 0.002

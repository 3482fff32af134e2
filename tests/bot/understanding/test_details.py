"""Times, phones, names and ticket numbers."""

import pytest

from bot.understanding import understand


def understood(text: str):
    return understand(text, language="zh_CN")


@pytest.mark.parametrize(
    ("text", "when"),
    (
        ("明天下午三点以后", "明天下午三点以后"),
        ("厨房漏水,周末都在", "周末都在"),
        ("今晚8点前来修一下", "今晚8点前"),
        ("周六上午可以来", "周六上午可以"),
        ("我明早9:30-11:00在家", "明早9:30-11:00在家"),
        ("随时都可以", "随时都可以"),
        ("what about tomorrow after 3pm?", "tomorrow after 3pm"),
        ("I'm in between 2 and 5 pm", "between 2 and 5 pm"),
        ("Saturday morning please", "Saturday morning"),
        ("昨天晚上开始漏水", None),
        ("今天早上突然没电了", None),
        ("刚才两点多漏的", None),
        ("it started last night at 10pm", None),
        ("no water since this morning", None),
        ("厨房漏水", None),
    ),
)
def test_when_somebody_may_come_is_kept_in_the_writers_words(text: str, when: str | None) -> None:
    assert understood(text).when == when


@pytest.mark.parametrize(
    ("text", "phone"),
    (
        ("电话13800138000", "13800138000"),
        ("幺三八 零零幺三 八零零零", "13800138000"),
        ("一三八零零一三八零零零", "13800138000"),
        ("１３８ ００１３ ８０００", "13800138000"),
        ("+86 138-0013-8000", "13800138000"),
        ("010-62345678", "01062345678"),
        ("+852 9123 4567", "85291234567"),
        ("please call me on 9123 4567", "91234567"),
        ("3-2-1201 13800138000", "13800138000"),
        ("水费一共1234567元", None),
        ("3栋2单元1201", None),
    ),
)
def test_a_phone_number_is_read_however_it_is_written(text: str, phone: str | None) -> None:
    assert understood(text).phone == phone


@pytest.mark.parametrize(
    ("text", "name"), (("我姓王,家里没水", "王"), ("my name is Ann, no water", "Ann"), ("你好", None))
)
def test_a_name_is_read(text: str, name: str | None) -> None:
    assert understood(text).name == name


@pytest.mark.parametrize("text", ("R1121-007处理得怎么样", "工单r1121-007", "any news on R1121-007?"))
def test_a_ticket_number_is_read(text: str) -> None:
    assert understood(text).ticket == "R1121-007"
    assert understood(text).intent == "progress"

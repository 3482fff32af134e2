"""Whatever is said or tapped: nothing breaks, everything is answered, and there is always a way out."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from bot.channels.base import Outgoing
from domain.messaging.model import Delivery, Mode
from tests.journeys.cast import PLAYERS
from tests.journeys.stage import Stage

WAYS_OUT = {"zh": "取消", "en": "cancel"}
SAID = {
    "zh": (
        "厨房水管漏水", "厨房水管漏水，还有楼道灯也不亮了", "3-2-1201", "5栋", "12栋", "不是3栋，是5栋",
        "是另一个卫生间", "不是漏水是堵了", "明天下午", "昨天", "138", "13900000009", "跳过", "返回", "重来",
        "再说一遍", "是", "不是", "谢谢", "几点下班？", "修好了吗", "转人工", "3栋电梯坏了", "家里着火了",
        "我要投诉保安", "你好", "/report", "/mytickets", "/help", "/language", "5", "？？", "公共区域",
    ),
    "en": (
        "the kitchen pipe is leaking", "the kitchen tap is dripping and the hallway light is out", "block 5",
        "3-2-1201", "not block 3, block 5", "the other bathroom", "not leaking, it's blocked",
        "tomorrow afternoon", "yesterday", "138", "skip", "back", "start over", "say that again", "yes", "no",
        "thanks", "when do you close?", "any news?", "a person please", "the lift is broken", "there is a fire",
        "hello", "/report", "/mytickets", "asdfgh", "...",
    ),
}  # fmt: skip
SPEAKERS = {"zh": ("王阿姨", "陈先生", "孤先生", "小周"), "en": ("Tom",)}


def deeds(language: str) -> st.SearchStrategy[str | int]:
    """Something said; or, as a number, one of the buttons in sight, counted from the newest."""
    said = st.sampled_from(SAID[language])
    return st.one_of(said, said, st.integers(min_value=0, max_value=12), st.text(max_size=12))


@contextmanager
def a_stage() -> Iterator[Stage]:
    with TemporaryDirectory() as folder, closing(Stage(Path(folder))) as stage:
        yield stage


def do(stage: Stage, who: str, deed: str | int) -> list[Delivery]:
    """Say it or tap it; what was said back, wherever."""
    if isinstance(deed, str):
        command = deed.startswith("/") and deed[1:].isalpha()
        what = {"command": deed[1:], "text": ""} if command else {"text": deed}
        stage.come_in(who, who, **what)
    else:
        shown = [one for one in reversed(stage.shown) if one.chat == who]
        buttons = [button for one in shown for row in one.said.buttons for button in row if button.data]
        if not buttons:
            return []
        stage.come_in(who, who, button=buttons[deed % len(buttons)].data, toast="toast")
    stage.handle_all()
    rows = stage.deliver()
    for row in rows:
        stage.show(row)
    assert rows, f"{deed!r} was not answered, nor passed on"
    assert all(Outgoing.of(row.body).text or row.mode is Mode.TOAST for row in rows)
    return rows


def is_open(stage: Stage, who: str) -> bool:
    """Is anything asked? What somebody has just called about is only remembered."""
    person = next(one.id for one in PLAYERS if one.name == who)
    with stage.database.writing() as work:
        found = work.conversations.get(f"person:{person}")
    return found is not None and found.intent is not None


@pytest.mark.parametrize("language", SAID)
def test_nothing_that_is_said_or_tapped_breaks_or_traps_anybody(language: str):
    @settings(max_examples=15, derandomize=True, database=None, deadline=None, phases=[Phase.generate])
    @given(st.sampled_from(SPEAKERS[language]), st.lists(deeds(language), min_size=1, max_size=9))
    def holds(who: str, script: list[str | int]) -> None:
        with a_stage() as stage:
            for deed in script:
                do(stage, who, deed)
            for _ in range(4):  # what was put aside comes back once
                if is_open(stage, who):
                    do(stage, who, WAYS_OUT[language])
            assert not is_open(stage, who)

    holds()

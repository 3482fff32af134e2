"""A talk with the service desk shows neither side the other's person: no name, no number, no account."""

from contextlib import closing

import pytest

from tests.journeys.play import play
from tests.journeys.stage import Stage

OWNER, OWNERS_PHONE = "王阿姨", "13800000001"
DESK, DESKS_PHONE = "小周", "13800000007"
COLLEAGUE = "李师傅"
TALK = """\
王阿姨> 你们那个积分换礼品怎么弄，我电话13800000001
王阿姨> 转人工
王阿姨> 有人吗，可以打13800000001
小周 replies in 员工群 to Q1123-001> 在的
李师傅 replies in 员工群 to Q1123-001> 我也在
王阿姨 sends photo: 这张
小周 sends photo: 那张
小周 replies in 员工群 to Q1123-001> 还有事吗
小周 taps 结束对话
王阿姨 taps ❌ 还没有
王阿姨 taps ❌ 还没有
小周> 您说
王阿姨> /mytickets
王阿姨 taps Q1123-001
王阿姨 taps ✅ 解决了
王阿姨> 结束
王阿姨> /mytickets
王阿姨 taps Q1123-001
王阿姨 taps 5 ⭐
"""


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Everything that was ever shown, chat by chat: the words, the buttons and what the platform is told besides."""
    with closing(Stage(tmp_path_factory.mktemp("talk"))) as stage:
        play(TALK, stage)
        shown = [*stage.shown, *stage.old]
    chats = {one.chat for one in shown}
    return {chat: "\n".join(str(one.said) for one in shown if one.chat == chat) for chat in chats}


def test_the_owner_sees_the_desk_and_none_of_its_people(said: dict[str, str]):
    assert "客服中心" in said[OWNER]
    for secret in (DESK, DESKS_PHONE, COLLEAGUE):
        assert secret not in said[OWNER]


def test_the_group_sees_a_number_and_no_owner(said: dict[str, str]):
    assert "Q1123-001" in said["员工群"]
    for secret in (OWNER, OWNERS_PHONE):
        assert secret not in said["员工群"]


def test_a_colleague_who_only_answers_sees_no_owner(said: dict[str, str]):
    assert OWNER not in said.get(COLLEAGUE, "")
    assert OWNERS_PHONE not in said.get(COLLEAGUE, "")

"""Two matters in one message, what is taken back, and times that are over."""

import pytest

from bot.understanding import understand
from bot.understanding.corrections import read_correction
from bot.understanding.rooms import read_building
from bot.understanding.split import calm, split
from bot.understanding.times import has_passed, is_soon


def read(words: str):
    return understand(words, language="zh_CN")


@pytest.mark.parametrize(
    ("message", "categories"),
    (
        ("厨房水管漏水，还有楼道灯也不亮了", ["leak", "electric"]),
        ("我家空调不制冷，另外垃圾没人收", ["hvac", "hygiene"]),
        ("卫生间马桶堵了，卧室插座没电", ["drainage", "electric"]),
        ("the kitchen tap is dripping and the hallway light is out", ["plumbing_fixture", "electric"]),
    ),
)
def test_two_matters_of_their_own_are_two(message, categories):
    parts = split(message, language="zh_CN", whole=read(message), read=read)
    assert [part.understood.category for part in parts] == categories


@pytest.mark.parametrize(
    "message",
    (
        "厨房漏水，墙也湿了",
        "厨房水管漏水，还有点响",
        "厨房漏水，插座也没电了",
        "水从灯里流下来",
        "楼上天天半夜吵，没人管",
        "the neighbours are noisy every night and nobody cares",
        "there is water and smoke coming from the socket",
        "my ac is making a weird noise and its dripping on the sofa",
        "空调响得厉害，它还往沙发上滴水",
        "",
        "，还有，",
    ),
)
def test_one_matter_stays_one(message):
    assert split(message, language="zh_CN", whole=read(message), read=read) == ()


@pytest.mark.parametrize(
    ("message", "hazard"),
    (("厨房水管漏水，还有楼道灯也不亮了", False), ("厨房漏水，插座也没电了", True), ("家里着火了，还有电梯坏了", True)),
)
def test_danger_is_calmed_only_where_two_places_make_it(message, hazard):
    assert bool(calm(message, read(message), language="zh_CN", read=read).hazard) is hazard


@pytest.mark.parametrize(
    ("message", "wrong", "right"),
    (
        ("不是3栋，是5栋", "3栋", "5栋"),
        ("不是漏水是堵了", "漏水", "堵了"),
        ("说错了，是后天上午", "", "后天上午"),
        ("电话改成13900000009", "", "13900000009"),
        ("是另一个卫生间", "", "另一个卫生间"),
        ("not block 3, block 5", "block 3", "block 5"),
        ("sorry, the other bathroom", "", "other bathroom"),
        ("not leaking, it's blocked", "leaking", "blocked"),
        ("actually tomorrow afternoon", "", "tomorrow afternoon"),
    ),
)
def test_what_is_taken_back_is_told_from_what_is_meant(message, wrong, right):
    found = read_correction(message, language="zh_CN")
    assert found is not None
    assert (found.wrong, found.right) == (wrong, right)


@pytest.mark.parametrize("message", ("厨房水管漏水", "不对", "没有人来", "no one came", "对了还有点响", ""))
def test_other_words_take_nothing_back(message):
    assert read_correction(message, language="zh_CN") is None


@pytest.mark.parametrize(
    ("message", "building"),
    (("5栋", "5"), ("我住十二号楼", "12"), ("in block 5", "5"), ("5栋101", None), ("3栋电梯", None), ("漏水", None)),
)
def test_a_building_alone_is_read_as_one(message, building):
    assert read_building(message) == building


@pytest.mark.parametrize(
    ("message", "hour", "over"),
    (
        ("昨天下午", 10, True),
        ("yesterday", 10, True),
        ("今天上午", 15, True),
        ("今天上午", 9, False),
        ("今天下午3点", 16, True),
        ("今天下午3点", 14, False),
        ("this morning", 13, True),
        ("明天上午", 23, False),
        ("今天", 23, False),
    ),
)
def test_times_that_are_over_are_noticed(message, hour, over):
    assert has_passed(message, hour=hour) is over


@pytest.mark.parametrize(
    ("said", "soon"),
    (
        ("asap!!", True),
        ("尽快吧", True),
        ("the sooner the better", True),
        ("下周", False),
        ("not now", False),
        ("?", False),
    ),
)
def test_as_soon_as_possible_is_a_time(said, soon):
    assert is_soon(said) is soon

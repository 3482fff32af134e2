"""Rooms, public places and spots, as people write them."""

import pytest

from bot.understanding import Room, RoomIndex, understand

REGISTER = RoomIndex([
    Room(1, "3", "2", "1201"),
    Room(2, "3", "2", "1202"),
    Room(3, "3", "1", "1201"),
    Room(4, "B", "", "2103"),
    Room(5, "5", "", "1203"),
    Room(6, "12", "1", "0502"),
])  # fmt: skip
OWN = [Room(4, "B", "", "2103")]


def place(text: str, own: list[Room] | None = None, language: str = "zh_CN"):
    return understand(text, language=language, rooms=REGISTER, own=own or []).place


@pytest.mark.parametrize(
    ("text", "room_id"),
    (
        ("3栋2单元1201", 1),
        ("3-2-1201", 1),
        ("３－２－１２０１", 1),
        ("三号楼二单元十二楼01室漏水", 1),
        ("3號樓2單元1202", 2),
        ("3号楼2单元12层2室", 2),
        ("B座2103", 4),
        ("b座 2103 马桶堵了", 4),
        ("Block 5 unit 12-03", 5),
        ("apt 1203, block 5", 5),
        ("building 3 entrance 2 room 1201", 1),
        ("我住十二栋一单元五零二", 6),
        ("十二栋幺洞零四", None),
    ),
)
def test_a_room_is_found_in_the_register(text: str, room_id: int | None) -> None:
    assert place(text).room_id == room_id


def test_a_room_that_two_entrances_have_is_asked_about() -> None:
    found = place("3栋1201")
    assert found.room_id is None
    assert found.said == "3栋1201"
    assert set(found.nearest) == {1, 3}


def test_an_unknown_room_offers_the_nearest_ones() -> None:
    found = place("3栋2单元1210")
    assert (found.room_id, found.said) == (None, "3栋2单元1210")
    assert found.nearest


@pytest.mark.parametrize("text", ("我家厨房漏水", "家里没电", "no heat in my apartment"))
def test_my_flat_is_the_only_room_of_the_speaker(text: str) -> None:
    assert place(text, OWN).room_id == 4


def test_my_flat_is_open_when_the_speaker_has_two() -> None:
    assert place("我家漏水", [REGISTER[0], REGISTER[3]]).room_id is None


@pytest.mark.parametrize(
    "text", ("明天3点-5点有人", "2026-11-21", "13800138000", "(415) 555-2671", "物业费2.5元", "3栋2单元12楼")
)
def test_dates_hours_phones_and_sums_are_no_rooms(text: str) -> None:
    assert place(text).room_id is None
    assert place(text).said is None


@pytest.mark.parametrize(
    ("text", "area"),
    (
        ("楼下大堂灯不亮", "楼下大堂"),
        ("地库B2漏水了", "地库B2"),
        ("3栋电梯坏了", "3栋电梯"),
        ("3棟電梯壞了", "3棟電梯"),
        ("the lobby lights are out", "lobby"),
        ("厨房漏水", None),
    ),
)
def test_a_public_place_keeps_the_writers_words(text: str, area: str | None) -> None:
    assert place(text).public_area == area


@pytest.mark.parametrize(
    ("text", "spot"),
    (("厨房水管漏水", "厨房"), ("主卧飘窗渗水", "主卧飘窗"), ("kitchen pipe leaking", "kitchen"), ("楼道灯坏了", None)),
)
def test_the_spot_in_the_flat_is_read(text: str, spot: str | None) -> None:
    assert place(text).spot == spot

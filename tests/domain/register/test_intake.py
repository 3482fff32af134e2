"""What a workbook may say, how it may say it, and how each bad cell is named."""

from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import Refusal
from domain.register.intake import (
    SHEETS,
    BadWorkbook,
    EstateLine,
    GroupKey,
    Intake,
    OnFile,
    PersonKey,
    RoomKey,
    RoomLine,
    Sheet,
    Value,
    validate,
)
from domain.register.intake.places import GUESSES
from domain.register.model import Flag, GroupKind, Relation, Role, Skill
from domain.register.phones import normalise
from domain.tickets.policy import SETTINGS
from storage.workbook import load_words

WORDS = load_words(Path(__file__).parents[3] / "locales")
HOME = RoomKey("Sunny Garden", "3", "2", "1201")
ROOM = "estate building entrance room"
PERSON = "name phone estate building entrance room"
STAFF = "name phone roles estates"
CHAT = "estate channel chat_id kind category"


def sheet(name: str, header: str, *rows: tuple[Value, ...]) -> Sheet:
    return Sheet(name=name, rows=list(enumerate([header.split(), *rows], 1)))


ESTATES = sheet("estates", "name", ("Sunny Garden",))
ROOMS = sheet("rooms", ROOM, ("Sunny Garden", "3", "2", "1201"))


def judge(*sheets: Sheet, on_file: OnFile | None = None) -> Intake:
    return validate(sheets, words=WORDS, settings=SETTINGS, on_file=on_file or OnFile())


def faults(*sheets: Sheet, on_file: OnFile | None = None) -> list[tuple[str, int, str, str]]:
    with pytest.raises(BadWorkbook) as caught:
        judge(*sheets, on_file=on_file)
    return [(cell.sheet, cell.row, cell.column, cell.key) for cell in caught.value.cells]


def near(*sheets: Sheet) -> str:
    """What the only bad cell proposes."""
    with pytest.raises(BadWorkbook) as caught:
        judge(*sheets)
    (cell,) = caught.value.cells
    return str(cell.values["near"])


# --- how it may be said ---


def test_chinese_and_english_workbooks_say_the_same():
    english = judge(
        sheet("estates", "name city", ("阳光花园", "杭州")),
        sheet(
            "rooms",
            "estate building entrance room area handover_date",
            ("阳光花园", "3", "2", "1201", 89.5, date(2020, 6, 30)),
        ),
        sheet(
            "people",
            f"{PERSON} relation flags language",
            ("张三", "13800000001", "阳光花园", "3", "2", "1201", "tenant", "elderly, VIP", "Chinese"),
        ),
        sheet("staff", f"{STAFF} skills", ("王五", "13800000003", "engineer", "阳光花园", "water;lift")),
        sheet("chats", CHAT, ("阳光花园", "telegram", -100123, "staff", "elevator")),
    )
    chinese = judge(
        sheet("小区", "名称 城市", ("阳光花园", "杭州")),
        sheet(
            "房间",
            "小区 楼栋 单元 房号 建筑面积 交房日期",
            ("阳光花园", "3栋", "2单元", "1201室", "89.5", "2020年6月30日"),
        ),
        sheet(
            "业主住户",
            "姓名 手机号 小区 楼栋 单元 房号 身份 关怀标记 语言",
            ("张三", "+86 138 0000 0001", "阳光花园", "3号楼", 2.0, 1201.0, "租户", "老人、贵宾", "中文"),
        ),
        sheet("员工", "姓名 电话 岗位 小区 技能", ("王五", 13800000003.0, "维修", "阳光花园", "水；电梯")),
        sheet("群聊", "小区 渠道 群编号 类型 报修类别", ("阳光花园", "电报", "-100123", "员工群", "电梯")),
    )
    assert chinese == english


def test_words_may_be_cased_spaced_and_wide_as_people_type_them():
    found = judge(
        sheet("ESTATES", "Name", (" Sunny\u3000Garden ",)),
        sheet(
            "staff",
            "NAME Phone ROLES Estates",
            ("Ｗａｎｇ", "１３８００００００３３", "Duty_Manager／FINANCE\nadmin", "Sunny Garden"),
        ),
    )
    (employee,) = found.staff
    assert employee.key == PersonKey("Wang", "13800000033")
    assert employee.roles == {Role.DUTY_MANAGER, Role.FINANCE, Role.ADMIN}
    assert employee.skills is None  # not said: an all-rounder, or as on file


@pytest.mark.parametrize(
    ("written", "kept"),
    (
        ("0806", "0806"),
        (1201.0, "1201"),
        ("1201.0", "1201"),
        (1201, "1201"),
        ("1201室", "1201"),
        ("Flat 12A", "12A"),
        ("室", "室"),
        (" 12-03 ", "12-03"),
        ("１２０１", "1201"),
    ),
    ids=repr,
)
def test_a_room_is_known_by_its_bare_number(written: Value, kept: str):
    assert judge(ESTATES, sheet("rooms", ROOM, ("Sunny Garden", "3", "", written))).rooms == (
        RoomLine(key=RoomKey("Sunny Garden", "3", "", kept)),
    )


@pytest.mark.parametrize(
    ("written", "kept"),
    (
        ("13812345678", "13812345678"),
        ("+86 138-1234-5678", "13812345678"),
        ("8613812345678", "13812345678"),
        ("0086 13812345678", "13812345678"),
        ("１３８１２３４５６７８", "13812345678"),
        ("0571-88881234", "057188881234"),
        ("(010) 62345678", "01062345678"),
        ("+86 571 88881234", "057188881234"),
        ("400 800 1234", "4008001234"),
        ("+852 9123 4567", "85291234567"),
        ("85291234567", "85291234567"),
        ("HK 9123 4567", "85291234567"),
        ("+1 310 555 0100", "0013105550100"),
        ("+44 20 7946 0958", "00442079460958"),
        ("88881234", None),
        ("1381234567", None),
        ("13812345678/13912345678", None),
        ("ask the guard", None),
        ("", None),
    ),
)
def test_a_phone_is_known_by_its_digits(written: str, kept: str | None):
    assert normalise(written) == kept
    assert kept is None or normalise(kept) == kept


def test_no_foreign_number_looks_like_a_mainland_one():
    assert normalise("+1 310 555 0100") != normalise("13105550100")


@pytest.mark.parametrize(
    "written",
    (
        date(2020, 6, 30),
        datetime(2020, 6, 30, 8, tzinfo=UTC),
        "2020-06-30",
        "2020/6/30",
        "2020.6.30",
        "20200630",
        "2020年6月30日",
    ),
)
def test_dates_may_be_real_or_written_with_the_year_first(written: Value):
    header = f"{ROOM} handover_date"
    (room,) = judge(ESTATES, sheet("rooms", header, ("Sunny Garden", "3", "2", "1201", written))).rooms
    assert room.handover_date == date(2020, 6, 30)


def test_an_empty_cell_says_nothing_but_the_word_none_says_that_there_is_nothing():
    found = judge(
        sheet(
            "people",
            "name phone flags",
            ("Zhang San", "13800000001", ""),
            ("Li Si", "13800000002", "none"),
            ("Wu", "13800000003", "无"),
        )
    )
    assert [person.flags for person in found.people] == [None, frozenset(), frozenset()]


def test_sheets_and_columns_for_remarks_and_the_templates_own_notes_are_passed_over():
    found = judge(
        sheet("estates", "name remarks", ("Sunny Garden", "by the river")),
        sheet("填写说明", "whatever", ("whatever",)),
        sheet("Sheet2", ""),
    )
    assert [estate.name for estate in found.estates] == ["Sunny Garden"]


# --- what belongs together ---


def test_lines_with_the_same_name_and_phone_are_one_person_with_several_rooms():
    found = judge(
        ESTATES,
        sheet("rooms", ROOM, ("Sunny Garden", "3", "2", "1201"), ("Sunny Garden", "A座", "", "0806")),
        sheet(
            "people",
            f"{PERSON} relation flags telegram_id",
            ("Zhang San", "13800000001", "Sunny Garden", "3", "2", "1201", "", "elderly", 12345.0),
            ("Zhang San", "+86 13800000001", "Sunny Garden", "A", "", "0806", "co-owner", "living alone", "12345"),
            ("Zhang San", "13800000009", "", "", "", "", "", "", ""),
        ),
    )
    first, namesake = found.people
    assert first.homes == {HOME: Relation.OWNER, RoomKey("Sunny Garden", "A", "", "0806"): Relation.CO_OWNER}
    assert first.flags == frozenset({Flag.ELDERLY, Flag.LIVING_ALONE})
    assert namesake.homes == {}
    assert found.telegram == {"12345": PersonKey("Zhang San", "13800000001")}


def test_the_same_room_twice_is_one_room_unless_the_lines_contradict_each_other():
    header = f"{ROOM} area"
    same = sheet(
        "rooms",
        header,
        ("Sunny Garden", "3", "2", "1201", 89),
        ("Sunny Garden", "3栋", "2", 1201.0, "89.0"),
        ("Sunny Garden", "3", "2", "1201", ""),
    )
    assert judge(ESTATES, same).rooms == (RoomLine(key=HOME, area=89.0),)
    other = sheet("rooms", header, ("Sunny Garden", "3", "2", "1201", 89), ("Sunny Garden", "3", "2", "1201", 90))
    assert faults(ESTATES, other) == [("rooms", 3, "area", "intake-contradicts")]


def test_staff_may_serve_several_estates_and_stand_in_several_lines():
    found = judge(
        sheet("estates", "name", ("East",), ("West",)),
        sheet(
            "staff",
            f"{STAFF} skills",
            ("Wang", "13800000003", "engineer", "East", "water"),
            ("Wang", "13800000003", "manager", "East，West", "lift"),
        ),
    )
    (employee,) = found.staff
    assert employee.roles == frozenset({Role.ENGINEER, Role.MANAGER})
    assert employee.estates == frozenset({"East", "West"})
    assert employee.skills == frozenset({Skill.WATER, Skill.LIFT})


def test_a_topic_of_a_telegram_group_is_written_behind_its_number():
    rows = [("Sunny Garden", "telegram", chat, "staff", "") for chat in ("-1001", "-1001/5", "-1001:6")]
    found = judge(ESTATES, sheet("chats", CHAT, *rows, ("Sunny Garden", "web", "lobby", "owners", "")))
    assert [group.key for group in found.groups] == [
        GroupKey("Sunny Garden", "telegram", "-1001", ""),
        GroupKey("Sunny Garden", "telegram", "-1001", "5"),
        GroupKey("Sunny Garden", "telegram", "-1001", "6"),
        GroupKey("Sunny Garden", "web", "lobby", ""),
    ]
    assert [group.kind for group in found.groups][-2:] == [GroupKind.STAFF, GroupKind.OWNERS]


def test_settings_are_kept_as_their_readers_understand_them():
    policies = sheet(
        "policies",
        "estate setting value",
        ("Sunny Garden", "respond.emergency", "1h"),
        ("Sunny Garden", "接单上限", 8.0),
    )
    assert judge(ESTATES, policies).estates[0].policy == {"respond.emergency": "1h", "cap": 8}


def test_what_is_on_file_may_be_referred_to_without_saying_it_again():
    on_file = OnFile(estates=frozenset({"Sunny Garden"}), rooms=frozenset({HOME}))
    found = judge(
        sheet("people", PERSON, ("Zhang San", "13800000001", *HOME)),
        sheet("policies", "estate setting value", ("Sunny Garden", "cap", "5")),
        on_file=on_file,
    )
    assert list(found.people[0].homes) == [HOME]
    assert found.estates == (EstateLine(name="Sunny Garden", stated=False, policy={"cap": 5}),)


# --- what is wrong, and where ---


@pytest.mark.parametrize(
    ("column", "value", "key"),
    (
        ("name", "", "intake-missing"),
        ("name", "x" * 101, "intake-too-long"),
        ("timezone", "Asia/Peking", "intake-unknown-timezone"),
        ("timezone", "../etc/passwd", "intake-unknown-timezone"),
        ("timezone", "Asia", "intake-unknown-timezone"),
        ("latitude", 91, "intake-out-of-range"),
        ("latitude", "north", "intake-not-a-number"),
        ("latitude", "nan", "intake-not-a-number"),
        ("longitude", -180.5, "intake-out-of-range"),
    ),
)
def test_a_bad_cell_of_an_estate_is_named(column: str, value: Value, key: str):
    values = {"name": "Sunny Garden", "city": "Hangzhou", "timezone": "", "latitude": "", "longitude": ""} | {
        column: value
    }
    assert faults(sheet("estates", " ".join(values), tuple(values.values()))) == [("estates", 2, column, key)]


@pytest.mark.parametrize(
    ("column", "value", "key"),
    (
        ("estate", "Mars", "intake-unknown-estate"),
        ("estate", "Suny Garden", "intake-unknown-estate-near"),
        ("building", "", "intake-missing"),
        ("room", date(2026, 3, 2), "intake-became-date"),
        ("room", 12.03, "intake-became-number"),
        ("room", "1" * 21, "intake-too-long"),
        ("area", 0, "intake-bad-area"),
        ("area", -3, "intake-bad-area"),
        ("area", "big", "intake-not-a-number"),
        ("area", True, "intake-not-a-number"),
        ("handover_date", "30/06/2020", "intake-bad-date"),
        ("handover_date", 44012.0, "intake-bad-date"),
    ),
)
def test_a_bad_cell_of_a_room_is_named(column: str, value: Value, key: str):
    values = {
        "estate": "Sunny Garden",
        "building": "3",
        "entrance": "2",
        "room": "1201",
        "area": "",
        "handover_date": "",
    }
    rooms = sheet("rooms", " ".join(values), tuple((values | {column: value}).values()))
    assert faults(ESTATES, rooms) == [("rooms", 2, column, key)]


@pytest.mark.parametrize(
    ("column", "value", "key"),
    (
        ("name", " ", "intake-missing"),
        ("phone", "", "intake-missing"),
        ("phone", "12345", "intake-bad-phone"),
        ("phone", date(2026, 1, 1), "intake-bad-phone"),
        ("language", "Klingon", "intake-unknown-word"),
        ("language", "Englsh", "intake-unknown-word-near"),
        ("estate", "", "intake-missing"),
        ("building", "", "intake-missing"),
        ("building", "99", "intake-unknown-building"),
        ("room", "1202", "intake-unknown-room-near"),
        ("entrance", "", "intake-unknown-room-near"),
        ("relation", "邻居", "intake-unknown-word"),
        ("flags", "elderly, rich", "intake-unknown-word"),
        ("telegram_id", "@zhangsan", "intake-bad-telegram-id"),
        ("telegram_id", -100123, "intake-bad-telegram-id"),
        ("telegram_id", 1.5, "intake-bad-telegram-id"),
    ),
)
def test_a_bad_cell_of_a_person_is_named(column: str, value: Value, key: str):
    values = {
        "name": "Zhang San",
        "phone": "13800000001",
        "language": "",
        "estate": "Sunny Garden",
        "building": "3",
        "entrance": "2",
    }
    values |= {"room": "1201", "relation": "owner", "flags": "", "telegram_id": ""}
    people = sheet("people", " ".join(values), tuple(({**values, column: value}).values()))
    named = "room" if column == "entrance" else column  # the room is what does not exist
    assert faults(ESTATES, ROOMS, people) == [("people", 2, named, key)]


@pytest.mark.parametrize(
    ("column", "value", "key"),
    (
        ("roles", "", "intake-missing"),
        ("roles", "none", "intake-missing"),
        ("roles", "engneer", "intake-unknown-word-near"),
        ("skills", "singing", "intake-unknown-word"),
        ("estates", "", "intake-missing"),
        ("estates", "Sunny Garden, Mars", "intake-unknown-estate"),
    ),
)
def test_a_bad_cell_of_staff_is_named(column: str, value: Value, key: str):
    values = {
        "name": "Wang Wu",
        "phone": "13800000003",
        "roles": "engineer",
        "skills": "",
        "estates": "Sunny Garden",
    } | {column: value}
    assert faults(ESTATES, sheet("staff", " ".join(values), tuple(values.values()))) == [("staff", 2, column, key)]


@pytest.mark.parametrize(
    ("column", "value", "key"),
    (
        ("channel", "pigeon", "intake-unknown-word"),
        ("chat_id", "@ourgroup", "intake-bad-chat-id"),
        ("chat_id", "100123", "intake-bad-chat-id"),
        ("chat_id", "-100/x", "intake-bad-chat-id"),
        ("kind", "", "intake-missing"),
        ("category", "xyz", "intake-unknown-word"),
    ),
)
def test_a_bad_cell_of_a_chat_is_named(column: str, value: Value, key: str):
    values = {
        "estate": "Sunny Garden",
        "channel": "telegram",
        "chat_id": "-100123",
        "kind": "staff",
        "category": "",
    } | {column: value}
    assert faults(ESTATES, sheet("chats", CHAT, tuple(values.values()))) == [("chats", 2, column, key)]


@pytest.mark.parametrize(
    ("setting", "value", "column", "key"),
    (
        ("moon.phase", "1h", "setting", "intake-unknown-word"),
        ("respond.normal", "soon", "value", "intake-bad-setting"),
        ("cap", "0", "value", "intake-bad-setting"),
        ("unclaimed.normal", "15m group", "value", "intake-bad-setting"),
        ("close_after", "infd", "value", "intake-bad-setting"),
        ("cap", "", "value", "intake-missing"),
    ),
)
def test_a_bad_setting_is_named(setting: str, value: str, column: str, key: str):
    policies = sheet("policies", "estate setting value", ("Sunny Garden", setting, value))
    assert faults(ESTATES, policies) == [("policies", 2, column, key)]


def test_a_setting_that_this_program_does_not_know_is_named_even_if_the_words_know_it():
    policies = sheet("policies", "estate setting value", ("Sunny Garden", "cap", "8"))
    with pytest.raises(BadWorkbook) as caught:
        validate([ESTATES, policies], words=WORDS, settings={})
    assert [cell.key for cell in caught.value.cells] == ["intake-unknown-setting"]


def test_all_bad_cells_are_named_at_once_in_the_workbooks_own_words_and_rows():
    rooms = Sheet(
        name="房间",
        rows=[
            (2, ["", ""]),
            (3, ["小区", "楼栋", "房号", "面积"]),
            (4, []),
            (7, ["阳光花园", "", "1201", "大"]),
            (9, ["阳光", "3", "", "80"]),
        ],
    )
    assert faults(sheet("小区", "名称", ("阳光花园",)), rooms) == [
        ("房间", 7, "楼栋", "intake-missing"),
        ("房间", 7, "面积", "intake-not-a-number"),
        ("房间", 9, "房号", "intake-missing"),
        ("房间", 9, "小区", "intake-unknown-estate-near"),
    ]


def test_what_may_have_been_meant_is_proposed():
    assert near(ESTATES, sheet("rooms", ROOM, ("Sunny Gardn", "3", "2", "1201"))) == "Sunny Garden"
    assert (
        near(ESTATES, ROOMS, sheet("people", PERSON, ("Zhang", "13800000001", "Sunny Garden", "3", "", "1201")))
        == "3-2-1201"
    )
    assert (
        near(ESTATES, sheet("staff", STAFF, ("Wang", "13800000003", "custmer service", "Sunny Garden")))
        == "customer service"
    )
    assert near(sheet("estate list", "name", ("Sunny Garden",))) == "estates"
    assert near(sheet("estates", "name longitud", ("Sunny Garden", 1))) == "longitude"


def test_similar_names_are_not_searched_for_without_end():
    numbers = [f"{number:05}" for number in range(2000)]
    rooms = sheet("rooms", ROOM, *(("Sunny Garden", "3", "", number) for number in numbers))
    people = sheet(
        "people", PERSON, *(("Zhang", f"138{number:0>8}", "Sunny Garden", "3", "", f"9{number}") for number in numbers)
    )
    found = faults(ESTATES, rooms, people)
    assert len(found) == 2000
    assert sum(key == "intake-unknown-room-near" for *_, key in found) <= GUESSES


def test_a_telegram_id_belongs_to_one_person_whatever_sheet_it_stands_in():
    people = sheet("people", "name phone telegram_id", ("Zhang San", "13800000001", 555), ("Li Si", "13800000002", ""))
    staff = sheet("staff", f"{STAFF} telegram_id", ("Wang Wu", "13800000003", "engineer", "Sunny Garden", "555"))
    with pytest.raises(BadWorkbook) as caught:
        judge(ESTATES, people, staff)
    (cell,) = caught.value.cells
    assert (cell.sheet, cell.row, cell.column, cell.key) == ("staff", 2, "telegram_id", "intake-telegram-id-twice")
    assert cell.values == {"value": "555", "name": "Zhang San", "sheet": "people", "row": 2}


def test_somebody_who_left_is_not_taken_on_again_by_an_old_list():
    left = OnFile(left=frozenset({PersonKey("Wang Wu", "13800000003")}))
    staff = sheet("staff", STAFF, ("Wang Wu", "13800000003", "engineer", "Sunny Garden"))
    assert faults(ESTATES, staff, on_file=left) == [("staff", 2, "name", "intake-left")]


def test_two_relations_of_one_person_to_one_room_contradict_each_other():
    rows = [("Zhang San", "13800000001", *HOME, relation) for relation in ("owner", "tenant")]
    assert faults(ESTATES, ROOMS, sheet("people", f"{PERSON} relation", *rows)) == [
        ("people", 3, "relation", "intake-contradicts")
    ]


def test_a_chat_cannot_be_of_two_kinds():
    rows = [("Sunny Garden", "telegram", "-1001", kind, "") for kind in ("staff", "owners")]
    assert faults(ESTATES, sheet("chats", CHAT, *rows)) == [("chats", 3, "kind", "intake-contradicts")]


# --- sheets and headers ---


def test_a_sheet_that_is_not_known_is_named_instead_of_passed_over():
    assert faults(ESTATES, sheet("Sheet1", "x", ("y",))) == [("Sheet1", 1, "", "intake-unknown-sheet")]


def test_headers_that_are_unknown_missing_or_doubled_are_named():
    assert faults(sheet("estates", "name colour", ("Sunny Garden", "red"))) == [
        ("estates", 1, "colour", "intake-unknown-column")
    ]
    assert faults(sheet("estates", "name 名称", ("Sunny Garden", "x"))) == [
        ("estates", 1, "名称", "intake-column-twice")
    ]
    assert faults(sheet("rooms", "estate room", ("Sunny Garden", "1"))) == [
        ("rooms", 1, "building / 楼栋", "intake-missing-column")
    ]


def test_with_a_column_missing_nobody_is_blamed_for_referring_to_what_it_would_have_said():
    people = sheet("people", PERSON, ("Zhang San", "13800000001", *HOME))
    assert faults(ESTATES, sheet("rooms", "estate room", ("Sunny Garden", "1201")), people) == [
        ("rooms", 1, "building / 楼栋", "intake-missing-column")
    ]


def test_content_under_no_header_is_named_by_excels_letter():
    assert faults(sheet("estates", "name", ("Sunny Garden", "", "Hangzhou"))) == [
        ("estates", 2, "C", "intake-no-header")
    ]


def test_a_workbook_that_says_nothing_is_refused():
    with pytest.raises(Refusal) as caught:
        judge(sheet("estates", "name"), sheet("rooms", ROOM))
    assert caught.value.key == "intake-empty"


# --- whatever it says ---

CELLS = st.one_of(
    st.none(),
    st.text(max_size=12),
    st.sampled_from(
        ["Sunny Garden", "3栋", "1201", "13800000001", "owner", "telegram", "-1001/5", "staff", "cap", "1h", "none"]
    ),
    st.integers(),
    st.floats(),
    st.booleans(),
    st.dates(),
    st.datetimes(),
    st.times(),
    st.timedeltas(),
)


@given(rows=st.lists(st.tuples(st.sampled_from(sorted(SHEETS)), st.lists(CELLS, max_size=11)), max_size=6))
def test_whatever_a_cell_holds_is_kept_or_refused_but_never_an_accident(rows: list[tuple[str, list[Value]]]):
    sheets = [Sheet(name=name, rows=[(1, [column.name for column in SHEETS[name]]), (2, row)]) for name, row in rows]
    with suppress(Refusal):
        judge(*sheets)

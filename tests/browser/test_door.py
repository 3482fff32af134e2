"""Outside the demo: a one-time link makes a browser somebody's own, and shows their chat alone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Opened
from tests.browser.desk import Desk, say
from tests.browser.program import Program

WORKBOOK = {
    "estates": "name,city,timezone\nLakeside,Shanghai,Asia/Shanghai\n",
    "rooms": "estate,building,entrance,room\nLakeside,3,2,1201\nLakeside,2,1,302\n",
    "people": (
        "name,phone,language,estate,building,entrance,room,relation\n"
        "林小雨,13800000001,zh_CN,Lakeside,3,2,1201,owner\n"
        "Nora Field,13800000002,en,Lakeside,2,1,302,tenant\n"
    ),
}
PEOPLE = pytest.mark.parametrize(
    ("name", "language", "room", "trouble"),
    (("林小雨", "zh_CN", "3栋2单元1201", "厨房水管漏水"), ("Nora Field", "en", "302", "The kitchen pipe is leaking")),
    ids=("zh", "en"),
)


@pytest.fixture(scope="module")
def estate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """`guanjia run` on an imported workbook."""
    program = Program(tmp_path_factory.mktemp("estate"))
    workbook = program.folder / "workbook"
    workbook.mkdir()
    for sheet, lines in WORKBOOK.items():
        (workbook / f"{sheet}.csv").write_text(lines, encoding="utf-8")
    program.call("import", str(workbook), "--json")
    program.start("run")
    yield program
    program.stop()


def come_in(estate: Program, visit: Opened, name: str, language: str) -> tuple[Desk, str]:
    """By a fresh link, which is returned as well."""
    link = estate.call("invite", name, "--json")["links"]["web"]
    desk = visit(link, language=language)
    open_door(desk.page)
    return desk, link


def open_door(page: Page) -> None:
    page.get_by_role("button").click()
    expect(page.locator("[data-pane=me] .presence[data-state=online]")).to_be_visible()


@PEOPLE
def test_a_link_opens_ones_own_chat_alone(
    estate: Program, visit: Opened, name: str, language: str, room: str, trouble: str
) -> None:
    desk, _ = come_in(estate, visit, name, language)
    me = desk.pane("me")
    expect(me.last).to_contain_text(name)
    expect(me.last).to_contain_text(room)
    expect(desk.page.locator("[data-pane]")).to_have_count(1)
    expect(desk.page.get_by_test_id("person")).to_be_hidden()
    me.write(trouble)
    me.tap("visit-anytime")
    me.hears("confirm-words", words=trouble)
    me.tap("button-send")
    expect(me.button("button-cancel-ticket")).to_be_visible()
    desk.page.reload()
    expect(me.root.locator("[data-author=me]").filter(has_text=trouble)).to_have_count(1)


@PEOPLE
def test_a_link_used_twice_gets_a_kind_answer_and_no_chat_of_others(
    estate: Program, visit: Opened, name: str, language: str, room: str, trouble: str
) -> None:
    _, link = come_in(estate, visit, name, language)
    second = visit(link, language=language)
    open_door(second.page)
    me = second.pane("me")
    alert_or_answer = say("invite-invalid", language)
    expect(second.page.locator("main")).to_contain_text(alert_or_answer)
    expect(me.root).not_to_contain_text(name)


def test_without_a_link_the_page_says_where_to_get_one(estate: Program, visit: Opened) -> None:
    page = visit(estate.url, language="en").page
    expect(page.get_by_role("heading")).to_have_text("You need your personal link")
    expect(page.get_by_role("button")).to_have_count(0)


def test_the_switch_of_language_is_kept_and_the_bot_speaks_it(estate: Program, visit: Opened) -> None:
    desk, _ = come_in(estate, visit, "林小雨", "zh_CN")
    desk.is_online()
    me = desk.switch("en").pane("me")
    me.hears("language-set")
    desk.page.reload()
    expect(me.box).to_have_attribute("placeholder", "Write a message…")
    me.write("/help")
    me.hears("help")
    desk.switch("zh_CN").pane("me").hears("language-set")

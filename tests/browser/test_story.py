"""The story in the demo: reported, claimed, done and rated, as each of those who take part sees it."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Kept, Opened
from tests.browser.desk import Desk, Pane, photo, sentence
from tests.browser.program import Program


@dataclass(frozen=True)
class Telling:
    """Who tells the story in which words."""

    language: str
    owner: str
    phone: str
    repairer: str
    trouble: str
    work: str
    praise: str
    picture: str


CHINESE = Telling(
    "zh_CN", "王秀英", "13800000101", "李师傅", "厨房水管漏水", "换了角阀，试水不漏", "来得真快，谢谢师傅", "demo-zh"
)
ENGLISH = Telling(
    "en", "Tom Baker", "13800000103", "Kevin Liu", "The kitchen pipe is leaking", "Fitted a new valve, tested: dry",
    "So quick, thank you!", "demo-en",
)  # fmt: skip
TELLINGS = pytest.mark.parametrize("told", (CHINESE, ENGLISH), ids=["zh", "en"])


@TELLINGS
def test_a_leak_is_reported_claimed_mended_and_rated(own: Program, visit: Opened, keep: Kept, told: Telling) -> None:
    desk = visit(own.url, language=told.language)
    colleague = visit(own.url, language="en" if told.language == "zh_CN" else "zh_CN").pane("staff")
    owner, staff, manager = desk.pane("owner"), desk.pane("staff"), desk.pane("manager")
    number = report(owner, staff, told)
    expect(colleague.card(number).get_by_test_id("button")).to_have_count(1)
    claim(desk, number, told)
    expect(colleague.card(number)).to_contain_text(told.repairer)
    expect(colleague.card(number).get_by_test_id("button")).to_have_count(0)
    go_there(desk, number, told)
    finish(owner, staff, number, told)
    owner.tap("button-fixed")
    owner.hears("ask-rating", number=number)
    owner.root.get_by_test_id("button").filter(has_text="5").last.click()
    desk.toast("rated-toast", mark=5)
    owner.hears("ask-comment")
    owner.write(told.praise)
    owner.hears("comment-thanks")
    staff.hears("low-mark", number=number, mark=5, name=told.repairer, words=told.praise)  # a good one, too
    manager.root.get_by_test_id("example").click()
    expect(manager.last).not_to_contain_text(number)  # what is closed is on no board
    staff.enter("group")
    expect(staff.card(number)).to_contain_text(_status("closed", told))
    keep(desk.page, told.picture)
    if told is CHINESE:
        desk.page.get_by_test_id("theme").click()
        keep(desk.page, "demo-dark")


def report(owner: Pane, staff: Pane, told: Telling) -> str:
    """From the first sentence to the card in the staff group; its number."""
    expect(owner.root.get_by_test_id("person")).to_contain_text(told.owner)
    owner.write(told.trouble)
    owner.hears("ask-visit")
    owner.tap("visit-anytime")
    owner.hears("confirm-words", words=told.trouble)
    owner.tap("button-send")
    receipt = owner.root.locator("[data-author=bot]").filter(has_text=sentence("receipt", told.language))
    found = re.search(r"R\d{4}-\d{3,}", receipt.inner_text())
    assert found
    card = staff.card(found[0])
    expect(card).to_contain_text(told.trouble)
    expect(card).to_contain_text(_status("open", told))
    expect(card).not_to_contain_text(told.phone)  # nobody's affair yet
    return found[0]


def claim(desk: Desk, number: str, told: Telling) -> None:
    """One press: the card changes where it is, the repairer alone gets the contact, the owner a name."""
    owner, staff = desk.pane("owner"), desk.pane("staff")
    cards = staff.messages.count()
    staff.card(number).get_by_test_id("button").click()
    desk.toast("claimed-toast", number=number)
    expect(staff.card(number)).to_contain_text(_status("claimed", told))
    expect(staff.card(number).get_by_test_id("button")).to_have_count(0)
    expect(staff.messages).to_have_count(cards)
    owner.hears("ticket-claimed-owner", name=told.repairer, number=number)
    unread = staff.root.get_by_test_id("room-private").locator(".badge")
    expect(unread).to_have_text("1")
    staff.enter("private")
    expect(unread).to_be_hidden()
    expect(staff.card(number).locator(f"a[href='tel:{told.phone}']")).to_have_text(told.phone)  # one tap rings


def go_there(desk: Desk, number: str, told: Telling) -> None:
    """On the way, arrived: one card changes, the owner is told each time."""
    owner, staff = desk.pane("owner"), desk.pane("staff")
    for action, event, status in (("depart", "departed", "on_the_way"), ("arrive", "arrived", "on_site")):
        staff.tap(f"action-{action}")
        desk.toast(f"{event}-toast", number=number)
        owner.hears(f"repairer-{event}-owner", name=told.repairer, number=number)
        expect(staff.messages).to_have_count(1)
        expect(staff.last).to_contain_text(_status(status, told))


def finish(owner: Pane, staff: Pane, number: str, told: Telling) -> None:
    """Words and a photo; the owner sees both and is asked."""
    staff.tap("action-finish")
    staff.hears("ask-finish")
    staff.root.get_by_test_id("photo").set_input_files(photo())
    expect(staff.root.locator(".queue img")).to_have_count(1)
    staff.write(told.work)
    staff.hears("finished-answer", number=number)
    asked = owner.card(number)
    expect(asked).to_contain_text(told.work)
    thumbnail = asked.locator(".photo img")
    expect(thumbnail).to_have_js_property("complete", True)
    assert 0 < thumbnail.evaluate("image => image.naturalWidth") <= 640
    expect(staff.card(number)).to_be_attached()


def _status(name: str, told: Telling) -> re.Pattern[str]:
    return sentence(f"status-{name}", told.language, name=told.repairer)


def test_somebody_of_another_trade_is_told_so_and_changes_nothing(demo: Program, visit: Opened) -> None:
    desk = visit(demo.url)
    owner, staff = desk.pane("owner"), desk.pane("staff")
    owner.become("张敏")
    owner.write("客厅跳闸了，整屋没电")
    owner.button("button-send").or_(owner.button("visit-anytime")).first.wait_for()
    if owner.button("visit-anytime").is_visible():
        owner.tap("visit-anytime")
    owner.tap("button-send")
    card = staff.messages.filter(has_text="整屋没电")
    card.get_by_test_id("button").click()
    desk.toast("claim-other-trade")
    expect(card.get_by_test_id("button")).to_have_count(1)
    staff.become("孙师傅")
    card.get_by_test_id("button").click()
    expect(card.get_by_test_id("button")).to_have_count(0)

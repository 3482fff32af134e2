"""The page over the real program: lost lines, keyboards, phones, the dark, strange texts."""

from __future__ import annotations

from playwright.sync_api import Locator, expect

from tests.browser.conftest import Kept, Opened
from tests.browser.desk import Pane, photo, say, sentence
from tests.browser.program import Program


def send_report(owner: Pane) -> None:
    """All is said already but the time."""
    owner.tap("visit-anytime")
    owner.tap("button-send")
    expect(owner.root.locator("[data-author=bot]").filter(has_text="✅")).not_to_have_count(0)


def test_markup_in_a_report_stays_text_wherever_it_is_shown(demo: Program, visit: Opened) -> None:
    desk = visit(demo.url)
    owner, staff = desk.pane("owner"), desk.pane("staff")
    owner.become("黄志强")
    bad = "阳台漏水了 <b>师傅</b> & <img src=x onerror=alert(1)>"
    owner.write(bad)
    expect(owner.root.locator("[data-author=me]").last.locator(".text")).to_have_text(bad)
    send_report(owner)
    expect(staff.messages.filter(has_text=bad)).to_have_count(1)
    expect(desk.page.locator("main .text img, main .text b >> text=师傅")).to_have_count(0)


def test_a_reload_shows_everything_as_it_was(demo: Program, visit: Opened) -> None:
    desk = visit(demo.url, language="en")
    owner = desk.pane("owner")
    owner.become("Priya Nair")
    owner.write("The bathroom tap is dripping")
    owner.hears("ask-visit")
    before = desk.page.locator("main").inner_text()
    desk.page.reload()
    desk.is_online()
    expect(owner.root.get_by_test_id("person").locator("option:checked")).to_contain_text("Priya Nair")
    expect(desk.page.locator("main")).to_have_text(before, use_inner_text=True)
    send_report(owner)


def test_whoever_was_without_a_line_misses_nothing(demo: Program, visit: Opened) -> None:
    away, here = visit(demo.url), visit(demo.url)
    away.is_online()
    away.page.context.set_offline(True)
    expect(away.page.locator(".offline")).to_be_visible()
    owner = here.pane("owner")
    owner.become("陈建国")
    owner.write("8栋门口的路灯坏了")
    owner.tap("button-send")
    away.pane("staff").write("我看看")  # written without a line
    away.page.context.set_offline(False)
    card = away.pane("staff").messages.filter(has_text="8栋门口的路灯坏了")
    expect(card).to_have_count(1)
    expect(here.pane("staff").messages.filter(has_text="我看看")).to_have_count(1)
    expect(away.pane("staff").root.locator(".failed")).to_have_count(0)


def test_the_program_is_killed_and_the_conversation_goes_on(own: Program, visit: Opened) -> None:
    desk = visit(own.url)
    owner = desk.pane("owner")
    owner.write("厨房水管漏水")
    owner.hears("ask-visit")
    own.kill()
    owner.write("都可以")  # nobody listens
    expect(owner.root.locator(".failed")).to_have_count(1)
    own.start("demo")
    owner.hears("confirm-words", words="厨房水管漏水")
    expect(owner.root.locator("[data-author=me] .text")).to_have_text(["厨房水管漏水", "都可以"])
    owner.tap("button-send")
    expect(desk.pane("staff").messages.filter(has_text="厨房水管漏水")).to_have_count(1)


def test_a_second_tap_changes_nothing(demo: Program, visit: Opened) -> None:
    desk = visit(demo.url)
    owner, staff = desk.pane("owner"), desk.pane("staff")
    owner.become("刘桂兰")
    owner.write("卫生间马桶一直流水")
    owner.tap("visit-anytime")
    owner.button("button-send").dblclick()
    expect(owner.button("button-cancel-ticket")).to_be_visible()
    expect(owner.root.locator(".busy")).to_have_count(0)
    owner.write("我的工单")  # answered after both taps
    expect(owner.last).to_contain_text(sentence("category-plumbing_fixture", "zh_CN"))
    expect(staff.messages.filter(has_text="卫生间马桶一直流水")).to_have_count(1)


def test_a_report_without_a_mouse(demo: Program, visit: Opened) -> None:
    """Tab finds the box, Shift+Tab the newest buttons above it, Tab those that come next."""
    desk = visit(demo.url, language="en")
    owner, keyboard = desk.pane("owner"), desk.page.keyboard
    desk.is_online()
    tab_to(owner.box)
    keyboard.type("The kitchen pipe is leaking")
    keyboard.press("Enter")
    for name, key in (("visit-anytime", "Shift+Tab"), ("button-send", "Tab")):
        tab_to(owner.button(name), key)
        keyboard.press("Enter")
    expect(desk.pane("staff").last).to_contain_text("The kitchen pipe is leaking")


def tab_to(wanted: Locator, key: str = "Tab") -> None:
    """Until it has the focus; whatever has it on the way can be seen to have it."""
    wanted.wait_for()
    for _ in range(30):
        wanted.page.keyboard.press(key)
        focus = wanted.page.locator(":focus")
        assert focus.evaluate("one => getComputedStyle(one).outlineStyle") != "none", "nobody sees where they are"
        if wanted.evaluate("one => one === document.activeElement"):
            return
    raise AssertionError(f"{key} never came to {wanted}")


def test_on_a_phone_one_chat_at_a_time_with_marks_on_the_others(demo: Program, visit: Opened, keep: Kept) -> None:
    phone = {"width": 390, "height": 844}
    desk = visit(demo.url, viewport=phone, has_touch=True, is_mobile=True, device_scale_factor=2)
    owner, staff = desk.pane("owner"), desk.pane("staff")
    desk.is_online()
    owner.become("王秀英")
    owner.root.get_by_test_id("photo").set_input_files(photo())  # the photo first, words later
    owner.root.get_by_test_id("send").tap()
    owner.hears("ask-what-photo")
    owner.write("阳台水管漏水")
    expect(staff.root).to_be_hidden()
    owner.tap("visit-anytime")
    owner.hears("confirm-photos")
    assert desk.page.evaluate("document.documentElement.scrollWidth") == phone["width"]
    expect(owner.button("button-send")).to_be_in_viewport()
    keep(desk.page, "phone")
    owner.tap("button-send")
    expect(desk.page.locator("[data-tab=staff] .badge")).to_have_text("1")
    desk.page.locator("[data-tab=staff]").tap()
    expect(owner.root).to_be_hidden()
    expect(desk.page.locator("[data-tab=staff] .badge")).to_be_hidden()
    expect(staff.last.locator(".photo img")).to_have_count(1)
    expect(staff.last.locator(".photo img")).to_have_js_property("complete", True)


def test_the_dark_is_the_system_s_until_somebody_chooses(demo: Program, visit: Opened) -> None:
    desk = visit(demo.url, color_scheme="dark")
    root = desk.page.locator("html")
    expect(root).to_have_attribute("data-theme", "dark")
    desk.page.get_by_test_id("theme").click()
    expect(root).to_have_attribute("data-theme", "light")
    desk.page.reload()
    expect(root).to_have_attribute("data-theme", "light")


def test_another_language_shows_those_who_speak_it(demo: Program, visit: Opened) -> None:
    desk = visit(demo.url)
    expect(desk.pane("staff").last).to_contain_text(say("status-open", "zh_CN"))
    english = desk.switch("en")
    names = [
        english.pane(key).root.get_by_test_id("person").locator("option:checked")
        for key in ("owner", "staff", "manager")
    ]
    for chosen, name in zip(names, ("Tom Baker", "Kevin Liu", "Grace Shen"), strict=True):
        expect(chosen).to_contain_text(name)
    expect(english.pane("staff").last).to_contain_text(say("status-open", "en"))
    expect(desk.page.locator("html")).to_have_attribute("lang", "en")


def test_quick_actions_answer_in_the_language_of_the_page(demo: Program, visit: Opened) -> None:
    desk = visit(demo.url, language="en")
    for key, action, head in (("manager", "board", "Board"), ("staff", "board", "Board"), ("owner", "help", "Hello")):
        pane = desk.pane(key)
        pane.root.get_by_test_id("actions").click()
        pane.root.locator(f"[data-action={action}]").click()
        expect(pane.root.locator("[data-author=bot]").last).to_contain_text(head)

"""What the page promises to those who listen, tab, or see badly, as far as a program can check it."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Opened
from tests.browser.program import Program

NAMELESS = """() => [...document.querySelectorAll("button, a, select, textarea, img, [role=log], [role=group], dialog")]
  .filter(one => one.checkVisibility() && !one.closest("[aria-hidden=true]"))
  .filter(one => !(one.getAttribute("aria-label") || one.labels?.length && one.labels[0].innerText.trim()
    || one.matches("img[alt]") || one.innerText?.trim() || one.matches("[role=group].buttons")))
  .map(one => one.outerHTML.slice(0, 120))"""

SMALL = """least => [...document.querySelectorAll("button, a, select, textarea")]
  .filter(one => one.checkVisibility())
  .map(one => [one.getBoundingClientRect(), one.outerHTML.slice(0, 100)])
  .filter(([box]) => box.width && (box.width < least || box.height < least))
  .map(([box, html]) => `${Math.round(box.width)}x${Math.round(box.height)} ${html}`)"""

# WCAG's contrast of every visible text with the nearest painted ground behind it; logos are no text.
FAINT = """() => {
  const paint = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const mix = (colours) => {
    paint.clearRect(0, 0, 1, 1);
    for (const colour of colours) { paint.fillStyle = colour; paint.fillRect(0, 0, 1, 1); }
    return [...paint.getImageData(0, 0, 1, 1).data];
  };
  const light = (rgb) => {
    const linear = (value) => value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    const [r, g, b] = rgb.slice(0, 3).map(value => linear(value / 255));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const SEEN = { opacityProperty: true, visibilityProperty: true };
  const faint = new Set();
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const one = walk.currentNode.parentElement;
    if (!walk.currentNode.data.trim() || !one.checkVisibility(SEEN)) continue;
    if (one.closest("[aria-hidden=true], .sr, :disabled, template, script, style, option")) continue;
    const grounds = [];
    for (let under = one; under; under = under.parentElement) grounds.unshift(getComputedStyle(under).backgroundColor);
    const back = mix(grounds);
    const [a, b] = [light(back), light(mix([...grounds, getComputedStyle(one).color]))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) faint.add(`${ratio.toFixed(2)} ${walk.currentNode.data.trim().slice(0, 30)} .${one.className}`);
  }
  return [...faint];
}"""


@pytest.fixture(params=("light", "dark"))
def scheme(request: pytest.FixtureRequest) -> Any:
    return request.param


def test_everything_has_a_name_and_the_page_its_landmarks(demo: Program, visit: Opened) -> None:
    desk = visit(demo.url, language="en")
    desk.is_online()
    desk.pane("owner").write("/help")
    expect(desk.pane("owner").root.get_by_test_id("button").first).to_be_visible()
    page = desk.page
    assert page.evaluate(NAMELESS) == []
    expect(page.get_by_role("main")).to_have_count(1)
    expect(page.get_by_role("banner")).to_have_count(1)
    for name in ("Resident", "Staff", "Manager"):
        region = page.get_by_role("region", name=name)
        expect(region.get_by_role("heading", level=2)).to_have_text(name)
        expect(region.get_by_role("log")).to_have_attribute("aria-live", "polite")
        expect(region.get_by_role("textbox", name="Write a message…")).to_be_visible()


def test_text_stands_out_from_its_ground(demo: Program, visit: Opened, scheme: Any) -> None:
    desk = visit(demo.url, color_scheme=scheme)
    desk.is_online()
    manager = desk.pane("manager")
    manager.write("/board")
    expect(manager.root.get_by_test_id("button").first).to_be_visible()
    assert desk.page.evaluate(FAINT) == []


def test_everything_on_a_phone_is_large_enough_for_a_thumb(demo: Program, visit: Opened) -> None:
    desk = visit(demo.url, viewport={"width": 360, "height": 740}, is_mobile=True, has_touch=True)
    desk.is_online()
    for tab in ("owner", "staff", "manager"):
        desk.page.locator(f"[data-tab={tab}]").tap()
        expect(desk.pane(tab).root).to_be_visible()
        assert desk.page.evaluate(SMALL, 38) == []
        assert desk.page.evaluate("document.documentElement.scrollWidth") == 360


def test_three_chats_fit_a_small_screen_without_cutting_their_titles(demo: Program, visit: Opened) -> None:
    desk = visit(demo.url, language="en", viewport={"width": 1000, "height": 700})
    desk.is_online()
    cut = "one => one.scrollWidth > one.clientWidth"
    assert not any(title.evaluate(cut) for title in desk.page.locator(".title, .state").all())
    assert {box.evaluate("one => one.clientHeight") for box in desk.page.locator("textarea").all()} == {42}


def test_the_menu_opens_moves_and_closes_by_the_keyboard(demo: Program, visit: Opened) -> None:
    desk = visit(demo.url, language="en")
    desk.is_online()
    owner = desk.pane("owner").root
    owner.get_by_test_id("actions").focus()
    desk.page.keyboard.press("Enter")
    expect(owner.get_by_role("menuitem").first).to_be_focused()
    desk.page.keyboard.press("ArrowDown")
    expect(owner.get_by_role("menuitem").nth(1)).to_be_focused()
    desk.page.keyboard.press("Escape")
    expect(owner.get_by_role("menu")).to_be_hidden()
    expect(owner.get_by_test_id("text")).to_be_focused()


def test_whoever_wants_no_motion_gets_none(demo: Program, visit: Opened) -> None:
    desk = visit(demo.url, reduced_motion="reduce")
    desk.is_online()
    moving = "document.getAnimations().filter(one => one.effect.getTiming().duration > 1).length"
    assert desk.page.evaluate(moving) == 0

"""The page in a real browser."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import FilePayload, Page, async_playwright, expect

from bot.channels.base import Button
from domain.messaging.model import Mode
from tests.bot.channels.web.house import GROUP, House, photo, serving

pytestmark = pytest.mark.browser
CLAIM = ((Button(label="Claim", data="K:0"),),)


@pytest.fixture
async def page(demo: House, chromium: str) -> AsyncIterator[Page]:
    """The demo's page, open and connected; an error in its scripts fails the test."""
    errors: list[str] = []
    async with serving(demo) as client, async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = await browser.new_page(locale="en-GB", viewport={"width": 1300, "height": 800}, reduced_motion="reduce")
        page.on("pageerror", lambda error: errors.append(str(error)))
        await page.goto(str(client.base_url))
        await expect(page.locator("[data-pane=owner] .state")).to_have_text("online")
        yield page
        await browser.close()
    assert errors == []


async def test_foreign_text_stays_text(demo: House, page: Page) -> None:
    owner = page.locator("[data-pane=owner]")
    bad = "<img src=x onerror=\"document.title='hacked'\"><b>&amp;"
    await owner.get_by_test_id("text").fill(bad)
    await owner.get_by_test_id("send").click()
    await expect(owner.get_by_test_id("message").locator(".text")).to_have_text(bad)
    await demo.say("demo-1", "<b>bold</b> &lt;i&gt; <script>document.title='hacked'</script>")
    text = owner.locator("[data-author=bot] .text")
    await expect(text).to_have_text("bold <i> <script>document.title='hacked'</script>")
    await expect(text.locator("b")).to_have_text("bold")
    assert "hacked" not in await page.title()


async def test_a_card_changes_in_place_and_its_short_answer_is_shown(demo: House, page: Page) -> None:
    staff = page.locator("[data-pane=staff]")
    card = await demo.say(GROUP, "open", buttons=CLAIM) or ""
    async with page.expect_response("**/press"):
        await staff.get_by_test_id("button").click()
    pressed = demo.channel.parse(demo.inbox()[0].body)
    assert pressed is not None
    assert (pressed.button, pressed.message) == ("K:0", card)
    await demo.say(GROUP, "It is yours", mode=Mode.TOAST, toast=pressed.toast)
    await demo.say(GROUP, "claimed", mode=Mode.EDIT, copies=(card,))
    await expect(page.get_by_test_id("toast")).to_have_text("It is yours")
    await expect(staff.get_by_test_id("message").locator(".text")).to_have_text("claimed")
    await expect(staff.get_by_test_id("button")).to_have_count(0)


async def test_a_message_of_the_group_is_answered_and_the_answer_shows_which(demo: House, page: Page) -> None:
    staff = page.locator("[data-pane=staff]")
    card = await demo.say(GROUP, "<b>Q1123-001</b> when?\nsecond line") or ""
    await staff.get_by_role("button", name="Reply", exact=True).click()
    await expect(staff.get_by_test_id("answered")).to_contain_text("Q1123-001 when?")
    await staff.get_by_role("button", name="No reply").click()
    await expect(staff.get_by_test_id("answered")).to_be_hidden()
    await staff.get_by_role("button", name="Reply", exact=True).click()
    await staff.get_by_test_id("text").fill("at six")
    await staff.get_by_test_id("text").press("Enter")
    mine = staff.locator("[data-author=me][data-id]")
    await expect(mine.locator(".quote")).to_have_text("Q1123-001 when?")
    await expect(mine.locator(".text")).to_have_text("at six")
    await expect(staff.get_by_test_id("answered")).to_be_hidden()
    said = demo.channel.parse(demo.inbox()[0].body)
    assert said is not None
    assert (said.text, said.reply_to) == ("at six", card)


async def test_what_was_written_without_a_line_goes_out_when_it_is_back(demo: House, page: Page) -> None:
    owner = page.locator("[data-pane=owner]")
    await page.context.set_offline(True)
    await owner.get_by_test_id("text").fill("hello")
    await owner.get_by_test_id("text").press("Enter")
    await expect(owner.locator(".failed")).to_have_count(1)
    await expect(page.locator(".offline")).to_be_visible()
    await page.context.set_offline(False)
    await expect(owner.locator("[data-author=me][data-id]")).to_have_count(1)
    await expect(page.locator(".offline")).to_be_hidden()
    await expect(owner.get_by_test_id("message")).to_have_count(1)
    assert len(demo.inbox()) == 1


async def test_enter_that_ends_a_chinese_input_sends_nothing(demo: House, page: Page) -> None:
    box = page.locator("[data-pane=owner]").get_by_test_id("text")
    await box.fill("水管")
    enter = "box => box.dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', isComposing: true, bubbles: true}))"
    await box.evaluate(enter)
    await box.press("Shift+Enter")
    await expect(box).to_have_value("水管\n")
    assert not demo.inbox()


async def test_a_press_that_only_was_heard_shows_no_empty_toast_but_which_button_it_was(
    demo: House, page: Page
) -> None:
    owner = page.locator("[data-pane=owner]")
    await demo.say("demo-1", "When?", buttons=((Button(label="Now", data="K:0"), Button(label="Later", data="K:1")),))
    async with page.expect_response("**/press"):
        await owner.get_by_text("Later").click()
    pressed = demo.channel.parse(demo.inbox()[0].body)
    assert pressed is not None
    await demo.say("demo-1", "", mode=Mode.TOAST, toast=pressed.toast)
    await expect(owner.locator(".spent .chosen")).to_have_text("Later")
    await expect(page.get_by_test_id("toast")).to_have_count(0)
    await page.reload()
    await expect(owner.locator(".spent .chosen")).to_have_text("Later")


async def test_a_refused_press_leaves_its_button_as_it_was(demo: House, page: Page) -> None:
    staff = page.locator("[data-pane=staff]")
    await demo.say(GROUP, "open", buttons=CLAIM)
    async with page.expect_response("**/press"):
        await staff.get_by_test_id("button").click()
    pressed = demo.channel.parse(demo.inbox()[0].body)
    assert pressed is not None
    await demo.say(GROUP, "Not your trade", mode=Mode.TOAST, toast=pressed.toast, alert=True)
    await expect(page.get_by_test_id("toast")).to_have_text("Not your trade")
    await expect(staff.locator(".busy, .spent")).to_have_count(0)


async def test_what_is_not_in_view_is_counted_until_it_is_seen(demo: House, page: Page) -> None:
    staff = page.locator("[data-pane=staff]")
    await demo.say("demo-3", "for you alone")
    await expect(staff.get_by_test_id("room-private").locator(".badge")).to_have_text("1")
    await expect(page).to_have_title("(1) Guanjia")
    await staff.get_by_test_id("room-private").click()
    await expect(staff.locator(".divider")).to_have_text("New messages")
    await expect(page).to_have_title("Guanjia")


async def test_the_language_switch_changes_the_page_and_leaves_the_demo_s_people_alone(demo: House, page: Page) -> None:
    await page.locator("[data-language=zh_CN]").click()
    await expect(page.locator("[data-pane=owner]").get_by_test_id("text")).to_have_attribute("placeholder", "写消息…")
    await expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    assert not demo.inbox()


async def test_a_photo_is_sent_shown_small_and_opened_large(demo: House, page: Page) -> None:
    owner = page.locator("[data-pane=owner]")
    file = FilePayload(name="p.jpg", mimeType="image/jpeg", buffer=photo(3000, 2000))
    await owner.get_by_test_id("photo").set_input_files(file)
    await owner.get_by_test_id("send").click()
    await owner.locator("[data-id] .photo").click()
    await expect(page.locator("dialog.lightbox")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.locator("dialog.lightbox")).to_be_hidden()


async def test_on_a_phone_one_pane_shows_at_a_time(page: Page) -> None:
    await page.set_viewport_size({"width": 390, "height": 800})
    await page.locator("[data-tab=staff]").click()
    await expect(page.locator("[data-pane=staff]")).to_be_visible()
    await expect(page.locator("[data-pane=owner]")).to_be_hidden()
    wide = await page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 390

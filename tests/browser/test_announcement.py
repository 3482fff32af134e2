"""A manager writes an announcement in the browser: photo and file, the preview that changes in place, taken back."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, expect

from tests.browser.conftest import Kept, Opened
from tests.browser.desk import BROWSER_LANGUAGE, photo, say, sentence
from tests.browser.program import Program

PDF = b"%PDF-1.4\n%%EOF\n"
WRITTEN = {
    "zh_CN": ("赵经理", "邻里节\n周六下午中心花园见。"),
    "en": ("Grace Shen", "Neighbours' day\nSaturday, in the garden."),
}


@pytest.mark.parametrize("language", BROWSER_LANGUAGE)
def test_what_is_announced_is_seen_first_and_can_be_taken_back(
    demo: Program, visit: Opened, keep: Kept, language: str
) -> None:
    desk = visit(demo.url, language=language)
    manager, (who, words) = desk.pane("manager"), WRITTEN[language]
    manager.become(who)
    manager.write("/announce")
    manager.hears("ask-announce-body")
    paper = FilePayload(name="plan.pdf", mimeType="application/pdf", buffer=PDF)
    manager.root.locator("input.files").set_input_files([photo(), paper])
    expect(manager.root.locator(".queue li")).to_have_count(2)
    manager.write(words)
    manager.hears("ask-announce-whom")
    manager.tap("button-everybody")
    manager.hears("ask-announce-translate", count=5 if language == "en" else 2, spoken=say(_other(language), language))
    manager.tap("button-as-it-is")
    preview = manager.messages.filter(has=desk.page.locator(".photos")).last
    with desk.page.expect_download() as saved:
        preview.get_by_test_id("document").click()
    assert (saved.value.suggested_filename, Path(saved.value.path()).read_bytes()) == ("plan.pdf", PDF)
    manager.tap("button-please-confirm")
    expect(preview.get_by_role("button", name=say("button-have-read", language))).to_be_visible()
    manager.tap("button-make-urgent")
    expect(preview).to_contain_text(sentence("announcement-head-urgent", language, title=words.split("\n")[0]))
    expect(preview.get_by_test_id("document")).to_be_visible()
    for key in ("announcement-now-confirm", "announcement-now-urgent"):
        desk.toast(key)
    manager.button("button-cancel").scroll_into_view_if_needed()
    keep(desk.page, f"announcement-{language[:2]}")
    manager.tap("button-send-announcement")
    manager.hears("announcement-leaves-soon", count=15)
    manager.tap("button-undo-announcement")
    manager.hears("announcement-state-draft")


def _other(language: str) -> str:
    return "spoken-zh_CN" if language == "en" else "spoken-en"

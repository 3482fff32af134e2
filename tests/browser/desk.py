"""What a visitor sees and does on the page."""

from __future__ import annotations

import html
import io
import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from PIL import Image, ImageDraw
from playwright.sync_api import FilePayload, Locator, Page, expect

from bot.words import Words
from tests.browser.program import ROOT

_BLANK = "\N{OBJECT REPLACEMENT CHARACTER}"
BROWSER_LANGUAGE = {"zh_CN": "zh-CN", "en": "en-GB"}


@cache
def _words() -> Words:
    return Words(ROOT / "locales")


def say(key: str, language: str, **values: Any) -> str:
    """A sentence as a page shows it."""
    return html.unescape(re.sub(r"</?[bi]>", "", _words().say(key, language, **values)))


def sentence(key: str, language: str, **values: Any) -> re.Pattern[str]:
    """What shows such a sentence, whatever else the catalogue puts into it."""
    blanks: dict[str, str] = {}
    while True:
        try:
            said = say(key, language, **blanks, **values)
        except KeyError as missing:
            if missing.args[0] in {key, *values}:
                raise
            blanks[missing.args[0]] = _BLANK
        else:
            parts = [r"\s+".join(map(re.escape, part.split())) for part in said.split(_BLANK)]
            return re.compile(r"[\s\S]*?".join(parts))


def photo() -> FilePayload:
    """A new valve on an old pipe, more or less."""
    picture = Image.new("RGB", (1600, 1200), "#cfd8dc")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 520, 1600, 680), fill="#90a4ae")
    draw.rectangle((700, 470, 900, 730), fill="#b08d57")
    draw.rectangle((780, 250, 820, 470), fill="#b08d57")
    draw.rounded_rectangle((600, 200, 1000, 260), 30, fill="#c62828")
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=80)
    return FilePayload(name="valve.jpg", mimeType="image/jpeg", buffer=out.getvalue())


@dataclass(frozen=True)
class Pane:
    """One of the chats side by side: "owner", "staff", "manager", or "me" outside the demo."""

    page: Page
    key: str
    language: str

    @property
    def root(self) -> Locator:
        return self.page.locator(f"[data-pane={self.key}]")

    @property
    def box(self) -> Locator:
        return self.root.get_by_test_id("text")

    @property
    def messages(self) -> Locator:
        return self.root.get_by_test_id("message")

    @property
    def last(self) -> Locator:
        return self.messages.last

    def card(self, number: str) -> Locator:
        """The newest message about a ticket."""
        return self.messages.filter(has_text=number).last

    def write(self, text: str) -> None:
        self.box.fill(text)
        self.box.press("Enter")

    def tap(self, key: str) -> None:
        """The newest button of this name."""
        self.button(key).click()

    def button(self, key: str) -> Locator:
        return self.root.get_by_role("button", name=say(key, self.language), exact=True).last

    def hears(self, key: str, **values: Any) -> None:
        """The bot's newest message holds this sentence."""
        expect(self.root.locator("[data-author=bot]").last).to_contain_text(sentence(key, self.language, **values))

    def become(self, name: str) -> None:
        """Speak as somebody else."""
        chosen = self.root.get_by_test_id("person")
        chosen.select_option(label=chosen.locator("option").filter(has_text=name).inner_text())

    def enter(self, room: str) -> None:
        """The staff's "group" or "private" chat."""
        self.root.get_by_test_id(f"room-{room}").click()


@dataclass(frozen=True)
class Desk:
    """The page as a whole."""

    page: Page
    language: str

    def pane(self, key: str) -> Pane:
        return Pane(self.page, key, self.language)

    def is_online(self) -> None:
        expect(self.page.locator(".presence[data-state=online]").first).to_be_visible()

    def toast(self, key: str, **values: Any) -> None:
        """A short answer shows, and is put away."""
        note = self.page.get_by_test_id("toast").filter(has_text=sentence(key, self.language, **values))
        note.get_by_role("button").click()
        expect(note).to_have_count(0)

    def switch(self, language: str) -> Desk:
        """中文 or English."""
        self.page.locator(f"[data-language={language}]").click()
        return Desk(self.page, language)

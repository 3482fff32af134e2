"""A running demo, a real browser, and pages that fail the test when their scripts do."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.desk import BROWSER_LANGUAGE, Desk
from tests.browser.program import ROOT, Program

Opened = Callable[..., Desk]
Kept = Callable[[Page, str], None]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="package")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """One demo for all: each test speaks as people of its own."""
    program = Program(tmp_path_factory.mktemp("demo"))
    program.start("demo")
    yield program
    program.stop()


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Program]:
    """A demo of the test's own, as it is after the first start; it may be killed."""
    program = Program(tmp_path)
    program.start("demo")
    yield program
    program.stop()


@pytest.fixture
def visit(browser: Browser) -> Iterator[Opened]:
    """Opens an address as somebody who was never here; more than once: each with a browser of their own."""
    errors: list[str] = []
    contexts = []

    def open_page(address: str, *, language: str = "zh_CN", **options: Any) -> Desk:
        options = {"viewport": {"width": 1400, "height": 900}, "reduced_motion": "reduce", **options}
        context = browser.new_context(locale=BROWSER_LANGUAGE[language], timezone_id="Asia/Shanghai", **options)
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(address)
        return Desk(page, language)

    yield open_page
    for context in contexts:
        context.close()
    assert errors == []


@pytest.fixture
def keep() -> Kept:
    """Keeps a picture for the README, when asked to by GUANJIA_SCREENSHOTS=1."""

    def shoot(page: Page, name: str) -> None:
        if os.environ.get("GUANJIA_SCREENSHOTS") != "1":
            return
        folder = ROOT / "docs" / "images"
        folder.mkdir(parents=True, exist_ok=True)
        picture = Image.open(io.BytesIO(page.screenshot(animations="disabled"))).convert("RGB")
        few = picture.quantize(256, method=Image.Quantize.MAXCOVERAGE, kmeans=3)  # a quarter of the bytes
        few.save(folder / f"{name}.png", optimize=True)

    return shoot

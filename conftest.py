"""What the tests may ask of the machine, and what happens where it cannot give it."""

import os
import shutil

import pytest

_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_MISSING = f"no Chromium on this machine (looked for {', '.join(_BROWSERS)})"


def _find_chromium() -> str | None:
    return next(filter(None, map(shutil.which, _BROWSERS)), None)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a browser test without a browser; GUANJIA_REQUIRE_BROWSER=1 makes that a failure."""
    if not item.get_closest_marker("browser") or _find_chromium():
        return
    if os.environ.get("GUANJIA_REQUIRE_BROWSER") == "1":
        pytest.fail(_MISSING, pytrace=False)
    pytest.skip(_MISSING)


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a real Chromium, for Playwright's `executable_path`."""
    path = _find_chromium()
    assert path, _MISSING
    return path

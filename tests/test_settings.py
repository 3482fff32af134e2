"""Settings: what is wrong is refused by its name before anything starts, and nothing secret is repeated."""

import os
from pathlib import Path

import pytest
from pydantic import ValidationError

from settings import Settings


@pytest.fixture(autouse=True)
def _nothing_is_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """Neither by the machine nor by a .env file."""
    for name in [one for one in os.environ if one.startswith("GUANJIA_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("name", "value"),
    (
        ("GUANJIA_DATABASE_URL", "nonsense"),
        ("GUANJIA_DATABASE_URL", "mysql://host/guanjia"),
        ("GUANJIA_HTTP__PORT", "eighty"),
        ("GUANJIA_HTTP__PRT", "8000"),
        ("GUANJIA_TELEGRAM__TOKEN", "no-token"),
        ("GUANJIA_TELEGRAM__WEBHOOK_SECRET", "too short"),
        ("GUANJIA_LOG__LEVEL", "LOUD"),
    ),
)
def test_a_setting_that_is_wrong_or_misspelt_is_refused_by_its_name(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError) as refused:
        Settings()
    assert ["GUANJIA_" + "__".join(map(str, one["loc"])).upper() for one in refused.value.errors()] == [name]


def test_what_is_set_to_nothing_is_not_set(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("GUANJIA_TELEGRAM__TOKEN", "")
    monkeypatch.setenv("GUANJIA_SECRET", "")
    assert Settings().telegram.token is None
    assert Settings().secret is None


def test_a_webhook_needs_its_secret(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("GUANJIA_TELEGRAM__WEBHOOK_URL", "https://chat.example.com")
    with pytest.raises(ValidationError, match="GUANJIA_TELEGRAM__WEBHOOK_SECRET"):
        Settings()


def test_the_environment_goes_before_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    (tmp_path / ".env").write_text("GUANJIA_HTTP__PORT=8001\nGUANJIA_LOG__LEVEL=DEBUG\n", encoding="utf-8")
    monkeypatch.setenv("GUANJIA_HTTP__PORT", "8002")
    assert (Settings().http.port, Settings().log.level) == (8002, "DEBUG")


@pytest.mark.parametrize(
    ("host", "alone"),
    (("127.0.0.1", True), ("localhost", True), ("::1", True), ("0.0.0.0", False), ("chat.lan", False)),
)
def test_it_is_known_whether_others_can_reach_us(host: str, alone: bool, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("GUANJIA_HTTP__HOST", host)
    assert Settings().http.loopback is alone

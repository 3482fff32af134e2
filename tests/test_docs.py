"""What the documents say is true: drawings, links, settings, commands and targets are compared with the program."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer.main
from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

import main
from docs import conversations, lifecycles
from domain.announcements.policy import SETTINGS as ANNOUNCING
from domain.tickets.policy import AT_RISK, SETTINGS, UNCLAIMED, parse_ladder
from settings import Settings

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
READMES = [page for page in PAGES if page.name.startswith("README")]
COMMANDS = frozenset(typer.main.get_group(main.cli).commands)
TARGETS = frozenset(re.findall(r"^([a-z-]+):.*##", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def settings_of(model: type[BaseModel], prefix: str) -> Iterator[tuple[str, str]]:
    """Every setting by its name, with its default as one writes it."""
    for field, info in model.model_fields.items():
        kind = info.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from settings_of(kind, f"{prefix}{field.upper()}__")
        else:
            yield f"{prefix}{field.upper()}", default_of(info)


def default_of(info: FieldInfo) -> str:
    assert not isinstance(info.default, SecretStr)
    return "" if info.default is None else str(info.default)


def test_the_page_of_conversations_is_what_the_journeys_say():
    assert conversations.PAGE.read_text("utf-8") == conversations.page(), "make docs draws it anew"


def test_the_page_of_lifecycles_is_what_the_tables_say():
    drawn = lifecycles.PAGE.read_text("utf-8")
    assert drawn == lifecycles.page(), "make docs draws it anew"


def test_a_ladder_on_that_page_is_one_that_an_estate_may_write():
    for ladder in [*UNCLAIMED.values(), *AT_RISK.values()]:
        assert parse_ladder(lifecycles.climb(ladder), ladder.clock) == ladder


@pytest.mark.parametrize("setting", (*SETTINGS, *ANNOUNCING))
def test_that_page_shows_every_figure_that_an_estate_may_set(setting: str):
    assert f"`{setting}`" in lifecycles.page()


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_leads_somewhere(page: Path):
    links = re.findall(r"\]\(([^)\s]+)\)", page.read_text("utf-8"))
    inside = [link.partition("#")[0] for link in links if not re.match(r"[a-z]+:|#", link)]
    assert [link for link in inside if not (page.parent / link).exists()] == []


def test_the_example_of_settings_names_every_setting_with_its_default_and_no_other():
    example = (ROOT / ".env.example").read_text("utf-8")
    assert dict(re.findall(r"^# (GUANJIA_\w+)=(.*)$", example, re.MULTILINE)) == dict(settings_of(Settings, "GUANJIA_"))


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_command_in_a_page_exists(page: Path):
    named = set(re.findall(r"(?:\./|`|\bbin/)guanjia ([a-z]+)", page.read_text("utf-8")))
    assert named <= COMMANDS


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_make_target_in_a_page_exists(page: Path):
    named = set(re.findall(r"(?:^ {4}|`|^)make ([a-z-]+)", page.read_text("utf-8"), re.MULTILINE))
    assert named <= TARGETS


@pytest.mark.parametrize("page", READMES, ids=name_of)
@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_a_readme_names_every_command(page: Path, command: str):
    assert re.search(rf"guanjia {command}\b", page.read_text("utf-8"))

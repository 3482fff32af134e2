"""Walks the folders and names what was forgotten: untold events, intents nobody can want, words nobody wrote."""

import ast
import importlib
import inspect
import pkgutil
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import chain
from pathlib import Path
from string import Formatter
from types import ModuleType

import pytest

import bot.intents
import domain
import scheduler.jobs
from bot.announcement_report import COLUMNS as UNREACHED
from bot.cards import CARE, MANAGER_LAYOUT, WORKER_LAYOUT
from bot.channels.telegram import commands, message
from bot.conversation import Intent
from bot.intents import INTENTS, lists
from bot.notices import NOTICES, UNTOLD
from bot.understanding.labelled import SLOTS
from bot.words import Words
from domain.announcements import lifecycle as announcements
from domain.announcements.events import AnnouncementEvent
from domain.messaging.model import DeliveryState
from domain.register.model import Flag, GroupKind, Relation, Role
from domain.tickets.events import TicketEvent
from domain.tickets.lifecycle import Status
from domain.tickets.model import Category, Hazard, Urgency, WaitFor
from domain.tickets.policy import Audience
from domain.transaction import Event
from scheduler.jobs import JOBS
from storage.outbox import Kept

ROOT = Path(__file__).parent.parent
WORDS = Words(ROOT / "locales")
KEYS = WORDS.keys("en")
KEY = re.compile(r"[a-z]+(-[a-z0-9]+)+")
NO_SENTENCES = {"group-commit", "content-type"}  # look like keys, but are names of other things
LOST = {"unreachable", "failed", "unknown", "expired"}  # ends of deliveries that reached nobody
SAYING = {"say", "text"}
REFUSING = {"Refusal", "NotAllowed", "NotNow", "Unknown"}


def modules_of(package: ModuleType) -> Iterator[ModuleType]:
    """Every module of a package, however deep."""
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        yield importlib.import_module(found.name)


def events() -> list[type[Event]]:
    """Every kind of event that the domain has; TicketEvent only says what they share."""
    modules = [one for one in modules_of(domain) if one.__name__.endswith(".events")]
    found = {one for module in modules for _name, one in inspect.getmembers(module, inspect.isclass)}
    kinds = {one for one in found if issubclass(one, Event)} - {Event, TicketEvent, AnnouncementEvent}
    return sorted(kinds, key=lambda one: one.__name__)


# Keys that are put together with a word of a table, which stands for the *.
FAMILIES: Mapping[str, set[str]] = {
    "action-*": {action for layout in (WORKER_LAYOUT, MANAGER_LAYOUT) for row in layout for action in row},
    "advice-*": set(Hazard),
    "announcement-is-*": set(announcements.Status),
    "announcement-short-*": set(announcements.Status),
    "announcement-state-*": set(announcements.OUT),
    "audience-*": set(Audience),
    "audience-flag-*": set(Flag),
    "audience-relation-*": set(Relation),
    "audience-role-*": set(Role),
    "button-*": {"fixed", "not-fixed", "solved", "not-solved"},
    "cannot-read-*": {*message._OTHERS.values(), "photo-too-large"},
    "care-*": set(CARE),
    "category-*": set(Category),
    "change-*": {"place", "category", "words", "visit", "contact"},
    "command-*": {*commands.PRIVATE, *commands.STAFF},
    "deliveries-is-*": {*DeliveryState} - {"queued", "sending"},
    "deliveries-kept-*": set(Kept),
    "evaluate-*": {"intent", "category", *SLOTS},
    "group-hello-*": set(GroupKind),
    "history-*": {one.__name__ for one in events() if issubclass(one, TicketEvent)} - lists.UNTOLD,
    "spoken-*": set(WORDS.languages),
    "status-*": set(Status),
    "ticket-is-*": set(Status),
    "unreached-*": set(UNREACHED),
    "unreached-why-*": {"no-people", "no-account", "muted", "stopped", "waiting", *LOST},
    "urgency-*": set(Urgency),
    "wait-for-*": set(WaitFor),
    "*-group": {"on-duty", "off-duty"},
}


# --- events, intents, jobs ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("event", events(), ids=lambda one: str(one.__name__))
def test_every_event_is_told_to_somebody_or_knowingly_to_nobody(event: type[Event]):
    assert (event in {notice.event for notice in NOTICES}) != (event in UNTOLD)


def test_every_intent_of_every_module_is_in_the_table_of_contents():
    made = [one for module in modules_of(bot.intents) for one in vars(module).values() if isinstance(one, Intent)]
    assert {one.name for one in made if INTENTS.get(one.name) is not one} == set()


def test_every_job_of_every_module_is_in_the_table_of_jobs():
    assert {module.__name__ for module in modules_of(scheduler.jobs)} == {job.run.__module__ for job in JOBS}


# --- words -------------------------------------------------------------------------------------------------------


def trees(*rooms: str) -> Iterator[tuple[Path, ast.Module]]:
    """The program's modules, parsed."""
    for path in sorted(chain(ROOT.glob("*.py"), *((ROOT / room).rglob("*.py") for room in rooms))):
        yield path.relative_to(ROOT), ast.parse(path.read_text(encoding="utf-8"))


PROGRAM = dict(trees("commands", "service", "bot", "domain", "scheduler", "storage"))


def speaking() -> Iterator[tuple[str, ast.Call]]:
    """Every call that says a sentence or refuses with one, and where it is."""
    for path, tree in PROGRAM.items():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            ours = name in REFUSING or name == "say" or (name in SAYING and isinstance(node.func, ast.Attribute))
            if ours:
                yield f"{path}:{node.lineno}", node


def constants(node: ast.AST) -> Iterator[str]:
    """The plain texts in an expression; the parts of an f-string are none."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif not isinstance(node, ast.JoinedStr | ast.Compare):
        for child in ast.iter_child_nodes(node):
            yield from constants(child)


def placeholders(key: str, language: str) -> set[str]:
    """What a sentence wants to be filled with, in any of its forms."""
    forms, _plural = WORDS._sentences[language][key]
    return {name for form in forms for _text, name, _spec, _conversion in Formatter().parse(form) if name is not None}


def test_every_language_has_every_sentence():
    assert {language: KEYS ^ WORDS.keys(language) for language in WORDS.languages} == dict.fromkeys(
        WORDS.languages, frozenset()
    )


@pytest.mark.parametrize("language", WORDS.languages)
def test_no_sentence_stands_in_two_files(language: str):
    files = sorted((ROOT / "locales" / language / "LC_MESSAGES").glob("*.po"))
    keys = chain.from_iterable(re.findall(r'^msgid "(.+)"', path.read_text("utf-8"), re.MULTILINE) for path in files)
    assert [key for key, times in Counter(keys).items() if times > 1] == []


@pytest.mark.parametrize("language", WORDS.languages)
def test_no_sentence_is_empty(language: str):
    assert [key for key in KEYS if not all(form.strip() for form in WORDS._sentences[language][key][0])] == []


def test_a_sentence_wants_the_same_values_in_every_language():
    wanted = {key: {language: placeholders(key, language) for language in WORDS.languages} for key in KEYS}
    differing = {key: each for key, each in wanted.items() if len(set(map(frozenset, each.values()))) > 1}
    assert differing == {}


def test_a_sentence_is_filled_by_plain_names_only():
    assert [key for key in KEYS if not all(name.isidentifier() for name in placeholders(key, "en"))] == []


def test_every_sentence_that_is_said_exists():
    said = {(place, key) for place, call in speaking() for key in constants(call.args[0]) if KEY.fullmatch(key)}
    assert {(place, key) for place, key in said if key not in KEYS} == set()


def test_every_sentence_that_is_said_gets_the_values_it_wants():
    short = {
        (place, key, name)
        for place, call in speaking()
        for key in constants(call.args[0])
        if key in KEYS and all(keyword.arg for keyword in call.keywords)  # **values are another test's matter
        for name in placeholders(key, "en") - {keyword.arg for keyword in call.keywords}
    }
    assert short == set()


def test_every_text_that_looks_like_a_sentences_key_is_one():
    """Keys are handed around before they are said: in tables, in tuples of choices, as parameters."""
    found, members = set(), {str(one) for family in FAMILIES.values() for one in family}
    for path, tree in PROGRAM.items():
        if path.parts[0] not in {"bot", "domain"} or path.parts[1] == "channels":
            continue
        logged = {id(one) for call in ast.walk(tree) if _is_log(call) for one in ast.walk(call)}
        texts = (one for one in ast.walk(tree) if isinstance(one, ast.Constant) and id(one) not in logged)
        found |= {(str(path), one.value) for one in texts if isinstance(one.value, str) and KEY.fullmatch(one.value)}
    assert {(path, key) for path, key in found if key not in KEYS | NO_SENTENCES | members} == set()


def _is_log(node: ast.AST) -> bool:
    function = node.func if isinstance(node, ast.Call) else None
    return isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name) and function.value.id == "log"


def test_every_family_of_keys_is_known_here():
    texts = [node for _place, call in speaking() for node in ast.walk(call.args[0]) if isinstance(node, ast.JoinedStr)]
    patterns = {
        "".join(str(part.value) if isinstance(part, ast.Constant) else "*" for part in one.values) for one in texts
    }
    assert patterns == set(FAMILIES)


@pytest.mark.parametrize("family", FAMILIES)
def test_every_member_of_a_family_has_its_sentence(family: str):
    assert {family.replace("*", one) for one in FAMILIES[family]} - KEYS == set()


def test_no_sentence_is_kept_that_nobody_says():
    """The web page's and the workbook's words have tests of their own."""
    said = {one.value for tree in PROGRAM.values() for one in ast.walk(tree) if isinstance(one, ast.Constant)}
    said |= {family.replace("*", one) for family, members in FAMILIES.items() for one in members}
    assert {key for key in KEYS - said if not key.startswith(("web-", "intake-"))} == set()

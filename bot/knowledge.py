"""What we can answer: the shared answers of each language, an estate's own over them, and its values put in."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from bot.understanding.knowledge import KnowledgeIndex, Reader, Wording
from bot.understanding.phrases import LOCALES, languages, listed, load
from domain.errors import Refusal
from domain.knowledge.model import Entry, Status
from domain.knowledge.ports import KnowledgeWork

ASKED = " / "  # between the ways to ask
_value = re.compile(r"\{([a-z_]+)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """One language's `knowledge.yaml`."""

    values: Mapping[str, str]  # how a value is called where an estate has set none
    reader: Reader
    entries: Sequence[Entry]
    own: Mapping[str, str]  # name of an entry → what of the asker's own belongs to it


@cache
def book(language: str) -> Book:
    """The answers that come with the program, read when first needed."""
    data = load(LOCALES / language / "knowledge.yaml")
    stamp = datetime.combine(data["updated"], time(), UTC)
    return Book(
        values=data["values"],
        reader=Reader(
            language, Wording(synonyms=[listed(group) for group in data["synonyms"]], stop=listed(data["stop"]))
        ),
        entries=[_entry(one, language, stamp) for one in data["entries"]],
        own={one["id"]: one["own"] for one in data["entries"] if "own" in one},
    )


def _entry(one: Mapping[str, Any], language: str, stamp: datetime) -> Entry:
    return Entry(
        name=one["id"], language=language, title=one["title"], answer=one["answer"], topic=one.get("topic", ""),
        variants=tuple(one["ask"].split(ASKED)) if one.get("ask") else (), updated_at=stamp,
    )  # fmt: skip


def filled(answer: str, language: str, values: Mapping[str, str]) -> str:
    """The answer with the estate's values, or how they are called in general; other braces stay as they are."""
    known = {**book(language).values, **values}
    return _value.sub(lambda found: known.get(found[1], found[0]), answer)


def prepare_answers() -> None:
    """Read the answers of all languages and cut them into terms now, lest the first question of each wait for it."""
    for language in languages():
        shared = book(language)
        KnowledgeIndex(shared.entries, shared.reader)  # the reader keeps the terms


class Shelf:
    """Indexes of what each estate can answer, built at the first question and anew when something changed."""

    def __init__(self) -> None:
        self._kept: dict[tuple[int | None, str], tuple[object, KnowledgeIndex]] = {}

    def index(self, work: KnowledgeWork, estate_id: int | None, language: str) -> KnowledgeIndex:
        """Everything that may be told in this estate and language."""
        stamp = work.knowledge.stamp(estate_id, language)
        kept = self._kept.get((estate_id, language))
        if kept is None or kept[0] != stamp:
            entries = told(work, estate_id, language)
            index = KnowledgeIndex(entries, book(language).reader)
            kept = self._kept[estate_id, language] = (stamp, index)
        return kept[1]


def told(work: KnowledgeWork, estate_id: int | None, language: str) -> Sequence[Entry]:
    """What may be told: an estate's entry goes before a shared one of its name; drafts hide nothing."""
    ours = {one.name: one for one in book(language).entries}
    own = [one for one in work.knowledge.entries(estate_id, language) if one.status is not Status.DRAFT]
    return [one for one in (ours | {one.name: one for one in own}).values() if one.status is Status.APPROVED]


def read_file(path: Path, *, estate_id: int | None, language: str, now: datetime) -> tuple[list[Entry], dict[str, str]]:
    """An estate's entries and values from a file of the same form as `knowledge.yaml`.

    :raises Refusal: it is not of that form; the sentence says which entry
    """
    try:
        data = load(path) or {}
        values = {str(name): str(value) for name, value in (data.get("values") or {}).items()}
        given = list(data.get("entries") or [])
    except (yaml.YAMLError, OSError, UnicodeDecodeError, AttributeError, TypeError) as error:
        raise Refusal("knowledge-not-yaml", why=str(error)) from None
    return [_given(one, at, estate_id=estate_id, language=language, now=now) for at, one in enumerate(given, 1)], values


def _given(one: Any, at: int, *, estate_id: int | None, language: str, now: datetime) -> Entry:
    if not isinstance(one, dict) or not all(str(one.get(name) or "").strip() for name in ("id", "title")):
        raise Refusal("knowledge-bad-entry", at=at)
    ask, answer = one.get("ask") or "", str(one.get("answer") or "")
    return Entry(
        name=str(one["id"]), language=language, title=str(one["title"]), answer=answer, updated_at=now,
        variants=tuple(ask if isinstance(ask, list) else str(ask).split(ASKED)) if ask else (),
        topic=str(one.get("topic") or ""), estate_id=estate_id,
        status=Status.APPROVED if answer.strip() else Status.DROPPED,
    )  # fmt: skip

"""The sheets of a workbook and their columns: one table for reading and for the template."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from domain.register.intake import cells
from domain.register.intake.cells import Reader


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column; *choices* names the enumeration (or the sheet) that its words come from."""

    name: str
    read: Reader
    required: bool = False
    choices: str = ""
    several: bool = False
    verbatim: bool = False  # Excel must keep what is typed: no lost zeros, no dates made of "3-2"


def _text(name: str, limit: int = 100, *, required: bool = False, choices: str = "") -> Column:
    return Column(name=name, read=cells.text(limit), required=required, choices=choices)


def _code(name: str, *, required: bool = False) -> Column:
    return Column(name=name, read=cells.code(name), required=required, verbatim=True)


def _one(name: str, choices: str = "", *, required: bool = False) -> Column:
    return Column(name=name, read=cells.one_of(choices or name), required=required, choices=choices or name)


def _any(name: str, choices: str, *, required: bool = False) -> Column:
    return Column(name=name, read=cells.any_of(choices), required=required, choices=choices, several=True)


_NAME = _text("name", required=True)
_ESTATE = _text("estate", required=True, choices="estates")
_PHONE = Column(name="phone", read=cells.phone, required=True, verbatim=True)
_TELEGRAM = Column(name="telegram_id", read=cells.telegram_id, verbatim=True)

SHEETS: Mapping[str, tuple[Column, ...]] = MappingProxyType(
    {
        "estates": (
            _NAME,
            _text("city"),
            Column(name="timezone", read=cells.zone),
            Column(name="latitude", read=cells.decimal(-90, 90, key="intake-out-of-range")),
            Column(name="longitude", read=cells.decimal(-180, 180, key="intake-out-of-range")),
        ),
        "rooms": (
            _ESTATE,
            _code("building", required=True),
            _code("entrance"),
            _code("room", required=True),
            Column(name="area", read=cells.decimal(0, 1_000_000, key="intake-bad-area", above=True)),
            Column(name="handover_date", read=cells.day),
        ),
        "people": (
            _NAME,
            _PHONE,
            _one("language"),
            _text("estate", choices="estates"),
            _code("building"),
            _code("entrance"),
            _code("room"),
            _one("relation"),
            _any("flags", "flag"),
            _TELEGRAM,
            _one("channel", "preferred_channel"),
        ),
        "staff": (
            _NAME,
            _PHONE,
            _any("roles", "role", required=True),
            _any("skills", "skill"),
            Column(name="estates", read=cells.names, required=True, choices="estates", several=True),
            _TELEGRAM,
        ),
        "chats": (
            _ESTATE,
            _one("channel", required=True),
            Column(name="chat_id", read=cells.code("chat_id", 64), required=True, verbatim=True),
            _one("kind", required=True),
            _one("category"),
        ),
        "policies": (
            _ESTATE,
            _one("setting", required=True),
            Column(name="value", read=cells.text(1000), required=True, verbatim=True),
        ),
    }
)

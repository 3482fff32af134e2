"""The list of rooms that nobody was reached in, as a workbook to be printed."""

from __future__ import annotations

import io
import secrets
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Any, Protocol, TypeVar

from bot.announcement_cards import title_of
from bot.channels.base import Document
from bot.turn import DeskWork
from bot.voice import Voice
from bot.words import Words
from domain.announcements import figures
from domain.announcements.changing import known
from domain.announcements.model import Announcement, Unreached
from domain.messaging.model import Media

SHELF = "report"  # the channel of Media that is made when somebody fetches it
KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
COLUMNS = {"building": 10, "entrance": 10, "room": 12, "names": 24, "why": 28, "done": 12}  # and their widths
T = TypeVar("T")


class Read(Protocol):
    """One look at the records, holding up no writer."""

    def __call__(self, look: Callable[[Any], T], /) -> Awaitable[T]: ...


class Reports:
    """Makes a report when it is fetched: it is as long as an estate has rooms, and most are never opened."""

    def __init__(self, words: Words, read: Read) -> None:
        self._words = words
        self._read = read

    async def fetch(self, ref: str) -> bytes:
        """The workbook's bytes.

        :raises LookupError: there is no such report
        """
        number, _, language = ref.partition(":")

        def make(work: DeskWork) -> bytes:
            voice = Voice(self._words, language, datetime.now(UTC), work)
            return workbook(voice, known(work, int(number)), figures.unreached(work=work, announcement_id=int(number)))

        return await self._read(make)


def unreached_paper(voice: Voice, work: DeskWork, told: Announcement) -> Document | None:
    """The file, to be handed out; None where somebody was reached in every room."""
    if not figures.unreached(work=work, announcement_id=told.id):
        return None
    key = secrets.token_urlsafe(12)
    ref = f"{told.id}:{voice.language}"
    work.media.add(Media(key=key, channel=SHELF, ref=ref, content_type=KIND, created_at=voice.now))
    name = voice.say("unreached-file", title=title_of(voice, told))
    return Document(handle=key, name=f"{name}.xlsx", kind=KIND)


def workbook(voice: Voice, told: Announcement, rooms: Sequence[Unreached]) -> bytes:
    """A row a room, by reason; wide enough to be printed, with a place to tick off."""
    import xlsxwriter  # noqa: PLC0415 - megabytes for a file that is seldom asked for

    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        bold, cell = book.add_format({"bold": True, "bottom": 1}), book.add_format({"text_wrap": True, "valign": "top"})
        sheet = book.add_worksheet(voice.say("unreached-sheet"))
        sheet.write(0, 0, title_of(voice, told), book.add_format({"bold": True, "font_size": 14}))
        for column, (name, width) in enumerate(COLUMNS.items()):
            sheet.set_column(column, column, width)
            sheet.write(2, column, voice.say(f"unreached-{name}"), bold)
        for row, one in enumerate(sorted(rooms, key=_order), 3):
            why = voice.say(f"unreached-why-{one.why}")
            values = (one.room.building, one.room.entrance, one.room.room, ", ".join(one.names), why, "☐")
            for column, value in enumerate(values):
                sheet.write_string(row, column, value, cell)
        sheet.repeat_rows(2)
        sheet.freeze_panes(3, 0)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
    return file.getvalue()


def _order(one: Unreached) -> tuple[str, int, str, str, int, str]:
    """By reason, and then as one walks through the estate."""
    room = one.room
    return one.why, len(room.building), room.building, room.entrance, len(room.room), room.room

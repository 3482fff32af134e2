"""A language, a moment and the records: what every sentence about a ticket needs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.words import Said, Words
from domain.register.model import Room
from domain.tickets.model import Report, Spot, Ticket
from domain.tickets.ports import TicketWork

# When somebody may come, as the buttons offer it. Kept by key, so that each reader has it in their own language; and
# with the date that was meant, for "tomorrow" is another day tomorrow: (days from the report, the sentence).
VISITS: dict[str, tuple[int, str] | None] = {
    "visit-anytime": None,
    "visit-today": (0, "visit-on-day"),
    "visit-tomorrow-morning": (1, "visit-on-morning"),
    "visit-tomorrow-afternoon": (1, "visit-on-afternoon"),
    "visit-weekend": None,
}


@dataclass(frozen=True, slots=True)
class Voice:
    """Speaks of records in one language at one moment."""

    words: Words
    language: str
    now: datetime
    work: TicketWork

    def say(self, key: str, **values: Any) -> Said:
        """A sentence."""
        return self.words.say(key, self.language, **values)

    def moment(self, when: datetime, estate_id: int) -> str:
        """A time on the estate's clock."""
        timezone = self.work.register.estate(estate_id).timezone
        return self.words.moment(when, now=self.now, language=self.language, timezone=timezone)

    def date(self, when: datetime, estate_id: int) -> str:
        """A time in what is read for days: by its date, for "tomorrow" is another day tomorrow."""
        timezone = self.work.register.estate(estate_id).timezone
        return self.words.date(when, language=self.language, timezone=timezone)

    def soon(self, when: datetime, estate_id: int) -> str:
        """A time in news: "today 15:30", by its date when it is another day."""
        local = self.work.register.calendar(estate_id).local
        return (self.moment if local(when).date() == local(self.now).date() else self.date)(when, estate_id)

    def room(self, room: Room) -> Said:
        """A room as people say it."""
        key = "room-with-entrance" if room.entrance else "room-without-entrance"
        return self.say(key, building=room.building, entrance=room.entrance, room=room.room)

    def place(self, report: Spot) -> Said:
        """Where it is: the room and the spot in it, or the public area."""
        room = self.work.register.room(report.room_id) if report.room_id else None
        if not report.is_known or (room is None and not report.place):
            return self.say("place-shared" if report.location else "place-not-known-yet")
        if room is None:
            return self.say("place-public", place=report.place)
        return self.say("place-in-room", room=self.room(room), place=report.place) if report.place else self.room(room)

    def visit(self, report: Report) -> str:
        """When somebody may come: one of ours, with its date, or the owner's own words."""
        if report.visit not in VISITS:
            said = report.opened_at if report.visit and isinstance(report, Ticket) else None
            return (
                self.say("visit-said", visit=report.visit, date=self.day(said, report.estate_id))
                if said
                else report.visit
            )
        dated = VISITS[report.visit]
        if dated is None:
            return self.say(report.visit)
        days, key = dated
        since = report.opened_at if isinstance(report, Ticket) else self.now
        return self.say(key, date=self.day(since + timedelta(days=days), report.estate_id))

    def day(self, when: datetime, estate_id: int) -> str:
        """A date on the estate's clock, as true tomorrow as today."""
        timezone = self.work.register.estate(estate_id).timezone
        return self.words.day(when, language=self.language, timezone=timezone)

    def name(self, person_id: int | None) -> str:
        """Who it is; nobody has no name."""
        person = self.work.register.person(person_id) if person_id else None
        return person.name if person else ""

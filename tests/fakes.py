"""The domain's ports kept in memory; tests/storage/promises proves that they promise what the databases do."""

import json
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import date, datetime
from typing import Any

from domain.calendar import Calendar
from domain.errors import Stale
from domain.knowledge.model import Entry, Status
from domain.register.model import (
    Address,
    Estate,
    Group,
    GroupKind,
    Knock,
    KnockState,
    Person,
    Relation,
    Role,
    Room,
    Speaker,
    Staff,
)
from domain.tickets.lifecycle import ENDED
from domain.tickets.model import Caller, Hazard, Ticket, Urgency
from domain.transaction import Event
from tests.builders import Place


class FakeTickets:
    """domain.tickets.ports.Tickets."""

    def __init__(self) -> None:
        self.rows: dict[int, Ticket] = {}
        self.journal: list[tuple[int, datetime, str, int | None, dict[str, Any]]] = []
        self._numbers: Counter[date] = Counter()
        self.calls: dict[tuple[int, str, str], Caller] = {}

    def number(self, letter: str, day: date) -> str:
        self._numbers[day] += 1
        return f"{letter}{day:%m%d}-{self._numbers[day]:03d}"

    def add(self, ticket: Ticket) -> Ticket:
        kept = replace(ticket, id=len(self.rows) + 1)
        self.rows[kept.id] = kept
        return kept

    def get(self, ticket_id: int) -> Ticket | None:
        return self.rows.get(ticket_id)

    def save(self, ticket: Ticket) -> Ticket:
        if self.rows[ticket.id].version != ticket.version:
            raise Stale(ticket.number)
        self.rows[ticket.id] = replace(ticket, version=ticket.version + 1)
        return self.rows[ticket.id]

    def reported_by(self, person_id: int, *, since: datetime) -> Sequence[Ticket]:
        mine = [one for one in self.rows.values() if one.reporter_id == person_id]
        shown = [one for one in mine if one.status not in ENDED or (one.closed_at and one.closed_at > since)]
        return sorted(shown, key=lambda one: -one.id)

    def held_by(self, person_id: int) -> Sequence[Ticket]:
        return sorted((one for one in self.rows.values() if one.repairer_id == person_id), key=_urgent_first)

    def live_in(self, estate_ids: Collection[int]) -> Sequence[Ticket]:
        live = [one for one in self.rows.values() if one.estate_id in estate_ids and one.status not in ENDED]
        return sorted(live, key=_urgent_first)

    def load(self, person_ids: Collection[int]) -> dict[int, int]:
        return dict(Counter(one.repairer_id for one in self.rows.values() if one.repairer_id in person_ids))  # type: ignore[misc]

    def in_hand(self, person_id: int) -> int:
        return self.load([person_id]).get(person_id, 0)

    def due(self, *, now: datetime, limit: int) -> Sequence[int]:
        waiting = sorted((one.due_at, one.id) for one in self.rows.values() if one.due_at and one.due_at <= now)
        return [ticket_id for _due_at, ticket_id in waiting[:limit]]

    def alarms(self, estate_id: int, hazard: Hazard, *, since: datetime) -> Sequence[Ticket]:
        lately = {one.ticket_id for one in self.calls.values() if one.at > since}
        running = [one for one in self.rows.values() if one.status == "open" or one.repairer_id]
        return [
            one for one in reversed(running)
            if one.estate_id == estate_id and one.hazard == hazard and one.id in lately
        ]  # fmt: skip

    def history(self, ticket_id: int) -> Sequence[tuple[datetime, str, int | None, dict[str, Any]]]:
        return [(at, name, by, data) for about, at, name, by, data in self.journal if about == ticket_id]


def _urgent_first(ticket: Ticket) -> tuple[int, int]:
    return list(Urgency).index(ticket.urgency), ticket.id


class FakeCalls:
    """domain.tickets.ports.Calls."""

    def __init__(self, tickets: FakeTickets) -> None:
        self.rows: dict[tuple[int, str, str], Caller] = {}
        self._tickets = tickets
        tickets.calls = self.rows

    def about(self, ticket_id: int) -> Sequence[Caller]:
        return [one for one in self.rows.values() if one.ticket_id == ticket_id]

    def of(self, channel: str, user: str) -> Sequence[Caller]:
        theirs = [one for one in self.rows.values() if (one.channel, one.user) == (channel, user)]
        return [one for one in reversed(theirs) if self._tickets.rows[one.ticket_id].status not in ENDED]

    def put(self, caller: Caller) -> None:
        self.rows[caller.ticket_id, caller.channel, caller.user] = caller

    def drop(self, caller: Caller) -> None:
        del self.rows[caller.ticket_id, caller.channel, caller.user]


class FakeRegister:
    """domain.register.ports.Register."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.people: dict[int, Person] = place.residents | {one.id: one.person for one in place.staff.values()}
        self.employed: dict[int, Staff] = dict(place.staff)
        self.left: dict[int, Staff] = {}
        self.days: dict[date, bool] = dict(place.days)

    def estate(self, estate_id: int) -> Estate:
        return self.place.estates[estate_id]

    def estates(self) -> Sequence[Estate]:
        return [self.place.estates[key] for key in sorted(self.place.estates)]

    def calendar(self, estate_id: int) -> Calendar:
        return Calendar(timezone=self.estate(estate_id).timezone, days=dict(self.days))

    def room(self, room_id: int) -> Room | None:
        return self.place.rooms.get(room_id)

    def rooms_of(self, person_id: int) -> Sequence[Room]:
        mine = sorted(room for person, room, _relation in self.place.occupancies if person == person_id)
        return [self.place.rooms[room] for room in mine]

    def rooms_in(self, estate_id: int) -> Sequence[Room]:
        return [room for room in self.place.rooms.values() if room.estate_id == estate_id]

    def room_stamp(self, estate_ids: Collection[int]) -> object:
        return frozenset(room.id for room in self.place.rooms.values() if room.estate_id in estate_ids)

    def person(self, person_id: int) -> Person | None:
        return self.people.get(person_id)

    def search(self, said: str) -> Sequence[Person]:
        return [one for key, one in sorted(self.people.items()) if said in (one.name, one.phone, str(key))]

    def people_by_phone(self, phone: str) -> Sequence[Person]:
        return [self.people[key] for key in sorted(self.people) if self.people[key].phone == phone]

    def staff(self, person_id: int) -> Staff | None:
        return self.employed.get(person_id)

    def staff_of(self, estate_id: int, *roles: Role) -> Sequence[Staff]:
        return [self.employed[key] for key in sorted(self.employed) if self.employed[key].serves(estate_id, *roles)]

    def set_language(self, person_id: int, language: str) -> None:
        self.people[person_id] = replace(self.people[person_id], language=language)
        if person_id in self.employed:
            self.employed[person_id] = replace(self.employed[person_id], person=self.people[person_id])

    def set_duty(self, person_id: int, on_duty: bool) -> None:
        self.employed[person_id] = replace(self.employed[person_id], on_duty=on_duty)

    def keep_days(self, days: Mapping[date, bool]) -> int:
        new = {day: working for day, working in days.items() if day not in self.days}
        self.days |= new
        return len(new)

    def dismiss(self, person_id: int) -> None:
        if person_id in self.employed:
            self.left[person_id] = self.employed.pop(person_id)

    def rehire(self, person_id: int) -> bool:
        if person_id in self.left:
            self.employed[person_id] = self.left.pop(person_id)
        return person_id in self.employed


class FakeAddresses:
    """domain.register.ports.Addresses."""

    def __init__(self, place: Place, register: FakeRegister) -> None:
        self._register = register
        self.rows: dict[tuple[str, str], Address] = {(one.channel, one.user): one for one in place.addresses}
        self.allowed: list[Group] = list(place.groups)

    def find(self, channel: str, user: str) -> Address | None:
        return self.rows.get((channel, user))

    def speaker(self, channel: str, user: str) -> Speaker | None:
        address = self.find(channel, user)
        person = self._register.person(address.person_id) if address else None
        if address is None or person is None:
            return None
        return Speaker(address=address, person=person, staff=self._register.staff(person.id))

    def of(self, person_ids: Collection[int]) -> Sequence[Address]:
        theirs = [one for one in self.rows.values() if one.person_id in person_ids]
        return sorted(theirs, key=lambda one: (-one.seen_at.timestamp() if one.seen_at else 0, one.channel))

    def bind(self, address: Address) -> None:
        self.rows[address.channel, address.user] = address

    def seen(self, channel: str, user: str, *, now: datetime) -> None:
        if known := self.rows.get((channel, user)):
            self.rows[channel, user] = replace(known, seen_at=now, reachable=True)

    def set_reachable(self, channel: str, chat: str, reachable: bool) -> None:
        for key, one in self.rows.items():
            if (one.channel, one.chat) == (channel, chat):
                self.rows[key] = replace(one, reachable=reachable)

    def group(self, channel: str, chat: str) -> Group | None:
        return next((one for one in self.allowed if (one.channel, one.chat) == (channel, chat)), None)

    def groups(self, estate_id: int, kind: GroupKind) -> Sequence[Group]:
        return [one for one in self.allowed if one.estate_id == estate_id and one.kind == kind]

    def set_group_language(self, channel: str, chat: str, language: str) -> None:
        same = (channel, chat)
        self.allowed = [
            replace(one, language=language) if (one.channel, one.chat) == same else one for one in self.allowed
        ]

    def move_group(self, *, channel: str, old: str, new: str) -> None:
        same = (channel, old)
        self.allowed = [replace(one, chat=new) if (one.channel, one.chat) == same else one for one in self.allowed]


class FakeInvites:
    """domain.register.ports.Invites."""

    def __init__(self) -> None:
        self.rows: dict[str, tuple[int, datetime]] = {}

    def add(self, digest: str, *, person_id: int, expires_at: datetime) -> None:
        self.rows[digest] = person_id, expires_at

    def take(self, digest: str, *, now: datetime) -> int | None:
        person_id, expires_at = self.rows.get(digest, (None, now))
        if expires_at <= now:
            return None
        del self.rows[digest]
        return person_id

    def purge(self, *, before: datetime) -> int:
        old = [digest for digest, (_, expires_at) in self.rows.items() if expires_at < before]
        for digest in old:
            del self.rows[digest]
        return len(old)


class FakeDoors:
    """domain.register.ports.Doors."""

    def __init__(self, place: Place, register: FakeRegister) -> None:
        self._place = place
        self._register = register
        self.codes: dict[str, tuple[int, int]] = {}
        self.closed: set[str] = set()
        self.tried: list[tuple[str, str, datetime]] = []
        self.rows: dict[int, Knock] = {}

    def editions(self, room_ids: Collection[int]) -> Mapping[int, int]:
        return {room: number for room, number in sorted(self.codes.values()) if room in room_ids}

    def open_by(self, digest: str, *, room_id: int, edition: int, now: datetime) -> None:
        self.codes.setdefault(digest, (room_id, edition))

    def close(self, newest: Mapping[int, int], *, now: datetime) -> None:
        self.closed |= {digest for digest, (room, edition) in self.codes.items() if edition < newest.get(room, 0)}

    def named_by(self, digest: str) -> int | None:
        return self.codes[digest][0] if digest in self.codes and digest not in self.closed else None

    def occupants(self, room_id: int) -> Sequence[Person]:
        living = sorted(person for person, room, _ in self._place.occupancies if room == room_id)
        return [self._register.people[one] for one in living]

    def move_in(self, person_id: int | None, *, name: str, phone: str, room_id: int, relation: Relation) -> int:
        known = (one.id for one in self._register.people.values() if (one.name, one.phone) == (name, phone))
        who = person_id or next(known, None) or max(self._register.people) + 1
        self._register.people.setdefault(who, Person(id=who, name=name, phone=phone))
        self._place.occupancies.append((who, room_id, relation))
        return who

    def missed(self, channel: str, user: str, *, now: datetime) -> None:
        self.tried.append((channel, user, now))

    def misses(self, channel: str, user: str, *, since: datetime) -> int:
        return sum(one[:2] == (channel, user) and one[2] > since for one in self.tried)

    def knock(self, knock: Knock) -> Knock:
        kept = replace(knock, id=len(self.rows) + 1)
        self.rows[kept.id] = kept
        return kept

    def knocked(self, knock_id: int) -> Knock | None:
        return self.rows.get(knock_id)

    def knocks_of(self, channel: str, user: str, *, since: datetime) -> Sequence[Knock]:
        theirs = [one for one in self.rows.values() if (one.channel, one.user) == (channel, user)]
        return [one for one in reversed(theirs) if one.asked_at > since]

    def answer(self, knock: Knock) -> bool:
        if self.rows[knock.id].state is not KnockState.WAITING:
            return False
        self.rows[knock.id] = replace(knock, remind_at=None)
        return True

    def unanswered(self, *, now: datetime, limit: int) -> Sequence[int]:
        due = [one for one in self.rows.values() if one.remind_at and one.remind_at <= now]
        return [one.id for one in sorted(due, key=lambda one: str(one.remind_at))][:limit]

    def reminded(self, knock_id: int) -> bool:
        was, self.rows[knock_id] = self.rows[knock_id], replace(self.rows[knock_id], remind_at=None)
        return was.remind_at is not None

    def purge(self, *, before: datetime) -> int:
        count = len(self.tried) + len(self.rows)
        self.tried = [one for one in self.tried if one[2] >= before]
        self.rows = {number: one for number, one in self.rows.items() if one.asked_at >= before}
        return count - len(self.tried) - len(self.rows)


class FakeKnowledge:
    """domain.knowledge.ports.Knowledge."""

    def __init__(self) -> None:
        self.rows: dict[int, Entry] = {}
        self.set: dict[tuple[int, str, str], str] = {}

    def entries(self, estate_id: int | None, language: str) -> Sequence[Entry]:
        found = [one for one in self.rows.values() if one.language == language and one.estate_id in (None, estate_id)]
        return sorted(found, key=lambda one: (one.estate_id is not None, one.id))

    def stamp(self, estate_id: int | None, language: str) -> object:
        return tuple(self.entries(estate_id, language))

    def get(self, entry_id: int) -> Entry | None:
        return self.rows.get(entry_id)

    def of_ticket(self, ticket_id: int) -> Entry | None:
        return next((one for one in self.rows.values() if one.ticket_id == ticket_id), None)

    def put(self, entry: Entry) -> Entry:
        key = entry.estate_id, entry.language, entry.name
        same = [one.id for one in self.rows.values() if (one.estate_id, one.language, one.name) == key]
        kept = replace(entry, id=same[0] if same else len(self.rows) + 1)
        self.rows[kept.id] = kept
        return kept

    def settle(self, entry: Entry, *, was: Status) -> None:
        if self.rows[entry.id].status is not was:
            raise Stale(entry.name)
        self.rows[entry.id] = entry

    def values(self, estate_id: int, language: str) -> Mapping[str, str]:
        told = [key for key in self.set if key[0] == estate_id and key[2] in ("", language)]
        return {key[1]: self.set[key] for key in sorted(told, key=lambda key: key[2])}

    def set_value(self, estate_id: int, name: str, value: str, *, language: str = "") -> None:
        self.set.pop((estate_id, name, language), None)
        if value:
            self.set[estate_id, name, language] = value


class FakeWork:
    """domain.knowledge.ports.KnowledgeWork; *events* is everything that was recorded, in order."""

    def __init__(self, place: Place | None = None) -> None:
        place = place or Place()
        self.tickets = FakeTickets()
        self.register = FakeRegister(place)
        self.addresses = FakeAddresses(place, self.register)
        self.calls = FakeCalls(self.tickets)
        self.invites = FakeInvites()
        self.doors = FakeDoors(place, self.register)
        self.knowledge = FakeKnowledge()
        self.events: list[Event] = []

    def record(self, event: Event, *, now: datetime) -> None:
        self.events.append(event)
        data = {key: value for key, value in asdict(event).items() if value is not None}
        by, ticket_id = data.pop("by", None), data.pop("ticket_id", 0)
        plain = json.loads(json.dumps(data, default=datetime.isoformat))
        self.tickets.journal.append((ticket_id, now, type(event).__name__, by, plain))

    @contextmanager
    def transaction(self) -> Iterator["FakeWork"]:
        """The one transaction that never ends."""
        yield self

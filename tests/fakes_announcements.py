"""The ports of announcements kept in memory; tests/storage/promises proves that they promise what the databases do."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from domain.announcements.lifecycle import Status
from domain.announcements.model import (
    Again,
    Announcement,
    Audience,
    HeadCount,
    Kind,
    Leaflet,
    Recipient,
    Tally,
    Unreached,
)
from domain.errors import Stale
from domain.messaging.model import Delivery, DeliveryState, Lane
from domain.register.model import Address, Room
from tests.builders import Place
from tests.fakes import FakeWork

AHEAD, CENTURY = timedelta(days=1), timedelta(days=36500)
HELD = datetime.fromisoformat("2069-01-01T00:00+00:00")
LOST = (DeliveryState.FAILED, DeliveryState.UNREACHABLE, DeliveryState.EXPIRED)
OURS = ("no-account", "muted", "unreachable", "stopped")
ORDER = ("waiting", "failed", "unknown", "expired", "stopped", "unreachable", "muted", "no-account", "no-people")


class FakeAnnouncements:
    """domain.announcements.ports.Announcements."""

    def __init__(self) -> None:
        self.rows: dict[int, Announcement] = {}
        self.printed: dict[int, list[Leaflet]] = {}

    def add(self, announcement: Announcement) -> Announcement:
        kept = replace(announcement, id=len(self.rows) + 1)
        self.rows[kept.id] = kept
        return kept

    def get(self, announcement_id: int) -> Announcement | None:
        return self.rows.get(announcement_id)

    hold = get

    def save(self, announcement: Announcement) -> Announcement:
        if self.rows[announcement.id].version != announcement.version:
            raise Stale(str(announcement.id))
        self.rows[announcement.id] = replace(announcement, version=announcement.version + 1)
        return self.rows[announcement.id]

    def keyed(self, key: str) -> Announcement | None:
        return next((one for one in self.rows.values() if one.key == key), None)

    def of_estates(self, estate_ids: Collection[int], *, limit: int) -> Sequence[Announcement]:
        theirs = [one for one in self.rows.values() if one.estate_id in estate_ids]
        return sorted(theirs, key=lambda one: -one.id)[:limit]

    def due(self, *, now: datetime, limit: int) -> Sequence[int]:
        ready = [one for one in self.rows.values() if one.due_at and one.due_at <= now]
        return [one.id for one in sorted(ready, key=lambda one: (one.kind is not Kind.URGENT, one.due_at))][:limit]

    def lately(self, *, since: datetime) -> Sequence[Announcement]:
        return [one for one in self.rows.values() if one.kind is Kind.ORDINARY and _is_late(one, since)]

    def print(self, announcement_id: int, leaflets: Sequence[Leaflet]) -> None:
        self.printed[announcement_id] = sorted(leaflets, key=lambda one: one.language)

    def leaflets(self, announcement_id: int) -> Sequence[Leaflet]:
        return self.printed.get(announcement_id, [])


def _is_late(one: Announcement, since: datetime) -> bool:
    if one.status in (Status.SENDING, Status.PAUSED):
        return True
    return one.status in (Status.SENT, Status.STOPPED) and one.ended_at is not None and one.ended_at > since


class FakeDeliveries:
    """As much of domain.messaging.ports.Deliveries as announcements use, and what a sender does to the rows."""

    def __init__(self) -> None:
        self.rows: dict[str, Delivery] = {}
        self.sent_at: dict[str, datetime] = {}

    def add(self, deliveries: Iterable[Delivery]) -> None:
        for one in deliveries:
            assert one.key is not None
            self.rows.setdefault(one.key, replace(one, id=len(self.rows) + 1))

    def end(self, row: int, *, state: DeliveryState, reason: str | None, now: datetime) -> None:
        key = next(key for key, one in self.rows.items() if one.id == row)
        self.rows[key] = replace(self.rows[key], state=state, reason=reason)
        self.sent_at[key] = now

    def sent(self, row: int, *, reference: str | None, now: datetime) -> None:
        self.end(row, state=DeliveryState.SENT, reason=None, now=now)


class FakeRecipients:
    """domain.announcements.ports.Recipients."""

    def __init__(self, work: FakeWork, announcements: FakeAnnouncements, deliveries: FakeDeliveries) -> None:
        self._work = work
        self._announcements = announcements
        self._deliveries = deliveries
        self.rows: dict[tuple[int, int], Recipient] = {}
        self.mutes: set[tuple[int, int]] = set()

    # --- the audience -----------------------------------------------------------------------------------------------

    def size(self, audience: Audience) -> int:
        return len(self._everybody(audience))

    def count(self, audience: Audience, *, ordinary: bool) -> HeadCount:
        channels, languages, others = Counter[str](), Counter[str](), Counter[str]()
        for person_id in self._everybody(audience):
            languages[self._work.register.people[person_id].language or ""] += 1
            address = self._best(person_id)
            if ordinary and self._mutes(person_id, audience):
                others["muted"] += 1
            elif address is None or not address.reachable:
                others["unreachable" if address else "no_account"] += 1
            else:
                channels[address.channel] += 1
        return HeadCount(channels=dict(channels), languages=dict(languages), **others)

    def _everybody(self, audience: Audience) -> dict[int, int | None]:
        found: dict[int, int | None] = dict.fromkeys(audience.people & set(self._work.register.people))
        for one in self._work.register.employed.values():
            if one.roles & audience.roles and one.estates & set(audience.estates):
                found.setdefault(one.id)
        for person_id, room_id, relation in self._work.register.place.occupancies if audience.residents else ():
            wanted = not audience.relations or relation in audience.relations
            flags = self._work.register.people[person_id].flags
            if wanted and self._is_place(audience, room_id) and (not audience.flags or flags & audience.flags):
                found[person_id] = min(found.get(person_id) or room_id, room_id)
        return dict(sorted(found.items()))

    def _is_place(self, audience: Audience, room_id: int) -> bool:
        room = self._work.register.place.rooms[room_id]
        if room.estate_id not in audience.estates:
            return False
        named = (
            room.building in audience.buildings,
            (room.building, room.entrance) in audience.entrances,
            room.id in audience.rooms,
        )
        return any(named) or not audience.places

    def _best(self, person_id: int) -> Address | None:
        theirs = self._work.addresses.of([person_id])
        return next((one for one in theirs if one.reachable), theirs[0] if theirs else None)

    def _mutes(self, person_id: int, audience: Audience) -> bool:
        return any((person_id, estate) in self.mutes for estate in audience.estates)

    def freeze(self, announcement_id: int, audience: Audience) -> int:
        everybody = self._everybody(audience)
        for person_id, room_id in everybody.items():
            self.rows[announcement_id, person_id] = Recipient(
                announcement_id=announcement_id, person_id=person_id, room_id=room_id
            )
        return len(everybody)

    def thaw(self, announcement_id: int) -> None:
        self.rows = {key: one for key, one in self.rows.items() if key[0] != announcement_id}

    # --- the deliveries ---------------------------------------------------------------------------------------------

    def _of(self, announcement_id: int) -> list[Recipient]:
        return [one for key, one in sorted(self.rows.items()) if key[0] == announcement_id]

    def spread(
        self,
        announcement: Announcement,
        *,
        limit: int,
        fallback: str,
        now: datetime,
        expires_at: datetime,
        gap: timedelta,
        earlier: Mapping[int, datetime],
        stopped: bool = False,
    ) -> tuple[int, int]:
        leaflets = {one.language: one for one in self._announcements.leaflets(announcement.id)}
        waiting = [
            one for one in self._of(announcement.id)
            if one.round == announcement.round and one.person_id > announcement.spread_to
        ][:limit]  # fmt: skip
        for one in waiting:
            address = self._best(one.person_id)
            reason = self._reason(announcement, one.person_id, stopped=stopped)
            language = self._work.register.people[one.person_id].language or ""
            ended = DeliveryState.EXPIRED if stopped else DeliveryState.UNREACHABLE
            due = self._due(announcement, one.person_id, now, gap, earlier)
            new = Delivery(
                channel=address.channel if address else "", chat=address.chat if address else "", lane=Lane.BULK,
                person_id=one.person_id, body=leaflets.get(language, leaflets[fallback]).body, created_at=now,
                key=key_of(one), announcement_id=announcement.id, due_at=due, expires_at=expires_at, reason=reason,
                state=ended if reason else DeliveryState.QUEUED,
            )  # fmt: skip
            self._deliveries.add([new])
        return len(waiting), waiting[-1].person_id if waiting else announcement.spread_to

    def _reason(self, announcement: Announcement, person_id: int, *, stopped: bool) -> str | None:
        if stopped:
            return "stopped"
        if announcement.kind is Kind.ORDINARY and self._mutes(person_id, announcement.audience):
            return "muted"
        address = self._best(person_id)
        if address is None:
            return "no-account"
        return None if address.reachable else "unreachable"

    def _due(
        self, announcement: Announcement, person_id: int, now: datetime, gap: timedelta, earlier: Mapping[int, datetime]
    ) -> datetime:
        if announcement.kind is Kind.URGENT:
            return now - AHEAD
        moments = [now]
        for other, clear in earlier.items():
            if (other, person_id) in self.rows:
                key = key_of(self.rows[other, person_id])
                row = self._deliveries.rows.get(key)
                if row and row.state is DeliveryState.SENT:
                    moments.append(self._deliveries.sent_at[key] + gap)
                elif row and row.state in (DeliveryState.QUEUED, DeliveryState.SENDING) and row.due_at:
                    moments.append((max(row.due_at, clear) if row.due_at < HELD else clear) + gap)
        return max(moments)

    def _queued(self, announcement_id: int) -> list[tuple[str, Delivery]]:
        rows = self._deliveries.rows.items()
        mine = [(key, one) for key, one in rows if one.announcement_id == announcement_id]
        return [(key, one) for key, one in mine if one.state is DeliveryState.QUEUED]

    def hold_back(self, announcement_id: int, *, limit: int) -> int:
        chosen = [(key, one) for key, one in self._queued(announcement_id) if one.due_at and one.due_at < HELD][:limit]
        for key, one in chosen:
            assert one.due_at is not None
            self._deliveries.rows[key] = replace(one, due_at=one.due_at + CENTURY)
        return len(chosen)

    def let_go(self, announcement_id: int, *, limit: int, expires_at: datetime) -> int:
        chosen = [(key, one) for key, one in self._queued(announcement_id) if one.due_at and one.due_at >= HELD][:limit]
        for key, one in chosen:
            assert one.due_at is not None
            self._deliveries.rows[key] = replace(one, due_at=one.due_at - CENTURY, expires_at=expires_at)
        return len(chosen)

    def expire(self, announcement_id: int, *, limit: int, now: datetime) -> int:
        late = [one for _key, one in self._queued(announcement_id) if one.expires_at and one.expires_at <= now][:limit]
        for one in late:
            self._deliveries.end(one.id, state=DeliveryState.EXPIRED, reason="its time had passed", now=now)
        return len(late)

    def cancel(self, announcement_id: int, *, limit: int, now: datetime) -> int:
        chosen = self._queued(announcement_id)[:limit]
        for _key, one in chosen:
            self._deliveries.end(one.id, state=DeliveryState.EXPIRED, reason="stopped", now=now)
        return len(chosen)

    # --- how they stand ---------------------------------------------------------------------------------------------

    def _of_round(self, announcement: Announcement) -> list[Delivery]:
        mine = [one for one in self._of(announcement.id) if one.round == announcement.round]
        return [self._deliveries.rows[key_of(one)] for one in mine if key_of(one) in self._deliveries.rows]

    def tally(self, announcement: Announcement) -> Tally:
        states = Counter(one.state.value for one in self._of_round(announcement))
        ended = {state.value: states[state.value] for state in (DeliveryState.SENT, DeliveryState.UNKNOWN, *LOST)}
        everybody = self._of(announcement.id)
        return Tally(
            people=sum(one.round == announcement.round for one in everybody),
            confirmed=sum(one.confirmed_at is not None for one in everybody),
            **ended,
        )

    def reasons(self, announcement: Announcement) -> Mapping[tuple[str, str], int]:
        lost = [one for one in self._of_round(announcement) if one.state in (*LOST, DeliveryState.UNKNOWN)]
        return Counter((one.state.value, one.reason or "") for one in lost)

    def unreached(self, announcement: Announcement) -> Sequence[Unreached]:
        audience = announcement.audience
        if not audience.residents:
            return []
        living = defaultdict(list)
        for person_id, room_id, _relation in self._work.register.place.occupancies:
            if (announcement.id, person_id) in self.rows:
                living[room_id].append(person_id)
        places = self._work.register.place.rooms.values()
        rooms = [room for room in places if self._is_place(audience, room.id)]
        rooms.sort(key=lambda one: (one.estate_id, one.building, one.entrance, one.room))
        found = [self._missed(announcement, room, living[room.id]) for room in rooms]
        narrow = audience.relations or audience.flags or audience.people or audience.ticket_id
        return [one for one in found if one and not (narrow and one.why == "no-people")]

    def _missed(self, announcement: Announcement, room: Room, living: list[int]) -> Unreached | None:
        told, got = [], self._got(announcement.id)
        for person_id in living:
            row = self._deliveries.rows.get(key_of(self.rows[announcement.id, person_id]))
            if person_id in got:
                return None
            told.append(_why(row))
        if not told:
            return Unreached(room=room, why="no-people")
        why, detail = min(told, key=lambda one: ORDER.index(one[0]))
        names = tuple(sorted({self._work.register.people[one].name for one in living}))
        return Unreached(room=room, why=why, detail=detail, names=names)

    def _got(self, announcement_id: int) -> set[int | None]:
        rows = self._deliveries.rows.values()
        mine = (one for one in rows if one.announcement_id == announcement_id)
        return {one.person_id for one in mine if one.state is DeliveryState.SENT}

    def repeat(self, announcement: Announcement, to: Again, *, round: int) -> int:  # noqa: A002 - the name in the port
        chosen = [one for one in self._of(announcement.id) if self._is_of(one, to)]
        for one in chosen:
            self.rows[one.announcement_id, one.person_id] = replace(one, round=round)
        return len(chosen)

    def _is_of(self, one: Recipient, to: Again) -> bool:
        if to is Again.UNCONFIRMED:
            return one.confirmed_at is None
        row = self._deliveries.rows.get(key_of(one))
        return row is not None and row.state in LOST

    # --- what they answered -----------------------------------------------------------------------------------------

    def get(self, announcement_id: int, person_id: int) -> Recipient | None:
        return self.rows.get((announcement_id, person_id))

    def put(self, recipient: Recipient) -> None:
        self.rows[recipient.announcement_id, recipient.person_id] = recipient

    def votes(self, announcement_id: int) -> Mapping[int, int]:
        return Counter(one.choice for one in self._of(announcement_id) if one.choice is not None)

    def joined(self, announcement_id: int) -> Sequence[int]:
        those = [(one.joined_at, one.person_id) for one in self._of(announcement_id) if one.joined_at]
        return [person_id for _joined_at, person_id in sorted(those)]

    def mute(self, person_id: int, estate_id: int, *, now: datetime) -> None:
        self.mutes.add((person_id, estate_id))

    def unmute(self, person_id: int, estate_id: int) -> None:
        self.mutes.discard((person_id, estate_id))

    def muted(self, person_id: int) -> frozenset[int]:
        return frozenset(estate for person, estate in self.mutes if person == person_id)


def key_of(one: Recipient) -> str:
    """The key of their newest delivery."""
    again = f":again:{one.round}" if one.round else ""
    return f"announcement:{one.announcement_id}:person:{one.person_id}{again}"


def _why(row: Delivery | None) -> tuple[str, str]:
    if row is None or row.state in (DeliveryState.QUEUED, DeliveryState.SENDING):
        return "waiting", ""
    return (row.reason, "") if row.reason in OURS else (row.state.value, row.reason or "")


class AnnouncingWork(FakeWork):
    """domain.announcements.ports.AnnouncementWork, as far as its operations use it."""

    inbox: Any = None
    paces: Any = None
    keyboards: Any = None
    conversations: Any = None
    media: Any = None

    def __init__(self, place: Place | None = None) -> None:
        super().__init__(place)
        self.announcements = FakeAnnouncements()
        self.deliveries: Any = FakeDeliveries()
        self.recipients = FakeRecipients(self, self.announcements, self.deliveries)

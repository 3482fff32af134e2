"""Announcements and their finished messages in tables."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, fields, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, case, insert, or_, select, update
from sqlalchemy import delete as remove

from domain.announcements.lifecycle import Status
from domain.announcements.model import Announcement, Attachment, Audience, Kind, Leaflet, Poll, SignUp, Text
from domain.errors import Stale
from domain.register.model import Flag, Relation, Role
from storage.tables import announcement_leaflets, announcements

_WHAT = announcements.c
_COLUMNS = [_WHAT[field.name] for field in fields(Announcement)]
_NAMES = [field.name for field in fields(Announcement) if field.name != "id"]
_URGENT_FIRST = case((_WHAT.kind == Kind.URGENT, 0), else_=1)


def _row(announcement: Announcement) -> dict[str, Any]:
    plain = {name: getattr(announcement, name) for name in _NAMES}
    plain["audience"] = _audience_row(announcement.audience)
    plain["texts"] = {language: asdict(text) for language, text in announcement.texts.items()}
    for name in ("file", "poll", "sign_up"):
        plain[name] = asdict(plain[name]) if plain[name] else None
    return plain


def _audience_row(audience: Audience) -> dict[str, Any]:
    plain = {field.name: getattr(audience, field.name) for field in fields(Audience)}
    return {
        name: sorted(value) if isinstance(value, frozenset) else value for name, value in plain.items() if value
    }  # fmt: skip


def _announcement(row: Row[Any]) -> Announcement:
    values = row._asdict()
    values.update(
        audience=_audience(values["audience"]), kind=Kind(values["kind"]), photos=tuple(values["photos"]),
        texts={language: Text(**text) for language, text in values["texts"].items()},
        file=Attachment(**values["file"]) if values["file"] else None,
        poll=_poll(values["poll"]), sign_up=SignUp(**values["sign_up"]) if values["sign_up"] else None,
    )  # fmt: skip
    return Announcement(**values)


def _poll(kept: Mapping[str, Any] | None) -> Poll | None:
    return Poll(kept["question"], tuple(kept["options"])) if kept else None


def _audience(kept: Mapping[str, Any]) -> Audience:
    return Audience(
        estates=tuple(kept["estates"]),
        buildings=tuple(kept.get("buildings", ())),
        entrances=tuple((building, entrance) for building, entrance in kept.get("entrances", ())),
        rooms=tuple(kept.get("rooms", ())),
        relations=frozenset(map(Relation, kept.get("relations", ()))),
        flags=frozenset(map(Flag, kept.get("flags", ()))),
        roles=frozenset(map(Role, kept.get("roles", ()))),
        ticket_id=kept.get("ticket_id"),
        people=frozenset(kept.get("people", ())),
    )


class SqlAnnouncements:
    """domain.announcements.ports.Announcements."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, announcement: Announcement) -> Announcement:
        made = insert(announcements).values(_row(announcement)).returning(_WHAT.id)
        return replace(announcement, id=self._connection.execute(made).scalar_one())

    def get(self, announcement_id: int) -> Announcement | None:
        return self._one(select(*_COLUMNS).where(_WHAT.id == announcement_id))

    def hold(self, announcement_id: int) -> Announcement | None:
        return self._one(select(*_COLUMNS).where(_WHAT.id == announcement_id).with_for_update())

    def save(self, announcement: Announcement) -> Announcement:
        after = replace(announcement, version=announcement.version + 1)
        same = _WHAT.id == announcement.id, _WHAT.version == announcement.version
        if self._connection.execute(update(announcements).where(*same).values(_row(after))).rowcount != 1:
            raise Stale(f"announcement {announcement.id} version {announcement.version}")
        return after

    def keyed(self, key: str) -> Announcement | None:
        return self._one(select(*_COLUMNS).where(_WHAT.key == key))

    def of_estates(self, estate_ids: Collection[int], *, limit: int) -> Sequence[Announcement]:
        newest = select(*_COLUMNS).where(_WHAT.estate_id.in_(estate_ids)).order_by(_WHAT.id.desc()).limit(limit)
        return [_announcement(row) for row in self._connection.execute(newest)]

    def due(self, *, now: datetime, limit: int) -> Sequence[int]:
        ready = select(_WHAT.id).where(_WHAT.due_at <= now).order_by(_URGENT_FIRST, _WHAT.due_at).limit(limit)
        return self._connection.execute(ready).scalars().all()

    def lately(self, *, since: datetime) -> Sequence[Announcement]:
        out = _WHAT.status.in_([Status.SENDING, Status.PAUSED])
        over = and_(_WHAT.status.in_([Status.SENT, Status.STOPPED]), _WHAT.ended_at > since)
        found = select(*_COLUMNS).where(_WHAT.kind == Kind.ORDINARY, or_(out, over)).order_by(_WHAT.id)
        return [_announcement(row) for row in self._connection.execute(found)]

    def print(self, announcement_id: int, leaflets: Sequence[Leaflet]) -> None:
        self._connection.execute(
            remove(announcement_leaflets).where(announcement_leaflets.c.announcement_id == announcement_id)
        )
        rows = [asdict(one) | {"announcement_id": announcement_id} for one in leaflets]
        if rows:
            self._connection.execute(insert(announcement_leaflets), rows)

    def leaflets(self, announcement_id: int) -> Sequence[Leaflet]:
        table = announcement_leaflets.c
        found = select(table.language, table.body, table.group).where(table.announcement_id == announcement_id)
        return [Leaflet(**row._asdict()) for row in self._connection.execute(found.order_by(table.language))]

    def _one(self, statement: Any) -> Announcement | None:
        row = self._connection.execute(statement).one_or_none()
        return _announcement(row) if row else None

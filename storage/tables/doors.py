"""The doors: codes printed for rooms, who tried wrong ones, who knocked."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, text

from storage.columns import Id, Moment, metadata

room_codes = Table(
    "room_codes", metadata,
    Column("digest", String(64), primary_key=True),
    Column("room_id", ForeignKey("rooms.id"), nullable=False, index=True),
    Column("edition", Integer, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("closed_at", Moment),
)  # fmt: skip
misses = Table(
    "misses", metadata,
    Column("id", Id, primary_key=True),
    Column("channel", String(16), nullable=False),
    Column("user", String(64), nullable=False),
    Column("at", Moment, nullable=False),
    Index("ix_misses_user", "channel", "user", "at"),
)  # fmt: skip
_UNANSWERED = text("remind_at IS NOT NULL")
knocks = Table(
    "knocks", metadata,
    Column("id", Id, primary_key=True),
    Column("room_id", ForeignKey("rooms.id"), nullable=False),
    Column("channel", String(16), nullable=False),
    Column("user", String(64), nullable=False),
    Column("chat", String(64), nullable=False),
    Column("phone", String(20), nullable=False),
    Column("name", String(100), nullable=False),
    Column("language", String(16), nullable=False),
    Column("asked_at", Moment, nullable=False),
    Column("person_id", ForeignKey("people.id")),
    Column("state", String(12), nullable=False, server_default=text("'waiting'")),
    Column("answered_by", ForeignKey("people.id")),
    Column("answered_at", Moment),
    Column("remind_at", Moment),  # nobody has answered: when more people are asked
    Index("ix_knocks_remind_at", "remind_at", postgresql_where=_UNANSWERED, sqlite_where=_UNANSWERED),
    Index("ix_knocks_user", "channel", "user", "asked_at"),
)  # fmt: skip

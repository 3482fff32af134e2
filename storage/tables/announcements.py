"""Announcements: what was said to whom, and what they answered."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Float, ForeignKey, Index, Integer, String, Table, text

from storage.columns import Id, Moment, metadata

_DUE, _CONFIRMED = text("due_at IS NOT NULL"), text("confirmed_at IS NOT NULL")
_CHOSEN, _JOINED = text("choice IS NOT NULL"), text("joined_at IS NOT NULL")
announcements = Table(
    "announcements", metadata,
    Column("id", Id, primary_key=True),
    Column("key", String(64), unique=True),
    Column("estate_id", ForeignKey("estates.id"), nullable=False, index=True),
    Column("status", String(12), nullable=False),
    Column("kind", String(12), nullable=False),
    Column("audience", JSON, nullable=False),
    Column("texts", JSON, nullable=False),  # by language: title and body
    Column("photos", JSON, nullable=False),
    Column("file", JSON(none_as_null=True)),
    Column("at", Moment),
    Column("confirm", Boolean, nullable=False),
    Column("poll", JSON(none_as_null=True)), Column("sign_up", JSON(none_as_null=True)),
    Column("closes_at", Moment),
    Column("author_id", ForeignKey("people.id")), Column("approver_id", ForeignKey("people.id")),
    Column("created_at", Moment, nullable=False),
    Column("approved_at", Moment), Column("started_at", Moment), Column("ended_at", Moment),
    Column("resume_at", Moment),
    Column("held", Boolean, nullable=False, server_default=text("false")),
    Column("people", Integer, nullable=False, server_default="0"),  # the audience at approval
    Column("round", Integer, nullable=False, server_default="0"),
    Column("spread_to", Id, nullable=False, server_default="0"),  # a person: everybody up to them has their delivery
    Column("settled", Integer, nullable=False, server_default="0"),
    Column("counted_at", Moment),
    Column("speed", Float, nullable=False, server_default="0"),
    Column("due_at", Moment),
    Column("version", Integer, nullable=False, server_default="1"),
    Index("ix_announcements_due", "due_at", postgresql_where=_DUE, sqlite_where=_DUE),
)  # fmt: skip
announcement_leaflets = Table(  # the finished message in each language
    "announcement_leaflets", metadata,
    Column("announcement_id", ForeignKey("announcements.id"), primary_key=True),
    Column("language", String(16), primary_key=True),
    Column("body", JSON, nullable=False), Column("group", JSON, nullable=False),
)  # fmt: skip
announcement_recipients = Table(  # the audience at approval, and what each of them answered
    "announcement_recipients", metadata,
    Column("announcement_id", ForeignKey("announcements.id"), primary_key=True),
    Column("person_id", ForeignKey("people.id"), primary_key=True),
    Column("room_id", ForeignKey("rooms.id")),
    Column("round", Integer, nullable=False, server_default="0"),
    Column("confirmed_at", Moment), Column("choice", Integer), Column("joined_at", Moment),
    Index("ix_announcement_recipients_confirmed", "announcement_id", "confirmed_at", postgresql_where=_CONFIRMED,
          sqlite_where=_CONFIRMED),
    Index("ix_announcement_recipients_choice", "announcement_id", "choice", postgresql_where=_CHOSEN,
          sqlite_where=_CHOSEN),
    Index("ix_announcement_recipients_joined", "announcement_id", "joined_at", "person_id", postgresql_where=_JOINED,
          sqlite_where=_JOINED),
    sqlite_with_rowid=False,  # kept in the order in which it is read
)  # fmt: skip
announcement_mutes = Table(  # who wants no ordinary ones of an estate
    "announcement_mutes", metadata,
    Column("person_id", ForeignKey("people.id"), primary_key=True),
    Column("estate_id", ForeignKey("estates.id"), primary_key=True),
    Column("since", Moment, nullable=False),
)  # fmt: skip

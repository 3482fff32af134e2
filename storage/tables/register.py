"""The register: estates, rooms, people, staff, and the chats they are reached by."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
    text,
)

from storage.columns import Id, Moment, metadata

estates = Table(
    "estates", metadata,
    Column("id", Id, primary_key=True),
    Column("name", String(100), nullable=False, unique=True),
    Column("city", String(100), nullable=False, server_default=""),
    Column("timezone", String(64), nullable=False),
    Column("latitude", Float), Column("longitude", Float),
    Column("language", String(16), nullable=False, server_default="zh_CN"),
    Column("policy", JSON, nullable=False, server_default="{}"),
)  # fmt: skip
calendar_days = Table(  # public holidays (working = false) and moved working days (true)
    "calendar_days", metadata,
    Column("day", Date, primary_key=True),
    Column("working", Boolean, nullable=False),
)  # fmt: skip
rooms = Table(
    "rooms", metadata,
    Column("id", Id, primary_key=True),
    Column("estate_id", ForeignKey("estates.id"), nullable=False),
    Column("building", String(20), nullable=False),
    Column("entrance", String(20), nullable=False, server_default=""),
    Column("room", String(20), nullable=False),
    Column("area", Float), Column("handover_date", Date),
    UniqueConstraint("estate_id", "building", "entrance", "room"),
)  # fmt: skip
people = Table(
    "people", metadata,
    Column("id", Id, primary_key=True),
    Column("name", String(100), nullable=False),
    Column("phone", String(20), nullable=False, index=True),
    Column("language", String(16)),
    Column("flags", JSON, nullable=False, server_default="[]"),
    Column("channel", String(16)),  # where they would rather be written to
    UniqueConstraint("name", "phone"),
)  # fmt: skip
occupancies = Table(
    "occupancies", metadata,
    Column("person_id", ForeignKey("people.id"), primary_key=True),
    Column("room_id", ForeignKey("rooms.id"), primary_key=True, index=True),
    Column("relation", String(16), nullable=False),
)  # fmt: skip
staff = Table(
    "staff", metadata,
    Column("person_id", ForeignKey("people.id"), primary_key=True),
    Column("roles", JSON, nullable=False),
    Column("skills", JSON, nullable=False, server_default="[]"),
    Column("on_duty", Boolean, nullable=False, server_default=text("true")),
    Column("cap", Integer),
    Column("active", Boolean, nullable=False, server_default=text("true")),
)  # fmt: skip
staff_estates = Table(
    "staff_estates", metadata,
    Column("person_id", ForeignKey("staff.person_id"), primary_key=True),
    Column("estate_id", ForeignKey("estates.id"), primary_key=True, index=True),
)  # fmt: skip
addresses = Table(  # private chats
    "addresses", metadata,
    Column("channel", String(16), primary_key=True),
    Column("user", String(64), primary_key=True),
    Column("chat", String(64), nullable=False),
    Column("person_id", ForeignKey("people.id"), nullable=False, index=True),
    Column("seen_at", Moment),
    Column("reachable", Boolean, nullable=False, server_default=text("true")),
    Index("ix_addresses_chat", "channel", "chat"),
)  # fmt: skip
groups = Table(  # group chats: the allow-list
    "groups", metadata,
    Column("id", Id, primary_key=True),
    Column("channel", String(16), nullable=False),
    Column("chat", String(64), nullable=False),
    Column("thread", String(64), nullable=False, server_default=""),
    Column("estate_id", ForeignKey("estates.id"), nullable=False, index=True),
    Column("kind", String(16), nullable=False),
    Column("category", String(32)),
    Column("language", String(16), nullable=False, server_default="zh_CN"),
    UniqueConstraint("channel", "chat", "thread", "estate_id"),
)  # fmt: skip
invites = Table(
    "invites", metadata,
    Column("digest", String(64), primary_key=True),
    Column("person_id", ForeignKey("people.id"), nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("used_at", Moment),
)  # fmt: skip

"""Tickets, who called about them, and the operation log."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from storage.columns import Id, Moment, metadata

_DUE = text("due_at IS NOT NULL")
tickets = Table(
    "tickets", metadata,
    Column("id", Id, primary_key=True),
    Column("number", String(16), nullable=False, index=True),  # R1121-007; comes back every year
    Column("estate_id", ForeignKey("estates.id"), nullable=False),
    Column("room_id", ForeignKey("rooms.id"), index=True),
    Column("place", String(200), nullable=False, server_default=""),
    Column("building", String(20), nullable=False, server_default=""), Column("location", JSON(none_as_null=True)),
    Column("hazard", String(16)),
    Column("kind", String(16), nullable=False),
    Column("category", String(32), nullable=False),
    Column("urgency", String(16), nullable=False),
    Column("words", Text, nullable=False),
    Column("visit", String(200), nullable=False, server_default=""),  # when someone may come, in the owner's words
    Column("contact", String(20), nullable=False, server_default=""),
    Column("photos", JSON, nullable=False, server_default="[]"),
    Column("reporter_id", ForeignKey("people.id"), index=True),  # None: an emergency, called in by a stranger
    Column("status", String(16), nullable=False),
    Column("repairer_id", ForeignKey("people.id"), index=True),
    Column("done_by", ForeignKey("people.id")),
    Column("opened_at", Moment, nullable=False),
    Column("queued_at", Moment, nullable=False),
    Column("respond_by", Moment, nullable=False),
    Column("resolve_by", Moment, nullable=False),
    Column("responded_at", Moment), Column("paused_at", Moment), Column("done_at", Moment), Column("closed_at", Moment),
    Column("wait_for", String(16)), Column("wait_until", Moment),
    Column("work_done", Text, nullable=False, server_default=""),
    Column("work_photos", JSON, nullable=False, server_default="[]"),
    Column("reopened", Integer, nullable=False, server_default="0"),
    Column("mark", Integer), Column("comment", Text, nullable=False, server_default=""),
    Column("rung", Integer, nullable=False, server_default="0"),
    Column("due_at", Moment),
    Column("version", Integer, nullable=False, server_default="1"),
    CheckConstraint(
        "(repairer_id IS NOT NULL) = (status IN ('claimed', 'on_the_way', 'on_site', 'waiting'))",
        name="in_progress_iff_repairer",
    ),
    CheckConstraint("mark IS NULL OR mark BETWEEN 1 AND 5", name="mark"),
    Index("ix_tickets_due", "due_at", postgresql_where=_DUE, sqlite_where=_DUE),
    Index("ix_tickets_estate_status", "estate_id", "status"),
)  # fmt: skip
ticket_callers = Table(  # who called about an emergency; the first of them reported it
    "ticket_callers", metadata,
    Column("id", Id, primary_key=True),
    Column("ticket_id", ForeignKey("tickets.id"), nullable=False),
    Column("channel", String(16), nullable=False), Column("user", String(64), nullable=False),
    Column("chat", String(64)), Column("language", String(16), nullable=False),
    Column("person_id", ForeignKey("people.id")), Column("name", String(100), nullable=False),
    Column("room_id", ForeignKey("rooms.id")), Column("place", String(200), nullable=False),
    Column("building", String(20), nullable=False), Column("location", JSON(none_as_null=True)),
    Column("words", Text, nullable=False), Column("withdrawn", Boolean, nullable=False),
    Column("at", Moment, nullable=False),
    UniqueConstraint("ticket_id", "channel", "user"), Index("ix_ticket_callers_user", "channel", "user"),
)  # fmt: skip
counters = Table(
    "counters", metadata,
    Column("name", String(32), primary_key=True),
    Column("value", Integer, nullable=False),
)  # fmt: skip
events = Table(  # the operation log: who did what to which record, when; rows are only ever added
    "events", metadata,
    Column("id", Id, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("name", String(48), nullable=False),
    Column("ticket_id", Id, index=True),
    Column("by", Id),
    Column("data", JSON, nullable=False),
)  # fmt: skip

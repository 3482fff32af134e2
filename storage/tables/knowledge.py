"""What we know: answers and values of estates; the shared answers are files."""

from __future__ import annotations

from sqlalchemy import JSON, Column, ForeignKey, String, Table, Text, UniqueConstraint

from storage.columns import Id, Moment, metadata

knowledge_entries = Table(
    "knowledge_entries", metadata,
    Column("id", Id, primary_key=True), Column("estate_id", ForeignKey("estates.id")),  # none: for every estate
    Column("language", String(16), nullable=False), Column("name", String(64), nullable=False),
    Column("title", String(200), nullable=False), Column("variants", JSON, nullable=False),
    Column("answer", Text, nullable=False), Column("topic", String(32), nullable=False),
    Column("status", String(8), nullable=False), Column("ticket_id", ForeignKey("tickets.id"), index=True),
    Column("by", ForeignKey("people.id")), Column("updated_at", Moment, nullable=False),
    UniqueConstraint("estate_id", "language", "name"),
)  # fmt: skip
estate_values = Table(  # what stands in answers: hours, phones, prices; in one language, or in any ("")
    "estate_values", metadata,
    Column("estate_id", ForeignKey("estates.id"), primary_key=True), Column("name", String(48), primary_key=True),
    Column("language", String(16), primary_key=True), Column("value", Text, nullable=False),
)  # fmt: skip

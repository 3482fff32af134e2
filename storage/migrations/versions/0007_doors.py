"""Codes printed for rooms, wrong tries, knocks; where people would rather be written to."""

from __future__ import annotations

from alembic import op
from sqlalchemy import BigInteger, Column, ForeignKey, Integer, String, text

revision = "0007"
down_revision = "0006"

Id = BigInteger().with_variant(Integer, "sqlite")
Moment = BigInteger


def upgrade() -> None:
    op.add_column("people", Column("channel", String(16)))
    op.create_table(
        "room_codes",
        Column("digest", String(64), primary_key=True),
        Column("room_id", Id, ForeignKey("rooms.id"), nullable=False),
        Column("edition", Integer, nullable=False),
        Column("made_at", Moment, nullable=False),
        Column("closed_at", Moment),
    )
    op.create_index("ix_room_codes_room_id", "room_codes", ["room_id"])
    op.create_table(
        "misses",
        Column("id", Id, primary_key=True),
        Column("channel", String(16), nullable=False),
        Column("user", String(64), nullable=False),
        Column("at", Moment, nullable=False),
    )
    op.create_index("ix_misses_user", "misses", ["channel", "user", "at"])
    op.create_table(
        "knocks",
        Column("id", Id, primary_key=True),
        Column("room_id", Id, ForeignKey("rooms.id"), nullable=False),
        Column("channel", String(16), nullable=False),
        Column("user", String(64), nullable=False),
        Column("chat", String(64), nullable=False),
        Column("phone", String(20), nullable=False),
        Column("name", String(100), nullable=False),
        Column("language", String(16), nullable=False),
        Column("asked_at", Moment, nullable=False),
        Column("person_id", Id, ForeignKey("people.id")),
        Column("state", String(12), nullable=False, server_default=text("'waiting'")),
        Column("answered_by", Id, ForeignKey("people.id")),
        Column("answered_at", Moment),
        Column("remind_at", Moment),
    )
    unanswered = text("remind_at IS NOT NULL")
    op.create_index(
        "ix_knocks_remind_at", "knocks", ["remind_at"], postgresql_where=unanswered, sqlite_where=unanswered
    )
    op.create_index("ix_knocks_user", "knocks", ["channel", "user", "asked_at"])


def downgrade() -> None:
    for table in ("knocks", "misses", "room_codes"):
        op.drop_table(table)
    with op.batch_alter_table("people") as people:
        people.drop_column("channel")

"""Announcements."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_MOMENT = sa.BigInteger
_RECIPIENTS = "announcement_recipients"
_ANSWERS = (
    ("confirmed", ["announcement_id", "confirmed_at"], "confirmed_at"),
    ("choice", ["announcement_id", "choice"], "choice"),
    ("joined", ["announcement_id", "joined_at", "person_id"], "joined_at"),
)


def upgrade() -> None:
    _announcements()
    op.create_table(
        "announcement_leaflets",
        _of("announcement_leaflets", "announcement_id", "announcements"),
        sa.Column("language", sa.String(16), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("group", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("announcement_id", "language", name=op.f("pk_announcement_leaflets")),
    )
    op.create_table(
        _RECIPIENTS,
        _of(_RECIPIENTS, "announcement_id", "announcements"),
        _of(_RECIPIENTS, "person_id", "people"),
        _of(_RECIPIENTS, "room_id", "rooms", nullable=True),
        sa.Column("round", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("confirmed_at", _MOMENT()),
        sa.Column("choice", sa.Integer()),
        sa.Column("joined_at", _MOMENT()),
        sa.PrimaryKeyConstraint("announcement_id", "person_id", name=op.f(f"pk_{_RECIPIENTS}")),
        sqlite_with_rowid=False,
    )
    for name, columns, where in _ANSWERS:
        _index(f"ix_{_RECIPIENTS}_{name}", _RECIPIENTS, columns, f"{where} IS NOT NULL")
    op.create_table(
        "announcement_mutes",
        _of("announcement_mutes", "person_id", "people"),
        _of("announcement_mutes", "estate_id", "estates"),
        sa.Column("since", _MOMENT(), nullable=False),
        sa.PrimaryKeyConstraint("person_id", "estate_id", name=op.f("pk_announcement_mutes")),
    )


def downgrade() -> None:
    for table in ("announcement_mutes", _RECIPIENTS, "announcement_leaflets", "announcements"):
        op.drop_table(table)


def _announcements() -> None:
    op.create_table(
        "announcements",
        sa.Column("id", _ID, nullable=False),
        sa.Column("key", sa.String(64)),
        _of("announcements", "estate_id", "estates"),
        sa.Column("status", sa.String(12), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        *(sa.Column(name, sa.JSON(), nullable=False) for name in ("audience", "texts", "photos")),
        sa.Column("file", sa.JSON(none_as_null=True)),
        sa.Column("at", _MOMENT()),
        sa.Column("confirm", sa.Boolean(), nullable=False),
        sa.Column("poll", sa.JSON(none_as_null=True)),
        sa.Column("sign_up", sa.JSON(none_as_null=True)),
        sa.Column("closes_at", _MOMENT()),
        _of("announcements", "author_id", "people", nullable=True),
        _of("announcements", "approver_id", "people", nullable=True),
        sa.Column("created_at", _MOMENT(), nullable=False),
        *(sa.Column(name, _MOMENT()) for name in ("approved_at", "started_at", "ended_at", "resume_at")),
        sa.Column("held", sa.Boolean(), nullable=False, server_default=sa.text("false")),
        sa.Column("people", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("round", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("spread_to", _ID, nullable=False, server_default="0"),
        sa.Column("settled", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("counted_at", _MOMENT()),
        sa.Column("speed", sa.Float(), nullable=False, server_default="0"),
        sa.Column("due_at", _MOMENT()),
        sa.Column("version", sa.Integer(), nullable=False, server_default="1"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_announcements")),
        sa.UniqueConstraint("key", name=op.f("uq_announcements_key")),
    )
    op.create_index(op.f("ix_announcements_estate_id"), "announcements", ["estate_id"])
    _index("ix_announcements_due", "announcements", ["due_at"], "due_at IS NOT NULL")


def _of(table: str, name: str, other: str, *, nullable: bool = False) -> sa.Column[int]:
    key = sa.ForeignKey(f"{other}.id", name=op.f(f"fk_{table}_{name}"))
    return sa.Column(name, _ID, key, nullable=nullable)


def _index(name: str, table: str, columns: list[str], where: str) -> None:
    op.create_index(name, table, columns, postgresql_where=sa.text(where), sqlite_where=sa.text(where))

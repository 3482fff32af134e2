"""What the processes of one installation share."""

from __future__ import annotations

from sqlalchemy import Column, String, Table, Text

from storage.columns import metadata

installation = Table(
    "installation", metadata,
    Column("name", String(32), primary_key=True),  # "secret": signs the web chat's cookies
    Column("value", Text, nullable=False),
)  # fmt: skip

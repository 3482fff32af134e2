"""What the WeCom channel must remember: its cards, each with the code for its one update, and members' pictures."""

from __future__ import annotations

from sqlalchemy import JSON, Column, String, Table, Text

from storage.columns import Moment, metadata

wecom_cards = Table(
    "wecom_cards", metadata,
    Column("task", String(64), primary_key=True),  # deliveries.reference
    Column("chat", String(64), nullable=False),
    Column("subject", String(48)),
    Column("text", Text, nullable=False),  # what its reader sees now
    Column("labels", JSON, nullable=False),  # of what can be pressed
    Column("code", Text),  # WeCom's response_code: good once, before good_until
    Column("good_until", Moment),
    Column("made_at", Moment, nullable=False, index=True),
)  # fmt: skip

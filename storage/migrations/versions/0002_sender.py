"""The sender: pace, ends, bulk."""

from __future__ import annotations

revision = "0002"
down_revision = "0001"


def upgrade() -> None: ...


def downgrade() -> None: ...

"""Links that let somebody in once, in a table: their digests, never the links."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, delete, insert, update

from storage.pending import Settled
from storage.tables import invites

# The statements of the message path are built once: building one anew costs more than running it.
_ADD = insert(invites)
_TAKE = (
    update(invites)
    .where(invites.c.digest == bindparam("which"), invites.c.used_at.is_(None), invites.c.expires_at > bindparam("now"))
    .values(used_at=bindparam("now"))
    .returning(invites.c.person_id)
)


class SqlInvites(Settled):
    """domain.register.ports.Invites."""

    def add(self, digest: str, *, person_id: int, expires_at: datetime) -> None:
        self._pending.add(_ADD, [{"digest": digest, "person_id": person_id, "expires_at": expires_at}])

    def take(self, digest: str, *, now: datetime) -> int | None:
        return self._connection.execute(_TAKE, {"which": digest, "now": now}).scalar_one_or_none()

    def purge(self, *, before: datetime) -> int:
        return self._connection.execute(delete(invites).where(invites.c.expires_at < before)).rowcount

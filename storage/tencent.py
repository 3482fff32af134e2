"""The platforms' tokens, nonces and pictures in tables, shared by all processes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache

from sqlalchemy import Connection, bindparam, insert, or_, select, update
from sqlalchemy import delete as remove
from sqlalchemy.sql.dml import ReturningInsert

from domain.messaging.tencent import AccessToken, Picture
from storage.tables import access_tokens, nonces, tencent_pictures
from storage.upsert import upsert


class SqlTokens:
    """Keeps domain.messaging.tencent.Tokens."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, account: str) -> AccessToken | None:
        """The newest, also when it is too old."""
        found = select(access_tokens).where(access_tokens.c.account == account, access_tokens.c.value.is_not(None))
        row = self._connection.execute(found).one_or_none()
        return AccessToken(value=row.value, expires_at=row.expires_at) if row else None

    def begin(self, account: str, *, now: datetime, until: datetime) -> bool:
        """One conditional write: whoever changes the row is the one."""
        new = upsert(self._connection.dialect.name, access_tokens).values(account=account, fetching_until=until)
        free = or_(access_tokens.c.fetching_until.is_(None), access_tokens.c.fetching_until <= now)
        taken = new.on_conflict_do_update(
            index_elements=[access_tokens.c.account], set_={"fetching_until": new.excluded.fetching_until}, where=free
        )
        return self._connection.execute(taken.returning(access_tokens.c.account)).one_or_none() is not None

    def keep(self, account: str, token: AccessToken) -> None:
        """This is the newest; nobody is at it any more."""
        values = {"value": token.value, "expires_at": token.expires_at, "fetching_until": None}
        new = upsert(self._connection.dialect.name, access_tokens).values(account=account, **values)
        self._connection.execute(new.on_conflict_do_update(index_elements=[access_tokens.c.account], set_=values))

    def give_up(self, account: str) -> None:
        """Nobody is at it any more."""
        row = update(access_tokens).where(access_tokens.c.account == account)
        self._connection.execute(row.values(fetching_until=None))


_P = tencent_pictures.c
_KNOWN = select(nonces.c.key).where(nonces.c.account == bindparam("whose"), nonces.c.nonce == bindparam("which"))


@cache
def _use(dialect: str) -> ReturningInsert[tuple[str]]:
    """Built once: every push asks for it."""
    unused = upsert(dialect, nonces).on_conflict_do_nothing(index_elements=[nonces.c.account, nonces.c.nonce])
    return unused.returning(nonces.c.nonce)


class SqlNonces:
    """Keeps domain.messaging.tencent.Nonces."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, account: str, nonce: str, *, key: str, now: datetime) -> bool:
        """False when the nonce came before with another update."""
        row = {"account": account, "nonce": nonce, "key": key, "seen_at": now}
        if self._connection.execute(_use(self._connection.dialect.name), row).one_or_none() is not None:
            return True
        return self._connection.execute(_KNOWN, {"whose": account, "which": nonce}).scalar() == key

    def purge(self, *, before: datetime) -> int:
        """Forget what was used before that; the number of rows."""
        return self._connection.execute(remove(nonces).where(nonces.c.seen_at < before)).rowcount


class SqlPictures:
    """Keeps domain.messaging.tencent.Pictures."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def expect(self, channel: str, picture: Picture, *, now: datetime) -> None:
        """Somebody sent it; it is still to be fetched."""
        row = {"ref": picture.ref, "channel": channel, "media_id": picture.media_id, "created_at": now}
        self._connection.execute(insert(tencent_pictures).values(row))

    def get(self, ref: str) -> Picture | None:
        """A picture by our own name for it."""
        row = self._connection.execute(select(_P.ref, _P.media_id, _P.content).where(_P.ref == ref)).one_or_none()
        return Picture(**row._asdict()) if row else None

    def keep(self, ref: str, content: bytes) -> None:
        """It was fetched; what is kept already stays."""
        missing = update(tencent_pictures).where(_P.ref == ref, _P.content.is_(None))
        self._connection.execute(missing.values(content=content))

    def missing(self, channel: str, *, since: datetime, limit: int) -> Sequence[Picture]:
        """Those that came in since then and were not fetched yet, oldest first."""
        theirs = _P.channel == channel, _P.content.is_(None), _P.created_at >= since
        found = select(_P.ref, _P.media_id).where(*theirs).order_by(_P.created_at, _P.ref).limit(limit)
        return [Picture(ref=row.ref, media_id=row.media_id) for row in self._connection.execute(found)]

    def purge(self, *, before: datetime) -> int:
        """Forget what came in before that; the number of rows."""
        return self._connection.execute(remove(tencent_pictures).where(_P.created_at < before)).rowcount

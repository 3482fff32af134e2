"""The platforms' tokens and nonces in tables, shared by all processes."""

from __future__ import annotations

from datetime import datetime
from functools import cache

from sqlalchemy import Connection, bindparam, or_, select, update
from sqlalchemy import delete as remove
from sqlalchemy.sql.dml import ReturningInsert

from domain.messaging.tencent import AccessToken
from storage.tables import access_tokens, nonces
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

"""What WeChat and WeCom must remember between calls, and what they need from storage for it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessToken:
    """What lets us call the platform's API for an hour or two."""

    value: str = field(repr=False)
    expires_at: datetime


class Tokens(Protocol):
    """One token for each account, shared by all processes."""

    def get(self, account: str) -> AccessToken | None:
        """The newest, also when it is too old."""

    def begin(self, account: str, *, now: datetime, until: datetime) -> bool:
        """Take it upon us to fetch a new one before *until*; False: somebody else is at it."""

    def keep(self, account: str, token: AccessToken) -> None:
        """This is the newest; nobody is at it any more."""

    def give_up(self, account: str) -> None:
        """Nobody is at it any more."""


class Nonces(Protocol):
    """Numbers that the platforms use once."""

    def add(self, account: str, nonce: str, *, key: str, now: datetime) -> bool:
        """False when the nonce came before with another update; its own update may be pushed again."""

    def purge(self, *, before: datetime) -> int:
        """Forget what was used before that; the number of rows."""


class TencentWork(Protocol):
    """One transaction over both."""

    @property
    def tokens(self) -> Tokens: ...

    @property
    def nonces(self) -> Nonces: ...

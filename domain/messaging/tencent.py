"""What WeChat and WeCom must remember between calls, and what they need from storage for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessToken:
    """What lets us call the platform's API for an hour or two."""

    value: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture that somebody sent; *content* is None until it was fetched, and empty where there is none."""

    ref: str  # random, ours
    media_id: str  # the platform's
    content: bytes | None = None


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


class Pictures(Protocol):
    """Pictures that came in: the platforms have them for three days, we for as long as they are needed."""

    def expect(self, channel: str, picture: Picture, *, now: datetime) -> None:
        """Somebody sent it; it is still to be fetched."""

    def get(self, ref: str) -> Picture | None:
        """A picture by our own name for it."""

    def keep(self, ref: str, content: bytes) -> None:
        """It was fetched; what is kept already stays."""

    def missing(self, channel: str, *, since: datetime, limit: int) -> Sequence[Picture]:
        """Those that came in since then and were not fetched yet, oldest first."""

    def purge(self, *, before: datetime) -> int:
        """Forget what came in before that; the number of rows."""


class TencentWork(Protocol):
    """One transaction over all of it."""

    @property
    def tokens(self) -> Tokens: ...

    @property
    def nonces(self) -> Nonces: ...

    @property
    def pictures(self) -> Pictures: ...

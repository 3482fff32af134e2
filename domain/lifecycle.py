"""One pure function that serves every area's table of moves, and one for its table of permissions."""

from __future__ import annotations

from collections.abc import Mapping, Set
from enum import StrEnum
from typing import TypeVar

from domain.errors import NotAllowed, NotNow

S = TypeVar("S", bound=StrEnum)
A = TypeVar("A", bound=StrEnum)
R = TypeVar("R", bound=StrEnum)


def move(moves: Mapping[tuple[S, A], S], status: S, action: A) -> S:
    """The status after *action*.

    :raises NotNow: the table has no such move
    """
    try:
        return moves[status, action]
    except KeyError:
        raise NotNow(status=status, action=action) from None


def permit(allowed: Mapping[A, Set[R]], action: A, roles: Set[R]) -> None:
    """Pass in silence where one of *roles* may do *action*; an action without a row is for nobody.

    :raises NotAllowed: none of them may
    """
    if not allowed.get(action, frozenset()) & roles:
        raise NotAllowed(action=action)

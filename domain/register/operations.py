"""What changes the register: binding a chat to a person, choosing a language, coming on duty, leaving."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from domain.errors import Refusal
from domain.register.events import PersonBound, StaffDismissed, StaffRehired
from domain.register.model import Address, Person
from domain.register.ports import RegisterWork

INVITE_LIFE = timedelta(minutes=10)  # house rule for deep links: one-time, ≥ 96 bits, 10 minutes
MISSES, WITHIN = 10, timedelta(hours=1)  # so many wrong links or codes; then one has to wait


def digest(token: str) -> str:
    """How an invite is kept: never the token itself."""
    return hashlib.sha256(token.encode()).hexdigest()


def invite(*, work: RegisterWork, person_id: int, token: str, now: datetime, life: timedelta = INVITE_LIFE) -> None:
    """Let the holder of *token* (≥ 96 random bits) become this person once within *life*."""
    if work.register.person(person_id) is None:
        raise Refusal("no-such-person")
    work.invites.add(digest(token), person_id=person_id, expires_at=now + life)


def redeem(*, work: RegisterWork, token: str, channel: str, user: str, chat: str, now: datetime) -> Person:
    """Bind a chat identity by a one-time link.

    :raises Refusal: the link is unknown, used or too old, or they have tried too many
    """
    require_patience(work=work, channel=channel, user=user, now=now)
    person_id = work.invites.take(digest(token), now=now)
    person = work.register.person(person_id) if person_id is not None else None
    if person is None:
        work.doors.missed(channel, user, now=now)
        raise Refusal("invite-invalid")
    bind(work=work, person=person, channel=channel, user=user, chat=chat, now=now)
    return person


def require_patience(*, work: RegisterWork, channel: str, user: str, now: datetime) -> None:
    """Whoever guesses at links has to wait.

    :raises Refusal: they have tried too many
    """
    if work.doors.misses(channel, user, since=now - WITHIN) >= MISSES:
        raise Refusal("too-many-tries")


def bind(*, work: RegisterWork, person: Person, channel: str, user: str, chat: str, now: datetime) -> None:
    """Give the chat identity to *person*, who proved to be them (shared contact, one-time link, staff approval)."""
    work.addresses.bind(Address(channel=channel, user=user, chat=chat, person_id=person.id, seen_at=now))
    work.record(PersonBound(person_id=person.id, channel=channel, by=person.id), now=now)


def rehire(*, work: RegisterWork, person_id: int, by: int | None, now: datetime) -> None:
    """Somebody who had left works here again, as before.

    :raises Refusal: they never did
    """
    if not work.register.rehire(person_id):
        raise Refusal("never-staff")
    work.record(StaffRehired(person_id=person_id, by=by), now=now)


def dismiss(*, work: RegisterWork, person_id: int, by: int | None, now: datetime) -> None:
    """End somebody's employment: no rights from their next press on (domain.tickets.leaving frees their tickets)."""
    if work.register.staff(person_id) is None:
        raise Refusal("not-staff")
    work.register.dismiss(person_id)
    work.record(StaffDismissed(person_id=person_id, by=by), now=now)

"""How an announcement changes: what must be true first, the one conditional write, the event."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from domain.announcements.events import AnnouncementEvent
from domain.announcements.lifecycle import ALLOWED, MOVES, Action, Party, Status
from domain.announcements.model import Announcement, Draft
from domain.announcements.policy import Policy, policy_of
from domain.announcements.ports import AnnouncementWork
from domain.errors import NotAllowed, NotNow, Unknown
from domain.lifecycle import move, permit
from domain.tickets.eligibility import MANAGERS


def find(work: AnnouncementWork, announcement_id: int) -> Announcement:
    """The announcement, held until this transaction ends.

    :raises Unknown: there is none
    """
    return _there(work.announcements.hold(announcement_id))


def known(work: AnnouncementWork, announcement_id: int) -> Announcement:
    """The announcement, to be looked at.

    :raises Unknown: there is none
    """
    return _there(work.announcements.get(announcement_id))


def _there(found: Announcement | None) -> Announcement:
    if found is None:
        raise Unknown("no-such-announcement")
    return found


def policy(work: AnnouncementWork, draft: Draft) -> Policy:
    """The figures that count for it."""
    return policy_of(work.register.estate(draft.estate_id).policy)


def manages(work: AnnouncementWork, draft: Draft, person_id: int | None) -> bool:
    """Does this person manage every estate that it is for? The operator (None) may do what a manager may."""
    if person_id is None:
        return True
    staff = work.register.staff(person_id)
    return staff is not None and all(staff.serves(estate, *MANAGERS) for estate in draft.audience.estates)


def parties(work: AnnouncementWork, announcement: Announcement, person_id: int | None) -> frozenset[Party]:
    """What a person is to this announcement now; who manages there no more is its author no more."""
    found = set()
    if manages(work, announcement, person_id):
        found.add(Party.AUTHOR if person_id == announcement.author_id else Party.MANAGER)
    if person_id is not None and work.recipients.get(announcement.id, person_id):
        found.add(Party.RECIPIENT)
    return frozenset(found)


def require_move(announcement: Announcement, action: Action) -> Status:
    """The status after *action*, whoever does it.

    :raises NotNow: the status has no such move; the sentence says how it is now
    """
    try:
        return move(MOVES, Status(announcement.status), action)
    except NotNow:
        raise NotNow(f"announcement-is-{announcement.status}") from None


def require(work: AnnouncementWork, announcement: Announcement, action: Action, by: int | None) -> None:
    """Whoever is nothing to it hears nothing of it; then what is true now comes before what is allowed.

    :raises NotNow: the status has no such move
    :raises NotAllowed: this person may not
    """
    mine = parties(work, announcement, by)
    if not mine:
        raise NotAllowed
    require_move(announcement, action)
    if action is Action.APPROVE and mine == {Party.AUTHOR}:
        raise NotAllowed("announcement-second-person")
    permit(ALLOWED, action, mine)


def step(work: AnnouncementWork, announcement_id: int, action: Action, event: AnnouncementEvent, now: datetime,
         **changes: Any) -> Announcement:  # fmt: skip
    """One move by the person of the event, who must be one that may."""
    announcement = find(work, announcement_id)
    require(work, announcement, action, event.by)
    return change(work, announcement, action, event, now, **changes)


def change(work: AnnouncementWork, announcement: Announcement, action: Action, event: AnnouncementEvent | None,
           now: datetime, **changes: Any) -> Announcement:  # fmt: skip
    """One conditional write: the new status, what follows from it, the event."""
    status = require_move(announcement, action)
    saved = work.announcements.save(replace(announcement, status=status, **changes))
    if event:
        work.record(event, now=now)
    return saved

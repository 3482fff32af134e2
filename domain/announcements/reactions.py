"""What recipients answer: read it, vote, sign up, want no more of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from domain.announcements import events
from domain.announcements.changing import find, known, require
from domain.announcements.lifecycle import Action
from domain.announcements.model import Announcement, Recipient, Standing
from domain.announcements.ports import AnnouncementWork
from domain.errors import NotAllowed, NotNow, Refusal

FEW = 500  # people


def confirm(*, work: AnnouncementWork, announcement_id: int, by: int, now: datetime) -> bool:
    """They have read it; False when they had said so before, which changes nothing.

    :raises NotAllowed: "announcement-not-for-you"
    """
    announcement, mine = _recipient(work, announcement_id, Action.CONFIRM, by)
    if mine.confirmed_at:
        return False
    work.recipients.put(replace(mine, confirmed_at=now))
    _figures_changed(work, announcement, now)
    return True


def vote(*, work: AnnouncementWork, announcement_id: int, choice: int, by: int, now: datetime) -> int | None:
    """Their one vote, which they may change until the poll closes; the option they had chosen before.

    Whoever votes has read it.

    :raises NotNow: "announcement-closed"
    :raises NotAllowed: "announcement-not-for-you"
    """
    announcement, mine = _recipient(work, announcement_id, Action.VOTE, by)
    if announcement.poll is None or not 0 <= choice < len(announcement.poll.options):
        raise Refusal("announcement-no-such-option")
    _require_open(announcement, now)
    work.recipients.put(replace(mine, choice=choice, confirmed_at=mine.confirmed_at or now))
    if mine.choice != choice:
        _figures_changed(work, announcement, now)
    return mine.choice


def sign_up(*, work: AnnouncementWork, announcement_id: int, by: int, now: datetime) -> Standing:
    """A place, or one on the waiting list; signing up again changes nothing.

    :raises NotNow: "announcement-closed"
    :raises NotAllowed: "announcement-not-for-you"
    """
    announcement, mine = _recipient(work, announcement_id, Action.SIGN_UP, by)
    _require_sign_up(announcement, now)
    if mine.joined_at is None:
        work.recipients.put(replace(mine, joined_at=now, confirmed_at=mine.confirmed_at or now))
    now_standing = standing(work=work, announcement_id=announcement_id, person_id=by)
    assert now_standing is not None
    if mine.joined_at is None:
        event = events.SignedUp(announcement_id=announcement_id, waiting=now_standing.waiting, by=by)
        work.record(event, now=now)
    return now_standing


def leave(*, work: AnnouncementWork, announcement_id: int, by: int, now: datetime) -> bool:
    """They do not come after all; whoever waits first has the place (PlaceFreed). False: they had not signed up.

    :raises NotNow: "announcement-closed"
    """
    announcement, mine = _recipient(work, announcement_id, Action.LEAVE, by)
    cap = _require_sign_up(announcement, now)
    before = work.recipients.joined(announcement_id)
    if by not in before:
        return False
    work.recipients.put(replace(mine, joined_at=None))
    work.record(events.SignUpWithdrawn(announcement_id=announcement_id, by=by), now=now)
    if before.index(by) < cap < len(before):
        work.record(events.PlaceFreed(announcement_id=announcement_id, person_id=before[cap], by=by), now=now)
    return True


def standing(*, work: AnnouncementWork, announcement_id: int, person_id: int) -> Standing | None:
    """Where somebody stands; None: they have not signed up."""
    announcement, joined = work.announcements.get(announcement_id), work.recipients.joined(announcement_id)
    if announcement is None or announcement.sign_up is None or person_id not in joined:
        return None
    place = joined.index(person_id) + 1
    return Standing(place=place, waiting=place > announcement.sign_up.cap)


def mute(*, work: AnnouncementWork, estate_id: int, by: int, now: datetime) -> bool:
    """No ordinary announcements of this estate any more; urgent ones come all the same. False: it was so before."""
    if estate_id in work.recipients.muted(by):
        return False
    work.recipients.mute(by, estate_id, now=now)
    work.record(events.AnnouncementsMuted(estate_id=estate_id, by=by), now=now)
    return True


def unmute(*, work: AnnouncementWork, estate_id: int, by: int, now: datetime) -> bool:
    """All announcements of this estate again; False: it was so before."""
    if estate_id not in work.recipients.muted(by):
        return False
    work.recipients.unmute(by, estate_id)
    work.record(events.AnnouncementsUnmuted(estate_id=estate_id, by=by), now=now)
    return True


def _figures_changed(work: AnnouncementWork, announcement: Announcement, now: datetime) -> None:
    """Who watches sees every answer, where it takes no time to count them; of large ones the clock's figures."""
    if announcement.people <= FEW:
        work.record(events.AnnouncementProgressed(announcement_id=announcement.id), now=now)


def _recipient(work: AnnouncementWork, announcement_id: int, action: Action, by: int) -> tuple[Announcement, Recipient]:
    places = action in {Action.SIGN_UP, Action.LEAVE}  # who is next must not change meanwhile
    announcement = (find if places else known)(work, announcement_id)
    mine = work.recipients.get(announcement_id, by)
    if mine is None:
        raise NotAllowed("announcement-not-for-you")
    require(work, announcement, action, by)
    return announcement, mine


def _require_sign_up(announcement: Announcement, now: datetime) -> int:
    """How many places there are."""
    if announcement.sign_up is None:
        raise Refusal("announcement-no-such-option")
    _require_open(announcement, now)
    return announcement.sign_up.cap


def _require_open(announcement: Announcement, now: datetime) -> None:
    if announcement.closes_at is not None and announcement.closes_at <= now:
        raise NotNow("announcement-closed")

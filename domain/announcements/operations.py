"""What managers do with an announcement; each of these is part of one transaction.

Recipients' answers are in `reactions`, the clock's part in `sending`, figures in `figures`. *by* is None for the
operator at the command line, who may do what a manager may.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime

from domain.announcements import events
from domain.announcements.audience import resolved
from domain.announcements.changing import change as move
from domain.announcements.changing import find, manages, policy, require, step
from domain.announcements.lifecycle import Action, Status
from domain.announcements.model import Again, Announcement, Draft, Kind, Leaflet
from domain.announcements.ports import AnnouncementWork
from domain.announcements.sending import HOLD
from domain.announcements.wording import check
from domain.errors import NotAllowed, NotNow, Refusal


def draft(
    *, work: AnnouncementWork, draft: Draft, by: int | None, now: datetime, key: str | None = None
) -> Announcement:
    """Keep what somebody wants to announce; nobody hears of it before it is submitted.

    With a *key*, whoever says the same again gets the one that there is.

    :raises NotAllowed: not a manager of every estate that it is for
    :raises Refusal: something about it cannot be, with what
    """
    if key and (known := work.announcements.keyed(key)):
        return known
    _require_sayable(work, draft, by, now)
    told = {one.name: getattr(draft, one.name) for one in fields(Draft)}
    new = Announcement(**told, id=0, status=Status.DRAFT, author_id=by, created_at=now, key=key)
    return work.announcements.add(new)


def change(
    *, work: AnnouncementWork, announcement_id: int, draft: Draft, by: int | None, now: datetime
) -> Announcement:
    """Say it otherwise, while it is a draft.

    :raises NotNow: it is none any more
    :raises NotAllowed: somebody else's
    :raises Refusal: something about it cannot be, with what
    """
    announcement = find(work, announcement_id)
    require(work, announcement, Action.CHANGE, by)
    _require_sayable(work, draft, by, now)
    told = {one.name: getattr(draft, one.name) for one in fields(Draft)}
    return move(work, announcement, Action.CHANGE, None, now, **told)


def submit(
    *, work: AnnouncementWork, announcement_id: int, leaflets: Sequence[Leaflet], by: int | None, now: datetime
) -> Announcement:
    """Send it as previewed: *leaflets* are what people will get, one in each language that we speak.

    For few people it is APPROVED at once and leaves when the undo time is over; for many it is WAITING for a second
    person (AnnouncementSubmitted). Status and due_at of what comes back tell which.

    :raises NotNow: it is no draft any more
    :raises NotAllowed: somebody else's
    :raises Refusal: "announcement-nobody": the audience is empty; "announcement-in-the-past"
    """
    if not leaflets:
        raise ValueError("nothing to send")
    announcement = find(work, announcement_id)
    require(work, announcement, Action.SUBMIT, by)
    _require_future(announcement, now)
    people = work.recipients.size(resolved(work, announcement.audience))
    if not people:
        raise Refusal("announcement-nobody")
    work.announcements.print(announcement.id, leaflets)
    waiting = move(work, announcement, Action.SUBMIT, None, now, people=people)
    if people <= policy(work, announcement).second_above:
        return _approved(work, waiting, second=None, by=by, now=now)
    work.record(events.AnnouncementSubmitted(announcement_id=announcement.id, people=people, by=by), now=now)
    return waiting


def approve(*, work: AnnouncementWork, announcement_id: int, by: int, now: datetime) -> Announcement:
    """A second manager agrees: from now on its audience is who it is.

    :raises NotAllowed: "announcement-second-person": they wrote it themselves; or not a manager there
    :raises NotNow: it does not wait for that
    """
    announcement = find(work, announcement_id)
    require(work, announcement, Action.APPROVE, by)
    return _approved(work, announcement, second=by, by=by, now=now)


def reject(*, work: AnnouncementWork, announcement_id: int, reason: str, by: int, now: datetime) -> Announcement:
    """A second manager wants it otherwise: it is the author's draft again."""
    event = events.AnnouncementRejected(announcement_id=announcement_id, reason=reason, by=by)
    return step(work, announcement_id, Action.REJECT, event, now)


def undo(*, work: AnnouncementWork, announcement_id: int, by: int | None, now: datetime) -> Announcement:
    """Take it back before it leaves: it is a draft again.

    :raises NotNow: too late; the sentence says how it is now
    """
    event = events.AnnouncementUndone(announcement_id=announcement_id, by=by)
    nobody = {"people": 0, "due_at": None, "approver_id": None, "approved_at": None}
    after = step(work, announcement_id, Action.UNDO, event, now, **nobody)
    work.recipients.thaw(announcement_id)
    return after


def withdraw(*, work: AnnouncementWork, announcement_id: int, by: int | None, now: datetime) -> Announcement:
    """It will not go out, for good."""
    event = events.AnnouncementWithdrawn(announcement_id=announcement_id, by=by)
    after = step(work, announcement_id, Action.WITHDRAW, event, now, people=0, due_at=None, ended_at=now)
    work.recipients.thaw(announcement_id)
    return after


def pause(*, work: AnnouncementWork, announcement_id: int, by: int | None, now: datetime) -> Announcement:
    """No more of it leaves until somebody resumes it; what is under way arrives."""
    event = events.AnnouncementPaused(announcement_id=announcement_id, by=by)
    after = step(work, announcement_id, Action.PAUSE, event, now, resume_at=None, held=True, due_at=now)
    work.recipients.hold_back(announcement_id, limit=HOLD)  # the next to leave; the clock sees to the others
    return after


def resume(*, work: AnnouncementWork, announcement_id: int, by: int | None, now: datetime) -> Announcement:
    """It goes on; in quiet hours an ordinary one waits for the morning all the same."""
    event = events.AnnouncementResumed(announcement_id=announcement_id, by=by)
    return step(work, announcement_id, Action.RESUME, event, now, resume_at=None, due_at=now)


def stop(*, work: AnnouncementWork, announcement_id: int, by: int | None, now: datetime) -> Announcement:
    """Whoever does not have it yet will not get it; their deliveries end as expired, "stopped"."""
    event = events.AnnouncementStopped(announcement_id=announcement_id, by=by)
    return step(work, announcement_id, Action.STOP, event, now, resume_at=None, ended_at=now, due_at=now)


def send_again(
    *,
    work: AnnouncementWork,
    announcement_id: int,
    to: Again,
    by: int | None,
    now: datetime,
    leaflets: Sequence[Leaflet] = (),
) -> Announcement:
    """Once more to those whom it did not reach, or who have not confirmed: to each of them once.

    They get *leaflets*, or what the others got.

    :raises NotNow: it is still going out
    :raises Refusal: "announcement-nobody": there are none
    """
    announcement = find(work, announcement_id)
    require(work, announcement, Action.REPEAT, by)
    people = work.recipients.repeat(announcement, to, round=announcement.round + 1)
    if not people:
        raise Refusal("announcement-nobody")
    if leaflets:
        work.announcements.print(announcement.id, leaflets)
    event = events.AnnouncementRepeated(announcement_id=announcement_id, to=to, people=people, by=by)
    again = {"round": announcement.round + 1, "spread_to": 0, "settled": 0, "counted_at": None, "speed": 0.0}
    due = now
    if to is Again.UNCONFIRMED and announcement.kind is Kind.ORDINARY and announcement.ended_at:
        due = max(now, announcement.ended_at + policy(work, announcement).gap)  # they had one within the hour
    return move(work, announcement, Action.REPEAT, event, now, **again, started_at=now, ended_at=None, due_at=due)


def close(*, work: AnnouncementWork, announcement_id: int, by: int | None, now: datetime) -> Announcement:
    """No more votes, no more signing up."""
    event = events.AnnouncementClosed(announcement_id=announcement_id, by=by)
    return step(work, announcement_id, Action.CLOSE, event, now, closes_at=now)


def _approved(
    work: AnnouncementWork, announcement: Announcement, *, second: int | None, by: int | None, now: datetime
) -> Announcement:
    """Its audience is frozen; the clock looks at it when it cannot be undone any more."""
    people = work.recipients.freeze(announcement.id, resolved(work, announcement.audience))
    event = events.AnnouncementApproved(
        announcement_id=announcement.id, people=people, second=second is not None, by=by
    )
    due = now + policy(work, announcement).undo
    frozen = {"people": people, "approver_id": second, "approved_at": now, "due_at": due}
    return move(work, announcement, Action.APPROVE, event, now, **frozen)


def _require_sayable(work: AnnouncementWork, draft: Draft, by: int | None, now: datetime) -> None:
    if not draft.audience.estates or draft.estate_id not in draft.audience.estates:
        raise Refusal("announcement-no-estate")
    if not manages(work, draft, by):
        raise NotAllowed("announcement-managers-only")
    check(draft)
    _require_future(draft, now)


def _require_future(draft: Draft, now: datetime) -> None:
    for moment in (draft.at, draft.closes_at):
        if moment is not None and moment < now:
            raise NotNow("announcement-in-the-past")
    if draft.at and draft.closes_at and draft.closes_at < draft.at:
        raise Refusal("announcement-closes-too-early")

"""What the clock does to an announcement: start it, spread it, count it, hold it over night, finish it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from domain.announcements import events
from domain.announcements.changing import change, policy
from domain.announcements.lifecycle import Action, Status
from domain.announcements.model import Announcement, Draft, Kind, Leaflet, Tally
from domain.announcements.ports import AnnouncementWork
from domain.calendar import Clock
from domain.messaging.model import Delivery, Lane
from domain.register.model import Group, GroupKind

CHUNK = 2000  # deliveries a transaction: others write in between
HOLD = 5000  # the same where they are only changed
LATE = timedelta(minutes=5)  # the sender ends what is too late itself, where there is one
COUNT_EVERY = timedelta(seconds=3)


def look(*, work: AnnouncementWork, announcement_id: int, now: datetime) -> int:
    """Do the next piece of what is due for one; how many deliveries that touched.

    While it is not 0 there is more to do at once, in transactions of its own. Wherever it is interrupted, the next
    look goes on from there.
    """
    announcement = work.announcements.hold(announcement_id)
    if announcement is None or announcement.due_at is None or announcement.due_at > now:
        return 0
    return _DUTIES[Status(announcement.status)](work, announcement, now)


def awake(work: AnnouncementWork, draft: Draft, moment: datetime) -> datetime:
    """The first moment from this one on at which it may disturb."""
    if draft.kind is Kind.URGENT:
        return moment
    return work.register.calendar(draft.estate_id).add(moment, timedelta(), Clock.WAKING)


def _begin(work: AnnouncementWork, announcement: Announcement, now: datetime) -> int:
    """Its time has come, or it waits for it; an ordinary one for the morning."""
    asked = max(announcement.at or now, now)
    moment = awake(work, announcement, asked)
    if moment > now:
        event = events.AnnouncementScheduled(announcement_id=announcement.id, until=moment, night=moment != asked)
        change(work, announcement, Action.SCHEDULE, event, now, due_at=moment)
        return 0
    _post(work, announcement, now)
    event_started = events.AnnouncementStarted(announcement_id=announcement.id)
    change(work, announcement, Action.START, event_started, now, started_at=now, due_at=now)
    return 1


def _send(work: AnnouncementWork, announcement: Announcement, now: datetime) -> int:
    if (morning := awake(work, announcement, now)) > now:
        event = events.AnnouncementPaused(announcement_id=announcement.id, until=morning)
        change(work, announcement, Action.PAUSE, event, now, resume_at=morning, held=True, due_at=now)
        return work.recipients.hold_back(announcement.id, limit=HOLD)
    if announcement.held:
        expires_at = now + policy(work, announcement).expires
        freed = work.recipients.let_go(announcement.id, limit=HOLD, expires_at=expires_at)
        if not freed:
            work.announcements.save(replace(announcement, held=False))
        return freed or 1
    return _spread(work, announcement, now) or _expire(work, announcement, now) or _count(work, announcement, now)


def _spread(work: AnnouncementWork, announcement: Announcement, now: datetime) -> int:
    figures = policy(work, announcement)
    language = work.register.estate(announcement.estate_id).language
    leaflets = {one.language for one in work.announcements.leaflets(announcement.id)}
    made, last = work.recipients.spread(
        announcement,
        limit=CHUNK,
        fallback=language if language in leaflets else min(leaflets),
        now=now,
        expires_at=now + figures.expires,
        gap=figures.gap,
        earlier=_earlier(work, announcement, figures.gap, now),
        stopped=announcement.status == Status.STOPPED,
    )
    if made:
        work.announcements.save(replace(announcement, spread_to=last))
    return made


def _expire(work: AnnouncementWork, announcement: Announcement, now: datetime) -> int:
    """What nobody has sent in time, because its channel is gone, must not keep it going for ever."""
    began = announcement.started_at or now
    if now < began + policy(work, announcement).expires + LATE:
        return 0
    return work.recipients.expire(announcement.id, limit=HOLD, now=now - LATE)


def _earlier(
    work: AnnouncementWork, announcement: Announcement, gap: timedelta, now: datetime
) -> Mapping[int, datetime]:
    """Ordinary ones that went out lately, and when the last of what is still waiting of them will have left."""
    if announcement.kind is Kind.URGENT:
        return {}
    return {
        one.id: max(one.resume_at or now, now + _left(one))
        for one in work.announcements.lately(since=now - gap)
        if one.id != announcement.id
    }


def _left(announcement: Announcement) -> timedelta:
    """How long it will still take, as last counted."""
    waiting = announcement.people - announcement.settled
    return timedelta(seconds=waiting / announcement.speed if announcement.speed else 0)


def _count(work: AnnouncementWork, announcement: Announcement, now: datetime) -> int:
    """Everybody has a delivery: see how they stand, and whether all have ended."""
    tally = work.recipients.tally(announcement)
    if not tally.waiting:
        _finish(work, announcement, tally, now)
        return 0
    counted = replace(
        announcement,
        settled=tally.settled,
        counted_at=now,
        speed=_speed(announcement, tally, now),
        due_at=now + COUNT_EVERY,
    )
    work.announcements.save(counted)
    if (counted.settled, counted.speed) != (announcement.settled, announcement.speed):
        work.record(events.AnnouncementProgressed(announcement_id=announcement.id), now=now)
    return 0


def _finish(work: AnnouncementWork, announcement: Announcement, tally: Tally, now: datetime) -> None:
    event = events.AnnouncementFinished(announcement_id=announcement.id)
    done: dict[str, Any] = {"settled": tally.settled, "counted_at": now, "speed": 0.0, "due_at": None}
    if announcement.status == Status.STOPPED:
        work.announcements.save(replace(announcement, **done))
        work.record(event, now=now)
    else:
        change(work, announcement, Action.FINISH, event, now, **done, ended_at=now)


def _speed(announcement: Announcement, tally: Tally, now: datetime) -> float:
    """Deliveries a second since the last count."""
    if announcement.counted_at is None or now <= announcement.counted_at:
        return announcement.speed
    return max(0, tally.settled - announcement.settled) / (now - announcement.counted_at).total_seconds()


def _rest(work: AnnouncementWork, announcement: Announcement, now: datetime) -> int:
    """Paused: what has not left is held back, then nothing happens; over night until the morning."""
    if announcement.resume_at and announcement.resume_at <= now:
        event = events.AnnouncementResumed(announcement_id=announcement.id)
        change(work, announcement, Action.RESUME, event, now, resume_at=None, due_at=now)
        return 1
    held = work.recipients.hold_back(announcement.id, limit=HOLD)
    if not held:
        work.announcements.save(replace(announcement, due_at=announcement.resume_at, speed=0.0, counted_at=None))
    return held


def _end(work: AnnouncementWork, announcement: Announcement, now: datetime) -> int:
    """Stopped: everybody of the audience has a delivery all the same, and each that has not left ends now."""
    touched = _spread(work, announcement, now) or work.recipients.cancel(announcement.id, limit=HOLD, now=now)
    if touched:
        return touched
    tally = work.recipients.tally(announcement)
    if tally.waiting:  # under way
        work.announcements.save(replace(announcement, due_at=now + COUNT_EVERY))
    else:
        _finish(work, announcement, tally, now)
    return 0


def _nothing(work: AnnouncementWork, announcement: Announcement, _now: datetime) -> int:
    work.announcements.save(replace(announcement, due_at=None))
    return 0


def _post(work: AnnouncementWork, announcement: Announcement, now: datetime) -> None:
    """Once to each of the owners' groups, unless it is meant for some of them only."""
    if not announcement.audience.public:
        return
    leaflets = {one.language: one for one in work.announcements.leaflets(announcement.id)}
    language = work.register.estate(announcement.estate_id).language
    fallback = leaflets.get(language) or leaflets[min(leaflets)]
    work.deliveries.add(
        _posted(announcement, leaflets.get(group.language, fallback), group, now)
        for estate_id in announcement.audience.estates
        for group in work.addresses.groups(estate_id, GroupKind.OWNERS)
    )


def _posted(announcement: Announcement, leaflet: Leaflet, group: Group, now: datetime) -> Delivery:
    key = f"announcement:{announcement.id}:group:{group.channel}:{group.chat}"
    return Delivery(
        channel=group.channel, chat=group.chat, thread=group.thread, lane=Lane.NOTICE,
        key=f"{key}:{group.thread}" if group.thread else key, body=leaflet.group or leaflet.body, created_at=now,
    )  # fmt: skip


_DUTIES: Mapping[Status, Callable[[AnnouncementWork, Announcement, datetime], int]] = {
    **dict.fromkeys(Status, _nothing),
    Status.APPROVED: _begin,
    Status.SCHEDULED: _begin,
    Status.SENDING: _send,
    Status.PAUSED: _rest,
    Status.STOPPED: _end,
}

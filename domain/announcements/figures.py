"""What can be counted about an announcement: heads before it, progress while it goes out, who was not reached."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from domain.announcements.audience import resolved
from domain.announcements.changing import known
from domain.announcements.lifecycle import Status
from domain.announcements.model import Audience, HeadCount, Kind, Progress, Unreached
from domain.announcements.ports import AnnouncementWork

PACE = 30.0  # messages a second, where a channel says nothing else


def count(*, work: AnnouncementWork, audience: Audience, kind: Kind) -> HeadCount:
    """How many people it would reach as things are now, per channel, and how many it would not."""
    return work.recipients.count(resolved(work, audience), ordinary=kind is Kind.ORDINARY)


def duration(heads: HeadCount, pace: Mapping[str, float] | None = None) -> timedelta:
    """How long it will take: channels go side by side, each at its *pace* (messages a second)."""
    known = pace or {}
    seconds = (people / known.get(channel, PACE) for channel, people in heads.channels.items())
    return timedelta(seconds=max(seconds, default=0))


def progress(*, work: AnnouncementWork, announcement_id: int) -> Progress:
    """How far it is, as counted now; the speed is what the clock last measured.

    :raises Unknown: no such announcement
    """
    announcement = known(work, announcement_id)
    tally = work.recipients.tally(announcement)
    speed = announcement.speed if announcement.status == Status.SENDING else 0.0
    left = timedelta(seconds=tally.waiting / speed) if speed and tally.waiting else None
    return Progress(tally=tally, speed=speed, left=left, reasons=work.recipients.reasons(announcement))


def unreached(*, work: AnnouncementWork, announcement_id: int) -> Sequence[Unreached]:
    """Rooms of its audience in which nobody has got it, and why not; for the list that is printed.

    :raises Unknown: no such announcement
    """
    return work.recipients.unreached(known(work, announcement_id))


def votes(*, work: AnnouncementWork, announcement_id: int) -> tuple[int, ...]:
    """Votes per option of its poll, in the poll's order; empty where it has none.

    :raises Unknown: no such announcement
    """
    announcement = known(work, announcement_id)
    if announcement.poll is None:
        return ()
    cast = work.recipients.votes(announcement_id)
    return tuple(cast.get(index, 0) for index in range(len(announcement.poll.options)))

"""Who hears about an announcement's way, and in which words."""

from __future__ import annotations

from bot.announcement_cards import announcement_card, second_people, title_of
from bot.announcement_letters import answered, outgoing
from bot.announcement_report import unreached_paper
from bot.audiences import Recipient, Scene, people
from bot.channels.base import Document
from bot.turn import Rows, Tap
from bot.voice import Voice
from domain.announcements import events as a
from domain.announcements import figures
from domain.announcements.changing import known, manages
from domain.announcements.model import Announcement
from domain.transaction import Event

# After each of these, every copy of the managers' card shows what is true now.
SHOWN: tuple[type[Event], ...] = (
    a.AnnouncementSubmitted, a.AnnouncementApproved, a.AnnouncementRejected, a.AnnouncementUndone,
    a.AnnouncementWithdrawn,
    a.AnnouncementScheduled, a.AnnouncementStarted, a.AnnouncementPaused, a.AnnouncementResumed,
    a.AnnouncementStopped, a.AnnouncementProgressed, a.AnnouncementFinished, a.AnnouncementRepeated,
    a.AnnouncementClosed, a.SignedUp, a.SignUpWithdrawn,
)  # fmt: skip


def told(scene: Scene) -> Announcement:
    """The announcement as it is now."""
    return known(scene.work, scene.number)


# --- who ---------------------------------------------------------------------------------------------------------


def author(scene: Scene) -> list[Recipient]:
    """Who wrote it, while they manage there; the operator at the command line sees it there."""
    announcement = told(scene)
    author_id = announcement.author_id
    return people(scene, [author_id]) if author_id and manages(scene.work, announcement, author_id) else []


def second_eyes(scene: Scene) -> list[Recipient]:
    """Everybody else who manages all estates that it is for: one of them must agree."""
    return people(scene, second_people(scene.work, told(scene)))


def promoted(scene: Scene) -> list[Recipient]:
    """Whoever was first on the waiting list."""
    assert isinstance(scene.event, a.PlaceFreed)
    return people(scene, [scene.event.person_id])


# --- what --------------------------------------------------------------------------------------------------------


def card(voice: Voice, scene: Scene, to: Recipient) -> tuple[str, Rows]:
    """The managers' card."""
    return announcement_card(voice, scene.work, told(scene), to.person_id)


def photos(scene: Scene) -> tuple[str, ...]:
    """What the second person must see, too."""
    return told(scene).photos


def attached(_voice: Voice, scene: Scene) -> Document | None:
    """The file, too."""
    return outgoing(told(scene), "").document


def approved(voice: Voice, scene: Scene, _to: Recipient) -> tuple[str, Rows]:
    """Somebody looked at it and agreed."""
    values = {"title": title_of(voice, told(scene)), "name": voice.name(scene.event.by)}
    return voice.say("announcement-approved-author", **values), ()


def rejected(voice: Voice, scene: Scene, _to: Recipient) -> tuple[str, Rows]:
    """Somebody looked at it and wants it otherwise: why, and the way to change it."""
    event = scene.event
    assert isinstance(event, a.AnnouncementRejected)
    values = {"title": title_of(voice, told(scene)), "name": voice.name(event.by)}
    lines = [voice.say("announcement-rejected-author", **values)]
    if event.reason:
        lines.append(voice.say("announcement-rejected-why", reason=event.reason))
    revise = Tap(
        voice.say("button-revise-announcement"), "revise_announcement", {"announcement": event.announcement_id}
    )
    return "\n".join(lines), [[revise]]


def report(voice: Voice, scene: Scene, to: Recipient) -> tuple[str, Rows]:
    """It is over: the figures once more where they are seen, with the list of rooms in which nobody got it.

    Not a card: the one that showed the progress stays true, and a button brings a new one.
    """
    text, _rows = card(voice, scene, to)
    missed = figures.unreached(work=scene.work, announcement_id=scene.number)
    lines = [voice.say("announcement-report"), text, *([voice.say("announcement-report-list")] if missed else [])]
    newest = Tap(voice.say("button-newest-figures"), "show_announcement", {"announcement": scene.number})
    return "\n".join(lines), [[newest]]


def unreached(voice: Voice, scene: Scene) -> Document | None:
    """The list, where there is anything on it."""
    return unreached_paper(voice, scene.work, told(scene))


def has_place(voice: Voice, scene: Scene, _to: Recipient) -> tuple[str, Rows]:
    """From the waiting list to a place."""
    event, announcement = scene.event, told(scene)
    assert isinstance(event, a.PlaceFreed)
    standing = answered(scene.work, announcement.id, event.person_id).standing
    text = voice.say(
        "announcement-promoted", title=title_of(voice, announcement), place=standing.place if standing else 0
    )
    return text, [[Tap(voice.say("button-leave-place"), "leave_place", {"announcement": announcement.id})]]

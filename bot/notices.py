"""Who hears about what: one row per event and audience."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from bot import alarms, announced, audiences, knocks, letters, talk_letters, undelivered
from bot.answer_card import answer_card, talk_ended
from bot.audiences import Recipient, Scene
from bot.channels.base import Document
from bot.turn import Rows
from bot.voice import Voice
from domain.announcements import events as a
from domain.knowledge import events as k
from domain.messaging.events import ConversationStalled, DeliveryFailed, PersonUnreached
from domain.messaging.model import Lane, Mode
from domain.register.events import (
    ContactViewed,
    KnockAdmitted,
    KnockReceived,
    KnockSeen,
    KnockTurnedAway,
    KnockWaits,
    PersonBound,
    StaffDismissed,
    StaffRehired,
)
from domain.tickets import events as e
from domain.transaction import Event


@dataclass(frozen=True, slots=True)
class Notice:
    """This event → tell that audience these words with these buttons."""

    event: type[Event]
    to: Callable[[Scene], Iterable[Recipient]]
    letter: Callable[[Voice, Scene, Recipient], tuple[str, Rows]]
    lane: Lane = Lane.NOTICE
    card: str | None = None  # the copies of "<card>:<ticket>" stay true: new ones are counted, EDIT finds them
    mode: Mode = Mode.SEND
    when: Callable[[Any], bool] = lambda _event: True
    photos: Callable[[Scene], tuple[str, ...]] = lambda _scene: ()
    document: Callable[[Voice, Scene], Document | None] = lambda _voice, _scene: None
    once: Callable[[Any], str | None] = lambda _event: None  # what is told under the same name is told once


def _reported(scene: Scene) -> tuple[str, ...]:
    return scene.ticket.photos


def _relayed(scene: Scene) -> tuple[str, ...]:
    assert isinstance(scene.event, e.RelayedToStaff | e.RelayedToOwner)
    return scene.event.photos


def _refresh(event: type[Event]) -> tuple[Notice, ...]:
    """Every copy of the staff's, the repairer's and the managers' card shows what is true now."""
    return (
        Notice(event, audiences.copies("ticket"), letters.staff, Lane.URGENT, "ticket", Mode.EDIT, photos=_reported),
        Notice(event, audiences.copies("work"), letters.worker, Lane.URGENT, "work", Mode.EDIT, photos=_reported),
        Notice(event, audiences.copies("manage"), letters.managed, Lane.URGENT, "manage", Mode.EDIT),
    )


def _own(event: type[Event], key: str, lane: Lane = Lane.NOTICE) -> Notice:
    """A sentence to the owner who reported; in an emergency to everybody who called."""
    return Notice(event, audiences.owners, letters.plain(key), lane)


def _takes_over(event: type[Event]) -> Notice:
    """The repairer's own card, with contact, photos and next steps."""
    return Notice(event, audiences.repairer, letters.worker, Lane.URGENT, "work", photos=_reported)


def _is_low(event: Any) -> bool:
    return bool(event.low)


def _is_its_own(event: Any) -> bool:
    return not event.caller_only


NOTICES: tuple[Notice, ...] = (
    Notice(ConversationStalled, audiences.silent, letters.nudge, Lane.DIALOG),
    Notice(e.TicketOpened, audiences.takers, letters.staff, card="ticket", photos=_reported),
    Notice(e.TicketOpened, audiences.reporter, letters.receipt, Lane.DIALOG),
    Notice(
        e.TicketOpened, audiences.managers_if_urgent, letters.manager("ticket-opened-manager"), Lane.URGENT, "manage"
    ),
    *_refresh(e.PhotosAdded),
    *_refresh(e.TicketClaimed),
    _takes_over(e.TicketClaimed),
    _own(e.TicketClaimed, "ticket-claimed-owner", Lane.URGENT),
    *_refresh(e.TicketAssigned),
    _takes_over(e.TicketAssigned),
    _own(e.TicketAssigned, "ticket-claimed-owner", Lane.URGENT),
    Notice(e.TicketAssigned, audiences.relieved, letters.plain("ticket-taken-over"), Lane.URGENT),
    *_refresh(e.TicketPassedOn),
    _takes_over(e.TicketPassedOn),
    _own(e.TicketPassedOn, "ticket-passed-on-owner"),
    *_refresh(e.TicketHandedBack),
    Notice(
        e.TicketHandedBack,
        audiences.takers,
        letters.handed_back,
        Lane.URGENT,
        "ticket",
    ),
    _own(e.TicketHandedBack, "ticket-handed-back-owner"),
    *_refresh(e.RepairerDeparted),
    _own(e.RepairerDeparted, "repairer-departed-owner"),
    *_refresh(e.RepairerArrived),
    _own(e.RepairerArrived, "repairer-arrived-owner"),
    *_refresh(e.WorkPaused),
    Notice(e.WorkPaused, audiences.reporter, letters.paused),
    *_refresh(e.WorkResumed),
    _own(e.WorkResumed, "work-resumed-owner"),
    Notice(e.HelpRequested, audiences.staff_groups, letters.help_wanted, Lane.URGENT),
    *_refresh(e.WorkFinished),
    Notice(e.WorkFinished, audiences.reporter, letters.finished, photos=lambda scene: scene.ticket.work_photos),
    Notice(e.WorkFinished, audiences.other_callers, alarms.about("alarm-over-caller")),
    *_refresh(e.RepairConfirmed),
    *_refresh(e.TicketReopened),
    Notice(e.TicketReopened, audiences.repairer, letters.reopened, Lane.URGENT, "work"),
    _own(e.TicketReopened, "ticket-reopened-owner", Lane.DIALOG),
    Notice(
        e.TicketReopened,
        audiences.managers,
        letters.manager("ticket-reopened-manager"),
        card="manage",
        when=lambda event: event.times >= 2,
    ),
    *_refresh(e.TicketRated),
    Notice(e.TicketRated, audiences.managers, letters.low_mark, when=_is_low),
    Notice(e.TicketRated, audiences.done_by, letters.low_mark, when=_is_low),
    Notice(e.CommentAdded, audiences.managers, letters.low_mark, when=_is_low),
    Notice(e.CommentAdded, audiences.done_by, letters.low_mark),
    *_refresh(e.TicketClosed),
    _own(e.TicketClosed, "ticket-closed-owner"),
    *_refresh(e.TicketCancelled),
    Notice(e.TicketCancelled, audiences.reporter_if_others, letters.cancelled),
    Notice(e.TicketCancelled, audiences.ex_repairer, letters.plain("ticket-cancelled-repairer"), Lane.URGENT),
    Notice(e.TicketCancelled, audiences.other_callers, alarms.about("alarm-over-caller")),
    *_refresh(e.TicketLocated),
    Notice(e.TicketLocated, audiences.repairer, alarms.about("ticket-located-repairer"), Lane.URGENT, when=_is_its_own),
    *_refresh(e.CallReceived),
    Notice(e.CallReceived, audiences.repairer, alarms.call_received, Lane.URGENT),
    *_refresh(e.CallerRecognised),
    *_refresh(e.CallWithdrawn),
    Notice(e.CallWithdrawn, audiences.others_who_were_called, alarms.about("call-withdrawn-staff"), Lane.URGENT),
    *_refresh(e.AlarmCalledOff),
    Notice(e.AlarmCalledOff, audiences.others_who_were_called, alarms.about("alarm-called-off-staff"), Lane.URGENT),
    Notice(e.AlarmCalledOff, audiences.others_who_called, alarms.about("alarm-called-off-caller"), Lane.URGENT),
    Notice(e.TicketEscalated, audiences.called_group, letters.staff_again("ticket-waits-staff"), Lane.URGENT, "ticket"),
    Notice(
        e.TicketEscalated,
        audiences.called_repairer,
        letters.reminder,
        Lane.URGENT,
        "work",
    ),
    Notice(e.TicketEscalated, audiences.called_managers, letters.escalated, Lane.URGENT, "manage"),
    Notice(e.TicketEscalated, audiences.kept_waiting, talk_letters.nobody_yet),
    Notice(e.TalkBegun, audiences.staff_groups, talk_letters.transcript, card="talk", when=lambda event: event.said),
    Notice(e.RelayedToStaff, audiences.desk, talk_letters.from_owner, Lane.DIALOG, "talk", photos=_relayed),
    Notice(e.RelayedToOwner, audiences.reporter, talk_letters.from_desk, Lane.DIALOG, "talk", photos=_relayed),
    Notice(
        e.RelayedToOwner,
        audiences.repairer_if_others,
        talk_letters.from_colleague,
        Lane.DIALOG,
        "talk",
        photos=_relayed,
    ),
    *_refresh(e.TalkEnded),
    Notice(e.TalkEnded, audiences.done_by, talk_ended, Lane.URGENT, "talk"),
    Notice(k.AnswerKept, audiences.managers, answer_card, card="answer"),
    *(
        Notice(event, audiences.copies("answer"), answer_card, Lane.URGENT, "answer", Mode.EDIT)
        for event in (k.AnswerReworded, k.AnswerApproved, k.AnswerDropped)
    ),
    Notice(KnockReceived, knocks.keepers, knocks.card, card="knock"),
    Notice(KnockWaits, knocks.managers, knocks.card, card="knock"),
    Notice(KnockWaits, knocks.knocker, knocks.patience),
    *(
        Notice(event, audiences.copies("knock"), knocks.card, Lane.URGENT, "knock", Mode.EDIT)
        for event in (KnockAdmitted, KnockTurnedAway)
    ),
    Notice(KnockAdmitted, knocks.knocker, knocks.welcome, Lane.DIALOG),
    Notice(KnockTurnedAway, knocks.knocker, knocks.sorry, Lane.DIALOG),
    *(
        Notice(event, audiences.copies("announce"), announced.card, Lane.DIALOG, "announce", Mode.EDIT)
        for event in announced.SHOWN
    ),
    Notice(
        a.AnnouncementSubmitted,
        announced.second_eyes,
        announced.card,
        card="announce",
        photos=announced.photos,
        document=announced.attached,
    ),
    Notice(a.AnnouncementApproved, announced.author, announced.approved, when=lambda event: event.second),
    Notice(a.AnnouncementRejected, announced.author, announced.rejected),
    Notice(a.AnnouncementFinished, announced.author, announced.report, document=announced.unreached),
    Notice(a.PlaceFreed, announced.promoted, announced.has_place),
    Notice(e.RepairerUnreachable, audiences.staff_groups, letters.plain("repairer-unreachable-staff"), Lane.URGENT),
    Notice(PersonUnreached, undelivered.staff, undelivered.please_call, once=undelivered.once_a_day),
    Notice(DeliveryFailed, undelivered.managers, undelivered.did_not_arrive, once=undelivered.once_an_hour),
)
# Kept in the log, told to nobody by a notice: each is answered where it happens.
UNTOLD: frozenset[type[Event]] = frozenset(
    {
        PersonBound, StaffDismissed, StaffRehired, ContactViewed, KnockSeen, e.ReminderPostponed,
        a.AnnouncementsMuted, a.AnnouncementsUnmuted,
    }
)  # fmt: skip

"""Audiences: from an event about a ticket to the chats that hear of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.turn import DeskWork
from bot.words import DEFAULT
from domain.announcements.events import AnnouncementEvent
from domain.calendar import Clock
from domain.messaging.events import ConversationStalled
from domain.register.events import KnockAdmitted, KnockReceived, KnockTurnedAway, KnockWaits
from domain.register.model import GroupKind, Staff
from domain.tickets.eligibility import eligible, superiors
from domain.tickets.events import TicketAssigned, TicketCancelled, TicketEscalated
from domain.tickets.model import Caller, Kind, Ticket, Urgency
from domain.tickets.policy import Audience
from domain.transaction import Event

BARE_GROUPS = frozenset({"wecom"})  # platforms that tell us neither who pressed in a group nor what was replied to


@dataclass(frozen=True, slots=True)
class Scene:
    """What happened, to which ticket (if any) as it is now, and the records around it."""

    work: DeskWork
    event: Event
    about: Ticket | None = None

    @property
    def ticket(self) -> Ticket:
        """The ticket; only for events about one."""
        assert self.about is not None
        return self.about

    @property
    def number(self) -> int:
        """Of what the cards are about."""
        if isinstance(self.event, KnockReceived | KnockWaits | KnockAdmitted | KnockTurnedAway):
            return self.event.knock_id
        if isinstance(self.event, AnnouncementEvent):
            return self.event.announcement_id
        return self.ticket.id


@dataclass(frozen=True, slots=True)
class Recipient:
    """One chat that hears of it; *person_id* when it is somebody's private chat."""

    channel: str
    chat: str
    language: str
    thread: str | None = None
    person_id: int | None = None


def people(scene: Scene, person_ids: Collection[int], *, on: Collection[str] | None = None) -> list[Recipient]:
    """Each person's private chat: the one they last used (*on* these channels), where they can still be reached."""
    found: dict[int, Recipient] = {}
    for address in scene.work.addresses.of(person_ids):
        wanted = on is None or address.channel in on
        if address.reachable and wanted and address.person_id not in found:
            person = scene.work.register.person(address.person_id)
            language = (person.language if person else None) or DEFAULT
            found[address.person_id] = Recipient(address.channel, address.chat, language, person_id=address.person_id)
    return list(found.values())


def silent(scene: Scene) -> list[Recipient]:
    """Who has stopped in the middle of telling us something."""
    assert isinstance(scene.event, ConversationStalled)
    return people(scene, [scene.event.person_id])


def reporter(scene: Scene) -> list[Recipient]:
    """The owner who reported."""
    reporter_id = scene.ticket.reporter_id
    return people(scene, [reporter_id]) if reporter_id else _reached(scene, _callers(scene)[:1])


def owners(scene: Scene) -> list[Recipient]:
    """The owner who reported; in an emergency everybody else who called, too."""
    return [*reporter(scene), *other_callers(scene)]


def other_callers(scene: Scene) -> list[Recipient]:
    """Whoever called about the same emergency after the first, but the one who did it."""
    by = scene.event.by
    return [one for one in _reached(scene, _callers(scene)[1:]) if by is None or one.person_id != by]


def others_who_called(scene: Scene) -> list[Recipient]:
    """Everybody who called about the emergency but the one who did it."""
    return [one for one in owners(scene) if one.person_id != scene.event.by]  # a stranger's event is by nobody


def others_who_were_called(scene: Scene) -> list[Recipient]:
    """Every chat that was given a card of it, but the one who did it."""
    found = {(one.channel, one.chat): one for card in ("ticket", "work", "manage") for one in copies(card)(scene)}
    by = scene.event.by
    return [one for one in found.values() if by is None or one.person_id != by]


def repairer(scene: Scene) -> list[Recipient]:
    """Whoever has it in hand."""
    return people(scene, [scene.ticket.repairer_id]) if scene.ticket.repairer_id else []


def ex_repairer(scene: Scene) -> list[Recipient]:
    """Whoever had it in hand when it was cancelled."""
    gone = scene.event.repairer_id if isinstance(scene.event, TicketCancelled) else None
    return people(scene, [gone]) if gone and gone != scene.event.by else []


def relieved(scene: Scene) -> list[Recipient]:
    """Whoever had it in hand when a manager gave it to somebody else."""
    gone = scene.event.before_id if isinstance(scene.event, TicketAssigned) else None
    return people(scene, [gone]) if gone and gone not in (scene.event.by, scene.ticket.repairer_id) else []


def desk(scene: Scene) -> list[Recipient]:
    """Who talks with the owner: whoever took the question, else the staff groups."""
    return repairer(scene) or staff_groups(scene)


def repairer_if_others(scene: Scene) -> list[Recipient]:
    """Whoever has it in hand, when it was not they who did it."""
    return repairer(scene) if scene.event.by != scene.ticket.repairer_id else []


def kept_waiting(scene: Scene) -> list[Recipient]:
    """The owner of a question that nobody took in time; who asked while the desk was closed was told when it opens."""
    event, ticket = scene.event, scene.ticket
    assert isinstance(event, TicketEscalated)
    first = event.unclaimed and event.level == 1 and ticket.kind is Kind.QUESTION and ticket.responded_at is None
    calendar = scene.work.register.calendar(ticket.estate_id)
    asked = calendar.add(ticket.queued_at, timedelta(), Clock.OFFICE)
    return reporter(scene) if first and asked == ticket.queued_at else []


def reporter_if_others(scene: Scene) -> list[Recipient]:
    """The owner, when it was not they who did it."""
    return reporter(scene) if scene.event.by != scene.ticket.reporter_id else []


def done_by(scene: Scene) -> list[Recipient]:
    """Whoever did the work, as long as they work here."""
    worker = scene.ticket.done_by
    return people(scene, [worker]) if worker and scene.work.register.staff(worker) else []


def staff_groups(scene: Scene) -> list[Recipient]:
    """The estate's staff groups for this category; where there is none, everybody who could take it."""
    groups = scene.work.addresses.groups(scene.ticket.estate_id, GroupKind.STAFF)
    special = [group for group in groups if group.category == scene.ticket.category]
    chosen = special or [group for group in groups if group.category is None] or groups
    if chosen:
        return [Recipient(group.channel, group.chat, group.language, group.thread) for group in chosen]
    able = people(scene, [one.id for one in eligible(scene.work, scene.ticket)])
    return able or managers(scene)


def takers(scene: Scene) -> list[Recipient]:
    """The staff groups; where a group's platform has no buttons there, each who could take it, in private, too."""
    groups = staff_groups(scene)
    bare = {one.channel for one in groups if one.person_id is None} & BARE_GROUPS
    able = people(scene, [one.id for one in eligible(scene.work, scene.ticket)], on=bare) if bare else []
    return [*groups, *able]


def managers(scene: Scene) -> list[Recipient]:
    """The estate's manager, or who stands in for them."""
    return _superiors(scene, Audience.MANAGER)


def managers_if_urgent(scene: Scene) -> list[Recipient]:
    """An emergency is told to the duty manager at once."""
    return _superiors(scene, Audience.DUTY_MANAGER) if scene.ticket.urgency is Urgency.EMERGENCY else []


def called_group(scene: Scene) -> list[Recipient]:
    """A rung that calls the group, or one with nobody else to call: an escalation always reaches somebody."""
    called = _called(scene)
    alone = called not in (Audience.GROUP, Audience.REPAIRER) and not called_managers(scene)
    return takers(scene) if called is Audience.GROUP or alone else []


def called_repairer(scene: Scene) -> list[Recipient]:
    """A rung that reminds the repairer."""
    return repairer(scene) if _called(scene) is Audience.REPAIRER else []


def called_managers(scene: Scene) -> list[Recipient]:
    """A rung that calls managers; also where the repairer cannot be reached."""
    called = _called(scene)
    if called is Audience.REPAIRER:
        return [] if repairer(scene) else managers(scene)
    return _superiors(scene, called) if called is not Audience.GROUP else []


def copies(card: str) -> Callable[[Scene], Iterable[Recipient]]:
    """Every chat that has a copy of this card."""

    def find(scene: Scene) -> Sequence[Recipient]:
        found = {(one.channel, one.chat): one for one in scene.work.deliveries.copies(f"{card}:{scene.number}")}
        return [
            Recipient(
                one.channel, one.chat, _language(scene, one.channel, one.chat, one.person_id), one.thread, one.person_id
            )
            for one in found.values()
        ]

    return find


def _callers(scene: Scene) -> Sequence[Caller]:
    return scene.work.calls.about(scene.ticket.id) if scene.ticket.hazard else ()


def _reached(scene: Scene, callers: Sequence[Caller]) -> list[Recipient]:
    """Their private chats; a stranger's is the one that they wrote from."""
    known = people(scene, [one.person_id for one in callers if one.person_id])
    strangers = [one for one in callers if not one.person_id and one.chat]
    return [*known, *(Recipient(one.channel, one.chat or "", one.language) for one in strangers)]


def _language(scene: Scene, channel: str, chat: str, person_id: int | None) -> str:
    if person_id:
        person = scene.work.register.person(person_id)
        return (person.language if person else None) or DEFAULT
    group = scene.work.addresses.group(channel, chat)
    return group.language if group else DEFAULT


def _called(scene: Scene) -> Audience:
    assert isinstance(scene.event, TicketEscalated)
    return scene.event.audience


def _superiors(scene: Scene, audience: Audience) -> list[Recipient]:
    """The managers of a level who can be reached, else the managers' group."""
    holders: Sequence[Staff] = superiors(scene.work, scene.ticket.estate_id, audience)
    reached = people(scene, [one.id for one in holders])
    groups = scene.work.addresses.groups(scene.ticket.estate_id, GroupKind.MANAGERS)
    return reached or [Recipient(group.channel, group.chat, group.language, group.thread) for group in groups]

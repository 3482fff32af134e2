"""What a ticket looks like to each of those who deal with it: pure renderings, words and buttons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.alarms import callers, calling_off, stranger
from bot.turn import Rows, Tap
from bot.voice import Voice
from bot.words import Said, mask, mask_numbers
from domain.register.model import Flag
from domain.tickets.lifecycle import ALLOWED, IN_PROGRESS, LIVE, MOVES, Action, Party, Status
from domain.tickets.model import Kind, Ticket, Urgency
from domain.tickets.relaying import is_talk

WORKER_LAYOUT = (
    (Action.DEPART, Action.ARRIVE, Action.RESUME),
    (Action.FINISH, Action.WAIT),
    (Action.PASS_ON, Action.HAND_BACK, Action.ASK_HELP),
)
TALK_LAYOUT = ((Action.FINISH,), (Action.RESUME, Action.WAIT), (Action.PASS_ON, Action.HAND_BACK))
MANAGER_LAYOUT = ((Action.CLAIM, Action.ASSIGN), (Action.POSTPONE,))
CARE = (Flag.ELDERLY, Flag.LIVING_ALONE, Flag.DISABLED, Flag.INFANT)
_SIGN = {Urgency.EMERGENCY: "🔴", Urgency.NORMAL: "🟡", Urgency.PLANNED: "🟢"}


def rows_for(voice: Voice, ticket: Ticket, party: Party, layout: Sequence[Sequence[Action]]) -> Rows:
    """The buttons of what this party can do now, drawn from the tables."""
    status = Status(ticket.status)
    rows = [
        [
            Tap(voice.say(f"action-{action}"), action, {"ticket": ticket.id})
            for action in row
            if (status, action) in MOVES and party in ALLOWED[action]
        ]
        for row in layout
    ]
    return [row for row in rows if row]


def staff_card(voice: Voice, ticket: Ticket, *, hint: bool = True) -> tuple[str, Rows]:
    """For the group: no name, and only the ends of the number; a *hint* where one can reply to it."""
    phone = [voice.say("card-phone", phone=mask(ticket.contact))] if ticket.contact and ticket.status in LIVE else []
    public = replace(ticket, words=mask_numbers(ticket.words), visit=mask_numbers(ticket.visit))
    calls = callers(voice, ticket, public=True)
    answer = _talk(voice, ticket, "talk-hint-reply") if hint else []
    lines = [*_facts(voice, public), *calls, *phone, *_state(voice, ticket), *answer]
    rows = (
        [[Tap(voice.say("action-claim"), Action.CLAIM, {"ticket": ticket.id})]] if ticket.status == Status.OPEN else []
    )
    return "\n".join(lines), [*rows, *calling_off(voice, ticket)]


def worker_card(voice: Voice, ticket: Ticket, viewer: int | None) -> tuple[str, Rows]:
    """For whoever holds the ticket: full contact and the next steps; for those who held it, neither."""
    if viewer != ticket.repairer_id:
        return "\n".join([*_head(voice, ticket), *_state(voice, ticket)]), ()
    contact = (
        voice.say("card-contact", name=voice.name(ticket.reporter_id), phone=ticket.contact)
        if ticket.reporter_id
        else stranger(voice, ticket)
    )
    about = [*_facts(voice, ticket), *callers(voice, ticket), contact, *_care(voice, ticket)]
    lines = [*about, *_promise(voice, ticket), *_state(voice, ticket)]
    return "\n".join([*lines, *_talk(voice, ticket, "talk-hint-write")]), worker_rows(voice, ticket)


def worker_rows(voice: Voice, ticket: Ticket) -> Rows:
    """The next steps of whoever holds the ticket; a talk is ended, not repaired."""
    if not is_talk(ticket):
        return [*rows_for(voice, ticket, Party.REPAIRER, WORKER_LAYOUT), *calling_off(voice, ticket)]
    rows = rows_for(voice, ticket, Party.REPAIRER, TALK_LAYOUT)
    end = Tap(voice.say("button-end-talk"), "close_talk", {"ticket": ticket.id})
    return [[end if tap.intent == Action.FINISH else tap for tap in row] for row in rows]


def manager_card(voice: Voice, ticket: Ticket) -> tuple[str, Rows]:
    """For a manager who is called: what it is, how late, and what they can do about it."""
    about = [*_facts(voice, ticket), *callers(voice, ticket), *_care(voice, ticket)]
    lines = [*about, *_promise(voice, ticket), *_state(voice, ticket)]
    history = [Tap(voice.say("button-history"), "history", {"ticket": ticket.id})]
    rows = rows_for(voice, ticket, Party.MANAGER, MANAGER_LAYOUT)
    if ticket.status in IN_PROGRESS:
        rows = [[tap for tap in row if tap.intent != Action.CLAIM] for row in rows]
    return "\n".join(lines), [*rows, *calling_off(voice, ticket), history]


def verdict_rows(voice: Voice, ticket: Ticket) -> Rows:
    """Is it fixed?"""
    yes, no = ("fixed", "not-fixed") if ticket.kind is Kind.REPAIR else ("solved", "not-solved")
    fixed = Tap(voice.say(f"button-{yes}"), Action.CONFIRM, {"ticket": ticket.id})
    return [[fixed, Tap(voice.say(f"button-{no}"), Action.REJECT, {"ticket": ticket.id})]]


def line(voice: Voice, ticket: Ticket, viewer: int | None = None) -> Said:
    """One ticket in a list."""
    return voice.say(
        "ticket-line", sign=_SIGN[ticket.urgency], number=ticket.number, place=voice.place(ticket),
        category=voice.say(f"category-{ticket.category}"), status=status(voice, ticket, viewer),
    )  # fmt: skip


def _head(voice: Voice, ticket: Ticket) -> list[Said]:
    urgency = voice.say(f"urgency-{ticket.urgency}")
    head = voice.say("card-head", sign=_SIGN[ticket.urgency], urgency=urgency, number=ticket.number)
    what = voice.say("card-what", place=voice.place(ticket), category=voice.say(f"category-{ticket.category}"))
    return [head, what]


def _facts(voice: Voice, ticket: Ticket) -> list[Said]:
    lines = [*_head(voice, ticket), voice.say("card-words", words=ticket.words)]
    if ticket.location:
        latitude, longitude = ticket.location
        lines.append(voice.say("card-location", latitude=f"{latitude:.6f}", longitude=f"{longitude:.6f}"))
    if ticket.visit:
        lines.append(voice.say("card-visit", visit=voice.visit(ticket)))
    if ticket.photos:
        lines.append(voice.say("card-photos", count=len(ticket.photos)))
    if ticket.reopened:
        lines.append(voice.say("card-reopened", count=ticket.reopened))
    return lines


def _care(voice: Voice, ticket: Ticket) -> list[Said]:
    """What to be careful about at this door."""
    person = voice.work.register.person(ticket.reporter_id) if ticket.reporter_id else None
    flags = [voice.say(f"care-{flag}") for flag in CARE if person and flag in person.flags]
    return [voice.say("card-care", flags=Said(voice.say("comma").join(flags)))] if flags else []


def _promise(voice: Voice, ticket: Ticket) -> list[Said]:
    if ticket.status not in {*IN_PROGRESS, Status.OPEN} - {Status.WAITING}:
        return []
    key, until = (
        ("card-resolve-by", ticket.resolve_by) if ticket.responded_at else ("card-respond-by", ticket.respond_by)
    )
    if ticket.kind is not Kind.REPAIR and not ticket.responded_at:
        key = "card-answer-by"
    return [voice.say(key, time=voice.date(until, ticket.estate_id))]


def _talk(voice: Voice, ticket: Ticket, key: str) -> list[Said]:
    """How to answer, where there is somebody to be answered."""
    return [voice.say(key)] if is_talk(ticket) else []


def _state(voice: Voice, ticket: Ticket) -> list[Said]:
    return [voice.say("card-state", status=status(voice, ticket))]


def who(voice: Voice, ticket: Ticket, person_id: int | None, viewer: int | None) -> str:
    """Their name; whoever asked a question is answered by the estate, not by one of its people."""
    if ticket.kind is Kind.QUESTION and viewer and viewer == ticket.reporter_id and person_id not in (None, viewer):
        return voice.say("desk-name")
    return voice.name(person_id)


def status(voice: Voice, ticket: Ticket, viewer: int | None = None) -> Said:
    """Where it stands, with who has it."""
    name = who(voice, ticket, ticket.repairer_id or ticket.done_by, viewer)
    if ticket.status == Status.WAITING and ticket.wait_for and ticket.wait_until:
        until = voice.date(ticket.wait_until, ticket.estate_id)
        return voice.say("status-waiting", name=name, reason=voice.say(f"wait-for-{ticket.wait_for}"), time=until)
    return voice.say(f"status-{ticket.status}", name=name)

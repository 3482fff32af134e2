"""What is open: my tickets, the staff's board, one ticket's history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from bot.cards import line, manager_card, verdict_rows, who, worker_card, worker_rows
from bot.conversation import Answers, Intent
from bot.intents.feedback import rating_rows
from bot.turn import Tap, Turn
from domain.register.events import ContactViewed
from domain.tickets import operations as tickets
from domain.tickets.eligibility import parties
from domain.tickets.lifecycle import IN_PROGRESS, MOVES, Action, Party, Status
from domain.tickets.model import Ticket
from domain.tickets.relaying import is_talk

RECENT = timedelta(days=14)
PAGE = 20


def _mine(turn: Turn, _answers: Answers) -> None:
    """An owner's reports; for staff, first of all what they have in hand."""
    held = turn.work.tickets.held_by(turn.me) if turn.staff else ()
    reported = turn.work.tickets.reported_by(turn.me, since=turn.now - RECENT)
    parts = []
    if turn.staff:
        parts.append(turn.text("mine-held" if held else "mine-held-none"))
        parts += [line(turn.voice, ticket) for ticket in held[:PAGE]]
    if reported or not turn.staff:
        parts.append(turn.text("mine-reported" if reported else "mine-reported-none"))
        parts += [line(turn.voice, ticket, turn.me) for ticket in reported[:PAGE]]
    turn.answer("\n".join(parts), _openers([*held, *reported][:8]))


def _openers(listed: Sequence[Ticket]) -> list[list[Tap]]:
    taps = [Tap(ticket.number, "history", {"ticket": ticket.id}) for ticket in listed]
    return [taps[at : at + 2] for at in range(0, len(taps), 2)]


def _board(turn: Turn, _answers: Answers) -> None:
    """What is open, for staff: in a group that group's estate, in private all of theirs. No names, no numbers."""
    assert turn.staff is not None
    estates = turn.staff.estates & {turn.group.estate_id} if turn.group else turn.staff.estates
    live = turn.work.tickets.live_in(estates)
    waiting = [ticket for ticket in live if ticket.status == Status.OPEN]
    running = [ticket for ticket in live if ticket.repairer_id is not None]
    asked = len(live) - len(waiting) - len(running)
    parts = [turn.text("board-head", waiting=len(waiting), running=len(running), asked=asked)]
    for key, listed in (("board-waiting", waiting), ("board-running", running)):
        if listed:
            parts += ["", turn.text(key), *[line(turn.voice, ticket) for ticket in listed[:PAGE]]]
            if len(listed) > PAGE:
                parts.append(turn.text("list-more", more=len(listed) - PAGE))
    claims = [
        Tap(turn.text("claim-number", number=ticket.number), "claim", {"ticket": ticket.id}) for ticket in waiting[:6]
    ]
    rows = [claims[at : at + 2] for at in range(0, len(claims), 2)]
    turn.answer("\n".join(parts), rows if turn.group else [*rows, *_openers(running[:8])])


def _history(turn: Turn, answers: Answers) -> None:
    """Everything that happened to one ticket, and what this person can do about it now."""
    ticket = tickets.readable(work=turn.work, ticket_id=answers["ticket"], by=turn.me)
    voice = turn.voice
    held = ticket.repairer_id == turn.me
    head = (
        [worker_card(voice, ticket, turn.me)[0]]
        if held
        else [line(voice, ticket, turn.me), voice.say("card-words", words=ticket.words)]
    )
    lines = [*head, ""]
    for at, name, by, data in turn.work.tickets.history(ticket.id):
        if name not in UNTOLD:
            detail = _detail(turn, name, data, ticket)
            by_whom = who(voice, ticket, by, turn.me)
            time = voice.moment(at, ticket.estate_id)
            lines.append(voice.say(f"history-{name}", time=time, name=by_whom, detail=f" · {detail}" if detail else ""))
    if held and ticket.reporter_id:  # their card with the full contact, wherever the first one went
        turn.work.record(ContactViewed(person_id=ticket.reporter_id, ticket_id=ticket.id, by=turn.me), now=turn.now)
    turn.answer("\n".join(lines), _next_steps(turn, ticket), card=f"work:{ticket.id}" if held else None)


def _detail(turn: Turn, name: str, data: Mapping[str, Any], ticket: Ticket) -> str:
    """What an event is about, besides who and when."""
    voice = turn.voice
    match name:
        case "TicketAssigned" | "TicketPassedOn":
            return who(voice, ticket, data["repairer_id"], turn.me)
        case "RelayedToStaff" | "RelayedToOwner":
            return " ".join(filter(None, [data["words"], "📷" * len(data["photos"])]))
        case "TalkBegun":
            return " / ".join(data["said"])
        case "TicketEscalated":
            return voice.say(f"audience-{data['audience']}")
        case "WorkPaused":
            return voice.say(f"wait-for-{data['wait_for']}")
        case "TicketRated":
            return f"{data['mark']} ⭐"
        case "CommentAdded":
            return ticket.comment
        case _:
            return str(data.get("reason") or data.get("words") or "")


def _next_steps(turn: Turn, ticket: Ticket) -> list[Sequence[Tap]]:
    """What this person can do about it now, whatever they have lost sight of in the chat."""
    mine = parties(ticket, turn.me, turn.staff)
    rows: list[Sequence[Tap]] = []
    if Party.REPAIRER in mine:
        rows += worker_rows(turn.voice, ticket)
    elif Party.MANAGER in mine and ticket.status in {*IN_PROGRESS, Status.OPEN}:
        rows += manager_card(turn.voice, ticket)[1][:-1]
    if Party.REPORTER in mine:
        if ticket.status == Status.DONE:
            rows += verdict_rows(turn.voice, ticket)
        elif ticket.status == Status.CONFIRMED or (
            ticket.status == Status.CLOSED and ticket.mark is None and ticket.done_by
        ):
            rows += rating_rows(ticket.id)
        elif is_talk(ticket):
            rows.append([Tap(turn.text("button-end-talk"), "end", {"ticket": ticket.id})])
        elif (Status(ticket.status), Action.CANCEL) in MOVES:
            rows.append([Tap(turn.text("button-cancel-ticket"), "cancel", {"ticket": ticket.id})])
    return rows


UNTOLD = frozenset({"ContactViewed"})
MINE = Intent("mytickets", _mine, commands=("mytickets",), private=True)
BOARD = Intent("board", _board, commands=("board",), staff=True)
HISTORY = Intent("history", _history, private=True)

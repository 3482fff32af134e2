"""A walk through a ticket's life with every step chosen by chance, on whatever keeps the tickets."""

from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from datetime import datetime, timedelta
from random import Random  # noqa: TID251 - seeded by the test

from domain.errors import Refusal
from domain.tickets import leaving, operations
from domain.tickets.escalation import look
from domain.tickets.lifecycle import ENDED, IN_PROGRESS
from domain.tickets.model import Category, Ticket, Urgency, WaitFor
from domain.tickets.ports import TicketWork
from tests.builders import DESK, DIRECTOR, ELECTRICIAN, MANAGER, NEIGHBOUR, NOW, OWNER, PLUMBER, RESTING, report

Begin = Callable[[], AbstractContextManager[TicketWork]]
PEOPLE = (OWNER, NEIGHBOUR, PLUMBER, ELECTRICIAN, RESTING, DESK, MANAGER, DIRECTOR)
PERSONAL = ("claim", "depart", "arrive", "resume", "confirm", "reject", "cancel")
STEPS = (
    *PERSONAL * 2, "assign", "pass_on", "hand_back", "wait", "ask_help", "finish", "finish", "rate", "comment",
    "postpone", "add_photos", "release", "look", "look", "rest", "dismiss",
)  # fmt: skip


def walk(begin: Begin, chance: Random, steps: int, seen: Callable[[Ticket], None]) -> list[Ticket]:
    """Open three tickets, try so many steps, show each ticket after each step to *seen*; the tickets at the end."""
    now = NOW
    with begin() as work:
        for urgency, category in zip(Urgency, (Category.LEAK, Category.NOISE, Category.ELECTRIC), strict=True):
            operations.open(work=work, report=report(urgency=urgency, category=category), now=now)
    tickets: list[Ticket] = []
    for _ in range(steps):
        now += timedelta(minutes=chance.choice((1, 10, 45, 300, 1500)))
        with begin() as work:
            with suppress(Refusal):  # an anticipated no: the walk goes on
                _step(work, chance, now)
            tickets = [ticket for number in (1, 2, 3) if (ticket := work.tickets.get(number))]
        for ticket in tickets:
            seen(ticket)
    return tickets


def _step(work: TicketWork, chance: Random, now: datetime) -> None:
    name, ticket_id = chance.choice(STEPS), chance.choice((1, 2, 3))
    by, to, later = chance.choice(PEOPLE), chance.choice(PEOPLE), now + timedelta(hours=chance.randint(-1, 90))
    ticket = work.tickets.get(ticket_id)
    if ticket and ticket.repairer_id and chance.random() < 0.7:
        by = ticket.repairer_id  # else most steps would be refused
    elif ticket and ticket.done_by and chance.random() < 0.7:
        by, name = OWNER, chance.choice(("confirm", "reject", "rate", "comment", "look"))
    more: dict[str, dict[str, object]] = {
        "assign": {"to": to}, "pass_on": {"to": to}, "hand_back": {"reason": "…"}, "ask_help": {"words": "…"},
        "wait": {"wait_for": WaitFor.PARTS, "until": later}, "finish": {"words": "…", "photos": ()},
        "rate": {"mark": chance.randint(1, 5)}, "comment": {"words": "…"},
        "postpone": {"until": later, "reason": "…"}, "add_photos": {"photos": ("x",)},
    }  # fmt: skip
    match name:
        case "rest":
            work.register.set_duty(RESTING, on_duty=chance.random() < 0.5)
        case "dismiss":
            if chance.random() < 0.1:
                leaving.dismiss(work=work, person_id=chance.choice((PLUMBER, DESK, MANAGER)), by=DIRECTOR, now=now)
        case "look":
            look(work=work, ticket_id=ticket_id, now=now)
        case "release":
            operations.release(work=work, ticket_id=ticket_id, now=now)
        case _:
            getattr(operations, name)(**{"by": by, **more.get(name, {})}, work=work, ticket_id=ticket_id, now=now)


def check(ticket: Ticket) -> None:
    """What holds for every ticket at every moment."""
    assert (ticket.repairer_id is not None) == (ticket.status in IN_PROGRESS)
    assert (ticket.status == "waiting") == (ticket.paused_at is not None) == (ticket.wait_until is not None)
    assert (ticket.due_at is None) == (ticket.status in ENDED) == (ticket.closed_at is not None)
    assert (ticket.done_at is None) == (ticket.done_by is None)
    assert ticket.status not in {"done", "confirmed"} or ticket.done_by
    assert ticket.queued_at >= ticket.opened_at
    assert ticket.respond_by < ticket.resolve_by

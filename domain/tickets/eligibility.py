"""Who may take a ticket, and what somebody is to it: the one place that knows."""

from __future__ import annotations

from collections.abc import Sequence

from domain.errors import NotAllowed
from domain.register.model import Role, Staff
from domain.tickets.lifecycle import Party
from domain.tickets.model import TRADES, Report, Ticket
from domain.tickets.policy import Audience, policy_of
from domain.tickets.ports import TicketWork

MANAGERS = (Role.DUTY_MANAGER, Role.MANAGER, Role.DIRECTOR, Role.ADMIN)


def parties(ticket: Ticket, person_id: int, staff: Staff | None) -> frozenset[Party]:
    """What a person is to this ticket now; who does not work for the estate any more is not its repairer either."""
    found = set()
    if person_id == ticket.reporter_id:
        found.add(Party.REPORTER)
    if staff and staff.serves(ticket.estate_id):
        found.add(Party.STAFF)
        if person_id == ticket.repairer_id:
            found.add(Party.REPAIRER)
        if staff.serves(ticket.estate_id, *MANAGERS):
            found.add(Party.MANAGER)
    return frozenset(found)


def reason_against(staff: Staff, ticket: Report, *, held: int, cap: int) -> str | None:
    """Why this member of staff cannot take the ticket (a sentence's key); None when they can.

    Managers may take anything in their estates, on duty or not.
    """
    if not staff.serves(ticket.estate_id):
        return "claim-other-estate"
    if staff.serves(ticket.estate_id, *MANAGERS):
        return None
    roles, skill = TRADES[ticket.category]
    if not staff.roles & roles:
        return "claim-other-trade"
    if skill and staff.skills and skill not in staff.skills and Role.ENGINEER in roles & staff.roles:
        return "claim-other-trade"
    if not staff.on_duty:
        return "claim-off-duty"
    return "claim-too-many" if held >= (staff.cap or cap) else None


def is_here(work: TicketWork, person_id: int | None, estate_id: int) -> bool:
    """Does this person (still) work for the estate?"""
    staff = work.register.staff(person_id) if person_id else None
    return staff is not None and staff.serves(estate_id)


def superiors(work: TicketWork, estate_id: int, audience: Audience) -> Sequence[Staff]:
    """Whom a rung calls: the nearest level at or above it that anybody holds, then the nearest below."""
    ranks = (Role.DUTY_MANAGER, Role.MANAGER, Role.DIRECTOR, Role.ADMIN)
    start = ranks.index(Role(audience))
    for role in ranks[start:] + ranks[:start][::-1]:
        holders = work.register.staff_of(estate_id, role)
        if holders:
            return [one for one in holders if one.on_duty] or holders
    return []


def require_eligible(work: TicketWork, staff: Staff, ticket: Ticket) -> None:
    """Pass in silence where *staff* can take the ticket.

    :raises NotAllowed: with the reason
    """
    cap = policy_of(work.register.estate(ticket.estate_id).policy).cap
    held = work.tickets.in_hand(staff.id)
    if reason := reason_against(staff, ticket, held=held, cap=cap):
        raise NotAllowed(reason, cap=staff.cap or cap, number=ticket.number)


def eligible(work: TicketWork, ticket: Report) -> Sequence[Staff]:
    """Everybody but managers who could take the ticket now, the least loaded first."""
    staff = [one for one in work.register.staff_of(ticket.estate_id) if not one.roles & set(MANAGERS)]
    load = work.tickets.load([one.id for one in staff])
    cap = policy_of(work.register.estate(ticket.estate_id).policy).cap
    able = [one for one in staff if not reason_against(one, ticket, held=load.get(one.id, 0), cap=cap)]
    return sorted(able, key=lambda one: (load.get(one.id, 0), one.id))

"""Audiences: what an incident's is, and how one is written."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from domain.announcements.model import Audience
from domain.announcements.ports import AnnouncementWork
from domain.errors import Refusal, Unknown
from domain.register.model import Flag, Relation, Role, Room


def resolved(work: AnnouncementWork, audience: Audience) -> Audience:
    """The same without its incident: the building that it is in, and everybody who called about it.

    :raises Unknown: there is no such ticket
    :raises Refusal: "announcement-nobody": it has no place, and nobody whom we know called about it
    """
    if audience.ticket_id is None:
        return audience
    ticket = work.tickets.get(audience.ticket_id)
    if ticket is None:
        raise Unknown("no-such-ticket")
    room = work.register.room(ticket.room_id) if ticket.room_id else None
    building = ticket.building or (room.building if room else "")
    callers = {one.person_id for one in work.calls.about(ticket.id)} | {ticket.reporter_id}
    people = audience.people | {one for one in callers if one is not None}
    if building or audience.places:
        buildings = (*audience.buildings, *([building] if building else []))
        return replace(audience, ticket_id=None, buildings=buildings, people=people)
    if not people and not audience.roles:
        raise Refusal("announcement-nobody")
    # Where it is nobody knows: it must not become everybody of the estate.
    return replace(audience, ticket_id=None, people=people, relations=frozenset(), flags=frozenset())


def read(work: AnnouncementWork, estate_ids: Iterable[int], words: Iterable[str]) -> Audience:
    """An audience as an operator writes it, each word adding a part.

    "all" · "building:3" · "entrance:3-2" · "room:3-2-1201" · "ticket:R1121-007" · "staff" or a role such as "engineer"
    · a relation such as "owner", "tenant" · a flag such as "elderly".

    :raises Refusal: a word that is none of these, or a place that is not in the estates
    """
    audience = Audience(estates=tuple(estate_ids))
    rooms = [room for estate in audience.estates for room in work.register.rooms_in(estate)]
    for word in words:
        audience = _with(work, audience, word.strip(), rooms)
    return audience


def _with(work: AnnouncementWork, audience: Audience, word: str, rooms: list[Room]) -> Audience:
    kind, _, what = word.partition(":")
    if word == "all":
        return audience
    if word == "staff":
        return replace(audience, roles=frozenset(Role))
    if word in set(Role):
        return replace(audience, roles=audience.roles | {Role(word)})
    if word in set(Relation):
        return replace(audience, relations=audience.relations | {Relation(word)})
    if word in set(Flag):
        return replace(audience, flags=audience.flags | {Flag(word)})
    if kind in {"building", "entrance", "room"}:
        return _with_place(audience, word, kind, what, rooms)
    if kind == "ticket":
        return replace(audience, ticket_id=_ticket(work, audience, what))
    raise Refusal("announcement-audience-bad", said=word)


def _with_place(audience: Audience, word: str, kind: str, what: str, rooms: list[Room]) -> Audience:
    parts = what.split("-")
    if kind == "building" and any(room.building == what for room in rooms):
        return replace(audience, buildings=(*audience.buildings, what))
    if kind == "entrance" and any([room.building, room.entrance] == parts for room in rooms):
        return replace(audience, entrances=(*audience.entrances, (parts[0], parts[1])))
    found = tuple(
        room.id for room in rooms if [part for part in (room.building, room.entrance, room.room) if part] == parts
    )
    if kind == "room" and found:
        return replace(audience, rooms=(*audience.rooms, *found))
    raise Refusal("announcement-no-such-place", said=word)


def _ticket(work: AnnouncementWork, audience: Audience, number: str) -> int:
    for ticket in work.tickets.live_in(audience.estates):
        if ticket.number == number:
            return ticket.id
    raise Unknown("no-such-ticket")

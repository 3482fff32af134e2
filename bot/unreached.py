"""Who cannot be reached: their messages go to their other channels, and where there is none, staff are told."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.turn import DeskWork
from domain.messaging.events import DeliveryFailed, PersonUnreached
from domain.messaging.model import Delivery, DeliveryState, Lane, Mode
from domain.register.model import Address
from domain.tickets.events import RepairerUnreachable

_OURS = ("unreached:", "undelivered:")  # keys of what is told here: about these nothing more is told


def chat_is_gone(
    work: DeskWork, *, channel: str, chat: str, reason: str, now: datetime, served: Collection[str]
) -> None:
    """Nobody is there: no row of this chat is tried again until they come back."""
    work.addresses.set_reachable(channel, chat, reachable=False)
    for row in work.deliveries.queued(channel=channel, chat=chat):
        pass_on(work, row, reason=reason, now=now, served=served)


def pass_on(work: DeskWork, row: Delivery, *, reason: str, now: datetime, served: Collection[str]) -> None:
    """Queue it for the person's next channel of those *served*; where there is none, staff hear of it."""
    theirs = _addresses(work, row)
    if address := _next(row, theirs, served):
        work.keyboards.move(_keys(row.body), chat=address.chat)
        work.deliveries.move(row, channel=address.channel, chat=address.chat, now=now)
        return
    work.deliveries.end(row.id, state=DeliveryState.UNREACHABLE, reason=reason, now=now)
    if row.mode is not Mode.SEND or row.lane is Lane.BULK:
        return
    card, _, ticket = (row.subject or "").partition(":")
    if card == "work":
        work.record(RepairerUnreachable(ticket_id=int(ticket)), now=now)
    elif not (theirs and row.person_id and call_them(work, row.person_id, now)):
        report(work, row, reason, now)


def call_them(work: DeskWork, person_id: int, now: datetime) -> bool:
    """Ask the staff to telephone, once a day; False when it is nobody who lives here."""
    rooms = work.register.rooms_of(person_id)
    for room in {room.estate_id: room for room in reversed(rooms)}.values():
        day = work.register.calendar(room.estate_id).local(now).date().isoformat()
        event = PersonUnreached(person_id=person_id, estate_id=room.estate_id, room_id=room.id, day=day)
        work.record(event, now=now)
    return bool(rooms)


def report(work: DeskWork, row: Delivery, reason: str, now: datetime) -> None:
    """A message that matters did not get through: the managers hear of it, once an hour for each reason."""
    matters = row.mode is Mode.SEND and row.lane in (Lane.URGENT, Lane.NOTICE)
    if not matters or (row.key or "").startswith(_OURS):
        return
    for estate_id in sorted(_estates(work, row)):
        hour = f"{now:%Y-%m-%dT%H}"
        event = DeliveryFailed(
            delivery_id=row.id, estate_id=estate_id, reason=reason, hour=hour, person_id=row.person_id
        )
        work.record(event, now=now)


def _addresses(work: DeskWork, row: Delivery) -> Sequence[Address]:
    """All addresses of the person whose private chat it is; none for what was said in a group."""
    theirs = work.addresses.of([row.person_id]) if row.person_id else ()
    return theirs if any((one.channel, one.chat) == (row.channel, row.chat) for one in theirs) else ()


def _next(row: Delivery, theirs: Sequence[Address], served: Collection[str]) -> Address | None:
    """Where it is to be tried next. An edit has its message here and nowhere else."""
    if row.mode is not Mode.SEND:
        return None
    left = set(served) - {row.channel, *(row.tried or "").split(",")}
    return next((one for one in theirs if one.reachable and one.channel in left), None)


def _keys(body: Mapping[str, Any]) -> Collection[str]:
    data = (button.get("data", "") for row in body.get("buttons", ()) for button in row)
    return {one.partition(":")[0] for one in data if one}


def _estates(work: DeskWork, row: Delivery) -> set[int]:
    """Whose managers should know; all of them when it cannot be told."""
    if group := work.addresses.group(row.channel, row.chat):
        return {group.estate_id}
    rooms = work.register.rooms_of(row.person_id) if row.person_id else ()
    return {room.estate_id for room in rooms} or {estate.id for estate in work.register.estates()}

"""What an operator does with deliveries: see what did not get through and why, and try it once more."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

import typer

from commands.terminal import AsJson, load, opened, refusals, say, utc_now
from domain.errors import Refusal
from domain.messaging.model import DeliveryState, Lane
from domain.register.model import Room
from storage import outbox
from storage.outbox import Filter, Kept, Posted
from storage.work import SqlWork

cli = typer.Typer(no_args_is_help=True, help="Messages that wait or did not get through: list, explain, retry.")
State = Annotated[list[DeliveryState] | None, typer.Option(help="Only in this state; may be given several times.")]
LaneName = Annotated[str | None, typer.Option("--lane", help="urgent, dialog, notice or bulk.")]
Channel = Annotated[str | None, typer.Option(help="telegram, wechat, wecom or web.")]
Announcement = Annotated[int | None, typer.Option(help="Those of the announcement of this number.")]
Who = Annotated[str | None, typer.Option("--person", help="Those for this person: id, phone number or name.")]
Where = Annotated[str | None, typer.Option("--room", help="Those for who lives here: id, or as in 3-2-1201.")]
Reason = Annotated[str | None, typer.Option(help="Only where the reason holds these words.")]
Number = Annotated[int, typer.Argument(help="The delivery's number, as `list` shows it.")]
Numbers = Annotated[list[int] | None, typer.Argument(help="Deliveries by their numbers.")]


@cli.command("list")
def list_(
    *,
    state: State = None,
    lane: LaneName = None,
    channel: Channel = None,
    announcement: Announcement = None,
    person: Who = None,
    room: Where = None,
    reason: Reason = None,
    limit: Annotated[int, typer.Option(min=0, help="Show so many of the newest.")] = 20,
    as_json: AsJson = False,
) -> None:
    """Count deliveries by state and reason, and show the newest; without --state all that are not sent."""
    with opened(load()) as database, refusals(), database.reading() as work:
        wanted = _wanted(
            work, states=state or outbox.NOT_SENT, lane=lane, channel=channel, announcement=announcement,
            person=person, room=room, reason=reason,
        )  # fmt: skip
        counts = outbox.count(work.connection, wanted)
        rows = outbox.find(work.connection, wanted, limit=limit)
    if as_json:
        told = {"counts": [asdict(one) for one in counts], "deliveries": [_plain(row) for row in rows]}
        typer.echo(json.dumps(told, ensure_ascii=False, default=str))
        return
    for one in counts:
        typer.echo(f"{one.count:>7}  {one.state:<11}  {one.reason or '–'}")
    if not counts:
        typer.echo(say("deliveries-none"))
    for row in rows:
        typer.echo(say("deliveries-line", **_shown(row)))


@cli.command()
def explain(number: Number, *, as_json: AsJson = False) -> None:
    """Tell one delivery's story: when it was queued and tried, why it waits or ended, and what happens next."""
    with opened(load()) as database, refusals(), database.reading() as work:
        found = outbox.find(work.connection, Filter(ids=[number]))
        if not found:
            raise Refusal("deliveries-no-such", number=number)
        row = found[0]
        ahead = outbox.ahead(work.connection, row)
        person = work.register.person(row.person_id) if row.person_id else None
    story = list(_story(row, whose=person.name if person else row.chat, ahead=ahead, now=utc_now()))
    if as_json:
        typer.echo(json.dumps({**_plain(row), "ahead": ahead, "story": story}, ensure_ascii=False, default=str))
    else:
        typer.echo("\n".join(story))


@cli.command()
def retry(
    numbers: Numbers = None,
    *,
    state: State = None,
    lane: LaneName = None,
    channel: Channel = None,
    announcement: Announcement = None,
    person: Who = None,
    room: Where = None,
    reason: Reason = None,
    even_unknown: Annotated[bool, typer.Option(help="Also those that may have arrived: some get them twice.")] = False,
    as_json: AsJson = False,
) -> None:
    """Send once more what failed or expired: by number, or all that a filter means. The running service does it."""
    if not any((numbers, state, lane, channel, announcement, person, room, reason)):
        raise typer.BadParameter(say("deliveries-which"))
    with opened(load()) as database, refusals(), database.writing() as work:
        wanted = _wanted(
            work, ids=numbers or (), states=state or (), lane=lane, channel=channel, announcement=announcement,
            person=person, room=room, reason=reason,
        )  # fmt: skip
        queued, kept = outbox.retry(work.connection, wanted, even_unknown=even_unknown, now=utc_now())
    if as_json:
        typer.echo(json.dumps({"queued": queued, "kept": kept}))
    else:
        typer.echo(say("deliveries-queued", count=queued))
        for why, count in kept.items():
            typer.echo(say(f"deliveries-kept-{why}", count=count))
    if Kept.UNHEARD_OF in kept or (numbers and kept):
        raise typer.Exit(1)


def _wanted(
    work: SqlWork, *, lane: str | None, announcement: int | None, person: str | None, room: str | None, **others: Any
) -> Filter:
    """What the options mean.

    :raises Refusal: nobody, or nothing, is called that
    """
    if lane is not None and lane.upper() not in Lane.__members__:
        raise Refusal("deliveries-no-lane", said=lane, known=", ".join(one.name.lower() for one in Lane))
    return Filter(
        lane=Lane[lane.upper()] if lane else None,
        announcement_id=announcement,
        person_id=_person(work, person) if person else None,
        room_id=_room(work, room).id if room else None,
        **others,
    )


def _person(work: SqlWork, said: str) -> int:
    found = work.register.search(said)
    if not found:
        raise Refusal("nobody-found", said=said)
    if len(found) > 1:
        raise Refusal(
            "invite-who", said=said, count=len(found), names=", ".join(f"{one.name} ({one.id})" for one in found)
        )
    return found[0].id


def _room(work: SqlWork, said: str) -> Room:
    """The room of that id, or the only one that is written like that."""
    rooms = [room for estate in work.register.estates() for room in work.register.rooms_in(estate.id)]
    found = [room for room in rooms if said in (str(room.id), _label(room))]
    if len(found) != 1:
        known = ", ".join(f"{_label(room)} ({work.register.estate(room.estate_id).name}: {room.id})" for room in found)
        raise Refusal("deliveries-which-room" if found else "deliveries-no-room", said=said, known=known)
    return found[0]


def _label(room: Room) -> str:
    return "-".join(part for part in (room.building, room.entrance, room.room) if part)


def _story(row: Posted, *, whose: str, ahead: int, now: datetime) -> Iterator[str]:
    """What was, why it is as it is, and what comes."""
    yield say("deliveries-was-queued", **_shown(row), whose=whose)
    if row.announcement_id:
        yield say("deliveries-of-announcement", number=row.announcement_id)
    if row.subject:
        yield say("deliveries-of-card", subject=row.subject, mode=row.mode)
    if row.tries:
        yield say("deliveries-was-tried", count=row.tries)
    if row.reason:
        yield say("deliveries-last-reason", reason=row.reason)
    yield from _prospect(row, ahead=ahead, now=now)


def _prospect(row: Posted, *, ahead: int, now: datetime) -> Iterator[str]:
    """Where it stands, and what will happen by itself or can be done."""
    match row.state:
        case DeliveryState.QUEUED if row.is_held:
            yield say("deliveries-held-back")
        case DeliveryState.QUEUED if row.due_at and row.due_at > now:
            yield say("deliveries-waits-until", at=_time(row.due_at))
        case DeliveryState.QUEUED if ahead:
            yield say("deliveries-waits-behind", count=ahead)
        case DeliveryState.QUEUED:
            yield say("deliveries-waits-for-turn")
        case DeliveryState.SENDING:
            yield say("deliveries-under-way", at=_time(row.lease_until))
        case _:
            yield say(f"deliveries-is-{row.state}", at=_time(row.sent_at), number=row.id)
    if row.expires_at and row.state in (DeliveryState.QUEUED, DeliveryState.SENDING):
        yield say("deliveries-expires", at=_time(row.expires_at))


def _shown(row: Posted) -> dict[str, Any]:
    """What a line says of it."""
    return {
        "number": row.id, "lane": row.lane.name.lower(), "channel": row.channel, "chat": row.chat, "state": row.state,
        "tries": row.tries, "reason": row.reason or "–", "at": _time(row.created_at),
    }  # fmt: skip


def _plain(row: Posted) -> dict[str, Any]:
    return asdict(row) | {"lane": row.lane.name.lower()}


def _time(when: datetime | None) -> str:
    """On the clock of this machine."""
    return f"{when.astimezone():%Y-%m-%d %H:%M:%S}" if when else "–"

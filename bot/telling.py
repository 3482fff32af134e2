"""From a recorded event to the deliveries that tell of it, inside the same transaction."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import replace
from datetime import datetime

from bot import audiences, metrics
from bot.audiences import Recipient, Scene
from bot.channels.base import Outgoing
from bot.facts import facts_of
from bot.notices import NOTICES, UNTOLD, Notice
from bot.turn import DeskWork, keyed
from bot.unreached import call_them
from bot.voice import Voice
from bot.words import Words
from domain.messaging.model import Delivery, Lane, Mode
from domain.tickets.events import TicketEscalated, TicketEvent
from domain.tickets.model import Urgency
from domain.transaction import Event


class Telling:
    """Hears every event and queues what the notices say of it."""

    def __init__(self, words: Words) -> None:
        self._words = words

    def hear(self, work: DeskWork, event: Event, now: datetime) -> None:
        """Queue one delivery per notice and recipient."""
        if type(event) in UNTOLD:
            return
        scene = Scene(work, event, work.tickets.get(event.ticket_id) if isinstance(event, TicketEvent) else None)
        told = [notice for notice in NOTICES if notice.event is type(event) and notice.when(event)]
        rows = [self._delivery(notice, scene, to, now) for notice in told for to in notice.to(scene)]
        work.deliveries.add(rows)
        if any(notice.to in (audiences.reporter, audiences.owners) for notice in told):
            _miss_nobody(scene, {row.person_id for row in rows}, now)
        if isinstance(event, TicketEscalated):
            metrics.ESCALATIONS.labels(event.audience, str(event.late).lower()).inc()

    def _delivery(self, notice: Notice, scene: Scene, to: Recipient, now: datetime) -> Delivery:
        voice = Voice(self._words, to.language, now, scene.work)
        text, rows = notice.letter(voice, scene, to)
        buttons = keyed(scene.work, rows, chat=to.chat, now=now)
        message = Outgoing(
            text=text, buttons=buttons, photos=notice.photos(scene)[:10], document=notice.document(voice, scene)
        )
        if notice.mode is Mode.SEND and to.person_id is not None:  # who may have to be told by a platform's template
            message = replace(message, notice=type(scene.event).__name__, facts=facts_of(voice, scene, to.person_id))
        once = notice.once(scene.event)
        return Delivery(
            channel=to.channel, chat=to.chat, thread=to.thread, person_id=to.person_id,
            lane=_lane(notice, scene),
            mode=notice.mode, subject=f"{notice.card}:{scene.number}" if notice.card else None,
            body=message.plain(), created_at=now,
            key=f"{once}:{to.channel}:{to.chat}" if once else None,
        )  # fmt: skip


def _miss_nobody(scene: Scene, told: Set[int | None], now: datetime) -> None:
    """News for an owner who has left all our channels: staff are asked to call."""
    owner = scene.ticket.reporter_id
    addresses = scene.work.addresses.of([owner]) if owner and owner not in told else ()
    if owner and addresses and not any(one.reachable for one in addresses):
        call_them(scene.work, owner, now)


def _lane(notice: Notice, scene: Scene) -> Lane:
    """Whatever tells staff of an emergency goes before everything else."""
    return Lane.URGENT if notice.card and scene.about and scene.about.urgency is Urgency.EMERGENCY else notice.lane

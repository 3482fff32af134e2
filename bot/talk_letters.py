"""Letters of a talk between an owner and the service desk: neither side sees the other's account."""

from __future__ import annotations

from datetime import timedelta

from bot.audiences import Recipient, Scene
from bot.turn import Rows, Tap
from bot.voice import Voice
from bot.words import Said, mask_numbers
from domain.calendar import Clock
from domain.register.model import Flag
from domain.tickets.events import RelayedToOwner, RelayedToStaff, TalkBegun
from domain.tickets.model import Ticket


def receipt(voice: Voice, scene: Scene) -> tuple[str, Rows]:
    """The owner's: whom they are talking with now, and when there will be an answer; the elderly may rather call."""
    ticket = scene.ticket
    text = voice.say("talk-receipt", number=ticket.number, promise=_promise(voice, ticket))
    owner = scene.work.register.person(ticket.reporter_id) if ticket.reporter_id else None
    phone = owner and Flag.ELDERLY in owner.flags and _phone(scene, voice.language)
    return "\n".join([text, *([voice.say("talk-phone", phone=phone)] if phone else [])]), _end_row(voice, ticket)


def transcript(voice: Voice, scene: Scene, _to: Recipient) -> tuple[str, Rows]:
    """For the group: what the owner wrote before they were handed to people."""
    event = scene.event
    assert isinstance(event, TalkBegun)
    lines = [voice.say("talk-said-before", words=mask_numbers(one)) for one in event.said]
    return "\n".join([voice.say("talk-transcript", number=scene.ticket.number), *lines]), ()


def from_owner(voice: Voice, scene: Scene, to: Recipient) -> tuple[str, Rows]:
    """For staff: under the ticket's number, without a name; in a group, numbers are masked."""
    event = scene.event
    assert isinstance(event, RelayedToStaff)
    words = event.words if to.person_id else mask_numbers(event.words)
    return voice.say("talk-from-owner", number=scene.ticket.number, words=words or "📷"), ()


def from_desk(voice: Voice, scene: Scene, _to: Recipient) -> tuple[str, Rows]:
    """For the owner: as from the estate, whoever wrote it."""
    event = scene.event
    assert isinstance(event, RelayedToOwner)
    return voice.say("talk-from-desk", desk=voice.say("desk-name"), words=event.words or "📷"), ()


def from_colleague(voice: Voice, scene: Scene, _to: Recipient) -> tuple[str, Rows]:
    """For whoever has it in hand: somebody else answered."""
    event = scene.event
    assert isinstance(event, RelayedToOwner)
    name = voice.name(event.by)
    return voice.say("talk-from-colleague", number=scene.ticket.number, name=name, words=event.words or "📷"), ()


def nobody_yet(voice: Voice, scene: Scene, _to: Recipient) -> tuple[str, Rows]:
    """Nobody has taken it: when there will be an answer."""
    promise = _promise(voice, scene.ticket)
    return voice.say("talk-nobody-yet", number=scene.ticket.number, promise=promise), _end_row(voice, scene.ticket)


def _phone(scene: Scene, language: str) -> str | None:
    """The desk's own number, where the estate has told us."""
    return scene.work.knowledge.values(scene.ticket.estate_id, language).get("office_phone")


def _promise(voice: Voice, ticket: Ticket) -> Said:
    """Until when, and from when on anybody is there at all."""
    opens = voice.work.register.calendar(ticket.estate_id).add(voice.now, timedelta(), Clock.OFFICE)
    time = voice.soon(ticket.respond_by, ticket.estate_id)
    if opens <= voice.now:
        return voice.say("promise-answer", time=time)
    return voice.say("talk-closed-now", opens=voice.soon(opens, ticket.estate_id), time=time)


def _end_row(voice: Voice, ticket: Ticket) -> Rows:
    return [[Tap(voice.say("button-end-talk"), "end", {"ticket": ticket.id})]]

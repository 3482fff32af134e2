"""What is said of an emergency beyond other tickets: its receipt, who called, and how it is called off."""

from __future__ import annotations

from collections.abc import Callable

from bot.audiences import Recipient, Scene
from bot.turn import Rows, Tap
from bot.voice import Voice
from bot.words import Said, mask_numbers
from domain.tickets.events import CallReceived
from domain.tickets.incidents import RUNNING
from domain.tickets.model import Ticket

SHOWN = 8  # callers on a card


def about(key: str) -> Callable[[Voice, Scene, Recipient], tuple[str, Rows]]:
    """One sentence about an emergency; *name* is whoever did it."""

    def letter(voice: Voice, scene: Scene, _to: Recipient) -> tuple[str, Rows]:
        ticket = scene.ticket
        who = voice.name(scene.event.by) if scene.work.register.staff(scene.event.by or 0) else voice.say("a-caller")
        what = voice.say(f"category-{ticket.category}")
        return voice.say(key, number=ticket.number, place=voice.place(ticket), what=what, name=who), ()

    return letter


def call_received(voice: Voice, scene: Scene, _to: Recipient) -> tuple[str, Rows]:
    """Who is on the way hears what else is said about it."""
    event, ticket = scene.event, scene.ticket
    assert isinstance(event, CallReceived)
    key = "call-repeated-repairer" if event.again else "call-received-repairer"
    return voice.say(key, number=ticket.number, words=event.words), ()


def receipt(voice: Voice, ticket: Ticket) -> tuple[str, Rows]:
    """Help is called: the number, and where it goes to."""
    text = voice.say("alarm-receipt", number=ticket.number, place=voice.place(ticket))
    return text, next_steps(voice, ticket, located=ticket.is_known)


def next_steps(voice: Voice, ticket: Ticket, *, located: bool) -> Rows:
    """What a caller can do while help is coming."""
    taps = [Tap(voice.say("button-add-details"), "add_details", {"ticket": ticket.id})]
    if located:
        taps.append(Tap(voice.say("button-other-place"), "locate", {"ticket": ticket.id}))
    return [taps, *calling_off(voice, ticket)]


def calling_off(voice: Voice, ticket: Ticket) -> Rows:
    """The button for a false alarm, as long as it is one that anybody may be running for."""
    if ticket.hazard is None or ticket.status not in RUNNING:
        return []
    return [[Tap(voice.say("action-call_off"), "call_off", {"ticket": ticket.id})]]


def callers(voice: Voice, ticket: Ticket, *, public: bool = False) -> list[Said]:
    """How many have called, and where the others are; numbers in their words are masked in *public*."""
    calls = voice.work.calls.about(ticket.id) if ticket.hazard else ()
    if len(calls) < 2:
        return []
    lines = [voice.say("card-callers", count=len(calls))]
    for call in calls[1 : SHOWN + 1]:
        place = voice.say("caller-withdrew", place=voice.place(call)) if call.withdrawn else voice.place(call)
        lines.append(voice.say("card-caller", place=place, words=mask_numbers(call.words) if public else call.words))
    return lines


def stranger(voice: Voice, ticket: Ticket) -> Said:
    """Who called, where nobody knows them."""
    calls = voice.work.calls.about(ticket.id)
    return voice.say("card-stranger", name=calls[0].name if calls else "")

"""Who hears of somebody at a room's code, and what they read."""

from __future__ import annotations

from collections.abc import Sequence

from bot.audiences import Recipient, Scene, people
from bot.turn import Rows, Tap
from bot.voice import Voice
from bot.words import Said, mask
from domain.register.doors import KEEPERS
from domain.register.events import KnockAdmitted, KnockReceived, KnockTurnedAway, KnockWaits
from domain.register.model import GroupKind, Knock, KnockState, Role, Room
from domain.tickets.eligibility import superiors
from domain.tickets.policy import Audience


def keepers(scene: Scene) -> list[Recipient]:
    """The service desk: its groups; where there is none, who may decide, the service people first."""
    _, room = _knock(scene)
    groups = scene.work.addresses.groups(room.estate_id, GroupKind.STAFF)
    desk = [one for one in groups if one.category is None] or groups
    if desk:
        return [Recipient(one.channel, one.chat, one.language, one.thread) for one in desk]
    for roles in ((Role.CUSTOMER_SERVICE,), KEEPERS):
        if able := people(scene, [one.id for one in scene.work.register.staff_of(room.estate_id, *roles)]):
            return able
    return []


def managers(scene: Scene) -> list[Recipient]:
    """Who answers for the desk that does not answer: the nearest level that can be reached, else their group."""
    _, room = _knock(scene)
    able = people(scene, [one.id for one in superiors(scene.work, room.estate_id, Audience.DUTY_MANAGER)])
    groups = scene.work.addresses.groups(room.estate_id, GroupKind.MANAGERS)
    return able or [Recipient(one.channel, one.chat, one.language, one.thread) for one in groups]


def knocker(scene: Scene) -> list[Recipient]:
    """The chat that knocked."""
    asked, _ = _knock(scene)
    return [Recipient(asked.channel, asked.chat, asked.language, person_id=asked.person_id)]


def card(voice: Voice, scene: Scene, _to: Recipient) -> tuple[str, Rows]:
    """For the desk: the room and a masked number; names are for the private chat of whoever decides."""
    asked, room = _knock(scene)
    facts = voice.say("knock-card", room=voice.room(room), phone=mask(asked.phone))
    if asked.state is not KnockState.WAITING:
        key = "knock-admitted" if asked.state is KnockState.ADMITTED else "knock-turned-away"
        return f"{facts}\n{voice.say(key, name=voice.name(asked.answered_by))}", ()
    lines = [facts, _on_file(voice, scene, asked), voice.say("knock-waits")]
    return "\n".join(lines), [[Tap(voice.say("button-check-knock"), "check_knock", {"knock": asked.id})]]


def welcome(voice: Voice, scene: Scene, _to: Recipient) -> tuple[str, Rows]:
    """For whoever knocked: they are known now."""
    asked, _ = _knock(scene)
    assert asked.person_id is not None
    rooms: Sequence[Room] = scene.work.register.rooms_of(asked.person_id)
    named = Said(voice.say("comma").join(voice.room(room) for room in rooms))
    taps = [Tap(voice.say("button-report"), "report", {}), Tap(voice.say("button-mine"), "mytickets", {})]
    return voice.say("welcome", name=voice.name(asked.person_id), rooms=named), [taps]


def patience(voice: Voice, _scene: Scene, _to: Recipient) -> tuple[str, Rows]:
    """For whoever knocked: they are not forgotten."""
    return voice.say("door-still-asked"), ()


def sorry(voice: Voice, _scene: Scene, _to: Recipient) -> tuple[str, Rows]:
    """For whoever knocked: the desk does not know them."""
    return voice.say("door-turned-away"), ()


def _on_file(voice: Voice, scene: Scene, asked: Knock) -> str:
    """What the number itself says."""
    if any(one.phone == asked.phone for one in scene.work.doors.occupants(asked.room_id)):
        return voice.say("knock-number-of-room")
    known = scene.work.register.people_by_phone(asked.phone)
    return voice.say("knock-number-elsewhere" if known else "knock-number-unknown")


def _knock(scene: Scene) -> tuple[Knock, Room]:
    event = scene.event
    assert isinstance(event, KnockReceived | KnockWaits | KnockAdmitted | KnockTurnedAway)
    asked = scene.work.doors.knocked(event.knock_id)
    room = scene.work.register.room(asked.room_id) if asked else None
    assert asked is not None
    assert room is not None
    return asked, room

"""Staff hear of messages that did not get through: to whom it is told, and in which words."""

from __future__ import annotations

from bot.audiences import Recipient, Scene, people
from bot.turn import Rows
from bot.voice import Voice
from domain.messaging.events import DeliveryFailed, PersonUnreached
from domain.register.model import GroupKind
from domain.tickets.eligibility import superiors
from domain.tickets.policy import Audience


def staff(scene: Scene) -> list[Recipient]:
    """The estate's staff groups, else its managers."""
    return _staff_groups(scene) or _managers(scene)


def managers(scene: Scene) -> list[Recipient]:
    """The estate's managers, else its staff groups."""
    return _managers(scene) or _staff_groups(scene)


def _staff_groups(scene: Scene) -> list[Recipient]:
    """Those for one trade only where there is no other."""
    groups = scene.work.addresses.groups(_estate(scene), GroupKind.STAFF)
    general = [group for group in groups if group.category is None] or groups
    return [Recipient(group.channel, group.chat, group.language, group.thread) for group in general]


def _managers(scene: Scene) -> list[Recipient]:
    """Those who can be reached, else their group."""
    holders = superiors(scene.work, _estate(scene), Audience.MANAGER)
    groups = scene.work.addresses.groups(_estate(scene), GroupKind.MANAGERS)
    reached = people(scene, [one.id for one in holders])
    return reached or [Recipient(group.channel, group.chat, group.language, group.thread) for group in groups]


def please_call(voice: Voice, scene: Scene, _to: Recipient) -> tuple[str, Rows]:
    """Which room to telephone."""
    assert isinstance(scene.event, PersonUnreached)
    room = scene.work.register.room(scene.event.room_id)
    return voice.say("person-unreached", room=voice.room(room) if room else ""), ()


def did_not_arrive(voice: Voice, scene: Scene, _to: Recipient) -> tuple[str, Rows]:
    """Who did not get something, and under which number the operator finds it."""
    event = scene.event
    assert isinstance(event, DeliveryFailed)
    person = scene.work.register.person(event.person_id) if event.person_id else None
    if person is None:
        return voice.say("delivery-failed", number=event.delivery_id), ()
    return voice.say("delivery-failed-person", name=person.name, number=event.delivery_id), ()


def once_a_day(event: PersonUnreached) -> str:
    """One notice for a person."""
    return f"unreached:{event.person_id}:{event.day}"


def once_an_hour(event: DeliveryFailed) -> str:
    """One notice for a reason."""
    return f"undelivered:{event.estate_id}:{event.hour}:{event.reason[:40]}"


def _estate(scene: Scene) -> int:
    assert isinstance(scene.event, PersonUnreached | DeliveryFailed)
    return scene.event.estate_id

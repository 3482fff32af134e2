"""Somebody scanned the code at a room's door: it names the room; who they are, their phone or the staff say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot.conversation import Answers, Intent, Step
from bot.dialog import start
from bot.intents.acquaintance import bind_one_of, menu, number_of
from bot.intents.words import words_step
from bot.turn import Rows, Tap, Turn
from bot.understanding.phones import read_phone
from domain.messaging.model import Conversation
from domain.register import doors
from domain.register.model import Knock, Person, Room
from domain.register.phones import normalise

NAME_MAX = 40


def _scan(turn: Turn, answers: Answers) -> None:
    """A stranger is asked who they are; somebody we know is told where they are."""
    incoming = turn.incoming
    assert incoming.sender is not None
    room = doors.arrive(
        work=turn.work, code=answers["code"], channel=incoming.channel, user=incoming.sender.user, now=turn.now
    )
    if turn.person is None:
        start(turn, turn.intents["doorstep"], {"room": room.id})
    elif room.id in {one.id for one in turn.rooms}:
        turn.answer(turn.text("door-at-home", room=turn.voice.room(room)), menu(turn))
    elif turn.staff:
        turn.answer(turn.text("door-at", room=turn.voice.room(room)), menu(turn))
    else:
        _not_yours(turn, room)


def _not_yours(turn: Turn, room: Room) -> None:
    rows = [[Tap(turn.text("button-i-live-here"), "doorstep", {"room": room.id, "phone": "", "name": ""})]]
    turn.answer(turn.text("door-not-yours", room=turn.voice.room(room)), rows)


def _ask_phone(turn: Turn, answers: Answers) -> tuple[str, Rows]:
    room = turn.voice.room(_room(turn, answers))
    return turn.text("ask-door-phone", room=room), [[Tap(turn.text("button-share-phone"), ask="contact")]]


def _read_phone(turn: Turn, _answers: Answers) -> Mapping[str, Any] | None:
    """A number that was typed is what they say; one that was shared is their own."""
    contact = turn.incoming.contact
    if contact and not contact.own:
        turn.preface = turn.text("contact-not-own")
        return None
    if contact:
        number = number_of(contact)
    else:
        typed = read_phone(turn.incoming.text)
        ways = (turn.incoming.text, typed.digits, f"+{typed.digits}") if typed else (turn.incoming.text,)
        number = next(filter(None, map(normalise, ways)), None)
    return {"phone": number, "proven": contact is not None} if number else None


def _is_nameless(turn: Turn, answers: Answers) -> bool:
    """Who has typed a number is always asked: else it would show whose numbers live behind the door."""
    return not (answers["proven"] and turn.work.register.people_by_phone(answers["phone"]))


def _act(turn: Turn, answers: Answers) -> None:
    """Whoever proved their number is who they are; all others staff are asked about."""
    room = _room(turn, answers)
    if turn.person is None and answers.get("proven"):
        found = turn.work.register.people_by_phone(answers["phone"])
        living = {one.id for one in turn.work.doors.occupants(room.id)}
        if found:
            _bind(turn, [one for one in found if one.id in living] or found, room)
            return
    _knock(turn, answers, room)
    turn.answer(turn.text("door-asked", room=turn.voice.room(room)))


def _bind(turn: Turn, found: Sequence[Person], room: Room) -> None:
    bind_one_of(turn, found)
    if turn.person is not None:  # else they choose first who they are
        turn.conversation = Conversation(owner=f"person:{turn.me}")
        if room.id not in {one.id for one in turn.rooms}:
            _not_yours(turn, room)


def _knock(turn: Turn, answers: Answers, room: Room) -> None:
    incoming, person = turn.incoming, turn.person
    assert incoming.sender is not None
    name = person.name if person else answers["name"]
    asked = Knock(
        room_id=room.id, channel=incoming.channel, user=incoming.sender.user, chat=incoming.chat,
        phone=person.phone if person else answers["phone"], name=name[:NAME_MAX], language=turn.language,
        asked_at=turn.now, person_id=person.id if person else None,
    )  # fmt: skip
    doors.knock(work=turn.work, asked=asked)


def _room(turn: Turn, answers: Answers) -> Room:
    room = turn.work.register.room(answers["room"])
    assert room is not None
    return room


SCAN = Intent("scan", _scan, bound=False, private=True)
DOORSTEP = Intent(
    "doorstep",
    _act,
    (
        Step("phone", _ask_phone, _read_phone),
        replace(words_step("name", "ask-door-name"), needed=_is_nameless),
    ),
    bound=False,
    private=True,
)

"""The desk says who somebody at a room's code is."""

from __future__ import annotations

from bot.conversation import Answers, Intent
from bot.turn import Rows, Tap, Turn
from domain.register import doors
from domain.register.model import Knock, Relation, Room

MOVING_IN = {Relation.TENANT: "button-knock-tenant", Relation.FAMILY: "button-knock-family"}
SHOWN = 8  # people of one room


def _check(turn: Turn, answers: Answers) -> None:
    """Name and number, in private, and everybody whom it may be."""
    asked = doors.look(work=turn.work, knock_id=answers["knock"], by=turn.me, now=turn.now)
    if not turn.incoming.private:  # not before: who may not look is told so where they pressed
        turn.toast(turn.text("go-on-in-private"))
        turn.step_aside()
    key = "knock-check-known" if asked.person_id else "knock-check"
    room = turn.voice.room(_room(turn, asked))
    turn.answer(turn.text(key, room=room, name=asked.name, phone=asked.phone), _choices(turn, asked))


def _choices(turn: Turn, asked: Knock) -> Rows:
    """Whoever proved who they are can only be added to the room."""
    living = [] if asked.person_id else doors.candidates(turn.work, asked)[:SHOWN]
    them = [
        [Tap(turn.text("button-knock-is", name=one.name), "admit", {"knock": asked.id, "person": one.id})]
        for one in living
    ]
    new = [
        Tap(turn.text(key), "admit", {"knock": asked.id, "relation": relation}) for relation, key in MOVING_IN.items()
    ]
    return [*them, new, [Tap(turn.text("button-knock-unknown"), "turn_away", {"knock": asked.id})]]


def _admit(turn: Turn, answers: Answers) -> None:
    asked, person = doors.admit(
        work=turn.work, knock_id=answers["knock"], by=turn.me, now=turn.now, person_id=answers.get("person"),
        relation=Relation(answers.get("relation", Relation.TENANT)),
    )  # fmt: skip
    turn.answer(turn.text("knock-admitted-answer", name=person.name, room=turn.voice.room(_room(turn, asked))))


def _turn_away(turn: Turn, answers: Answers) -> None:
    asked = doors.turn_away(work=turn.work, knock_id=answers["knock"], by=turn.me, now=turn.now)
    turn.answer(turn.text("knock-turned-away-answer", room=turn.voice.room(_room(turn, asked))))


def _room(turn: Turn, asked: Knock) -> Room:
    room = turn.work.register.room(asked.room_id)
    assert room is not None
    return room


CHECK_KNOCK = Intent("check_knock", _check, staff=True)
ADMIT = Intent("admit", _admit, staff=True, private=True)
TURN_AWAY = Intent("turn_away", _turn_away, staff=True, private=True)

"""What we cannot answer ourselves goes to a person at the service desk, as a ticket, if they want it to."""

from __future__ import annotations

from bot.conversation import Answers, Intent
from bot.dialog import start
from bot.intents.reported import first_answers
from bot.intents.talk import go_on, open_talk
from bot.turn import Tap, Turn


def _offer(turn: Turn, _answers: Answers) -> None:
    """Not ours to answer: a repair after all, or a person? Perhaps it belongs to what they asked before."""
    if ticket := open_talk(turn):
        start(turn, turn.intents["ask_whether_new"], {"ticket": ticket.id})
        return
    if turn.staff and not turn.rooms:  # staff are the desk
        turn.preface = turn.text("not-understood")
        start(turn, turn.intents["help"], {})
        return
    answers = first_answers(turn, turn.understood)
    rows = [
        [Tap(turn.text("button-pass-on-to-desk"), "to_desk", {"report": answers})],
        [Tap(turn.text("button-report"), "report", {})],
    ]
    turn.answer(turn.text("offer-desk"), rows)


def _to_desk(turn: Turn, answers: Answers) -> None:
    start(turn, turn.intents["report"], {**answers["report"], "confirm": True, "kind": "question"})


def _person(turn: Turn, _answers: Answers) -> None:
    """A person, please: what was said so far goes along."""
    so_far = turn.conversation.answers
    known = {name: so_far[name] for name in ("place", "photos") if name in so_far}
    if known.get("place", {}).get("public"):  # somewhere in public: who wants a person is not asked where
        del known["place"]
    if ticket := open_talk(turn):
        go_on(turn, ticket, so_far)
        return
    said = so_far.get("words") or turn.incoming.text or turn.text("wants-person")
    turn.forget()
    start(turn, turn.intents["report"], {**first_answers(turn, None), "words": said, **_for_desk(turn), **known})


def _for_desk(turn: Turn) -> dict[str, object]:
    place = {"room": turn.rooms[0].id} if turn.rooms else {"area": turn.text("no-place")}
    return {"kind": "question", "category": "property_service", "place": place, "visit": "", "confirm": True}


PASS_TO_DESK = Intent("pass_to_desk", _offer)
TO_DESK = Intent("to_desk", _to_desk, private=True)
PERSON = Intent("person", _person, private=True)

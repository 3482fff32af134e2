"""An emergency: advice first, then help is called with whatever is known, in the middle of anything."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot import cards
from bot.alarms import next_steps
from bot.conversation import Answers, Intent, Step
from bot.dialog import close_card, start
from bot.intents.calling import caller_of, spot_of
from bot.intents.false_alarm import is_detail, stay_tuned
from bot.intents.locate import where
from bot.intents.reported import WORDS_MAX, advise, estates_of, first_answers, joined, settle, slots
from bot.intents.two_matters import also_of
from bot.turn import Rows, Tap, Turn
from bot.understanding import Understood
from bot.understanding.rules import matters_of
from domain.messaging.model import Lane
from domain.tickets import incidents
from domain.tickets.incidents import Outcome
from domain.tickets.model import HAZARDS, Category, Hazard, Kind, Report, Spot, Ticket, Urgency

SURE = 7.0  # how strongly the words must speak of danger before we break into a group's talk
SOUNDS_SURE = 0.9  # ... and how likely it must be where they do not name it
SHORT = 100  # characters: who is in danger does not write more
CHOICES = 8
ABOUT_IT = frozenset({"emergency", "locate", "add_details"})


def is_alarm(turn: Turn) -> bool:
    """Do these words call for help? Not where they say where it is, nor where staff speak of the work in hand."""
    wish, conversation = turn.understood, turn.conversation
    if wish is None or wish.hazard is None:
        return False
    known = conversation.answers
    if not wish.is_named and (is_detail(turn) or (conversation.intent in ABOUT_IT and _runs(turn, known))):
        return False  # what merely sounds like danger is more about the one that they have just told
    if conversation.intent == "locate" and known["hazard"] == wish.hazard and where(turn, known):
        return False
    if conversation.intent == "add_details" and known["hazard"] == wish.hazard:
        return False
    if conversation.intent is None or not turn.intents[conversation.intent].staff or "ticket" not in known:
        return True
    ticket = turn.work.tickets.get(known["ticket"])
    return ticket is None or ticket.category != wish.category


def is_certain(wish: Understood) -> bool:
    """Is it beyond doubt that somebody is in danger right now? A group is full of questions and stories."""
    if wish.hazard is None or len(wish.text) > SHORT or "?" in wish.text:
        return False
    strength = max((one.weight for one in wish.matches if one.kind == "urgency"), default=0.0)
    return (wish.is_named and strength >= SURE) or wish.danger >= SOUNDS_SURE


def _runs(turn: Turn, known: Answers) -> bool:
    """Is the emergency still open that they are asked about, or is it only about to be opened?"""
    ticket = turn.work.tickets.get(known["ticket"]) if "ticket" in known else None
    return ticket is None or ticket.status in incidents.RUNNING


def alarm_in_group(turn: Turn) -> None:
    """Danger is named in an owners' group: the advice for all to see, help for the group's estate, the rest in private.

    What becomes of it is nobody else's affair: of the ticket the group hears nothing.
    """
    group, wish = turn.group, turn.understood
    assert group is not None
    assert wish is not None
    turn.language = wish.language or (turn.person.language if turn.person else None) or group.language
    answers = {**first_answers(turn, wish), "estate": group.estate_id}
    report = _report(turn, answers, group.estate_id)
    ticket, outcome = incidents.raise_alarm(work=turn.work, report=report, caller=caller_of(turn), now=turn.now)
    link = turn.deep_link(turn.incoming.channel, "hello")
    rows = [[Tap(turn.text("button-private-chat"), url=link)]] if link else []
    text = turn.text("alarm-in-group", advice=turn.text(f"advice-{wish.hazard}"))
    turn.answer(text, rows, lane=Lane.URGENT, once=f"advice:{ticket.id}:{turn.language}")
    if turn.person:
        turn.step_aside()
        _go_on(turn, ticket, outcome, answers)
    elif not report.is_known:  # asked as soon as they come to our private chat
        answers = {"draft": secrets.token_urlsafe(6), "asked": [], "language": turn.language}
        answers |= {"ticket": ticket.id, "hazard": wish.hazard}
        turn.remember(intent="locate", step="place", answers=answers, misses=0)


def _alarm(turn: Turn, _answers: Answers) -> None:
    """Danger is named: half a report of the same matter becomes the emergency; anything else waits until later."""
    assert turn.understood is not None
    turn.preface = ""
    found = slots(turn.understood)
    advise(turn, found)
    open_one = turn.conversation
    known = open_one.answers
    new = first_answers(turn, turn.understood)
    same_question = open_one.intent == "locate" and known["hazard"] == found["hazard"]
    about = {None, found.get("category"), *matters_of(found["hazard"])}
    same_matter = open_one.intent == "report" and known.get("category") in about
    if same_matter:
        close_card(turn, turn.intents["report"], known, turn.text("card-dropped"))
        told = {name: known[name] for name in ("place", "spot", "contact", "photos", "words") if name in known}
        new = settle(turn, {**new, **told, **found, **(joined(told, new) if "words" in told else {})})
    if same_matter or same_question:
        turn.forget()
        new |= _left_over(turn, known)
    start(turn, EMERGENCY, {**new, "language": turn.language})


def _left_over(turn: Turn, known: Answers) -> dict[str, Any]:
    """What is taken up again when help is called: the draft's second matter, and what had been put aside before."""
    before = {"aside": known["aside"]} if "aside" in known else {}
    if not known.get("also"):
        return before
    second = {"draft": secrets.token_urlsafe(6), **also_of(turn, known), **before}
    return {"aside": {"intent": "report", "step": None, "answers": second}}


def _estate(turn: Turn, answers: Answers) -> int | None:
    """Whose staff are called; None where it could be any of several estates."""
    chosen = answers.get("estate")
    if isinstance(chosen, int):
        return chosen
    place = chosen or answers.get("place") or {}
    room = turn.work.register.room(place["room"]) if "room" in place else None
    estates = estates_of(turn)
    return room.estate_id if room else estates[0] if len(estates) == 1 else _called_before(turn)


def _called_before(turn: Turn) -> int | None:
    """The estate that they have just called about."""
    calls = incidents.recent_calls(work=turn.work, caller=caller_of(turn), now=turn.now)
    ticket = turn.work.tickets.get(calls[0].ticket_id) if calls else None
    return ticket.estate_id if ticket else None


def _ask_estate(turn: Turn, answers: Answers) -> tuple[str, Rows]:
    """One tap, and help is called: an own flat, or an estate."""

    def tap(label: str, value: Any) -> list[Tap]:
        return [Tap(label, "answer", {"step": "estate", "value": value, "draft": answers["draft"]})]

    rooms = [tap(turn.voice.room(room), {"room": room.id, "chosen": True}) for room in turn.rooms[:CHOICES]]
    estates = [tap(turn.work.register.estate(one).name, one) for one in estates_of(turn)]
    return turn.text("ask-estate-alarm"), [*rooms, *estates]


def _read_estate(turn: Turn, answers: Answers) -> Mapping[str, Any] | None:
    found = slots(turn.understood) if turn.understood else {}
    found = {name: found[name] for name in ("place", "spot") if name in found}
    if "room" in found.get("place", {}):
        return found
    said = turn.incoming.text.strip()  # whatever it is, it may be worth knowing
    named = [one for one in estates_of(turn) if said and turn.work.register.estate(one).name in said]
    named = named or [one for one in estates_of(turn) if said and said in turn.work.register.estate(one).name]
    if len(named) == 1:
        return {"estate": named[0], **found}
    told = bool(said) and turn.understood is not None and not turn.understood.control
    return {**found, "words": f"{answers['words']}\n{said}"[:WORDS_MAX]} if told else None


def _report(turn: Turn, answers: Answers, estate_id: int) -> Report:
    """What is known; of a flat in another estate it cannot be assumed that it is there."""
    hazard, spot = Hazard(answers["hazard"]), spot_of(turn, answers)
    if hazard is Hazard.LIFT_TRAPPED and spot.place and not spot.building:  # "in the lift": which one?
        spot = spot_of(turn, {"place": {"room": turn.rooms[0].id}}) if len(turn.rooms) == 1 else Spot()
    room = turn.work.register.room(spot.room_id) if spot.room_id else None
    if room and room.estate_id != estate_id:
        spot = replace(spot, room_id=None, place="", building="")
    return Report(
        **spot.spot(), estate_id=estate_id, reporter_id=turn.person.id if turn.person else None, kind=Kind.REPAIR,
        category=Category(answers.get("category", HAZARDS[hazard])), urgency=Urgency.EMERGENCY, hazard=hazard,
        words=answers.get("words", "")[:WORDS_MAX], contact=answers.get("contact", ""),
        photos=tuple(answers["photos"]),
    )  # fmt: skip


def _act(turn: Turn, answers: Answers) -> None:
    """Call for help now; only then, ask where it is."""
    estate_id = _estate(turn, answers)
    assert estate_id is not None
    place = {"place": answers["estate"]} if isinstance(answers.get("estate"), Mapping) else {}
    report = _report(turn, {**answers, **place}, estate_id)
    ticket, outcome = incidents.raise_alarm(work=turn.work, report=report, caller=caller_of(turn), now=turn.now)
    _go_on(turn, ticket, outcome, answers)


def _go_on(turn: Turn, ticket: Ticket, outcome: Outcome, answers: Answers) -> None:
    """Whoever was not the first hears that help is on the way; whoever has not said where they are is asked."""
    mine = incidents.find_caller(turn.work.calls.about(ticket.id), caller_of(turn))
    located = mine is not None and mine.is_known
    if outcome is not Outcome.OPENED:
        status = cards.status(turn.voice, ticket)
        key = "alarm-joined" if outcome is Outcome.JOINED else "alarm-repeated"
        rows = next_steps(turn.voice, ticket, located=located)
        turn.answer(turn.text(key, number=ticket.number, status=status), rows)
    if located and turn.person is None:
        turn.answer(turn.text("ask-who-alarm"), [[Tap(turn.text("button-share-phone"), ask="contact")]])
    if located and turn.person:
        stay_tuned(turn, ticket)
    if not located:
        spot = {"spot": answers["spot"]} if "spot" in answers else {}
        start(turn, turn.intents["locate"], {"ticket": ticket.id, "language": turn.language, **spot})


ALARM = Intent("alarm", _alarm, private=True, bound=False)
EMERGENCY = Intent(
    "emergency",
    _act,
    (Step("estate", _ask_estate, _read_estate, lambda turn, answers: _estate(turn, answers) is None),),
    bound=False,
    private=True,
    interrupts=True,
)

"""Where is it? The only question of an emergency, answered by a word, a tap or a shared location."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot import cards
from bot.alarms import next_steps
from bot.conversation import Answers, Intent, Nudge, Step
from bot.dialog import advance
from bot.intents.aside import QUESTIONS, SMALL_TALK, overhear
from bot.intents.calling import PLACE_MAX, caller_of, named_building, spot_of
from bot.intents.false_alarm import stay_tuned
from bot.intents.reported import slots
from bot.turn import Rows, Tap, Turn
from domain.errors import Refusal
from domain.tickets import incidents
from domain.tickets.model import Category, Hazard

AREAS = ("area-lift", "area-stairs", "area-garage", "area-lobby", "area-garden")
ROOMS, BUILDINGS = 6, 18  # buttons
SHORT = 40  # characters that are a place rather than a story


def _begin(turn: Turn, answers: Answers) -> Answers:
    ticket = incidents.called_about(work=turn.work, ticket_id=answers["ticket"], caller=caller_of(turn))
    return {**answers, "hazard": ticket.hazard}


def _ask(turn: Turn, answers: Answers) -> tuple[str, Rows]:
    """Own rooms, public areas, the location; whom we do not know may say who they are, too."""

    def tap(label: str, value: Any) -> Tap:
        return Tap(label, "answer", {"step": "place", "value": value, "draft": answers["draft"]})

    rooms = [[tap(label, value)] for label, value in _rooms(turn).items()]
    areas = [tap(label, {"area": label}) for label in _areas(turn, answers)]
    rows = [*rooms, *(areas[at : at + 3] for at in range(0, len(areas), 3))]
    rows.append([Tap(turn.text("button-share-location"), ask="location")])
    if turn.person:
        return turn.text("ask-where"), rows
    return turn.text("ask-where-stranger"), [*rows, [Tap(turn.text("button-share-phone"), ask="contact")]]


def _rooms(turn: Turn) -> Mapping[str, Mapping[str, Any]]:
    return {turn.voice.room(room): {"room": room.id, "chosen": True} for room in turn.rooms[:ROOMS]}


def _areas(turn: Turn, answers: Answers) -> Sequence[str]:
    """Public areas to tap; somebody in a lift knows that much, and is asked which building it is."""
    if answers["hazard"] != Hazard.LIFT_TRAPPED:
        return [turn.text(one) for one in AREAS]
    ticket = turn.work.tickets.get(answers["ticket"])
    buildings = {one.building for one in turn.work.register.rooms_in(ticket.estate_id)} if ticket else set()
    named = sorted(buildings, key=lambda one: (not one.isdecimal(), one.zfill(4)))
    return [turn.text("building-label", building=one) for one in named] if len(named) <= BUILDINGS else []


def where(turn: Turn, answers: Answers) -> Mapping[str, Any] | None:
    """The place that the words name. That somebody trapped in a lift is in the lift is none."""
    found, said = slots(turn.understood) if turn.understood else {}, turn.incoming.text.strip()
    if "room" in found.get("place", {}):
        return {name: found[name] for name in ("place", "spot") if name in found}
    building = named_building(said)
    if building or ("place" in found and answers["hazard"] != Hazard.LIFT_TRAPPED):
        area = said if len(said) <= SHORT or "place" not in found else found["place"]["area"]
        return {"place": {"area": area[:PLACE_MAX]}}
    return None


def _read(turn: Turn, answers: Answers) -> Mapping[str, Any] | None:
    """A place, or any words that are not something else: whoever comes will understand them."""
    understood, said = turn.understood, turn.incoming.text.strip()
    if chosen := _rooms(turn).get(said):  # a keyboard that asks for the location types its labels
        return {"place": chosen}
    if understood is None or not said:
        return None
    if found := where(turn, answers):
        return found
    about_it = understood.hazard or understood.category not in ("none", Category.OTHER)
    if understood.control or understood.intent in SMALL_TALK | QUESTIONS or about_it:
        return None
    return {"place": {"area": said[:PLACE_MAX]}}


def _overhear(turn: Turn, answers: Answers) -> Answers | None:
    """More about the emergency is passed on; a question of theirs is answered. Where it is, is asked again."""
    understood, said = turn.understood, turn.incoming.text.strip()
    if understood is None or understood.control or not said:
        return None
    if understood.intent in SMALL_TALK | QUESTIONS:
        return overhear(turn, answers) if turn.person else None
    ticket = incidents.add_details(
        work=turn.work, ticket_id=answers["ticket"], words=said, photos=turn.photos, caller=caller_of(turn),
        now=turn.now,
    )  # fmt: skip
    turn.preface = turn.text("alarm-repeated", number=ticket.number, status=cards.status(turn.voice, ticket))
    return answers


def _act(turn: Turn, answers: Answers) -> None:
    spot = spot_of(turn, answers)
    ticket = incidents.locate(
        work=turn.work, ticket_id=answers["ticket"], spot=spot, caller=caller_of(turn), now=turn.now
    )
    text = turn.text("located-thanks", place=turn.voice.place(spot), number=ticket.number)
    turn.answer(text, next_steps(turn.voice, ticket, located=True))
    stay_tuned(turn, ticket)


def _share(turn: Turn, _answers: Answers) -> None:
    """A shared location is that of the emergency its sender has called about.

    :raises Refusal: there is none
    """
    place = {"location": list(turn.incoming.location or ())}
    if turn.conversation.intent == LOCATE.name:
        advance(turn, LOCATE, {**turn.conversation.answers, "place": place})
        return
    calls = incidents.recent_calls(work=turn.work, caller=caller_of(turn), now=turn.now)
    if not calls:
        raise Refusal("cannot-read-location")
    _act(turn, {"ticket": calls[0].ticket_id, "place": place})


LOCATE = Intent(
    "locate",
    _act,
    (Step("place", _ask, _read, nudge=lambda _answers: Nudge.EMERGENCY),),
    bound=False,
    private=True,
    interrupts=True,
    begin=_begin,
    overhear=_overhear,
)
SHARE_LOCATION = Intent("share_location", _share, bound=False)

"""Where is it? The only question of an emergency, answered by a word, a tap or a shared location."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.conversation import Answers, Intent, Step
from bot.dialog import advance
from bot.intents.aside import QUESTIONS, SMALL_TALK, overhear
from bot.intents.calling import PLACE_MAX, caller_of, spot_of
from bot.intents.reported import slots
from bot.turn import Rows, Tap, Turn
from domain.errors import Refusal
from domain.tickets import incidents

AREAS = ("area-lift", "area-stairs", "area-garage", "area-lobby", "area-garden")
ROOMS = 6


def _begin(turn: Turn, answers: Answers) -> Answers:
    ticket = incidents.called_about(work=turn.work, ticket_id=answers["ticket"], caller=caller_of(turn))
    return {**answers, "hazard": ticket.hazard}


def _ask(turn: Turn, answers: Answers) -> tuple[str, Rows]:
    """Own rooms, public areas, the location; whom we do not know may say who they are, too."""

    def tap(label: str, value: Any) -> Tap:
        return Tap(label, "answer", {"step": "place", "value": value, "draft": answers["draft"]})

    rooms = [[tap(label, value)] for label, value in _rooms(turn).items()]
    areas = [tap(label, {"area": label}) for label in map(turn.text, AREAS)]
    rows = [*rooms, *(areas[at : at + 3] for at in range(0, len(areas), 3))]
    rows.append([Tap(turn.text("button-share-location"), ask="location")])
    if turn.person:
        return turn.text("ask-where"), rows
    return turn.text("ask-where-stranger"), [*rows, [Tap(turn.text("button-share-phone"), ask="contact")]]


def _rooms(turn: Turn) -> Mapping[str, Mapping[str, Any]]:
    return {turn.voice.room(room): {"room": room.id, "chosen": True} for room in turn.rooms[:ROOMS]}


def _read(turn: Turn, _answers: Answers) -> Mapping[str, Any] | None:
    """A place, or any words that are not something else: whoever comes will understand them."""
    understood, said = turn.understood, turn.incoming.text.strip()
    if chosen := _rooms(turn).get(said):  # a keyboard that asks for the location types its labels
        return {"place": chosen}
    if understood is None or not said:
        return None
    found = slots(understood)
    if "place" in found:
        return {name: found[name] for name in ("place", "spot") if name in found}
    if understood.control or understood.intent in SMALL_TALK | QUESTIONS:
        return None
    return {"place": {"area": said[:PLACE_MAX]}}


def _overhear(turn: Turn, answers: Answers) -> Answers | None:
    return overhear(turn, answers) if turn.person else None


def _act(turn: Turn, answers: Answers) -> None:
    spot = spot_of(turn, answers)
    ticket = incidents.locate(
        work=turn.work, ticket_id=answers["ticket"], spot=spot, caller=caller_of(turn), now=turn.now
    )
    turn.answer(turn.text("located-thanks", place=turn.voice.place(spot), number=ticket.number))


def _share(turn: Turn, _answers: Answers) -> None:
    """A shared location is that of the emergency its sender has called about.

    :raises Refusal: there is none
    """
    place = {"location": list(turn.incoming.location or ())}
    if turn.conversation.intent == LOCATE.name:
        advance(turn, LOCATE, {**turn.conversation.answers, "place": place})
        return
    mine = caller_of(turn)
    calls = [
        call
        for call in turn.work.calls.of(mine.channel, mine.user)
        if turn.now - call.at < incidents.TOGETHER and not call.withdrawn
    ]
    if not calls:
        raise Refusal("cannot-read-location")
    _act(turn, {"ticket": calls[0].ticket_id, "place": place})


LOCATE = Intent(
    "locate",
    _act,
    (Step("place", _ask, _read),),
    bound=False,
    private=True,
    interrupts=True,
    begin=_begin,
    overhear=_overhear,
)
SHARE_LOCATION = Intent("share_location", _share, bound=False)

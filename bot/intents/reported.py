"""What a report is made of: the answers that words hold, those that follow from others, and the report they make."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from bot.conversation import Answers
from bot.turn import Turn
from bot.understanding import Understood
from domain.messaging.model import Lane
from domain.register.model import Room
from domain.tickets.model import Category, Kind, Report, Urgency

# Where these happen is seldom inside the flat: the only room is not taken for granted.
PUBLIC = frozenset({
    Category.ELEVATOR, Category.PARKING, Category.HYGIENE, Category.SECURITY, Category.PUBLIC_FACILITY,
    Category.GREENERY, Category.FIRE_SAFETY,
})  # fmt: skip
KINDS = {"repair": Kind.REPAIR, "emergency": Kind.REPAIR, "complaint": Kind.COMPLAINT}
WORDS_MAX = 2000
SURE = 0.6
_SOON = re.compile(
    r"尽快|快点儿?|快些|马上|立刻|越快越好|赶紧|\b(?:as soon as possible|asap|right away|immediately|quickly)\b",
    re.IGNORECASE,
)
FILLER = 3  # characters around an answer that say nothing more: "明天下午来吧"


def advise(turn: Turn, answers: Mapping[str, Any]) -> None:
    """Where somebody is in danger, the advice comes before anything else."""
    if "hazard" in answers:
        turn.answer(turn.text(f"advice-{answers['hazard']}"), lane=Lane.URGENT)


def first_answers(turn: Turn, understood: Understood | None, *, words: str = "") -> dict[str, Any]:
    """The answers that a first message already holds, or the part of it that *words* are."""
    answers: dict[str, Any] = {"photos": list(turn.photos), "album": turn.incoming.album, "urgency": Urgency.NORMAL}
    answers["kind"] = KINDS.get(understood.intent, Kind.QUESTION) if understood else Kind.REPAIR
    if understood and (said := words or turn.incoming.text):
        answers |= {"words": said[:WORDS_MAX], **slots(understood)}
    if turn.person and turn.person.phone:
        answers.setdefault("contact", turn.person.phone)
    return settle(turn, answers)


def slots(understood: Understood) -> dict[str, Any]:
    """Every answer that these words hold, whatever was asked."""
    found: dict[str, Any] = {}
    place = understood.place
    if place.room_id is not None:
        found["place"] = {"room": place.room_id}
    elif place.public_area:
        found["place"] = {"area": place.public_area}
    elif place.said:
        found["unsure"] = {"said": place.said, "nearest": list(place.nearest), "known": False}
    if place.spot:
        found["spot"] = place.spot
    if understood.category in list(Category) and understood.category != Category.OTHER:
        found["category"] = understood.category
    if understood.urgency != Urgency.NORMAL:
        found["urgency"] = understood.urgency
    if understood.hazard:
        found["hazard"] = understood.hazard
    if understood.when:
        found["visit"] = understood.when
    if understood.phone:
        found["contact"] = understood.phone
    return found


def settle(turn: Turn, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Answers that follow from others: the only room, the category of a question."""
    after = dict(answers)
    if after["kind"] != Kind.REPAIR:
        after.pop("visit", None)
    if after["kind"] == Kind.QUESTION:
        after.setdefault("category", Category.PROPERTY_SERVICE)
        if turn.rooms:
            after.setdefault("place", {"room": turn.rooms[0].id})
    if "unsure" in after and after["urgency"] == Urgency.EMERGENCY:  # whoever comes asks the way
        after.setdefault("place", {"area": after["unsure"]["said"]})
    at_home = "spot" in after or after["urgency"] == Urgency.EMERGENCY  # in danger, nobody is asked where they live
    if (
        len(turn.rooms) == 1
        and "words" in after
        and "unsure" not in after
        and (at_home or after.get("category") not in PUBLIC)
    ):
        after.setdefault("place", {"room": turn.rooms[0].id})
    return after


def more_words(turn: Turn, answers: Answers) -> dict[str, Any]:
    """Words that are added to the report; what else they hold is used. An answer alone needs no words."""
    found = slots(turn.understood) if turn.understood else {}
    if "category" in answers and "hazard" not in found:  # more about the same matter
        found.pop("category", None)
    said = turn.incoming.text.strip()
    alone = any(len(said) - len(found.get(name, "")) <= FILLER for name in ("visit", "contact") if name in found)
    return {**found, "words": answers["words"] if alone else f"{answers['words']}\n{said}"[:WORDS_MAX]}


def spot_named(turn: Turn, answers: Answers) -> dict[str, Any] | None:
    """Words that name another spot than we know of; "quickly" in them is when."""
    found = more_words(turn, answers)
    if found.get("spot", answers.get("spot")) == answers.get("spot"):
        return None
    soon = _SOON.search(turn.incoming.text)
    return {**found, **({"visit": soon[0]} if soon else {})}


def another_matter(turn: Turn, answers: Answers) -> dict[str, Any] | None:
    """Words that report something else than the open report does: nothing of either is lost."""
    understood = turn.understood
    if understood is None or understood.intent not in KINDS or understood.confidence < SURE:
        return None
    if slots(understood).get("category", answers.get("category")) == answers.get("category"):
        return None
    photos = [one for one in answers["photos"] if one not in turn.photos]
    return {"another": first_answers(turn, understood), "photos": photos}


def joined(answers: Answers, more: Answers) -> dict[str, Any]:
    """The words and photos of both."""
    words = f"{answers['words']}\n{more['words']}"[:WORDS_MAX]
    return {"words": words, "photos": [*answers["photos"], *more["photos"]]}


def estates_of(turn: Turn) -> tuple[int, ...]:
    """The estates that this person can speak of: those of their rooms and those they work for; else any of ours."""
    theirs = {room.estate_id for room in turn.rooms} | (turn.staff.estates if turn.staff else frozenset())
    return tuple(sorted(theirs)) or tuple(one.id for one in turn.work.register.estates())


def report_of(turn: Turn, answers: Answers) -> Report:
    """The complete report that the answers make."""
    place: Mapping[str, Any] = answers["place"]
    room: Room | None = turn.work.register.room(place["room"]) if "room" in place else None
    return Report(
        estate_id=room.estate_id if room else answers.get("estate") or estates_of(turn)[0],
        reporter_id=turn.me, kind=Kind(answers["kind"]), category=Category(answers["category"]),
        urgency=Urgency(answers["urgency"]), words=answers["words"], room_id=room.id if room else None,
        place=answers.get("spot", "") if room else place["area"], visit=answers.get("visit", ""),
        contact=answers["contact"], photos=tuple(answers["photos"]),
    )  # fmt: skip


def local_hour(turn: Turn, answers: Answers) -> int:
    """The hour on the wall where it is."""
    estate = report_of(turn, {**answers, "contact": ""}).estate_id
    return turn.work.register.calendar(estate).local(turn.now).hour

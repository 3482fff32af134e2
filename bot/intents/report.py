"""Report something: only what is missing is asked, then one card to confirm."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.conversation import Answers, Intent, Step
from bot.turn import Rows, Tap, Turn
from bot.understanding import Understood
from bot.voice import VISITS
from domain.messaging.model import Lane
from domain.register.model import Room
from domain.tickets import operations as tickets
from domain.tickets.model import Category, Kind, Report, Urgency

# Where these happen is seldom inside the flat: the only room is not taken for granted.
PUBLIC = frozenset({
    Category.ELEVATOR, Category.PARKING, Category.HYGIENE, Category.SECURITY, Category.PUBLIC_FACILITY,
    Category.GREENERY, Category.FIRE_SAFETY,
})  # fmt: skip
ASKED_CATEGORIES = (
    Category.LEAK, Category.WATER_SUPPLY, Category.DRAINAGE, Category.ELECTRIC, Category.ELEVATOR,
    Category.DOOR_WINDOW_ACCESS, Category.HVAC, Category.WALL_STRUCTURE, Category.PUBLIC_FACILITY, Category.OTHER,
)  # fmt: skip
KINDS = {"repair": Kind.REPAIR, "emergency": Kind.REPAIR, "complaint": Kind.COMPLAINT}
WORDS_MAX = 2000


def _begin(turn: Turn, answers: Answers) -> Answers:
    """What the first message holds; where somebody is in danger, the advice comes before anything else."""
    known = {**first_answers(turn, turn.understood), **answers}
    if "hazard" in known:
        turn.answer(turn.text(f"advice-{known['hazard']}"), lane=Lane.URGENT)
    return known


def first_answers(turn: Turn, understood: Understood | None) -> dict[str, Any]:
    """The answers that a first message already holds."""
    answers: dict[str, Any] = {"photos": list(turn.photos), "urgency": Urgency.NORMAL}
    answers["kind"] = KINDS.get(understood.intent, Kind.QUESTION) if understood else Kind.REPAIR
    if understood and turn.incoming.text:
        answers |= {"words": turn.incoming.text[:WORDS_MAX], **slots(turn, understood)}
    if turn.person and turn.person.phone:
        answers.setdefault("contact", turn.person.phone)
    return settle(turn, answers)


def slots(turn: Turn, understood: Understood) -> dict[str, Any]:
    """Every answer that these words hold, whatever was asked."""
    found: dict[str, Any] = {}
    place = understood.place
    if place.room_id is not None:
        found["place"] = {"room": place.room_id}
    elif place.public_area:
        found["place"] = {"area": place.public_area}
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
    if after["kind"] == Kind.QUESTION:
        after.setdefault("category", Category.PROPERTY_SERVICE)
        if turn.rooms:
            after.setdefault("place", {"room": turn.rooms[0].id})
    if len(turn.rooms) == 1 and "words" in after and ("spot" in after or after.get("category") not in PUBLIC):
        after.setdefault("place", {"room": turn.rooms[0].id})
    return after


def _choice(turn: Turn, answers: Answers, step: str, label: str, value: Any) -> Tap:
    return Tap(label, "answer", {"step": step, "value": value, "draft": answers["draft"]})


def _ask_what(turn: Turn, answers: Answers) -> tuple[str, Rows]:
    return turn.text("ask-what-photo" if answers["photos"] else "ask-what"), ()


def _read_what(turn: Turn, answers: Answers) -> Mapping[str, Any] | None:
    """Any words will do; what else they hold is used."""
    if not turn.incoming.text or turn.understood is None:
        return None
    found = slots(turn, turn.understood)
    kind = KINDS.get(turn.understood.intent, answers["kind"])
    return settle(turn, {**answers, **found, "kind": kind, "words": turn.incoming.text[:WORDS_MAX]})


def _ask_place(turn: Turn, answers: Answers) -> tuple[str, Rows]:
    voice = turn.voice
    rooms = [[_choice(turn, answers, "place", voice.room(room), {"room": room.id})] for room in turn.rooms[:8]]
    public = [_choice(turn, answers, "place", turn.text("button-public-area"), {"public": True})]
    return turn.text("ask-place" if turn.rooms else "ask-place-free"), [*rooms, public]


def _read_place(turn: Turn, answers: Answers) -> Mapping[str, Any] | None:
    """A room, a public area, or (asked where in public) any words."""
    understood = turn.understood
    if understood is None:
        return None
    found = slots(turn, understood)
    if "place" in found:
        return found
    if answers.get("place", {}).get("public") or not turn.rooms:
        return {"place": {"area": turn.incoming.text[:100]}}
    if "spot" in found and len(turn.rooms) == 1:
        return {**found, "place": {"room": turn.rooms[0].id}}
    return None


def _ask_area(turn: Turn, _answers: Answers) -> tuple[str, Rows]:
    return turn.text("ask-area"), ()


def _ask_estate(turn: Turn, answers: Answers) -> tuple[str, Rows]:
    names = [(one, turn.work.register.estate(one).name) for one in estates_of(turn)]
    return turn.text("ask-estate"), [[_choice(turn, answers, "estate", name, one)] for one, name in names]


def _read_estate(turn: Turn, _answers: Answers) -> Mapping[str, Any] | None:
    said = turn.incoming.text.strip()
    found = [one for one in estates_of(turn) if said and said in turn.work.register.estate(one).name]
    return {"estate": found[0]} if len(found) == 1 else None


def _ask_category(turn: Turn, answers: Answers) -> tuple[str, Rows]:
    taps = [_choice(turn, answers, "category", turn.text(f"category-{one}"), one) for one in ASKED_CATEGORIES]
    return turn.text("ask-category"), [taps[at : at + 2] for at in range(0, len(taps), 2)]


def _read_category(turn: Turn, _answers: Answers) -> Mapping[str, Any] | None:
    found = slots(turn, turn.understood) if turn.understood else {}
    return found if "category" in found else None


def _ask_visit(turn: Turn, answers: Answers) -> tuple[str, Rows]:
    taps = [_choice(turn, answers, "visit", turn.text(one), one) for one in VISITS]
    return turn.text("ask-visit"), [taps[:1], taps[1:3], taps[3:]]


def _read_visit(turn: Turn, _answers: Answers) -> Mapping[str, Any] | None:
    """Any words: they are for people to read."""
    understood = turn.understood
    said = (understood.when if understood else None) or turn.incoming.text.strip()[:100]
    return {**(slots(turn, understood) if understood else {}), "visit": said} if said else None


def _ask_contact(turn: Turn, _answers: Answers) -> tuple[str, Rows]:
    return turn.text("ask-contact"), ()


def _read_contact(turn: Turn, _answers: Answers) -> Mapping[str, Any] | None:
    return {"contact": turn.understood.phone} if turn.understood and turn.understood.phone else None


def _ask_confirm(turn: Turn, answers: Answers) -> tuple[str, Rows]:
    voice, report = turn.voice, report_of(turn, answers)
    visit = voice.visit(report)
    lines = [
        voice.say("confirm-head"),
        voice.say("confirm-place", place=voice.place(report)),
        voice.say("confirm-category", category=voice.say(f"category-{report.category}")),
        voice.say("confirm-words", words=report.words),
        *([voice.say("confirm-visit", visit=visit)] if visit else []),
        voice.say("confirm-contact", phone=report.contact),
        voice.say("confirm-photos", count=len(report.photos)) if report.photos else voice.say("confirm-no-photos"),
    ]
    changes = [name for name in ("place", "category", "words", "visit", "contact") if name != "visit" or visit]
    taps = [Tap(voice.say(f"change-{name}"), "change", {"step": name, "draft": answers["draft"]}) for name in changes]
    send = _choice(turn, answers, "confirm", voice.say("button-send"), True)
    cancel = Tap(voice.say("button-cancel"), "never_mind", {"draft": answers["draft"]})
    return "\n".join(lines), [[send], taps[:3], [*taps[3:], cancel]]


def _read_confirm(turn: Turn, answers: Answers) -> Mapping[str, Any] | None:
    """Yes; or a correction or more words, and the card is shown again."""
    understood = turn.understood
    if understood is None:
        return None
    if understood.control == "yes":
        return {"confirm": True}
    if understood.control:
        return None
    more = f"{answers['words']}\n{turn.incoming.text}"[:WORDS_MAX]
    return {**slots(turn, understood), "words": more}


def _wants_visit(_turn: Turn, answers: Answers) -> bool:
    return "room" in answers["place"] and answers["kind"] == Kind.REPAIR and not _urgent(answers)


def _urgent(answers: Answers) -> bool:
    return answers["urgency"] == Urgency.EMERGENCY


def estates_of(turn: Turn) -> tuple[int, ...]:
    """The estates that this person can speak of: those of their rooms, and those they work for."""
    theirs = {room.estate_id for room in turn.rooms} | (turn.staff.estates if turn.staff else frozenset())
    return tuple(sorted(theirs))


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


def _act(turn: Turn, answers: Answers) -> None:
    tickets.open(work=turn.work, report=report_of(turn, answers), now=turn.now)


REPORT = Intent(
    name="report",
    commands=("report",),
    act=_act,
    private=True,
    begin=_begin,
    steps=(
        Step("words", _ask_what, _read_what),
        Step("place", _ask_place, _read_place),
        Step("area", _ask_area, _read_place, lambda _turn, answers: bool(answers["place"].get("public"))),
        Step(
            "estate", _ask_estate, _read_estate,
            lambda turn, answers: "room" not in answers["place"] and len(estates_of(turn)) > 1,
        ),
        Step("category", _ask_category, _read_category),
        Step("visit", _ask_visit, _read_visit, _wants_visit),
        Step("contact", _ask_contact, _read_contact),
        Step("confirm", _ask_confirm, _read_confirm, lambda _turn, answers: not _urgent(answers)),
    ),
)  # fmt: skip

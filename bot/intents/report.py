"""Report something: only what is missing is asked, then one card to confirm."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.conversation import Answers, Intent, Nudge, Step
from bot.dialog import close_card, is_elderly, start
from bot.intents import two_matters
from bot.intents.another import ANOTHER_MATTER
from bot.intents.aside import QUESTIONS, SMALL_TALK, asks_price, is_thanks, overhear
from bot.intents.correct import correct
from bot.intents.guess import guesses
from bot.intents.knowledge import answer_question
from bot.intents.reported import (
    KINDS,
    PUBLIC,
    WORDS_MAX,
    advise,
    another_matter,
    estates_of,
    first_answers,
    local_hour,
    more_words,
    report_of,
    settle,
    slots,
    spot_named,
)
from bot.intents.talk import begin_talk
from bot.intents.whereabouts import ask_again, in_building
from bot.turn import Rows, Tap, Turn
from bot.understanding.rooms import read_building
from bot.understanding.times import has_passed, is_soon
from bot.voice import VISITS
from domain.tickets import operations as tickets
from domain.tickets.model import Category, Kind, Urgency

TAPS_AFTER = 2  # misunderstandings of a question that has no buttons
AREAS = ("area-lift", "area-stairs", "area-garage", "area-lobby", "area-garden")
ASKED_CATEGORIES = (
    Category.LEAK, Category.WATER_SUPPLY, Category.DRAINAGE, Category.ELECTRIC, Category.ELEVATOR,
    Category.DOOR_WINDOW_ACCESS, Category.HVAC, Category.WALL_STRUCTURE, Category.PUBLIC_FACILITY, Category.OTHER,
)  # fmt: skip


def _begin(turn: Turn, answers: Answers) -> Answers:
    """What the first message holds; where somebody is in danger, the advice comes before anything else."""
    known = {**(first_answers(turn, turn.understood) if answers else two_matters.begin(turn)), **answers}
    advise(turn, known)
    if known["kind"] == Kind.COMPLAINT and "confirm" not in known:
        turn.preface = turn.text("complaint-heard")
    return known


def _choice(answers: Answers, step: str, label: str, value: Any) -> Tap:
    return Tap(label, "answer", {"step": step, "value": value, "draft": answers["draft"]})


def _ask_what(turn: Turn, answers: Answers) -> tuple[str, Rows]:
    """After a photo, a voice note or two misunderstandings, guesses to tap."""
    lost = answers["photos"] or answers.get("unheard") or turn.conversation.misses >= TAPS_AFTER
    key = "ask-what-unheard" if answers.get("unheard") else "ask-what-photo" if answers["photos"] else "ask-what"
    return turn.text(key), guesses(turn, answers) if lost else ()


def _read_what(turn: Turn, answers: Answers) -> Mapping[str, Any] | None:
    """Any words will do that are not a greeting or a question of where things stand; what else they hold is used."""
    if turn.understood is None or not any(character.isalnum() for character in turn.incoming.text):
        return None
    if turn.understood.control or turn.understood.intent in SMALL_TALK | {"progress"}:
        return None
    found = slots(turn.understood)
    advise(turn, found)
    kind = KINDS.get(turn.understood.intent, answers["kind"])
    return settle(turn, {**answers, **found, "kind": kind, "words": turn.incoming.text[:WORDS_MAX]})


def _ask_place(turn: Turn, answers: Answers) -> tuple[str, Rows]:
    unsure = answers.get("unsure")
    text, nearest = ask_again(turn, unsure) if unsure else ("", ())
    offered = list(dict.fromkeys([*nearest, *(() if unsure and unsure["known"] else turn.rooms[:8])]))
    rooms = [[_choice(answers, "place", turn.voice.room(room), {"room": room.id})] for room in offered]
    public = [_choice(answers, "place", turn.text("button-public-area"), {"public": True})]
    if unsure:
        return text, [*rooms, public]
    if answers.get("category") in PUBLIC:
        return turn.text("ask-place-public"), rooms
    return turn.text("ask-place" if turn.rooms else "ask-place-free"), [*rooms, public]


def _read_place(turn: Turn, answers: Answers) -> Mapping[str, Any] | None:
    """A room, a public area, or (asked where in public) any words."""
    understood = turn.understood
    if understood is None:
        return None
    found, said = slots(understood), turn.incoming.text.strip()
    unsure = answers.get("unsure")
    if unsure and unsure["known"] and turn.read and "place" not in found:  # the room alone: the building was said
        found |= slots(turn.read(f"{unsure['said']} {said}"))
    if building := read_building(said):
        return in_building(turn, said, building)
    if "unsure" not in found and "category" in answers and (another := another_matter(turn, answers)):
        return another
    if "place" in found and understood.intent in KINDS:
        return {**more_words(turn, answers), "place": found["place"]}
    if "place" in found or "unsure" in found:
        return found
    if understood.intent in SMALL_TALK | QUESTIONS:
        return None
    anywhere = answers.get("place", {}).get("public") or answers.get("category") in PUBLIC or _urgent(answers)
    if said and not understood.control and (anywhere or not turn.rooms):
        return {"place": {"area": said[:100]}}
    at_home = "spot" in found and len(turn.rooms) == 1
    return {**found, "place": {"room": turn.rooms[0].id}} if at_home else None


def _ask_area(turn: Turn, answers: Answers) -> tuple[str, Rows]:
    taps = [_choice(answers, "area", label, label) for label in map(turn.text, AREAS)]
    return turn.text("ask-area"), [taps[at : at + 2] for at in range(0, len(taps), 2)]


def _ask_estate(turn: Turn, answers: Answers) -> tuple[str, Rows]:
    names = [(one, turn.work.register.estate(one).name) for one in estates_of(turn)]
    return turn.text("ask-estate"), [[_choice(answers, "estate", name, one)] for one, name in names]


def _read_estate(turn: Turn, _answers: Answers) -> Mapping[str, Any] | None:
    said = turn.incoming.text.strip()
    found = [one for one in estates_of(turn) if said and said in turn.work.register.estate(one).name]
    return {"estate": found[0]} if len(found) == 1 else None


def _ask_category(turn: Turn, answers: Answers) -> tuple[str, Rows]:
    taps = [_choice(answers, "category", turn.text(f"category-{one}"), one) for one in ASKED_CATEGORIES]
    return turn.text("ask-category"), [taps[at : at + 2] for at in range(0, len(taps), 2)]


def _read_category(turn: Turn, answers: Answers) -> Mapping[str, Any] | None:
    """Words that name one say more about the matter, too."""
    found = more_words(turn, answers)
    return found if "category" in found else None


def _ask_visit(turn: Turn, answers: Answers) -> tuple[str, Rows]:
    taps = [_choice(answers, "visit", turn.text(one), one) for one in VISITS]
    return turn.text("ask-visit"), [taps[:1], taps[1:3], taps[3:]]


def _read_visit(turn: Turn, answers: Answers) -> Mapping[str, Any] | None:
    """Any words, for people to read; but thanks, a question and more about the matter say nothing of the time."""
    understood, said = turn.understood, turn.incoming.text.strip()
    if understood is None or not said:
        return None
    found = slots(understood)
    if understood.when is None and "category" in found:  # more about the matter, or another one
        return another_matter(turn, answers) or more_words(turn, answers)
    if understood.when is None and (understood.control == "yes" or is_soon(said)):
        return {"visit": "visit-anytime"}
    if understood.when is None and (understood.control or understood.intent in SMALL_TALK | QUESTIONS):
        return None
    if understood.when is None and (elsewhere := spot_named(turn, answers)):  # where, not when
        return elsewhere
    if has_passed(said, hour=23) and has_passed(said, hour=local_hour(turn, answers)):
        turn.preface = turn.text("visit-passed")
        return None
    if understood.when is None and not turn.conversation.misses and said.isascii() and " " not in said:
        turn.preface = turn.text("visit-how")  # asked once: the second time any words will do
        return None
    return {**found, "visit": understood.when or said[:100]}


def _ask_contact(turn: Turn, answers: Answers) -> tuple[str, Rows]:
    """The number on file is one tap away."""
    phone = turn.person.phone if turn.person else ""
    return turn.text("ask-contact"), [[_choice(answers, "contact", phone, phone)]] if phone else []


def _read_contact(turn: Turn, _answers: Answers) -> Mapping[str, Any] | None:
    shared = turn.incoming.contact
    phone = shared.phone if shared else turn.understood.phone if turn.understood else None
    if phone is None and any(character.isdigit() for character in turn.incoming.text):
        turn.preface = turn.text("phone-incomplete")
    return {"contact": phone} if phone else None


def _summary(turn: Turn, answers: Answers) -> str:
    """What was understood, line by line."""
    if answers.get("also"):
        return two_matters.summary(turn, answers)
    voice, report = turn.voice, report_of(turn, answers)
    visit = voice.visit(report)
    lines = [
        voice.say("confirm-place", place=voice.place(report)),
        voice.say("confirm-category", category=voice.say(f"category-{report.category}")),
        voice.say("confirm-words", words=report.words),
        *([voice.say("confirm-visit", visit=visit)] if visit else []),
        voice.say("confirm-contact", phone=report.contact),
        *([voice.say("confirm-photos")] if report.photos else []),
    ]
    return "\n".join(lines)


def _ask_confirm(turn: Turn, answers: Answers) -> tuple[str, Rows]:
    if answers.get("also"):
        return two_matters.card(turn, answers)
    voice, visit = turn.voice, answers.get("visit")
    lines = [voice.say("confirm-head"), _summary(turn, answers)]
    if not answers["photos"]:
        lines.append(voice.say("confirm-no-photos"))
    changes = [name for name in ("place", "category", "words", "visit", "contact") if name != "visit" or visit]
    taps = [Tap(voice.say(f"change-{name}"), "change", {"step": name, "draft": answers["draft"]}) for name in changes]
    send = _choice(answers, "confirm", voice.say("button-send"), value=True)
    cancel = Tap(voice.say("button-cancel"), "never_mind", {"draft": answers["draft"]})
    if is_elderly(turn):
        return "\n".join([*lines, voice.say("say-what-is-wrong")]), [[send], taps[:1], [cancel]]
    return "\n".join(lines), [[send], taps[:3], [*taps[3:], cancel]]


def _read_confirm(turn: Turn, answers: Answers) -> Mapping[str, Any] | None:
    """Yes; else a correction, more words, another matter, a question or mere thanks, and the card is shown again."""
    understood = turn.understood
    if understood is None:
        return None
    if understood.control == "yes":
        return {"confirm": True}
    if understood.control == "no":
        turn.preface = turn.text("tap-what-is-wrong")
        return {}
    if understood.control or not turn.incoming.text:
        return None
    if another := another_matter(turn, answers):
        return another
    if understood.intent in SMALL_TALK and not slots(understood):
        turn.preface = turn.text("tap-to-send" if is_thanks(turn) else "tap-to-send-hello")
        return {}
    if not asks_price(turn) and answer_question(turn):
        return {}
    if understood.intent in QUESTIONS:
        turn.preface = turn.text("question-noted")
    return more_words(turn, answers)


def _skip_photo(turn: Turn, _answers: Answers) -> Mapping[str, Any]:
    """What is skipped here is the photo."""
    turn.preface = turn.text("no-photo-needed")
    return {}


def _wants_visit(turn: Turn, answers: Answers) -> bool:
    first = "room" in answers["place"] and answers["kind"] == Kind.REPAIR and not _urgent(answers)
    return first or two_matters.visits(turn, answers)


def _urgent(answers: Answers) -> bool:
    return bool(answers["urgency"] == Urgency.EMERGENCY)


def _act(turn: Turn, answers: Answers) -> None:
    """Open the ticket; what turned out to be another matter comes next."""
    reports = two_matters.reports_of(turn, answers)
    ticket, *others = [tickets.open(work=turn.work, report=one, now=turn.now) for one in reports]
    numbers = turn.text("comma").join(one.number for one in (ticket, *others))
    close_card(turn, REPORT, answers, turn.text("card-sent", number=numbers))
    if ticket.kind is Kind.QUESTION:
        begin_talk(turn, ticket)
    if following := answers.get("next") or answers.get("another"):
        start(turn, turn.intents["report"], following)


REPORT = Intent(
    name="report",
    commands=("report",),
    act=_act,
    private=True,
    lasting=True,
    begin=_begin,
    correct=correct,
    overhear=overhear,
    steps=(
        Step("words", _ask_what, _read_what),
        ANOTHER_MATTER,
        Step("place", _ask_place, _read_place, nudge=lambda answers: Nudge.EMERGENCY if _urgent(answers) else None),
        Step("area", _ask_area, _read_place, lambda _turn, answers: bool(answers["place"].get("public"))),
        Step(
            "estate", _ask_estate, _read_estate,
            lambda turn, answers: "room" not in answers["place"] and len(estates_of(turn)) > 1,
        ),
        Step("category", _ask_category, _read_category, skip=lambda _turn, _answers: {"category": Category.OTHER}),
        Step("visit", _ask_visit, _read_visit, _wants_visit, skip=lambda _turn, _answers: {"visit": "visit-anytime"}),
        two_matters.ALSO_PLACE,
        Step("contact", _ask_contact, _read_contact),
        Step(
            "confirm", _ask_confirm, _read_confirm, lambda _turn, answers: not _urgent(answers), card=_summary,
            nudge=lambda _answers: Nudge.NEARLY_SENT, skip=_skip_photo,
        ),
    ),
)  # fmt: skip

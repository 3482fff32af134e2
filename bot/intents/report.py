"""Report something: only what is missing is asked, then one card to confirm."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.conversation import Answers, Intent, Step
from bot.dialog import close_card, start
from bot.intents.reported import (
    KINDS,
    PUBLIC,
    WORDS_MAX,
    advise,
    estates_of,
    first_answers,
    joined,
    more_words,
    report_of,
    settle,
    slots,
)
from bot.turn import Rows, Tap, Turn
from bot.voice import VISITS
from domain.tickets import operations as tickets
from domain.tickets.model import Category, Kind, Urgency

SURE = 0.6
SMALL_TALK = frozenset({"chitchat", "praise"})
QUESTIONS = frozenset({"inquiry", "fee", "progress"})
ASKED_CATEGORIES = (
    Category.LEAK, Category.WATER_SUPPLY, Category.DRAINAGE, Category.ELECTRIC, Category.ELEVATOR,
    Category.DOOR_WINDOW_ACCESS, Category.HVAC, Category.WALL_STRUCTURE, Category.PUBLIC_FACILITY, Category.OTHER,
)  # fmt: skip


def _begin(turn: Turn, answers: Answers) -> Answers:
    """What the first message holds; where somebody is in danger, the advice comes before anything else."""
    known = {**first_answers(turn, turn.understood), **answers}
    advise(turn, known)
    return known


def _choice(answers: Answers, step: str, label: str, value: Any) -> Tap:
    return Tap(label, "answer", {"step": step, "value": value, "draft": answers["draft"]})


def _ask_what(turn: Turn, answers: Answers) -> tuple[str, Rows]:
    return turn.text("ask-what-photo" if answers["photos"] else "ask-what"), ()


def _read_what(turn: Turn, answers: Answers) -> Mapping[str, Any] | None:
    """Any words will do; what else they hold is used."""
    if not turn.incoming.text or turn.understood is None:
        return None
    found = slots(turn.understood)
    advise(turn, found)
    kind = KINDS.get(turn.understood.intent, answers["kind"])
    return settle(turn, {**answers, **found, "kind": kind, "words": turn.incoming.text[:WORDS_MAX]})


def _ask_place(turn: Turn, answers: Answers) -> tuple[str, Rows]:
    voice = turn.voice
    rooms = [[_choice(answers, "place", voice.room(room), {"room": room.id})] for room in turn.rooms[:8]]
    public = [_choice(answers, "place", turn.text("button-public-area"), {"public": True})]
    if answers.get("category") in PUBLIC:
        return turn.text("ask-place-public"), rooms
    return turn.text("ask-place" if turn.rooms else "ask-place-free"), [*rooms, public]


def _read_place(turn: Turn, answers: Answers) -> Mapping[str, Any] | None:
    """A room, a public area, or (asked where in public) any words."""
    understood = turn.understood
    if understood is None:
        return None
    found = slots(understood)
    if "place" in found:
        return found
    said = turn.incoming.text.strip()
    anywhere = answers.get("place", {}).get("public") or answers.get("category") in PUBLIC or _urgent(answers)
    if said and not understood.control and (anywhere or not turn.rooms):
        return {"place": {"area": said[:100]}}
    if "spot" in found and len(turn.rooms) == 1:
        return {**found, "place": {"room": turn.rooms[0].id}}
    return None


def _ask_area(turn: Turn, _answers: Answers) -> tuple[str, Rows]:
    return turn.text("ask-area"), ()


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


def _read_category(turn: Turn, _answers: Answers) -> Mapping[str, Any] | None:
    found = slots(turn.understood) if turn.understood else {}
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
    if understood.when is None and understood.control == "yes":
        return {"visit": "visit-anytime"}
    if understood.when is None and "category" in found:  # more about the matter
        return more_words(turn, answers)
    if understood.when is None and (understood.control or understood.intent in SMALL_TALK | QUESTIONS):
        return None
    return {**found, "visit": understood.when or said[:100]}


def _ask_contact(turn: Turn, _answers: Answers) -> tuple[str, Rows]:
    return turn.text("ask-contact"), ()


def _read_contact(turn: Turn, _answers: Answers) -> Mapping[str, Any] | None:
    shared = turn.incoming.contact
    phone = shared.phone if shared else turn.understood.phone if turn.understood else None
    return {"contact": phone} if phone else None


def _summary(turn: Turn, answers: Answers) -> str:
    """What was understood, line by line."""
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
    voice, visit = turn.voice, answers.get("visit")
    lines = [voice.say("confirm-head"), _summary(turn, answers)]
    if not answers["photos"]:
        lines.append(voice.say("confirm-no-photos"))
    changes = [name for name in ("place", "category", "words", "visit", "contact") if name != "visit" or visit]
    taps = [Tap(voice.say(f"change-{name}"), "change", {"step": name, "draft": answers["draft"]}) for name in changes]
    send = _choice(answers, "confirm", voice.say("button-send"), value=True)
    cancel = Tap(voice.say("button-cancel"), "never_mind", {"draft": answers["draft"]})
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
    found = slots(understood)
    other = found.get("category", answers["category"]) != answers["category"]
    if other and understood.intent in KINDS and understood.confidence >= SURE:
        new = first_answers(turn, understood)
        return {"another": new, "photos": [one for one in answers["photos"] if one not in turn.photos]}
    if understood.intent in SMALL_TALK and not found:
        turn.preface = turn.text("tap-to-send")
        return {}
    if understood.intent in QUESTIONS:
        turn.preface = turn.text("question-noted")
    return more_words(turn, answers)


def _ask_another(turn: Turn, answers: Answers) -> tuple[str, Rows]:
    """Is what was just said another matter? Nothing of either is lost."""
    draft = {"draft": answers["draft"]}
    rows = [
        [Tap(turn.text("button-another"), "another", draft)],
        [Tap(turn.text("button-add-words"), "add_words", draft)],
    ]
    return turn.text("ask-another", words=answers["another"]["words"]), rows


def _read_another(turn: Turn, answers: Answers) -> Mapping[str, Any] | None:
    """Yes: it is reported next; no: it belongs to this one."""
    control, new = turn.understood.control if turn.understood else None, answers["another"]
    if control == "yes":
        return {"another": None, "next": new}
    if control == "no":
        return {"another": None, **joined(answers, new)}
    return None


def _is_another(_turn: Turn, answers: Answers) -> bool:
    return bool(answers.get("another")) and "confirm" not in answers


def _wants_visit(_turn: Turn, answers: Answers) -> bool:
    return "room" in answers["place"] and answers["kind"] == Kind.REPAIR and not _urgent(answers)


def _urgent(answers: Answers) -> bool:
    return bool(answers["urgency"] == Urgency.EMERGENCY)


def _act(turn: Turn, answers: Answers) -> None:
    """Open the ticket; what turned out to be another matter comes next."""
    ticket = tickets.open(work=turn.work, report=report_of(turn, answers), now=turn.now)
    close_card(turn, REPORT, answers, turn.text("card-sent", number=ticket.number))
    if following := answers.get("next") or answers.get("another"):
        start(turn, turn.intents["report"], following)


REPORT = Intent(
    name="report",
    commands=("report",),
    act=_act,
    private=True,
    lasting=True,
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
        Step("another_matter", _ask_another, _read_another, _is_another),
        Step("confirm", _ask_confirm, _read_confirm, lambda _turn, answers: not _urgent(answers), card=_summary),
    ),
)  # fmt: skip

"""Two matters in one message: one card with both, then two tickets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.conversation import Answers, Intent, Step, without
from bot.dialog import advance, close_card
from bot.intents.reported import PUBLIC, first_answers, joined, report_of, settle
from bot.turn import Rows, Tap, Turn
from bot.understanding.split import split
from domain.errors import Refusal
from domain.tickets.model import Kind, Report

ONLY_FIRST = "first"


def begin(turn: Turn) -> dict[str, Any]:
    """The answers that a first message holds, and under *also* those of the second matter in it."""
    understood, said = turn.understood, turn.incoming.text
    parts = split(said, language=turn.language, whole=understood, read=turn.read) if understood and turn.read else ()
    if not parts:
        return first_answers(turn, understood)
    first, also = (first_answers(turn, part.understood, words=part.words) for part in parts)
    return {**first, "also": also}


def also_of(turn: Turn, answers: Answers) -> dict[str, Any]:
    """The second matter's answers: what is asked once holds for both."""
    shared = {name: answers[name] for name in ("contact", "photos", "visit") if name in answers}
    also = {**answers["also"], **shared}
    place = answers.get("place", {})
    if "room" in place and also["category"] not in PUBLIC:
        also.setdefault("place", place)
    return settle(turn, {**also, **({"estate": answers["estate"]} if "estate" in answers else {})})


def visits(turn: Turn, answers: Answers) -> bool:
    """Does the second matter want somebody in the flat?"""
    if not answers.get("also"):
        return False
    also = also_of(turn, answers)
    return "room" in also.get("place", {}) and also["kind"] == Kind.REPAIR


def reports_of(turn: Turn, answers: Answers) -> list[Report]:
    """The reports that the answers make: one, or two."""
    if not answers.get("also") or answers.get("confirm") == ONLY_FIRST:
        return [report_of(turn, answers)]
    both = report_of(turn, answers), report_of(turn, also_of(turn, answers))
    return [one if one.room_id else replace(one, visit="") for one in both]


def _is_placeless(turn: Turn, answers: Answers) -> bool:
    return bool(answers.get("also")) and "place" not in also_of(turn, answers)


def _ask_place(turn: Turn, answers: Answers) -> tuple[str, Rows]:
    rooms = [[_answer(answers, "also_place", turn.voice.room(one), {"room": one.id})] for one in turn.rooms[:4]]
    return turn.text("ask-also-place", words=answers["also"]["words"]), rooms


def _read_place(turn: Turn, answers: Answers) -> Mapping[str, Any] | None:
    """A room, a public area, or any words that name no other matter."""
    understood, said = turn.understood, turn.incoming.text.strip()
    if understood is None or not said or understood.control or understood.intent in ("chitchat", "inquiry", "fee"):
        return None
    place = understood.place
    found = {"room": place.room_id} if place.room_id else {"area": place.public_area or said[:100]}
    return {"also_place": found, "also": {**answers["also"], "place": found}}


def _answer(answers: Answers, step: str, label: str, value: Any) -> Tap:
    return Tap(label, "answer", {"step": step, "value": value, "draft": answers["draft"]})


def summary(turn: Turn, answers: Answers) -> str:
    """Both, line by line; what holds for both stands once."""
    voice = turn.voice
    both = reports_of(turn, answers)
    lines: list[str] = []
    for sign, report in zip(("1️⃣", "2️⃣"), both, strict=False):
        lines += [
            f"{sign} {voice.say('category-' + report.category)}",
            voice.say("confirm-place", place=voice.place(report)),
            voice.say("confirm-words", words=report.words),
        ]
    visit = next((shown for report in both if (shown := voice.visit(report))), "")
    lines += [voice.say("confirm-visit", visit=visit)] if visit else []
    lines.append(voice.say("confirm-contact", phone=both[0].contact))
    return "\n".join([*lines, *([voice.say("confirm-photos")] if both[0].photos else [])])


def card(turn: Turn, answers: Answers) -> tuple[str, Rows]:
    """The card to confirm both with."""
    draft = {"draft": answers["draft"]}
    send = _answer(answers, "confirm", turn.text("button-send-both"), value=True)
    first = _answer(answers, "confirm", turn.text("button-send-first"), ONLY_FIRST)
    apart = Tap(turn.text("button-one-by-one"), "two_matters", {**draft, "as": "apart"})
    same = Tap(turn.text("button-same-matter"), "two_matters", {**draft, "as": "one"})
    cancel = Tap(turn.text("button-cancel"), "never_mind", draft)
    return f"{turn.text('confirm-both')}\n{summary(turn, answers)}", [[send], [first, apart], [same, cancel]]


def _act(turn: Turn, answers: Answers) -> None:
    """Go on with one card each, or as one matter after all.

    :raises Refusal: that conversation is over
    """
    known = turn.conversation.answers
    if not known.get("also") or known.get("draft") != answers["draft"]:
        raise Refusal("already-settled")
    intent = turn.intents[turn.conversation.intent or ""]
    alone, also = without(known, ("also", "also_place")), also_of(turn, known)
    close_card(turn, intent, known, turn.text("card-split" if answers["as"] == "apart" else "card-joined"))
    after = {"next": also} if answers["as"] == "apart" else joined(alone, {**also, "photos": []})
    advance(turn, intent, {**alone, **after})


ALSO_PLACE = Step("also_place", _ask_place, _read_place, _is_placeless)
TWO_MATTERS = Intent("two_matters", _act)

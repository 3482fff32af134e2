"""The managers' card of an answer that the desk wants to keep."""

from __future__ import annotations

from bot.audiences import Recipient, Scene
from bot.turn import Rows, Tap
from bot.voice import Voice
from domain.knowledge.events import AnswerApproved, AnswerDropped, AnswerKept, AnswerReworded
from domain.knowledge.model import Entry, Status
from domain.knowledge.operations import answer_of

STANDS = {
    Status.DRAFT: "answer-is-draft",
    Status.APPROVED: "answer-is-approved",
    Status.DROPPED: "answer-is-dropped",
}


def answer_card(voice: Voice, scene: Scene, _to: Recipient) -> tuple[str, Rows]:
    """Question and answer, where they stand, and what a manager can do about it."""
    event = scene.event
    assert isinstance(event, AnswerKept | AnswerReworded | AnswerApproved | AnswerDropped)
    entry = scene.work.knowledge.get(event.entry_id)
    assert entry is not None
    text = voice.say("answer-card", title=entry.title, answer=entry.answer, name=voice.name(entry.by))
    stands = voice.say("card-state", status=voice.say(STANDS[entry.status]))
    return f"{text}\n{stands}", _rows(voice, entry)


def talk_ended(voice: Voice, scene: Scene, to: Recipient) -> tuple[str, Rows]:
    """The owner has nothing more to ask; what they were told may be kept for others."""
    text = voice.say("talk-ended-staff", number=scene.ticket.number)
    answered = answer_of(work=scene.work, ticket=scene.ticket)
    keep = [[Tap(voice.say("button-keep-answer"), "keep_answer", {"ticket": scene.ticket.id})]]
    return text, keep if answered and to.person_id else ()


def _rows(voice: Voice, entry: Entry) -> Rows:
    if entry.status is not Status.DRAFT:
        return ()
    named = {"entry": entry.id}
    return [
        [Tap(voice.say("button-approve"), "approve_answer", named)],
        [Tap(voice.say("button-reword"), "reword_answer", named), Tap(voice.say("button-drop"), "drop_answer", named)],
    ]

"""A talk between an owner and the service desk, through us: neither sees the other's account."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from bot.conversation import Answers, Intent, Step, without
from bot.dialog import start, take_up
from bot.intents.feedback import rating_rows
from bot.intents.reported import WORDS_MAX, first_answers, joined
from bot.intents.words import draft_tap
from bot.talking import earlier_words, leave_talk, listen, talk_about
from bot.turn import Rows, Tap, Turn
from domain.calendar import Clock
from domain.errors import Refusal
from domain.tickets import relaying
from domain.tickets.lifecycle import Status
from domain.tickets.model import Kind, Ticket


def begin_talk(turn: Turn, ticket: Ticket) -> None:
    """A question has become a ticket: people see what was said before, and hear what is said from now on."""
    relaying.begin(work=turn.work, ticket=ticket, said=earlier_words(turn, ticket), now=turn.now)
    talk_about(turn, ticket)


def open_talk(turn: Turn) -> Ticket | None:
    """The newest question on which this person is still talking with the desk."""
    mine = turn.work.tickets.reported_by(turn.me, since=turn.now)
    return next((ticket for ticket in mine if relaying.is_talk(ticket)), None)


def go_on(turn: Turn, ticket: Ticket, said: Answers) -> None:
    """A person, please, for whom we have called one already: what they were saying goes along."""
    turn.forget()
    talk_about(turn, ticket)
    if said.get("words") or said.get("photos"):
        _relay(turn, {"ticket": ticket.id, "words": said.get("words", ""), "photos": said.get("photos", ())})
    _talk_on(turn, {})


def _ask_whether_new(turn: Turn, answers: Answers) -> None:
    """Is it about the talk, or something new?"""
    ticket = turn.work.tickets.get(answers["ticket"])
    assert ticket is not None
    talk_about(turn, ticket, **_pending(turn))
    draft = turn.conversation.answers["draft"]
    rows = [
        [Tap(turn.text("button-about-talk"), "about_talk", {"draft": draft, "new": False})],
        [Tap(turn.text("button-something-new"), "about_talk", {"draft": draft, "new": True})],
    ]
    turn.answer(turn.text("ask-whether-new", words=turn.incoming.text), rows)


def _pending(turn: Turn) -> dict[str, Any]:
    """What was said, kept until they tell us whom it is for."""
    return {"pending": {**first_answers(turn, turn.understood), "words": turn.incoming.text}}


def _about_talk(turn: Turn, answers: Answers) -> None:
    known = turn.conversation.answers
    if known.get("draft") != answers["draft"] or "pending" not in known:
        raise Refusal("already-settled")
    said = known["pending"]
    turn.remember(answers=without(known, ("pending",)))
    if not answers["new"]:
        _relay(turn, {"ticket": known["ticket"], "words": said["words"], "photos": said["photos"]})
    elif said["kind"] == Kind.QUESTION:
        start(turn, turn.intents["report"], {**said, "confirm": True})
    else:
        start(turn, turn.intents["report"], said)


def _relay(turn: Turn, answers: Answers) -> None:
    """Words and photos go to the other side."""
    if turn.incoming.photos and not turn.photos:
        turn.keep_photos()
    said = {"words": turn.incoming.text.strip(), "photos": turn.photos, **answers}
    if not said["words"] and not said["photos"]:
        raise Refusal("relay-words-only")
    known = turn.conversation.answers
    if "pending" in known and known["ticket"] == said["ticket"]:  # who goes on talking meant that, too
        said = {**said, **joined(known["pending"], said)}
        turn.remember(answers=without(known, ("pending",)))
    ticket = relaying.relay(
        work=turn.work, ticket_id=said["ticket"], words=said["words"].strip()[:WORDS_MAX], photos=tuple(said["photos"]),
        by=turn.me, now=turn.now,
    )  # fmt: skip
    (_told_desk if ticket.reporter_id == turn.me else _told_owner)(turn, ticket)


def _told_desk(turn: Turn, ticket: Ticket) -> None:
    """Said once that it arrives; while the desk is closed, when it will be read."""
    if turn.conversation.intent is None:
        talk_about(turn, ticket)
    opens = turn.work.register.calendar(ticket.estate_id).add(turn.now, timedelta(), Clock.OFFICE)
    if opens > turn.now:
        time = turn.voice.soon(opens, ticket.estate_id)
        turn.answer(turn.text("talk-passed-on-closed", time=time), once=f"talk:{ticket.id}:{opens:%m%d}")
    else:
        turn.answer(turn.text("talk-passed-on"), once=f"talk:{ticket.id}")


def _told_owner(turn: Turn, ticket: Ticket) -> None:
    """Said once to each colleague; one may reply to that, too."""
    listen(turn, ticket)
    card = f"talk:{ticket.id}"
    turn.answer(turn.text("talk-answered", number=ticket.number), once=f"{card}:{turn.me}", card=card)


def _end(turn: Turn, answers: Answers) -> None:
    """The owner has nothing more to ask; what was put aside for the talk is taken up."""
    ticket = relaying.end(work=turn.work, ticket_id=answers["ticket"], by=turn.me, now=turn.now)
    if ticket.status == Status.CANCELLED:
        turn.answer(turn.text("talk-withdrawn", number=ticket.number))
    else:
        turn.answer(turn.text("talk-ended", number=ticket.number), rating_rows(ticket.id))
    if turn.conversation.intent == "talk" and turn.conversation.answers["ticket"] == ticket.id:
        aside = leave_talk(turn)
        turn.forget()
        take_up(turn, aside)


def _close(turn: Turn, answers: Answers) -> None:
    """The desk has said what there was to say; whoever has said nothing here tells in a word what became of it."""
    said = relaying.answer(work=turn.work, ticket_id=answers["ticket"])[:WORDS_MAX]
    start(turn, turn.intents["finish"], {**answers, **({"words": said} if said else {})})


def _talk_on(turn: Turn, _answers: Answers) -> None:
    text, rows = _ask_on(turn, turn.conversation.answers)
    turn.answer(text, rows)


def _ask_on(turn: Turn, answers: Answers) -> tuple[str, Rows]:
    """The desk is still there."""
    ticket = turn.work.tickets.get(answers["ticket"])
    assert ticket is not None
    time = turn.voice.soon(ticket.respond_by, ticket.estate_id)
    key = "talk-goes-on" if ticket.responded_at else "talk-waits"
    end = Tap(turn.text("button-end-talk"), "end", {"ticket": ticket.id})
    return turn.text(key, number=ticket.number, time=time), [[end]]


def _is_open(turn: Turn, answers: Answers) -> bool:
    ticket = turn.work.tickets.get(answers["ticket"])
    return ticket is not None and relaying.is_talk(ticket)


def _ask_which(turn: Turn, answers: Answers) -> tuple[str, Rows]:
    talks = [one for one in turn.work.tickets.held_by(turn.me) if relaying.is_talk(one)][:8]
    rows = [
        [
            draft_tap(
                answers, "ticket", turn.text("answer-which", number=one.number, place=turn.voice.place(one)), one.id
            )
        ]
        for one in talks
    ]
    return turn.text("ask-whom"), [*rows, [draft_tap(answers, "ticket", turn.text("button-report"), None)]]


def _read_more(turn: Turn, answers: Answers) -> Answers | None:
    """Who goes on writing before they press means that, too."""
    more = {"words": turn.incoming.text.strip(), "photos": turn.photos}
    return {"pending": {**answers["pending"], **joined(answers["pending"], more)}} if any(more.values()) else None


def _to_whom(turn: Turn, answers: Answers) -> None:
    said = answers["pending"]
    if answers["ticket"] is None:
        start(turn, turn.intents["report"], said)
    else:
        _relay(turn, {"ticket": answers["ticket"], "words": said["words"], "photos": said["photos"]})


def _over(_turn: Turn, _answers: Answers) -> None:
    """A talk that ended while something else was said: nothing is left to do."""


TALK = Intent(
    "talk", _over, (Step("words", _ask_on, lambda _turn, _answers: None, _is_open),), private=True, goes_on=True
)
TALK_ON = Intent("talk_on", _talk_on, private=True)
CLOSE_TALK = Intent("close_talk", _close, staff=True, private=True)
END_TALK = Intent("end", _end)
ABOUT_TALK = Intent("about_talk", _about_talk, private=True)
ASK_WHETHER_NEW = Intent("ask_whether_new", _ask_whether_new, private=True)
RELAY = Intent("relay", _relay)
ASK_WHOM = Intent(
    "ask_whom",
    _to_whom,
    (Step("ticket", _ask_which, _read_more),),
    staff=True,
    private=True,
    begin=lambda turn, answers: {**answers, **_pending(turn)},
)

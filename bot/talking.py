"""Whose ears words are for, if not ours: an owner's talk with the service desk, and staff who answer one."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from bot.channels.base import Incoming
from bot.turn import Turn
from bot.understanding import Understood
from domain.messaging.model import Conversation
from domain.tickets.model import Category, Kind, Ticket
from domain.tickets.relaying import is_talk

CARDS = frozenset({"ticket", "work", "manage", "talk"})
SURE = 0.6  # from here on, words are a new report and not a part of the talk
OUTRIGHT = 4.0  # the weight of "I complain"
SAID_MAX = 200  # characters of each thing somebody said before

Belongs = tuple[str, dict[str, Any]]  # an intent and its answers


def answered_talk(turn: Turn) -> Ticket | None:
    """The question whose message this replies to."""
    incoming = turn.incoming
    if incoming.reply_to is None:
        return None
    subject = turn.work.deliveries.subject(
        channel=incoming.channel, chat=incoming.chat, reference=incoming.reply_to
    )  # fmt: skip
    card, _, number = (subject or "").partition(":")
    ticket = turn.work.tickets.get(int(number)) if card in CARDS else None
    return ticket if ticket and ticket.kind is Kind.QUESTION else None


def belongs(turn: Turn) -> Belongs | None:
    """The intent that takes these words on, and its answers; None when they are for us, as a danger always is."""
    wish = turn.understood
    assert wish is not None
    ticket = answered_talk(turn)
    if ticket and ticket.reporter_id != turn.me:
        return "relay", {"ticket": ticket.id}
    if wish.hazard or wish.control in ("help", "language"):
        return None
    if ticket and is_talk(ticket):
        return "relay", {"ticket": ticket.id}
    open_one = turn.intents.get(turn.conversation.intent or "")
    if open_one and open_one.name == "talk":
        return _in_talk(turn)
    if wish.intent == "human" and open_one and not open_one.staff:
        return "person", {}
    return _to_owner(turn) if turn.staff and turn.conversation.intent is None else None


def _in_talk(turn: Turn) -> Belongs | None:
    """The owner is talking with the desk; what is clearly another matter begins a report."""
    ticket, wish = turn.work.tickets.get(turn.conversation.answers["ticket"]), turn.understood
    assert wish is not None
    if ticket is None or not is_talk(ticket):
        leave_talk(turn)
        return None
    if wish.control in ("cancel", "end"):
        return "end", {"ticket": ticket.id}
    if wish.intent == "human":
        return "talk_on", {}
    fresh = wish.category not in ("none", Category.OTHER, ticket.category)
    if wish.intent == "repair" and fresh and wish.confidence >= SURE and ticket.responded_at is None:
        return "report", {}
    if _is_complaint(wish) or (wish.intent in ("repair", "complaint") and fresh):
        return "ask_whether_new", {"ticket": ticket.id}
    return "relay", {"ticket": ticket.id}


def _is_complaint(wish: Understood) -> bool:
    """Do they say outright that they complain? To be cross with the desk is part of the talk."""
    return any((one.kind, one.label) == ("intent", "complaint") and one.weight >= OUTRIGHT for one in wish.matches)


def _to_owner(turn: Turn) -> Belongs | None:
    """Plain words of whoever has a question in hand are its answer; where that is not clear, they are asked."""
    wish = turn.understood
    assert wish is not None
    held = turn.work.tickets.held_by(turn.me)
    talks = [ticket for ticket in held if is_talk(ticket) and ticket.reporter_id != turn.me]
    only_photo = bool(turn.photos) and not turn.incoming.text
    if not talks or wish.control == "cancel" or (only_photo and len(held) > len(talks)):
        return None
    at_home = wish.intent == "repair" and wish.confidence >= SURE and (wish.place.spot or wish.place.room_id)
    if len(talks) > 1 or at_home:
        return "ask_whom", {}
    return "relay", {"ticket": talks[0].id}


def earlier_words(turn: Turn, ticket: Ticket) -> tuple[str, ...]:
    """What the owner wrote before they were handed to people, as far as the ticket does not say it."""
    said = (one.strip()[:SAID_MAX] for one in turn.recall())
    return tuple(one for one in dict.fromkeys(said) if one and one not in ticket.words)


def words_of(updates: Iterable[Incoming | None], user: str) -> list[str]:
    """What somebody typed to us in private; commands and presses are no words."""
    return [
        one.text
        for one in updates
        if one and one.private and one.sender and one.sender.user == user and not one.command and not one.button
    ]


def talk_about(turn: Turn, ticket: Ticket, **more: Any) -> None:
    """From now on, this owner's words go to the desk."""
    aside = {name: kept for name, kept in turn.conversation.answers.items() if name == "aside"}
    turn.remember(intent="talk", step="words", answers={**_talk(ticket), **aside, **more}, misses=0)


def listen(turn: Turn, ticket: Ticket) -> None:
    """The desk has spoken: the owner's next words go back to it, or do when what they are saying is said."""
    owner = f"person:{ticket.reporter_id}"
    theirs = turn.work.conversations.get(owner) or Conversation(owner=owner)
    if theirs.intent is None:
        turn.work.conversations.put(
            replace(theirs, intent="talk", step="words", answers=_talk(ticket), updated_at=turn.now)
        )
    elif turn.intents[theirs.intent].lasting and "aside" not in theirs.answers:
        talk = {"intent": "talk", "step": "words", "answers": _talk(ticket)}
        turn.work.conversations.put(replace(theirs, answers={**theirs.answers, "aside": talk}))


def leave_talk(turn: Turn) -> dict[str, Any] | None:
    """The talk is over: what was put aside for it is open again."""
    aside: dict[str, Any] | None = turn.conversation.answers.get("aside")
    turn.forget()
    if aside:
        turn.remember(intent=aside["intent"], step=aside["step"], answers=aside["answers"])
    return aside


def _talk(ticket: Ticket) -> dict[str, Any]:
    return {"ticket": ticket.id, "draft": secrets.token_urlsafe(6)}

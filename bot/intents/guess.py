"""What we cannot see or hear: guesses to tap, the person's own matters first, and a person."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from bot.conversation import Answers, Intent
from bot.dialog import advance, ask, card_of, start
from bot.intents.reported import settle
from bot.turn import Rows, Tap, Turn
from domain.errors import Refusal
from domain.register.model import Role
from domain.tickets.model import TRADES, Category, Kind

RECENT = timedelta(days=180)
GUESSES = 4
GUESSED = frozenset({"voice", "video", "photo-too-large"})  # a report, most likely
USUAL = (Category.LEAK, Category.DRAINAGE, Category.ELECTRIC, Category.ELEVATOR)


def guesses(turn: Turn, answers: Answers) -> Rows:
    """The categories of the person's recent tickets, then those that everybody reports; a person last."""
    mine = turn.work.tickets.reported_by(turn.me, since=turn.now - RECENT)
    often = [one for one, _count in Counter(ticket.category for ticket in mine).most_common()]
    likely = list(dict.fromkeys([*(one for one in often if one != Category.PROPERTY_SERVICE), *USUAL]))[:GUESSES]
    draft = answers["draft"]
    taps = [Tap(turn.text(f"category-{one}"), "guess", {"category": one, "draft": draft}) for one in likely]
    return [taps[:2], taps[2:], [Tap(turn.text("button-person"), "person")]]


def _guess(turn: Turn, answers: Answers) -> None:
    """A guess was right: it is the matter, and the words until there are better ones.

    :raises Refusal: that conversation is over
    """
    known = turn.conversation.answers
    if turn.conversation.intent != "report" or known.get("draft") != answers["draft"] or "words" in known:
        raise Refusal("already-settled")
    category = answers["category"]
    kind = Kind.REPAIR if Role.ENGINEER in TRADES[Category(category)][0] else Kind.COMPLAINT
    found = {"category": category, "words": turn.text(f"category-{category}"), "kind": kind}
    advance(turn, turn.intents["report"], settle(turn, {**known, **found}))


def _unread(turn: Turn, answers: Answers) -> None:
    """Something that we cannot read: we say so, and ask, or ask the open question again."""
    conversation = turn.conversation
    sorry = turn.text(f"cannot-read-{answers['what']}")
    if conversation.intent is None and answers["what"] not in GUESSED:
        turn.answer(sorry)
        return
    turn.preface = sorry
    if conversation.intent is None:
        start(turn, turn.intents["report"], {"unheard": True})
    else:
        intent = turn.intents[conversation.intent]
        step = next(one for one in intent.steps if one.name == conversation.step)
        text, rows = ask(turn, intent, step, conversation.answers)
        turn.answer(text, rows, card=card_of(step, conversation.answers))


GUESS = Intent("guess", _guess)
UNREAD = Intent("unread", _unread)

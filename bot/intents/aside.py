"""What is said beside the open question: a greeting, a question of their own, an answer to another question."""

from __future__ import annotations

from bot.conversation import Answers
from bot.intents.knowledge import answer_question
from bot.intents.reported import another_matter, slots
from bot.turn import Turn
from bot.understanding.intent import NOTHING
from bot.understanding.phrases import phrases

SMALL_TALK = frozenset({"chitchat", "praise"})
QUESTIONS = frozenset({"inquiry", "fee", "progress"})


def overhear(turn: Turn, answers: Answers) -> Answers | None:
    """All answers after it; the open question is asked again. None where nothing was understood at all."""
    understood = turn.understood
    if understood is None or understood.control or not turn.incoming.text:
        return None
    if "category" in answers and (another := another_matter(turn, answers)):
        return {**answers, **another}
    if understood.intent in SMALL_TALK:
        turn.preface = turn.text("welcome-aside" if is_thanks(turn) else "hello-aside")
        return answers
    if not asks_price(turn) and answer_question(turn):
        return answers
    if understood.intent == "progress":
        turn.intents["mytickets"].act(turn, {})
        return answers
    if understood.intent in QUESTIONS and (understood.category != NOTHING or "?" in understood.text):
        turn.intents["pass_to_desk"].act(turn, {})
        return answers
    found = {name: value for name, value in slots(understood).items() if answers.get(name) != value}
    if not found:
        return None
    turn.preface = turn.text("noted")
    return {**answers, **found}


def asks_price(turn: Turn) -> bool:
    """A question of what it costs that names nothing else: in a report, it is about that."""
    understood = turn.understood
    if understood is None or understood.category != NOTHING:
        return False
    prices = phrases(turn.language).concepts["how_much"]
    return any(match.words.casefold() in prices for match in understood.matches)


def is_thanks(turn: Turn) -> bool:
    """Thanks or praise, rather than a greeting."""
    understood = turn.understood
    said = {match.words.casefold() for match in understood.matches} if understood else set()
    thanks = set(phrases(turn.language).concepts["thanks"])
    return bool(said & thanks) or bool(understood and understood.intent == "praise")

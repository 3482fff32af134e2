"""Done: a few words and a photo from the repairer, then the owner is asked."""

from __future__ import annotations

from bot.conversation import Answers, Intent
from bot.intents.feedback import label_of
from bot.intents.keep_answer import keep_rows
from bot.intents.words import still, words_step
from bot.turn import Tap, Turn
from domain.tickets import operations as tickets
from domain.tickets.lifecycle import MOVES, Action, Status
from domain.tickets.relaying import is_talk


def _act(turn: Turn, answers: Answers) -> None:
    ticket = tickets.finish(
        work=turn.work, ticket_id=answers["ticket"], words=answers["words"], photos=tuple(answers.get("photos", ())),
        by=turn.me, now=turn.now,
    )  # fmt: skip
    turn.answer(turn.text("finished-answer", number=ticket.number), keep_rows(turn, ticket))


def _which(turn: Turn, answers: Answers) -> None:
    """Several are in hand: which of them is done?"""
    held = [one for one in turn.work.tickets.held_by(turn.me) if (Status(one.status), Action.FINISH) in MOVES]
    words = {"words": answers["words"]} if answers["words"] else {}
    rows = [[Tap(label_of(turn, one), "finish", {"ticket": one.id, **words})] for one in held if not is_talk(one)][:8]
    turn.answer(turn.text("ask-which-ticket"), rows)


FINISH_WHICH = Intent("finish_which", _which, staff=True, private=True)
FINISH = Intent(
    "finish",
    _act,
    (words_step("words", "ask-finish", skip="button-done-as-it-is", photos=True),),
    staff=True,
    private=True,
    begin=lambda turn, answers: {"photos": (), **still(Action.FINISH)(turn, answers)},
)

"""Done: a few words and a photo from the repairer, then the owner is asked."""

from __future__ import annotations

from bot.conversation import Answers, Intent
from bot.intents.keep_answer import keep_rows
from bot.intents.words import still, words_step
from bot.turn import Turn
from domain.tickets import operations as tickets
from domain.tickets.lifecycle import Action


def _act(turn: Turn, answers: Answers) -> None:
    ticket = tickets.finish(
        work=turn.work, ticket_id=answers["ticket"], words=answers["words"], photos=tuple(answers.get("photos", ())),
        by=turn.me, now=turn.now,
    )  # fmt: skip
    turn.answer(turn.text("finished-answer", number=ticket.number), keep_rows(turn, ticket))


FINISH = Intent(
    "finish",
    _act,
    (words_step("words", "ask-finish", skip="button-done-as-it-is", photos=True),),
    staff=True,
    private=True,
    begin=lambda turn, answers: {"photos": (), **still(Action.FINISH)(turn, answers)},
)

"""Conversations and the table of intents: pure, complete, and named where people are asked."""

import pytest

from bot.conversation import Intent, Step, open_step, without
from bot.intents import BY_COMMAND, INTENTS
from domain.tickets.lifecycle import Action


def ask(turn, answers):
    return "?", ()


def read(turn, answers):
    return None


PLACE, AREA = Step("place", ask, read), Step("area", ask, read, lambda _turn, answers: answers["place"] == "public")
INTENT = Intent("example", lambda turn, answers: None, (PLACE, AREA))


@pytest.mark.parametrize(
    ("answers", "step"),
    (({}, PLACE), ({"place": "public"}, AREA), ({"place": "room"}, None), ({"place": "public", "area": 1}, None)),
)
def test_the_open_question_is_the_first_that_is_needed_and_unanswered(answers, step):
    assert open_step(INTENT, None, answers) is step  # type: ignore[arg-type]


def test_taking_answers_back_leaves_the_others():
    assert without({"place": 1, "words": 2}, ("place", "visit")) == {"words": 2}


def test_intents_are_known_by_their_names_and_commands_are_nobody_else_s():
    commands = [command for intent in INTENTS.values() for command in intent.commands]
    assert all(name == intent.name for name, intent in INTENTS.items())
    assert len(commands) == len(set(commands)) == len(BY_COMMAND)


@pytest.mark.parametrize("action", [one for one in Action if one not in (Action.RELEASE, Action.CLOSE)])
def test_every_action_of_a_person_is_an_intent(action):
    assert action in INTENTS


def test_steps_have_names_of_their_own():
    for intent in INTENTS.values():
        names = [step.name for step in intent.steps]
        assert len(names) == len(set(names)), intent.name

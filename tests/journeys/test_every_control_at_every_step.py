"""At any question: again, back, skip, an aside, something else first, a person, danger, start over, cancel."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest

from bot.channels.base import Outgoing
from domain.messaging.model import Conversation
from tests.journeys.stage import Stage

WHO = {"zh": "陈先生", "en": "Tom"}
PERSON = {"zh": "person:2", "en": "person:3"}
Script = Sequence[str]
# The open step → what is said to come there; "[label]" is a tap.
WAYS: dict[str, dict[str, Script]] = {
    "zh": {
        "words": ("/report",),
        "place": ("漏水了",),
        "area": ("漏水了", "[公共区域]"),
        "category": ("/report", "家里有个东西坏了", "5-101"),
        "visit": ("5栋1单元101厨房水管漏水",),
        "contact": ("5栋1单元101厨房水管漏水", "[都可以]", "[改电话]"),
        "confirm": ("5栋1单元101厨房水管漏水", "[都可以]"),
        "another_matter": ("5栋1单元101厨房水管漏水", "[都可以]", "3栋电梯坏了"),
    },
    "en": {
        "words": ("/report",),
        "place": ("the kitchen pipe is leaking in 8-601", "[Any time]", "[Change place]"),
        "area": ("the kitchen pipe is leaking in 8-601", "[Any time]", "[Change place]", "[Public area]"),
        "category": ("/report", "something is broken in my flat"),
        "visit": ("the kitchen pipe is leaking in 8-601",),
        "contact": ("the kitchen pipe is leaking in 8-601", "[Any time]", "[Change phone]"),
        "confirm": ("the kitchen pipe is leaking in 8-601", "[Any time]"),
        "another_matter": ("the kitchen pipe is leaking in 8-601", "[Any time]", "the lift in block 3 is broken"),
    },
}
SAID = {
    "zh": {
        "again": "再说一遍", "back": "返回", "skip": "跳过", "aside": "几点下班？", "else": "楼道灯不亮了",
        "person": "转人工", "danger": "家里着火了", "over": "重来", "cancel": "取消", "thanks": "谢谢",
        "wait": "等一下",
    },
    "en": {
        "again": "say that again", "back": "back", "skip": "skip", "aside": "when do you close?",
        "else": "the hallway light is out", "person": "a person please", "danger": "my kitchen is on fire",
        "over": "start over", "cancel": "cancel", "thanks": "thank you", "wait": "hold on a sec",
    },
}  # fmt: skip
STEPS = [(language, step) for language, ways in WAYS.items() for step in ways]


class Talk:
    """One person's private chat, in front of whatever question we want."""

    def __init__(self, stage: Stage, language: str) -> None:
        self.stage, self.who, self.owner = stage, WHO[language], PERSON[language]

    def arrive(self, step: str, script: Script) -> list[str]:
        """Begin anew and come to the step; what was said last."""
        with self.stage.database.writing() as work:
            work.conversations.end(self.owner)
        said: list[str] = []
        for line in script:
            said = self.say(line)
        assert self.step == step, f"{script} led to {self.open}"
        return said

    def say(self, line: str) -> list[str]:
        """The texts of the answers."""
        if line.startswith("["):
            chat, data = self.stage.button((self.who,), line.strip("[]"))
            self.stage.come_in(chat, self.who, button=data, toast="toast")
        elif line.startswith("/"):
            self.stage.come_in(self.who, self.who, text="", command=line[1:])
        else:
            self.stage.come_in(self.who, self.who, text=line)
        self.stage.handle_all()
        rows = self.stage.deliver()
        for row in rows:
            self.stage.show(row)
        said = [Outgoing.of(row.body).text for row in rows if row.chat == self.who]
        assert any(said), f"{line!r} was not answered"
        return [one for one in said if one]

    @property
    def open(self) -> Conversation | None:
        with self.stage.database.writing() as work:
            return work.conversations.get(self.owner)

    @property
    def step(self) -> str | None:
        return self.open.step if self.open else None


@pytest.fixture(scope="module")
def stages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Stage]]:
    made = {language: Stage(Path(tmp_path_factory.mktemp(language))) for language in WAYS}
    with closing(made["zh"]), closing(made["en"]):
        yield made


@pytest.fixture(params=STEPS, ids="-".join)
def at(request: pytest.FixtureRequest, stages: dict[str, Stage]) -> tuple[Talk, str, str, list[str]]:
    """In front of one question: the talk, the language, the step, and how it was asked."""
    language, step = request.param
    talk = Talk(stages[language], language)
    return talk, language, step, talk.arrive(step, WAYS[language][step])


At = tuple[Talk, str, str, list[str]]


def test_say_that_again_asks_the_same_question_in_the_same_words(at: At):
    talk, language, step, asked = at
    assert talk.say(SAID[language]["again"])[-1] == asked[-1]
    assert talk.step == step


def test_back_asks_an_earlier_question_and_forgets_no_other_answer(at: At):
    talk, language, step, _ = at
    before = talk.open
    talk.say(SAID[language]["back"])
    assert before
    assert talk.open
    names = list(WAYS[language])
    if step != "another_matter":  # a question of its own: going back from it is the card again
        assert names.index(talk.open.step or "") <= names.index(step)
    kept = {"words", "place", "contact"} - {talk.open.step, step}
    assert all(talk.open.answers[name] == before.answers[name] for name in kept if name in before.answers)


def test_skip_goes_on_or_says_why_the_answer_is_needed(at: At):
    talk, language, step, asked = at
    said = talk.say(SAID[language]["skip"])
    assert talk.open, "a skip ends nothing"
    assert talk.open.step != step or said[-1] != asked[-1], "the same words again say neither"


def test_an_aside_is_answered_and_the_open_question_comes_again(at: At):
    talk, language, step, asked = at
    said = talk.say(SAID[language]["aside"])
    assert "18:00" in said[0]
    assert talk.step == step
    assert said[-1].endswith(asked[-1].splitlines()[-1])


def test_thanks_get_a_word_and_the_question_stays(at: At):
    talk, language, step, asked = at
    said = talk.say(SAID[language]["thanks"])
    assert talk.step == step
    assert "\n".join(said) != "\n".join(asked), "thanks are answered"


def test_who_needs_a_moment_is_given_it_and_the_question_stays(at: At):
    talk, language, step, _ = at
    before = talk.open
    assert talk.say(SAID[language]["wait"]) == [
        {"zh": "好的，您慢慢来，不着急。", "en": "Of course, take your time."}[language]
    ]
    assert talk.step == step
    assert talk.open
    assert before
    assert talk.open.answers == before.answers


def test_something_else_is_not_lost(at: At):
    """It is asked about, or becomes the matter itself where nothing was told yet; never swallowed as an answer."""
    talk, language, _, _ = at
    talk.say(SAID[language]["else"])
    assert talk.open
    kept = str(dict(talk.open.answers))
    assert SAID[language]["else"] in kept or talk.open.step == "another_matter"


def test_a_person_is_called_whatever_is_open(at: At):
    talk, language, _, _ = at
    talk.say(SAID[language]["person"])
    with talk.stage.database.writing() as work:
        mine = work.tickets.reported_by(int(talk.owner.split(":")[1]), since=talk.stage.now)
        assert any(one.kind == "question" for one in mine)


def test_danger_is_answered_first_with_what_to_do(at: At):
    talk, language, _, _ = at
    said = talk.say(SAID[language]["danger"])
    assert "119" in said[0]


def test_starting_over_leaves_nothing_of_the_draft(at: At):
    talk, language, _, _ = at
    talk.say(SAID[language]["over"])
    assert talk.open is None or not talk.open.answers.get("words")


def test_cancel_ends_it(at: At):
    talk, language, step, _ = at
    talk.say(SAID[language]["cancel"])
    assert talk.open is None or (step == "another_matter" and talk.open.step == "confirm")

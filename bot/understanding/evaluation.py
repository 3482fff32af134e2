"""How well messages are understood: shares of right answers, the commonest confusions, time per message."""

import re
import time
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.understanding.labelled import SLOTS, Example
from bot.understanding.model import OUTSIDE, Understood
from bot.understanding.normalise import normalise
from bot.understanding.reading import prepare, understand
from bot.understanding.rooms import read_rooms
from bot.understanding.times import is_soon, times_in

OPENS = frozenset({"repair", "complaint", "emergency"})  # what the app opens a ticket for
NOTHING, EMERGENCY = "none", "emergency"
CONFUSIONS = 12

_around = re.compile(
    r"^(?:(?:on|at|from|in|over|during|around|of|the|an?|coming)\b\s*)+|(?:之间|哪天|几点|都|得|我|一直|家里?|在家?|有人|可以|行|方便|有空|有时间)+$"
    r"|\b(?:only|is fine|works|please|ok)$"
)
_between = re.compile(r"[\s,.;:!?。、]+")


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many."""

    right: int
    of: int

    @property
    def share(self) -> float | None:
        """Between 0 and 1; None of nothing."""
        return round(self.right / self.of, 4) if self.of else None


@dataclass(frozen=True, slots=True)
class Confusion:
    """What was taken for what, how often."""

    kind: str
    label: str
    taken_for: str
    times: int


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Everything that is measured. Categories count where there is a matter; `category_all` counts "none" as well."""

    messages: int
    emergencies_recalled: Share
    false_alarms: Share
    urgency: Share
    intent: Share
    category: Share
    category_all: Share
    false_opens: Share
    slots: Mapping[str, Share]
    by_intent: Mapping[str, Share]
    by_category: Mapping[str, Share]
    confusions: Sequence[Confusion]
    p50: float  # µs
    p99: float


@dataclass(frozen=True, slots=True)
class Answer:
    """An example, what was understood, and the µs that it took."""

    example: Example
    said: Understood
    spent: float


Judge = Callable[[Answer], bool]


def evaluate(examples: Iterable[Example], *, clock: Callable[[], float] = time.thread_time) -> Evaluation:
    """Understand every example and compare. Each counts for what it is labelled with, and for nothing else."""
    prepare()
    answers = [_answer(example, clock) for example in examples]
    urgent = [each for each in answers if each.example.urgency is not None]
    wanting = [each for each in answers if each.example.intent is not None]
    filed = [each for each in answers if each.example.category is not None]
    matters = [each for each in filed if each.example.categories != {NOTHING}]
    spent = sorted(each.spent for each in answers) or [0.0]
    return Evaluation(
        messages=len(answers),
        emergencies_recalled=_share([each for each in urgent if each.example.urgency == EMERGENCY], _alarms),
        false_alarms=_share([each for each in urgent if each.example.urgency != EMERGENCY], _alarms),
        urgency=_share(urgent, lambda each: each.said.urgency == each.example.urgency),
        intent=_share(wanting, _wanted),
        category=_share(matters, _filed),
        category_all=_share(filed, _filed),
        false_opens=_share(
            [each for each in wanting if each.example.intent == OUTSIDE], _opens_wrongly
        ),
        slots={name: _share([each for each in answers if name in dict(each.example.slots)], JUDGES[name])
               for name in SLOTS},
        by_intent=_by(wanting, lambda each: str(each.example.intent), _wanted),
        by_category=_by(matters, lambda each: str(each.example.category), _filed),
        confusions=_confusions(wanting, matters),
        p50=round(spent[len(spent) // 2]),
        p99=round(spent[min(len(spent) - 1, int(len(spent) * 0.99))]),
    )  # fmt: skip


def _answer(example: Example, clock: Callable[[], float]) -> Answer:
    started = clock()
    said = understand(example.text, language=example.language)
    return Answer(example, said, (clock() - started) * 1e6)


def _share(answers: Sequence[Answer], judge: Judge) -> Share:
    return Share(sum(map(judge, answers)), len(answers))


def _by(answers: Sequence[Answer], label: Callable[[Answer], str], judge: Judge) -> dict[str, Share]:
    names = Counter(map(label, answers))
    return {name: _share([each for each in answers if label(each) == name], judge) for name, _ in names.most_common()}


def _confusions(wanting: Sequence[Answer], matters: Sequence[Answer]) -> list[Confusion]:
    counted = Counter(("intent", str(each.example.intent), each.said.intent) for each in wanting if not _wanted(each))
    counted += Counter(
        ("category", str(each.example.category), each.said.category) for each in matters if not _filed(each)
    )
    return [Confusion(*found, times) for found, times in counted.most_common(CONFUSIONS)]


def _alarms(answer: Answer) -> bool:
    return answer.said.urgency == EMERGENCY


def _opens_wrongly(answer: Answer) -> bool:
    """Neither what may as well be a matter of the estate, nor what the app asks about before it opens a ticket."""
    return answer.said.intent in OPENS and not answer.said.may_be_none_of_ours and not _wanted(answer)


def _wanted(answer: Answer) -> bool:
    return answer.said.intent in answer.example.intents


def _filed(answer: Answer) -> bool:
    return answer.said.category in answer.example.categories


def _room(answer: Answer) -> bool:
    """The same building, entrance and number; where the label is no room, the same public place."""
    wanted, read = dict(answer.example.slots)["room"], _numbered(answer.said.place.said)
    if wanted is None:
        return read is None
    meant = _numbered(wanted)
    if meant is None:
        return _bare(answer.said.place.public_area) == _bare(wanted)
    return read == meant


def _numbered(words: str | None) -> tuple[str, str, str] | None:
    """Building, entrance and number; None when the words name no room."""
    said = next(read_rooms(normalise(words or "").plain), None)
    return (said.building, said.entrance, said.room) if said else None


def _when(answer: Answer) -> bool:
    """The same words for the time; whether "at home" or "is fine" belongs to them, and "at once" is one, is taste."""
    wanted, read = dict(answer.example.slots)["when"], answer.said.when
    return _timely(read) == _timely(wanted)


def _timely(words: str | None) -> str:
    if words is None or (is_soon(words) and not times_in(normalise(words).plain)):
        return ""
    return _bare(_around.sub("", unicodedata.normalize("NFKC", words).lower()))


def _phone(answer: Answer) -> bool:
    """The same digits, whether or not the country's code was written."""
    wanted = re.sub(r"\D", "", dict(answer.example.slots)["phone"] or "")
    read = answer.said.phone or ""
    return read == wanted or (bool(read) and bool(wanted) and wanted.removeprefix("86") == read.removeprefix("86"))


def _bare(words: str | None) -> str:
    return _between.sub("", unicodedata.normalize("NFKC", words or "").lower())


JUDGES: Mapping[str, Judge] = {"room": _room, "when": _when, "phone": _phone}

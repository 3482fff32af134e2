"""The questions of an announcement: what, for whom, in which languages, when, and what people may answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from rapidfuzz import fuzz

from bot.conversation import Answers, Step
from bot.intents.announce_draft import audience_of, language_of, managed, plain, split, suggested, texts_of
from bot.intents.announce_whom import read_audience
from bot.intents.words import draft_tap
from bot.turn import Rows, Tap, Turn
from domain.announcements import figures
from domain.announcements.model import BODY_MAX, TITLE_MAX, Audience, HeadCount, Kind, Text
from domain.announcements.wording import check_text
from domain.errors import Refusal
from domain.register.model import Flag, Relation
from domain.tickets.model import Category

TITLES = (
    "title-water", "title-power", "title-lift", "title-pests", "title-event", "title-kind-reminder",
)  # fmt: skip
HOUSES = 8  # buildings as buttons
OUTAGES = frozenset({Category.WATER_SUPPLY, Category.ELECTRIC, Category.ELEVATOR, Category.GAS_HEATING})


# --- where and what ----------------------------------------------------------------------------------------------


def _ask_estates(turn: Turn, answers: Answers) -> tuple[str, Rows]:
    estates = managed(turn)
    rows = [[draft_tap(answers, "estates", turn.work.register.estate(one).name, [one])] for one in estates]
    return turn.text("ask-announce-estates"), [
        *rows,
        [draft_tap(answers, "estates", turn.text("button-all-estates"), list(estates))],
    ]


def _read_estates(turn: Turn, _answers: Answers) -> Mapping[str, Any] | None:
    said = turn.incoming.text.strip()
    found = [one for one in managed(turn) if said and said in turn.work.register.estate(one).name]
    return {"estates": found} if len(found) == 1 else None


def _ask_body(turn: Turn, answers: Answers) -> tuple[str, Rows]:
    return turn.text("ask-announce-body-photo" if answers["photos"] else "ask-announce-body"), ()


def _read_body(turn: Turn, answers: Answers) -> Mapping[str, Any] | None:
    """Any words; the first line of several may be the title."""
    title, body = split(turn.incoming.text)
    if not body:
        return None
    if len(body) > BODY_MAX:
        turn.preface = turn.text("announcement-body-long", most=BODY_MAX)
        return None
    if len(body) < 2 and not answers["photos"]:
        return None
    return {"body": body, "language": language_of(turn, body), **({"title": title} if title else {})}


def _ask_title(turn: Turn, answers: Answers) -> tuple[str, Rows]:
    """The beginning of the text, if it is short, and what such announcements are usually called."""
    own = suggested(answers["body"])
    usual = [str(turn.words.say(key, answers["language"])) for key in TITLES]
    likely = sorted(usual, key=lambda label: -fuzz.partial_ratio(label.lower(), answers["body"].lower()))
    taps = [draft_tap(answers, "title", label, label) for label in likely]
    rows = [taps[at : at + 2] for at in range(0, len(taps), 2)]
    return turn.text("ask-announce-title", most=TITLE_MAX), [
        *([[draft_tap(answers, "title", own, own)]] if own else []),
        *rows,
    ]


def _read_title(turn: Turn, _answers: Answers) -> Mapping[str, Any] | None:
    said = " ".join(turn.incoming.text.split())
    if len(said) > TITLE_MAX:
        turn.preface = turn.text("announcement-title-long", most=TITLE_MAX)
        return None
    return {"title": said} if said else None


# --- for whom ----------------------------------------------------------------------------------------------------


def _ask_whom(turn: Turn, answers: Answers) -> tuple[str, Rows]:
    """Everybody, the usual kinds, each building, and whom a known outage affects; or any words."""
    estates = tuple(answers["estates"])

    def tap(label: str, **parts: Any) -> Tap:
        return draft_tap(answers, "whom", label, plain(Audience(estates=estates, **parts)))

    owners = frozenset({Relation.OWNER, Relation.CO_OWNER})
    rows: list[Sequence[Tap]] = [
        [tap(turn.text("button-everybody"))],
        [
            tap(turn.text("button-only-owners"), relations=owners),
            tap(turn.text("button-elderly"), flags=frozenset({Flag.ELDERLY})),
        ],
    ]
    houses = _houses(turn, estates)
    taps = [tap(turn.text("audience-building", building=one), buildings=(one,)) for one in houses]
    rows += [taps[at : at + 4] for at in range(0, len(taps), 4)]
    rows += [
        [tap(turn.text("audience-ticket", number=one.number, place=turn.voice.place(one)), ticket_id=one.id)]
        for one in turn.work.tickets.live_in(estates)
        if one.category in OUTAGES and one.room_id is None
    ][:2]
    return turn.text("ask-announce-whom"), rows


def _houses(turn: Turn, estates: tuple[int, ...]) -> list[str]:
    """The buildings of one estate, where they are few enough to be buttons."""
    if len(estates) > 1:
        return []
    names = dict.fromkeys(room.building for room in turn.work.register.rooms_in(estates[0]))
    found = sorted(names, key=lambda one: (len(one), one))
    return found if 1 < len(found) <= HOUSES else []


def _read_whom(turn: Turn, answers: Answers) -> Mapping[str, Any] | None:
    meant = read_audience(turn.work, turn.incoming.text, tuple(answers["estates"]))
    if meant.unknown:
        turn.preface = turn.text("announcement-no-such-place", said=turn.text("comma").join(meant.unknown))
    if meant.audience is None:
        return None
    if not count(turn, meant.audience, answers).people:
        turn.preface = turn.text("announcement-nobody")
        return None
    return {"whom": plain(meant.audience)}


# --- in which languages ------------------------------------------------------------------------------------------


def count(turn: Turn, audience: Audience, answers: Answers) -> HeadCount:
    """How many of them there are, as things are now; a large estate is counted once a turn."""
    kind = Kind(answers.get("kind", Kind.ORDINARY))
    if (audience, kind) not in turn.memo:
        turn.memo[audience, kind] = figures.count(work=turn.work, audience=audience, kind=kind)
    found: HeadCount = turn.memo[audience, kind]
    return found


def missing(turn: Turn, answers: Answers) -> dict[str, int]:
    """Languages that some of them read and in which there is nothing → how many they are.

    Of whom we do not know it reads the estate's own.
    """
    heads = Counter(count(turn, audience_of(answers["whom"]), answers).languages)
    heads[turn.work.register.estate(answers["estates"][0]).language] += heads.pop("", 0)
    there = texts_of(answers)
    return {one: heads[one] for one in turn.words.languages if heads[one] and one not in there}


def _ask_translate(turn: Turn, answers: Answers) -> tuple[str, Rows]:
    language, count = next(iter(missing(turn, answers).items()))
    name = turn.text(f"spoken-{language}")
    rows = [
        [draft_tap(answers, "translate", turn.text("button-add-language", spoken=name), {"add": language})],
        [draft_tap(answers, "translate", turn.text("button-as-it-is"), {})],
    ]
    return turn.text("ask-announce-translate", count=count, spoken=name), rows


def _read_translate(turn: Turn, answers: Answers) -> Mapping[str, Any] | None:
    """No is "as it is", yes asks for the words, and the words themselves are the answer at once."""
    control = turn.understood.control if turn.understood else None
    language = next(iter(missing(turn, answers)))
    if control in ("yes", "no"):
        return {"translate": {"add": language} if control == "yes" else {}}
    if language_of(turn, turn.incoming.text) == language and len(turn.incoming.text) > TITLE_MAX:
        return {"translate": {"add": language}, **(_other(turn, answers, language) or {})}
    return None


def _ask_other(turn: Turn, answers: Answers) -> tuple[str, Rows]:
    name = turn.text(f"spoken-{answers['translate']['add']}")
    rows = [[Tap(turn.text("button-as-it-is"), "announce_set", {"what": "as_is", "draft": answers["draft"]})]]
    return turn.text("ask-announce-other", spoken=name, most=TITLE_MAX), rows


def _read_other(turn: Turn, answers: Answers) -> Mapping[str, Any] | None:
    return _other(turn, answers, answers["translate"]["add"])


def _other(turn: Turn, answers: Answers, language: str) -> Mapping[str, Any] | None:
    """The same in another language: the first line is the title."""
    title, body = split(turn.incoming.text)
    title = title or suggested(body) or body[:TITLE_MAX].split("\n")[0]
    try:
        check_text(Text(title=title, body=body))
    except Refusal as refusal:
        turn.preface = turn.text(refusal.key, **refusal.values)
        return None
    return {"others": {**answers.get("others", {}), language: [title, body]}, "other": True}


def _needs_other(_turn: Turn, answers: Answers) -> bool:
    return "add" in answers.get("translate", {})


ESTATES = Step("estates", _ask_estates, _read_estates)
BODY = Step("body", _ask_body, _read_body, verbatim=True)
TITLE = Step("title", _ask_title, _read_title, verbatim=True)
WHOM = Step("whom", _ask_whom, _read_whom)
TRANSLATE = Step(
    "translate", _ask_translate, _read_translate, lambda turn, answers: bool(missing(turn, answers)), verbatim=True,
    skip=lambda _turn, _answers: {"translate": {}},
)  # fmt: skip
OTHER = Step("other", _ask_other, _read_other, _needs_other, verbatim=True)

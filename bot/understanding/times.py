"""Read the words that say when somebody may come.

What times are made of stands in `locales/<language>/times.yaml`; which of them is one for a visit, `visits.py` weighs.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import islice
from operator import itemgetter

from bot.understanding.normalise import Text, normalise
from bot.understanding.phrases import LOCALES, languages, load, phrases
from bot.understanding.visits import Said, how_likely, signs_of

# Where no time can begin is passed over at once: within a word, in one language at the letters of the other.
BEGINS, SPACED, UNSPACED = r"(?!(?<=[a-z])[a-z]| )", r"(?=[!-~])", r"(?![a-z])"
TRIED = 8  # so many of the times in a message are weighed
NEAR, CLOSE = 60, 12  # characters on either side that may tell
LIKELY, LIKELY_AMID = 0.35, 0.3  # that it is a time for a visit
ANY, DAY, CLOCK, PART = "any", "day", "clock", "part"  # a time by itself
EVENT, AFTER, BEFORE, NUMBER = "event", "after", "before", "number"  # only beside another
KINDS = (ANY, DAY, CLOCK, PART, EVENT, AFTER, BEFORE, NUMBER)  # tried in this order
ALONE, VAGUE = frozenset({ANY, DAY, CLOCK, PART}), frozenset({ANY, PART})

Chain = list[re.Match[str]]

_name = re.compile(r"<(\w+)>")
_ends = re.compile(r"[,;.!?。、…:]")

_today = re.compile(
    r"(?:今天|今日|today,?)\s*(?:的|at\s)?\s*(?P<part>上午|早上|中午|下午|晚上|morning|afternoon)?\s*"
    r"(?P<hour>\d{1,2})?\s*(?:点|时|:\d\d|(?P<half>[ap])\.?m)?|this (?P<this>morning|afternoon)|(?P<dawn>今早)"
)
_over = {"上午": 12, "早上": 12, "morning": 12, "中午": 14, "下午": 18, "afternoon": 18, "晚上": 24}  # o'clock
_later = frozenset({"下午", "晚上", "afternoon", "p"})


@dataclass(frozen=True, slots=True)
class Grammar:
    """What `times.yaml` says, of all languages: people mix them."""

    atoms: re.Pattern[str]
    cues: Mapping[str, re.Pattern[str]]


@cache
def grammar() -> Grammar:
    """Read what times are made of."""
    atoms: dict[str, list[str]] = {kind: [] for kind in KINDS}
    cues: dict[str, list[str]] = {}
    for language in languages():
        data = load(LOCALES / language / "times.yaml")
        pieces: dict[str, str] = {}
        for name, pattern in data.pop("pieces").items():
            pieces[name] = _filled(pattern, pieces)
        starts = SPACED if phrases(language).spaced else UNSPACED
        for kind, patterns in data.pop("atoms").items():
            atoms[kind].append(f"{starts}(?:{'|'.join(_filled(each, pieces) for each in patterns)})")
        for name, pattern in data.items():
            cues.setdefault(name, []).append(_filled(pattern, pieces))
    every = "|".join(f"(?P<{kind}>{'|'.join(patterns)})" for kind, patterns in atoms.items())
    return Grammar(
        re.compile(f"{BEGINS}(?:{every})", re.ASCII),
        {name: re.compile("|".join(patterns)) for name, patterns in cues.items()},
    )


def _filled(pattern: str, pieces: Mapping[str, str]) -> str:
    return _name.sub(lambda found: pieces[found[1]], pattern)


def has_passed(raw: str, *, hour: int) -> bool:
    """Is the time that was said over already, when it is *hour* o'clock: "昨天下午", "今天上午" in the afternoon?"""
    plain = normalise(raw).plain
    found = _today.search(plain)
    if found is None:
        return grammar().cues["gone"].search(plain) is not None
    part = found["part"] or found["this"] or ("早上" if found["dawn"] else None)
    if found["hour"] is None:
        return hour >= _over.get(part or "", 24)
    said = int(found["hour"])
    late = not {part, found["half"]}.isdisjoint(_later) and said < 12
    return said + 12 * late <= hour if part or found["half"] else False


def is_soon(raw: str) -> bool:
    """Whoever is asked for a time, and answers so, names none and means the next."""
    return grammar().cues["soon"].search(normalise(raw).plain) is not None


def read_when(text: Text, *, wish: str, amid: bool = False) -> str | None:
    """The person's own words for when somebody may come; times that tell what happened are left out.

    `wish` is the intent of the message. Amid a conversation a time is more likely an answer than in its beginning.
    """
    times = times_in(text.plain)
    weighed = zip(map(how_likely, signs_of(text.plain, wish, times)), times, strict=True)
    best = max(weighed, key=itemgetter(0), default=None)
    if best and best[0] >= (LIKELY_AMID if amid else LIKELY):
        start, end = best[1].start, best[1].end
    else:
        at_once = grammar().cues["at_once"].search(text.plain)
        start, end = at_once.span(at_once.lastindex or 0) if at_once else (0, 0)
    return text.surface[start:end].strip(" ,") or None


def times_in(plain: str) -> list[Said]:
    """Every time that a normalised text names, whatever it says of it; no more than TRIED."""
    missed = grammar().cues["missed"]
    found = (said for chain in _chains(plain) if (said := _said(plain, chain)) and not missed.match(plain, said.end))
    return list(islice(found, TRIED))


def _chains(plain: str) -> Iterator[Chain]:
    """The parts of times that follow each other with nothing but joining words between."""
    known = grammar()
    chain: Chain = []
    for atom in known.atoms.finditer(plain):
        if chain and not _joined(plain, chain[-1], atom):
            yield chain
            chain = []
        chain.append(atom)
    yield chain


def _joined(plain: str, one: re.Match[str], other: re.Match[str]) -> bool:
    """One time is "tomorrow, about seven"; "unit 7, tomorrow" and "I work, come at eight" are none of that kind."""
    if grammar().cues["all_but"].fullmatch(plain, one.start(), other.start()):
        return True  # "any morning but Tuesday"
    kinds = one.lastgroup, other.lastgroup
    pause = "," in plain[one.end() : other.start()]
    if pause and (kinds[0] in (EVENT, NUMBER) or kinds[1] == EVENT or kinds == (CLOCK, PART)):
        return False
    if pause and grammar().cues["refused"].search(plain, max(0, one.start() - NEAR), one.start()):
        return False  # "not today, tomorrow"
    return grammar().cues["joins"].fullmatch(plain, one.end(), other.start()) is not None


def _said(plain: str, chain: Chain) -> Said | None:
    """The chain without what says nothing at its ends; of "from Monday to Tuesday", where it is moved, Tuesday."""
    cues = grammar().cues
    if cues["moved"].search(plain):
        chain = _moved(chain, plain)
    while chain and chain[-1].lastgroup in (BEFORE, EVENT):
        chain = chain[:-1]
    while chain and chain[0].lastgroup == AFTER:
        chain = chain[1:]
    kinds = {str(atom.lastgroup) for atom in chain}
    if not (kinds & ALONE or ({EVENT, AFTER} <= kinds) or (NUMBER in kinds and len(chain) > 1)):
        return None
    start, end = chain[0].start(), chain[-1].end()
    spared = cues["spared"].search(plain, max(0, start - CLOSE), start)
    start = spared.start() if spared else start
    free = cues["free"].match(plain, end)
    end = free.end() if free else end
    before, after = _clause(plain, start, end)
    return Said(
        start=start,
        end=end,
        words=plain[start:end],
        kinds=frozenset(kinds),
        before=before,
        after=after,
        follows=plain[end + len(after) : end + NEAR],
        is_instead=cues["instead"].search(plain, max(0, start - CLOSE), start) is not None,
        is_vague=kinds <= VAGUE,
        is_alone=not cues["filler"].sub("", f"{before} {after}").strip(),
    )


def _clause(plain: str, start: int, end: int) -> tuple[str, str]:
    """What stands before and after in the same clause; a blank between Chinese words, or "but", parts clauses too."""
    around = plain[max(0, start - NEAR) : end + NEAR]
    at = min(start, NEAR)
    paused = grammar().cues["pauses"].sub(lambda found: "," * len(found[0]), around)
    return _ends.split(paused[:at])[-1], _ends.split(paused[at + end - start :])[0]


def _moved(chain: Chain, plain: str) -> Chain:
    """What follows the last "to" between two days, or from one hour "to" another."""
    kinds = [atom.lastgroup for atom in chain]
    for at in range(len(chain) - 1, 0, -1):
        days = kinds[at] == DAY and DAY in kinds[:at]
        hours = kinds[0] == BEFORE and DAY not in kinds and kinds[at] in (CLOCK, NUMBER)
        if (days or hours) and grammar().cues["ranges"].fullmatch(plain, chain[at - 1].end(), chain[at].start()):
            return chain[at:]
    return chain

"""Put the readers together: one message in, one `Understood` out."""

import re
from collections.abc import Iterable, Iterator, Sequence

from bot.understanding.details import read_name, read_sum, read_ticket
from bot.understanding.intent import NOTHING, Judged, Weighed, confidence, guesses, judge
from bot.understanding.learned import weigh_words
from bot.understanding.lexicon import by_concept, lexicon
from bot.understanding.model import OUTSIDE, Match, Room, Understood
from bot.understanding.normalise import Text, normalise
from bot.understanding.phones import Phone, read_phone
from bot.understanding.phrases import Phrases, guess_language, languages, phrases
from bot.understanding.places import read_place
from bot.understanding.rooms import RoomIndex
from bot.understanding.rules import Fired, matters_of, rulebook
from bot.understanding.times import read_when
from bot.understanding.urgency import NORMAL, by_rules, judge_urgency

CONTROL, EMERGENCY, OTHER = "control", "emergency", "other"
DOUBTFUL = 0.6  # below it, what seems to be nothing of ours may be the estate's matter after all
REPORTS = {"repair", "complaint", "fee", "renovation", "suggestion", "praise"}
GUESS = 0.2  # a matter that no rule names is guessed when it is at least so likely
BARE = {"yes", "no"}  # said before almost anything
_trimmed = " .,!?~。、…;:"
_clause_end = re.compile(r"[.,!?~。、…;:]+")


def prepare() -> None:
    """Read all language data and compile it now, lest the first message of each language wait for it."""
    for language in languages():
        lexicon(language)
        understand(language, language=language)


def understand(text: str, *, language: str, rooms: Sequence[Room] = (), own: Sequence[Room] = (),
               amid: bool = False) -> Understood:  # fmt: skip
    """Say what a message wants and which answers it already holds; `amid` a conversation, or as its beginning.

    `language` is the person's, used where the words themselves do not tell. Pass `rooms` as a `RoomIndex` that is
    kept per estate: a plain sequence is indexed anew for every message.
    """
    said = normalise(text)
    spoken = guess_language(said.plain)
    register = rooms if isinstance(rooms, RoomIndex) else RoomIndex(rooms)
    known = spoken or (language if language in languages() else languages()[0])
    hits = lexicon(known).find(said)
    found = by_concept(hits, rulebook().groups)
    reach, spaced, length = phrases(known).reach, phrases(known).spaced, len(said.plain)
    by_words, ruled = weigh_words(said.plain), by_rules(found, reach, said.plain)
    alarm = judge_urgency(ruled, found, by_words, length=length, spaced=spaced, amid=amid)
    judged = judge(found, by_words, length=length, reach=reach, spaced=spaced)
    control = _control(said, known, language)
    urgency, hazard = (NORMAL, None) if control else (alarm.urgency, alarm.hazard)
    phone = read_phone(said.plain)
    wanted = CONTROL if control else EMERGENCY if urgency == EMERGENCY else judged.intent.best
    return Understood(
        text=said.plain,
        language=spoken,
        intent=wanted,
        control=control,
        confidence=_confidence(control, hazard, judged.intent),
        category=_category(wanted, hazard, judged),
        urgency=urgency,
        hazard=hazard,
        place=read_place(_without(said, phone), hits, register, own, language=known),
        when=read_when(_without(said, phone), wish=wanted, amid=amid),
        phone=phone.digits if phone else None,
        matches=tuple(_matches(said, ruled.reasons, judged.named.fired, judged.intent.fired)),
        guesses=tuple(guesses(judged.intent, 2)),
        name=read_name(said, hits),
        ticket=read_ticket(said),
        money=read_sum(said),
        danger=round(alarm.danger, 2),
    )


def _without(said: Text, phone: Phone | None) -> Text:
    """The text with the phone number blanked, lest its digits be taken for a room or an hour."""
    if phone is None:
        return said
    return Text(said.surface, said.plain[: phone.start] + " " * (phone.end - phone.start) + said.plain[phone.end :])


def _control(said: Text, *languages_known: str) -> str | None:
    """Steering words count only when they are the whole message: "取消" steers, "取消停车费" does not.

    They may be said twice, with courtesy, or after a bare yes or no: "no no, please go back".
    """
    for language in dict.fromkeys(languages_known):
        known = phrases(language) if language in languages() else None
        found = known and _steered(said.plain.strip(_trimmed), known)
        if found:
            return found
    return None


def _steered(whole: str, known: Phrases) -> str | None:
    if whole in known.control:
        return known.control[whole]
    clauses = filter(None, (known.courtesy.sub("", clause.strip()).strip() for clause in _clause_end.split(whole)))
    meant = {known.control.get(clause) for clause in clauses}
    meant -= BARE if meant - BARE else set()
    return meant.pop() if len(meant) == 1 else None


def _confidence(control: str | None, hazard: str | None, intent: Weighed) -> float:
    if control or hazard:
        return 0.99 if control else 0.95
    return confidence(intent)


def _category(wanted: str, hazard: str | None, judged: Judged) -> str:
    """The matter, unless the hazard or the wish says by itself what it is about; whoever reports, reports something."""
    book, scores = rulebook(), judged.category.scores
    likely = matters_of(hazard)
    best = judged.category.best
    if likely:
        return best if best in likely else likely[0]
    if wanted in book.intent_categories and (wanted != OUTSIDE or confidence(judged.intent) >= DOUBTFUL):
        return book.intent_categories[wanted]
    if best != NOTHING or wanted == OUTSIDE:
        return best
    if judged.named.fired:
        return judged.named.best
    return next((label for label, share in scores[1:2] if share >= GUESS), OTHER) if wanted in REPORTS else best


def _matches(
    said: Text, urgency: Iterable[Fired], category: Iterable[Fired], intent: Iterable[Fired]
) -> Iterator[Match]:
    for kind, fired in (("urgency", urgency), ("category", category), ("intent", intent)):
        for each in fired:
            words = " + ".join(said.surface[hit.start : hit.end] for hit in each.hits)
            yield Match(kind, each.rule.label, words, each.rule.weight)

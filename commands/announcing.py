"""An announcement from the command line: what was asked for, how it looks, sent off once."""

from __future__ import annotations

import hashlib
import html
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import typer

from bot.announcement_cards import announcement_card
from bot.announcement_heads import described, heads_lines
from bot.announcement_letters import leaflets, owner_letter
from bot.telling import Telling
from bot.voice import Voice
from bot.words import Words
from commands.terminal import LOCALES, estate_named, language_of, say, utc_now
from domain.announcements import figures, operations
from domain.announcements.audience import read
from domain.announcements.changing import known, policy
from domain.announcements.lifecycle import Status
from domain.announcements.model import Again, Announcement, Draft, Kind, Text
from domain.announcements.sending import awake
from domain.announcements.wording import check, missing_languages
from domain.errors import Refusal
from domain.register.model import Estate
from storage.engine import Database
from storage.work import SqlWork

TAG = re.compile(r"</?[bi]>")
RULE = "─" * 46


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What was asked for; the text under "" is in the language of the first estate."""

    estates: Sequence[str]
    audience: Sequence[str]
    texts: Mapping[str, Text]
    kind: Kind
    at: str | None
    confirm: bool

    @property
    def key(self) -> str:
        """The same for the very same announcement."""
        told = asdict(self)
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()

    def draft(self, work: SqlWork) -> Draft:
        """As the domain takes it.

        :raises Refusal: an estate, a place, a time or a text that cannot be
        """
        estates = [estate_named(work, name) for name in self.estates]
        home = estates[0]
        texts = {language or home.language: text for language, text in self.texts.items()}
        for language in texts:
            if not (LOCALES / language).is_dir():
                spoken = ", ".join(sorted(one.name for one in LOCALES.iterdir()))
                raise Refusal("no-such-language", said=language, known=spoken)
        found = Draft(
            estate_id=home.id, audience=read(work, [one.id for one in estates], self.audience), texts=texts,
            kind=self.kind, at=_moment(self.at, home), confirm=self.confirm,
        )  # fmt: skip
        check(found)
        return found


def text_of(path: Path) -> Text:
    """What a file says: its first line is the title.

    :raises Refusal: it cannot be read
    """
    try:
        title, _, body = path.read_text(encoding="utf-8-sig").strip().partition("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise Refusal("announce-text-unreadable", file=str(path), why=str(error)) from None
    return Text(title.strip(), body.strip())


@cache
def _words() -> Words:
    return Words(LOCALES)


def preview(work: SqlWork, draft: Draft, pace: Mapping[str, float]) -> str:
    """How it looks in each language, whom it reaches, how long it takes, what is missing."""
    words, voice = _words(), voice_of(work)
    lines = []
    for language in draft.texts:
        text, rows = owner_letter(Voice(words, language, voice.now, work), draft)
        lines += [f"── {language} {RULE}"[:46], text, *("  ".join(f"[{tap.label}]" for tap in row) for row in rows)]
    heads = figures.count(work=work, audience=draft.audience, kind=draft.kind)
    lines += [RULE, described(voice, work, draft.audience), *heads_lines(voice, heads, pace)]
    lines += [
        voice.say("announce-language-missing", language=language, count=count)
        for language, count in missing_languages(draft, heads, spoken=words.languages).items()
    ]
    lines.append(_when(voice, work, draft))
    if heads.people > (limit := policy(work, draft).second_above):
        lines.append(voice.say("announce-second-person", count=limit))
    return shown("\n".join(lines))


def send_off(work: SqlWork, wanted: Wanted, *, by: int | None, second: int | None, key: str | None) -> Announcement:
    """Submitted, and approved by the second person where one is needed and named; with a *key*, once."""
    now = utc_now()
    made = operations.draft(work=work, draft=wanted.draft(work), by=by, now=now, key=key)
    if made.status != Status.DRAFT:
        return made  # the very same was sent off before
    printed = leaflets(work, _words(), made, now=now)
    after = operations.submit(work=work, announcement_id=made.id, leaflets=printed, by=by, now=now)
    if after.status == Status.WAITING and second is not None:
        return operations.approve(work=work, announcement_id=made.id, by=second, now=now)
    return after


def send_again(work: SqlWork, number: int, to: Again, *, now: datetime) -> Announcement:
    """Once more to some of its people; who had it before is told that it is a reminder."""
    printed = leaflets(work, _words(), known(work, number), now=now, to=to)
    return operations.send_again(work=work, announcement_id=number, to=to, leaflets=printed, by=None, now=now)


def speaking(database: Database) -> Database:
    """The same database: who must hear of it is told, as when it is done in chat."""
    return database.heard_by(Telling(_words()).hear)


def voice_of(work: SqlWork) -> Voice:
    """Speaks to the operator."""
    return Voice(_words(), language_of(_words()), utc_now(), work)


def card_of(work: SqlWork, one: Announcement) -> str:
    """How it stands, in words."""
    return shown(announcement_card(voice_of(work), work, one, None)[0])


def shown(text: str) -> str:
    """Words for a chat, on a terminal."""
    return html.unescape(TAG.sub("", text))


def person_meant(work: SqlWork, said: str) -> int:
    """Whom the operator means by an id, a phone number or a name.

    :raises Refusal: nobody, or several
    """
    found = work.register.search(said)
    if not found:
        raise Refusal("nobody-found", said=said)
    if len(found) > 1:
        names = ", ".join(f"{one.name} ({one.id})" for one in found[:10])
        raise Refusal("invite-who", said=said, count=len(found), names=names)
    return found[0].id


def named_file(said: str) -> tuple[str, Path]:
    """The language and the file of "en=notice.en.txt".

    :raises BadParameter: it is not of that form
    """
    language, sign, path = said.partition("=")
    if not sign or not Path(path).is_file():
        raise typer.BadParameter(say("announce-language-bad", said=said), param_hint="--language")
    return language, Path(path)


def _when(voice: Voice, work: SqlWork, draft: Draft) -> str:
    """Its time, and why that may be later than was asked for."""
    asked = draft.at or voice.now
    leaves = awake(work, draft, asked)
    if leaves > asked:
        key = "announcement-confirm-night" if draft.at is None else "announcement-confirm-night-then"
        return voice.say(key, time=voice.moment(leaves, draft.estate_id))
    if draft.at is None:
        return voice.say("announcement-confirm-now")
    return voice.say("announcement-confirm-at", time=voice.moment(draft.at, draft.estate_id))


def _moment(said: str | None, home: Estate) -> datetime | None:
    """On the estate's wall clock."""
    if said is None:
        return None
    try:
        return datetime.fromisoformat(said).replace(tzinfo=ZoneInfo(home.timezone))
    except ValueError:
        raise Refusal("announce-time-bad", said=said) from None

"""An announcement while it is being written: the answers of a conversation, and the draft that they are."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.conversation import Answers
from bot.turn import Turn
from bot.understanding.phrases import guess_language
from domain.announcements.model import (
    TITLE_MAX,
    Announcement,
    Attachment,
    Audience,
    Draft,
    Kind,
    Poll,
    SignUp,
    Text,
)
from domain.register.model import Flag, Relation, Role
from domain.tickets.eligibility import MANAGERS

_ORNAMENT = re.compile(r"^[【\[《「#*\s📢🔔]+|[】\]》」#*\s:\uff1a]+$")
_GREETING = re.compile(
    r"^(?:各位|尊敬的|亲爱的|广大|全体)[^\s,:\uff0c\uff1a]{0,8}[\s,:\uff0c\uff1a]+|^dear [^,:\n]{3,40}[,:]\s*",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"[,.!;:\n\uff0c\u3002\uff01\uff1b\uff1a]")


def managed(turn: Turn) -> tuple[int, ...]:
    """The estates whose manager this is."""
    return tuple(sorted(turn.staff.estates)) if turn.staff and turn.staff.roles & set(MANAGERS) else ()


def split(said: str) -> tuple[str, str]:
    """The title, if the first line is one, and the rest."""
    first, _, rest = said.strip().partition("\n")
    title = _ORNAMENT.sub("", first.strip())
    if rest.strip() and 0 < len(title) <= TITLE_MAX:
        return title, rest.strip()
    return "", said.strip()


def suggested(body: str) -> str:
    """The beginning as a title, where it is short enough; "" where it is not."""
    clause = _CLAUSE.split(_GREETING.sub("", body.strip()), maxsplit=1)[0].strip()
    return clause if 2 <= len(clause) <= TITLE_MAX // 2 else ""


def language_of(turn: Turn, said: str) -> str:
    """The language that a text is written in."""
    return guess_language(said.lower()) or turn.language


def texts_of(answers: Answers) -> dict[str, Text]:
    """Every language's text that there is so far; the first one is what was written first."""
    texts = {answers["language"]: Text(title=answers["title"], body=answers["body"])}
    return texts | {language: Text(*told) for language, told in answers.get("others", {}).items()}


def draft_of(answers: Answers) -> Draft:
    """The draft; only when every question has been answered."""
    audience, poll = audience_of(answers["whom"]), answers.get("poll")
    paper = answers.get("file")
    return Draft(
        estate_id=audience.estates[0],
        audience=audience,
        texts=texts_of(answers),
        kind=Kind(answers.get("kind", Kind.ORDINARY)),
        photos=tuple(answers["photos"]),
        file=Attachment(**paper) if paper else None,
        at=_moment(answers.get("at")),
        confirm=bool(answers.get("please_confirm")),
        poll=Poll(poll[0], tuple(poll[1:])) if poll else None,
        sign_up=SignUp(answers["cap"]) if answers.get("cap") else None,
        closes_at=_moment(answers.get("closes")),
    )


def answers_of(told: Announcement, *, now: datetime) -> dict[str, Any]:
    """The answers that this announcement was made of; a time that is over is none."""
    language, (title, body) = next((one, (text.title, text.body)) for one, text in told.texts.items())
    others = {one: [text.title, text.body] for one, text in told.texts.items() if one != language}
    answers: dict[str, Any] = {
        "estates": list(told.audience.estates),
        "body": body,
        "title": title,
        "language": language,
        "others": others,
        "translate": {},
        "whom": plain(told.audience),
        "kind": told.kind.value,
        "photos": list(told.photos),
        "please_confirm": told.confirm,
    }
    if told.file:
        answers["file"] = {"key": told.file.key, "name": told.file.name, "kind": told.file.kind}
    if told.at and told.at > now:
        answers["at"] = told.at.isoformat()
    if told.poll:
        answers["poll"] = [told.poll.question, *told.poll.options]
    if told.sign_up:
        answers["cap"] = told.sign_up.cap
    if told.closes_at and told.closes_at > now:
        answers["closes"] = told.closes_at.isoformat()
    return answers


def plain(audience: Audience) -> dict[str, Any]:
    """An audience as a conversation keeps it."""
    return {
        "estates": list(audience.estates),
        "buildings": list(audience.buildings),
        "entrances": [list(one) for one in audience.entrances],
        "rooms": list(audience.rooms),
        "relations": sorted(audience.relations),
        "flags": sorted(audience.flags),
        "roles": sorted(audience.roles),
        "ticket_id": audience.ticket_id,
    }


def audience_of(kept: Mapping[str, Any]) -> Audience:
    """The audience that was kept."""
    return Audience(
        estates=tuple(kept["estates"]),
        buildings=tuple(kept.get("buildings", ())),
        entrances=tuple((one, two) for one, two in kept.get("entrances", ())),
        rooms=tuple(kept.get("rooms", ())),
        relations=frozenset(map(Relation, kept.get("relations", ()))),
        flags=frozenset(map(Flag, kept.get("flags", ()))),
        roles=frozenset(map(Role, kept.get("roles", ()))),
        ticket_id=kept.get("ticket_id"),
    )


def _moment(kept: str | None) -> datetime | None:
    return datetime.fromisoformat(kept) if kept else None

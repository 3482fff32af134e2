"""Before it is sent: the preview as owners will see it, and the card with everything that can still be changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.announcement_heads import described, heads_lines
from bot.announcement_letters import outgoing, owner_letter
from bot.channels.base import Document
from bot.conversation import Answers, Intent, Step, without
from bot.dialog import advance, card_of
from bot.intents.announce_ask import count, missing
from bot.intents.announce_draft import draft_of, plain
from bot.intents.announce_terms import moment_read
from bot.intents.announce_whom import read_audience
from bot.intents.steering import opened
from bot.intents.words import draft_tap
from bot.turn import Rows, Tap, Turn
from bot.voice import Voice
from bot.words import Said
from domain.announcements.changing import policy
from domain.announcements.model import Draft, Kind
from domain.announcements.sending import awake

SHOWN = ("title", "body", "language", "others", "kind", "photos", "file", "please_confirm", "poll", "cap", "closes")
ASKED_AGAIN = {  # what a button of the card asks for, and the answers that go with it
    "body": ("body", "title", "others", "translate", "other"),  # a translation of other words is none
    "title": ("title",), "whom": ("whom", "translate", "other"), "at": ("at",),
    "poll": ("poll", "cap", "closes"), "cap": ("cap", "poll", "closes"),
}  # fmt: skip


def summary(turn: Turn, answers: Answers) -> str:
    """What will happen when it is sent, line by line."""
    draft, voice, work = draft_of(answers), turn.voice, turn.work
    heads = count(turn, draft.audience, answers)
    title = voice.say("announcement-card-urgent" if draft.kind is Kind.URGENT else "announcement-card",
                      title=answers["title"])  # fmt: skip
    whom = voice.say("announcement-confirm-whom", audience=described(voice, work, draft.audience))
    who = heads_lines(voice, heads, turn.pace()) if heads.people else [voice.say("announcement-confirm-nobody")]
    lines = [title, whom, *who, _when(turn, draft)]
    lines += [
        voice.say("announcement-confirm-language", spoken=turn.text(f"spoken-{one}"), count=count)
        for one, count in missing(turn, answers).items()
    ]
    if draft.file:
        lines.append(voice.say("announcement-confirm-file", name=draft.file.name))
    if draft.confirm:
        lines.append(voice.say("announcement-confirm-read"))
    if draft.kind is Kind.URGENT:
        lines.append(voice.say("announcement-confirm-urgent"))
    elif _busy(turn, draft):
        lines.append(voice.say("announcement-confirm-hour"))
    if heads.people > (limit := policy(work, draft).second_above):
        lines.append(voice.say("announcement-confirm-second", limit=limit))
    return "\n".join(lines)


def _when(turn: Turn, draft: Draft) -> Said:
    """Its time, and why that may be later than was asked for."""
    voice = turn.voice
    asked = draft.at or turn.now
    leaves = awake(turn.work, draft, asked)
    if leaves > asked:
        key = "announcement-confirm-night" if draft.at is None else "announcement-confirm-night-then"
        return voice.say(key, time=voice.moment(leaves, draft.estate_id))
    if draft.at is None:
        return voice.say("announcement-confirm-now")
    return voice.say("announcement-confirm-at", time=voice.moment(draft.at, draft.estate_id))


def _busy(turn: Turn, draft: Draft) -> bool:
    """Did another ordinary one go out within the hour, here?"""
    since = turn.now - policy(turn.work, draft).gap
    lately = turn.work.announcements.lately(since=since)
    return any(set(one.audience.estates) & set(draft.audience.estates) for one in lately)


def _rows(turn: Turn, answers: Answers) -> Rows:
    voice, draft = turn.voice, draft_of(answers)

    def tap(what: str, key: str, **more: Any) -> Tap:
        return Tap(voice.say(key, **more), "announce_set", {"what": what, "draft": answers["draft"]})

    heads = count(turn, draft.audience, answers)
    large = heads.people > policy(turn.work, draft).second_above
    send = draft_tap(answers, "send", voice.say("button-hand-in" if large else "button-send-announcement"), value=True)
    kind = tap("ordinary", "button-make-ordinary") if draft.kind is Kind.URGENT else tap("urgent", "button-make-urgent")
    read = tap("no_confirm", "button-no-confirm") if draft.confirm else tap("confirm", "button-please-confirm")
    poll = tap("no_poll", "button-no-poll") if draft.poll else tap("poll", "button-poll")
    cap = tap("no_cap", "button-no-places") if draft.sign_up else tap("cap", "button-places-for")
    languages = [
        Tap(
            voice.say(key, spoken=turn.text(f"spoken-{one}")),
            "announce_set",
            {"what": "translate", "language": one, "draft": answers["draft"]},
        )
        for key, these in (
            ("button-add-language", missing(turn, answers)),
            ("button-change-language", answers.get("others", {})),
        )
        for one in these
    ]
    cancel = Tap(voice.say("button-cancel"), "never_mind", {"draft": answers["draft"]})
    return [
        *([[send]] if heads.people else []),
        [kind, tap("at", "button-change-time")],
        [tap("body", "button-change-body"), tap("title", "button-change-title"), tap("whom", "button-change-whom")],
        [read, poll, cap],
        *([languages] if languages else []),
        [*([tap("no_photos", "button-no-photos")] if draft.photos or draft.file else []), cancel],
    ]


def _ask(turn: Turn, answers: Answers) -> tuple[str, Rows]:
    _show_previews(turn, answers)
    return f"{turn.text('announcement-confirm-head')}\n{summary(turn, answers)}", _rows(turn, answers)


def _read(turn: Turn, answers: Answers) -> Mapping[str, Any] | None:
    """Yes; else a time, an audience or "urgent" that somebody types instead of tapping."""
    control = turn.understood.control if turn.understood else None
    if control == "yes":
        return {"send": True}
    if control or not turn.incoming.text:
        return None
    if when := moment_read(turn, answers, "at"):
        return when
    meant = read_audience(turn.work, turn.incoming.text, tuple(answers["estates"]))
    if meant.audience:
        return {"whom": plain(meant.audience)}
    turn.preface = turn.preface or turn.text("announcement-tap-to-change")
    return {}


CARD = Step("send", _ask, _read, card=summary)


# --- the preview -------------------------------------------------------------------------------------------------


def _show_previews(turn: Turn, answers: Answers, *, in_place: bool = False) -> None:
    """As owners will see it, in each language that there is; not again while nothing of it has changed."""
    if is_shown(answers):
        return
    draft = draft_of(answers)
    turn.remember(answers={**turn.conversation.answers, "shown": _digest(answers)})
    head, turn.preface = turn.preface, ""
    for language in draft.texts:
        text, rows = owner_letter(Voice(turn.words, language, turn.now, turn.work), draft)
        looks = [[replace(tap, intent="look_only", answers={}) for tap in row] for row in rows]
        message, card = outgoing(draft, text), _preview(answers, language)
        if in_place:
            turn.edit(card, text, looks, photos=message.photos, document=message.document)
        else:
            turn.answer(text, looks, card=card, photos=message.photos, document=message.document)
    turn.preface = head


def is_shown(answers: Answers) -> bool:
    """Is what they saw what will be sent? The rest of an album may have come after the preview."""
    return bool(answers.get("shown") == _digest(answers))


def _digest(answers: Answers) -> str:
    told = {name: answers.get(name) for name in SHOWN}
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:16]


def close_previews(turn: Turn, answers: Answers) -> None:
    """What was only a preview says so from now on, and has no buttons."""
    draft = draft_of(answers)
    for language in draft.texts:
        text, _buttons = owner_letter(Voice(turn.words, language, turn.now, turn.work), draft)
        turn.edit(_preview(answers, language), text, photos=draft.photos, document=outgoing(draft, text).document)


def drop_previews(turn: Turn, answers: Answers) -> None:
    """What was only a preview of an announcement that nobody sends says so."""
    if "shown" not in answers:
        return
    for language in turn.words.languages:
        paper = answers.get("file")
        document = Document(handle=paper["key"], name=paper["name"], kind=paper["kind"]) if paper else None
        turn.edit(
            _preview(answers, language), turn.text("announcement-preview-dropped"),
            photos=tuple(answers["photos"]), document=document,
        )  # fmt: skip


def _preview(answers: Answers, language: str) -> str:
    return f"preview:{answers['draft']}:{language}"


def _look_only(turn: Turn, _answers: Answers) -> None:
    turn.toast(turn.text("announcement-look-only"))


# --- changing what is on the card --------------------------------------------------------------------------------


def _set(turn: Turn, answers: Answers) -> None:
    """One thing is otherwise: the card and the preview show it where they are, or the question is asked."""
    intent = opened(turn, answers)
    known, what = turn.conversation.answers, answers["what"]
    if what in ASKED_AGAIN:
        advance(turn, intent, {**without(known, (*ASKED_AGAIN[what], "send")), "asking": what})
        return
    if what == "translate":
        added = {"translate": {"add": answers["language"]}}
        advance(turn, intent, {**without(known, ("other",)), **added})
        return
    after = {**known, **_CHANGES[what]}
    if turn.conversation.step != "send":
        advance(turn, intent, after)
        return
    turn.remember(answers=after)
    _show_previews(turn, after, in_place=what != "no_photos")
    _redraw(turn, turn.conversation.answers)
    turn.toast(turn.text(_SAID[what]))


def _redraw(turn: Turn, answers: Answers) -> None:
    card = card_of(CARD, answers)
    assert card is not None
    head = turn.text("announcement-confirm-head")
    turn.edit(card, f"{head}\n{summary(turn, answers)}", _rows(turn, answers))


def _file(turn: Turn, _answers: Answers) -> None:
    """A file that came while an announcement is written goes with it; its caption answers the open question."""
    paper = turn.keep_document()
    assert paper is not None
    intent, known = turn.intents["announce"], turn.conversation.answers
    kept = {"key": paper.handle, "name": paper.name, "kind": paper.kind}
    known = {**known, "file": kept, "photos": [*known["photos"], *turn.photos]}
    turn.preface = turn.text("announcement-file-added", name=paper.name)
    step = next(one for one in intent.steps if one.name == turn.conversation.step)
    advance(turn, intent, {**known, **((step.read(turn, known) if turn.incoming.text else None) or {})})


_CHANGES: Mapping[str, Mapping[str, Any]] = {
    "urgent": {"kind": Kind.URGENT.value},
    "ordinary": {"kind": Kind.ORDINARY.value},
    "confirm": {"please_confirm": True},
    "no_confirm": {"please_confirm": False},
    "no_poll": {"poll": None, "closes": None},
    "no_cap": {"cap": None, "closes": None},
    "no_photos": {"photos": [], "file": None},
    "as_is": {"translate": {}},
}
_SAID = {
    "urgent": "announcement-now-urgent",
    "ordinary": "announcement-now-ordinary",
    "confirm": "announcement-now-confirm",
    "no_confirm": "announcement-now-no-confirm",
    "no_poll": "announcement-now-no-poll",
    "no_cap": "announcement-now-no-places",
    "no_photos": "announcement-now-no-photos",
    "as_is": "announcement-now-as-it-is",
}
ANNOUNCE_SET = Intent("announce_set", _set, staff=True)
ANNOUNCE_FILE = Intent("announce_file", _file, staff=True)
LOOK_ONLY = Intent("look_only", _look_only, bound=False)

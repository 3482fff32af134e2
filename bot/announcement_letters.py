"""What an owner gets: one rendering, for the preview, for everybody, and for whoever has answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.channels.base import Document, Outgoing
from bot.turn import DeskWork, Rows, Tap, keyed
from bot.voice import Voice
from bot.words import Said, Words
from domain.announcements import reactions
from domain.announcements.model import Again, Announcement, Draft, Kind, Leaflet, Standing, Text

ANYBODY = ""  # the chat of a keyboard that works in everybody's private chat


@dataclass(frozen=True, slots=True)
class Mine:
    """What one reader has answered so far."""

    confirmed: bool = False
    choice: int | None = None
    standing: Standing | None = None


NOTHING = Mine()


def text_in(told: Draft, language: str, fallback: str = "") -> Text:
    """The text for readers of a language: theirs, else the estate's, else whatever there is."""
    return told.texts.get(language) or told.texts.get(fallback) or next(iter(told.texts.values()))


def owner_letter(voice: Voice, told: Draft, *, number: int = 0, mine: Mine = NOTHING) -> tuple[str, Rows]:
    """The announcement with its buttons, as one reader sees it; *number* is the announcement's, once it has one."""
    lines = _lines(voice, told)
    closed = told.closes_at is not None and told.closes_at <= voice.now
    if told.poll:
        lines += ["", voice.say("announcement-poll", question=told.poll.question), *_voted(voice, told, mine, closed)]
    if told.sign_up:
        lines += ["", voice.say("announcement-sign-up", count=told.sign_up.cap), *_joined(voice, mine)]
    if told.closes_at and (told.poll or told.sign_up):
        key = "announcement-has-closed" if closed else "announcement-closes"
        lines.append(voice.say(key, time=voice.date(told.closes_at, told.estate_id)))
    if mine.confirmed and told.confirm:
        lines += ["", voice.say("announcement-confirmed")]
    return "\n".join(lines), _rows(voice, told, number, mine, closed=closed)


def group_letter(voice: Voice, told: Draft) -> str:
    """The same for the owners' group, where nobody answers in front of the others."""
    lines = _lines(voice, told)
    if told.poll:
        lines += ["", voice.say("announcement-poll", question=told.poll.question)]
        lines += [voice.say("announcement-poll-option", option=option) for option in told.poll.options]
    if told.sign_up:
        lines += ["", voice.say("announcement-sign-up", count=told.sign_up.cap)]
    if told.poll or told.sign_up or told.confirm:
        lines += ["", voice.say("announcement-answer-in-private")]
    return "\n".join(lines)


def leaflets(
    work: DeskWork, words: Words, told: Announcement, *, now: datetime, to: Again | None = None
) -> Sequence[Leaflet]:
    """The finished messages, one in each language that we speak; who had it before is told that it is a reminder."""
    again = to is Again.UNCONFIRMED
    return [_leaflet(work, Voice(words, language, now, work), told, again) for language in words.languages]


def outgoing(told: Draft, text: str) -> Outgoing:
    """The message without its buttons."""
    paper = Document(handle=told.file.key, name=told.file.name, kind=told.file.kind) if told.file else None
    return Outgoing(text=text, photos=told.photos, document=paper)


def answered(work: DeskWork, announcement_id: int, person_id: int) -> Mine:
    """What this person has answered."""
    recipient = work.recipients.get(announcement_id, person_id)
    if recipient is None:
        return NOTHING
    standing = reactions.standing(work=work, announcement_id=announcement_id, person_id=person_id)
    return Mine(recipient.confirmed_at is not None, recipient.choice, standing)


def _leaflet(work: DeskWork, voice: Voice, told: Announcement, again: bool) -> Leaflet:
    text, rows = owner_letter(voice, told, number=told.id)
    message = outgoing(told, f"{voice.say('announcement-reminder')}\n{text}" if again else text)
    buttons = keyed(work, rows, chat=ANYBODY, now=voice.now)
    group = replace(message, text=group_letter(voice, told), pinned=told.kind is Kind.URGENT)
    return Leaflet(language=voice.language, body=replace(message, buttons=buttons).plain(), group=group.plain())


def _lines(voice: Voice, told: Draft) -> list[str]:
    estate = voice.work.register.estate(told.estate_id)
    text = text_in(told, voice.language, estate.language)
    head = "announcement-head-urgent" if told.kind is Kind.URGENT else "announcement-head"
    return [
        voice.say(head, title=text.title),
        "",
        voice.say("announcement-body", body=text.body.strip()),
        "",
        voice.say("announcement-signed", estate=estate.name),
    ]


def _voted(voice: Voice, told: Draft, mine: Mine, closed: bool) -> list[Said]:
    if told.poll is None or mine.choice is None:
        return []
    key = "announcement-voted-finally" if closed else "announcement-voted"
    return [voice.say(key, option=told.poll.options[mine.choice])]


def _joined(voice: Voice, mine: Mine) -> list[Said]:
    if mine.standing is None:
        return []
    key = "announcement-waiting" if mine.standing.waiting else "announcement-joined"
    return [voice.say(key, place=mine.standing.place)]


def _rows(voice: Voice, told: Draft, number: int, mine: Mine, *, closed: bool) -> Rows:
    """What can still be answered."""
    named = {"announcement": number}
    rows: list[list[Tap]] = []
    if told.poll and not closed:
        marks = ["✓ " if at == mine.choice else "" for at in range(len(told.poll.options))]
        rows += [
            [Tap(f"{mark}{option}", "vote", {**named, "choice": at})]
            for at, (mark, option) in enumerate(zip(marks, told.poll.options, strict=True))
        ]
    if told.sign_up and not closed:
        intent, key = ("leave_place", "button-leave-place") if mine.standing else ("sign_up", "button-sign-up")
        rows.append([Tap(voice.say(key), intent, named)])
    if told.confirm and not mine.confirmed:
        rows.append([Tap(voice.say("button-have-read"), "have_read", named)])
    return rows

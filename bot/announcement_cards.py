"""What a manager sees of an announcement: one card that stays true, from the approval to the report."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from bot.announcement_heads import described, duration
from bot.announcement_letters import owner_letter, text_in
from bot.turn import DeskWork, Rows, Tap
from bot.voice import Voice
from bot.words import Said
from domain.announcements import figures
from domain.announcements.changing import parties, policy
from domain.announcements.lifecycle import ALLOWED, MOVES, OUT, Action, Party, Status
from domain.announcements.model import Announcement, Kind, Progress
from domain.announcements.sending import awake
from domain.tickets.eligibility import MANAGERS

BAR = 10  # squares
# Why somebody did not get it, by the delivery's reason or else its state.
MISSED = {
    "no-account": "announcement-no-account", "muted": "announcement-muted", "unreachable": "announcement-blocked",
    "failed": "announcement-failed", "unknown": "announcement-unknown", "expired": "announcement-expired",
}  # fmt: skip
FOR_GOOD = frozenset({"no-account", "muted"})  # sending it again reaches none of them
LAYOUT = (
    (Action.APPROVE, Action.REJECT),
    (Action.UNDO,),
    (Action.PAUSE, Action.RESUME, Action.STOP),
    (Action.CLOSE,),
)
# What can be done, by which intent, and what its button says.
BUTTONS: Mapping[Action, tuple[str, str]] = {
    Action.APPROVE: ("approve_announcement", "button-approve-announcement"),
    Action.REJECT: ("reject_announcement", "button-reject-announcement"),
    Action.UNDO: ("undo_announcement", "button-undo-announcement"),
    Action.PAUSE: ("pause_announcement", "button-pause-announcement"),
    Action.RESUME: ("resume_announcement", "button-resume-announcement"),
    Action.STOP: ("stop_announcement", "button-stop-announcement"),
    Action.CLOSE: ("close_announcement", "button-close-announcement"),
}


def announcement_card(voice: Voice, work: DeskWork, told: Announcement, viewer: int | None) -> tuple[str, Rows]:
    """What is true now, and what this manager can do about it; who manages there no more can do nothing."""
    mine = parties(work, told, viewer) - {Party.RECIPIENT}
    lines = [_head(voice, told), *_state(voice, work, told, mine)]
    return "\n".join(lines), _rows(voice, work, told, mine)


def title_of(voice: Voice, told: Announcement) -> str:
    """Its title in the reader's language, where there is one."""
    return text_in(told, voice.language, voice.work.register.estate(told.estate_id).language).title


def second_people(work: DeskWork, told: Announcement) -> list[int]:
    """Everybody else who manages all estates that it is for and can be reached: one of them must agree."""
    there = [{one.id for one in work.register.staff_of(estate, *MANAGERS)} for estate in told.audience.estates]
    able = set.intersection(*there) - {told.author_id}
    return sorted({one.person_id for one in work.addresses.of(able) if one.reachable})


def _head(voice: Voice, told: Announcement) -> Said:
    key = "announcement-card-urgent" if told.kind is Kind.URGENT else "announcement-card"
    return voice.say(key, title=title_of(voice, told))


def _state(voice: Voice, work: DeskWork, told: Announcement, mine: frozenset[Party]) -> list[str]:
    people, audience = told.people, described(voice, work, told.audience)
    match Status(told.status):
        case Status.DRAFT:
            return [voice.say("announcement-state-draft")]
        case Status.WAITING if Party.MANAGER in mine:
            asked = voice.say(
                "announcement-please-look", name=voice.name(told.author_id), count=people, audience=audience
            )
            return [asked, "", owner_letter(voice, told)[0]]
        case Status.WAITING:
            limit = policy(work, told).second_above
            key = "announcement-state-waiting" if second_people(work, told) else "announcement-nobody-to-ask"
            return [voice.say(key, count=people, limit=limit)]
        case Status.APPROVED:
            return [_to(voice, people, audience), *_approved_by(voice, told), _leaves(voice, work, told)]
        case Status.SCHEDULED:
            assert told.due_at is not None
            night = told.at is None or told.due_at > told.at
            key = "announcement-state-night" if night else "announcement-state-scheduled"
            when = voice.date(told.due_at, told.estate_id)
            return [_to(voice, people, audience), *_approved_by(voice, told), voice.say(key, time=when)]
        case Status.WITHDRAWN:
            return [voice.say("announcement-state-withdrawn")]
        case _:
            return [_to(voice, people, audience), *_figures(voice, work, told)]


def _to(voice: Voice, people: int, audience: Said) -> Said:
    return voice.say("announcement-to", count=people, audience=audience)


def _approved_by(voice: Voice, told: Announcement) -> list[Said]:
    return [voice.say("announcement-approved-by", name=voice.name(told.approver_id))] if told.approver_id else []


def _leaves(voice: Voice, work: DeskWork, told: Announcement) -> Said:
    """Just approved: it can be taken back for a moment."""
    asked = max(told.at or voice.now, voice.now)
    leaves = awake(work, told, asked)
    if leaves > voice.now:
        return voice.say("announcement-leaves-at", time=voice.moment(leaves, told.estate_id))
    return voice.say("announcement-leaves-soon", count=round(policy(work, told).undo.total_seconds()))


def _figures(voice: Voice, work: DeskWork, told: Announcement) -> list[Said]:
    """On its way, or over: how far, how well, and what people answered."""
    progress = figures.progress(work=work, announcement_id=told.id)
    tally = progress.tally
    lines = [_bar(voice, progress)] if told.status in (Status.SENDING, Status.PAUSED) else []
    lines.append(voice.say(f"announcement-state-{told.status}", sent=tally.sent, count=tally.people))
    lines += [
        voice.say("announcement-missed", count=count, why=voice.say(key)) for key, count in _missed(progress).items()
    ]
    if told.confirm:
        lines.append(voice.say("announcement-have-confirmed", confirmed=tally.confirmed, count=told.people))
    lines += _answers(voice, work, told)
    if told.status == Status.SENDING and progress.speed:
        left = duration(voice, progress.left or timedelta())
        lines.append(voice.say("announcement-speed", speed=f"{progress.speed:.0f}", time=left))
    elif told.status == Status.SENDING and tally.waiting and _within_the_hour(voice, work, told):
        lines.append(voice.say("announcement-waits-hour"))
    if told.status == Status.PAUSED and told.resume_at:
        lines.append(voice.say("announcement-paused-over-night", time=voice.date(told.resume_at, told.estate_id)))
    return lines


def _within_the_hour(voice: Voice, work: DeskWork, told: Announcement) -> bool:
    """Is it held up by another ordinary one?"""
    lately = work.announcements.lately(since=voice.now - policy(work, told).gap)
    return told.kind is Kind.ORDINARY and any(one.id != told.id for one in lately)


def _missed(progress: Progress) -> dict[str, int]:
    """Why people did not get it, as a sentence's key → how many."""
    found = dict.fromkeys(MISSED.values(), 0)
    for (state, reason), count in progress.reasons.items():
        found[MISSED.get(reason) or MISSED[state]] += count
    return {key: count for key, count in found.items() if count}


def _bar(voice: Voice, progress: Progress) -> Said:
    done = progress.tally.settled / progress.tally.people if progress.tally.people else 1.0
    full = round(done * BAR)
    return voice.say("announcement-bar", bar="▓" * full + "░" * (BAR - full), percent=f"{done:.0%}")


def _answers(voice: Voice, work: DeskWork, told: Announcement) -> list[Said]:
    """Votes and places."""
    if told.poll:
        cast = figures.votes(work=work, announcement_id=told.id)
        return [
            voice.say("announcement-vote-count", option=option, count=count)
            for option, count in zip(told.poll.options, cast, strict=True)
        ]
    if told.sign_up:
        joined = len(work.recipients.joined(told.id))
        waiting = max(0, joined - told.sign_up.cap)
        key = "announcement-joined-waiting" if waiting else "announcement-joined-count"
        return [voice.say(key, count=joined - waiting, cap=told.sign_up.cap, waiting=waiting)]
    return []


def _rows(voice: Voice, work: DeskWork, told: Announcement, mine: frozenset[Party]) -> Rows:
    named = {"announcement": told.id}
    rows = [
        [
            Tap(voice.say(BUTTONS[action][1]), BUTTONS[action][0], named)
            for action in row
            if (Status(told.status), action) in MOVES
            and ALLOWED[action] & mine
            and _makes_sense(voice, told, action, mine)
        ]
        for row in LAYOUT
    ]
    if told.status in (Status.DRAFT, Status.WITHDRAWN, Status.SCHEDULED) and mine:
        rows.append(_second_thoughts(voice, told, mine))
    if told.status in (Status.SENT, Status.STOPPED) and mine:
        rows += _afterwards(voice, work, told)
    return [row for row in rows if row]


def _makes_sense(voice: Voice, told: Announcement, action: Action, mine: frozenset[Party]) -> bool:
    """A poll is closed where there is one that is open; what waits for a yes is taken back by who wrote it."""
    if action is Action.UNDO:
        return told.status == Status.APPROVED or Party.AUTHOR in mine
    if action is not Action.CLOSE:
        return True
    closed = told.closes_at is not None and told.closes_at <= voice.now
    return bool(told.poll or told.sign_up) and not closed and told.status in OUT


def _second_thoughts(voice: Voice, told: Announcement, mine: frozenset[Party]) -> list[Tap]:
    named = {"announcement": told.id}
    revise = [Tap(voice.say("button-revise-announcement"), "revise_announcement", named)]
    drop = Tap(voice.say("button-withdraw-announcement"), "withdraw_announcement", named)
    if told.status == Status.WITHDRAWN:
        return revise
    return [*(revise if Party.AUTHOR in mine or told.status == Status.SCHEDULED else []), drop]


def _afterwards(voice: Voice, work: DeskWork, told: Announcement) -> list[list[Tap]]:
    """Once more to whom it did not reach or who have not confirmed; the list; and the figures as they are by then."""
    tally, named = work.recipients.tally(told), {"announcement": told.id}
    again = []
    lost = work.recipients.reasons(told)  # what may have arrived is not repeated
    if failed := sum(n for (state, why), n in lost.items() if state != "unknown" and why not in FOR_GOOD):
        label = voice.say("button-again-failed", count=failed)
        again.append(Tap(label, "repeat_announcement", {**named, "to": "failed"}))
    if told.confirm and (silent := told.people - tally.confirmed):
        label = voice.say("button-again-unconfirmed", count=silent)
        again.append(Tap(label, "repeat_announcement", {**named, "to": "unconfirmed"}))
    unread = [Tap(voice.say("button-unreached-list"), "unreached_list", named)]
    refresh = [Tap(voice.say("button-refresh"), "refresh_announcement", named)]
    return [again, [*(unread if tally.sent < tally.people else []), *refresh]]

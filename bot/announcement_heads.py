"""Whom an announcement is for, in words, and how many of them it reaches."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from bot.turn import DeskWork
from bot.voice import Voice
from bot.words import Said
from domain.announcements import figures
from domain.announcements.model import Audience, HeadCount
from domain.register.model import Relation, Role

CHANNELS = {
    "telegram": "channel-telegram", "wechat": "channel-wechat", "wecom": "channel-wecom", "web": "channel-web",
}  # fmt: skip


def described(voice: Voice, work: DeskWork, audience: Audience) -> Said:
    """ "3栋、5栋2单元 · 老人"."""
    comma = voice.say("comma")
    places = [voice.say("audience-building", building=one) for one in audience.buildings]
    places += [voice.say("audience-entrance", building=one, entrance=two) for one, two in audience.entrances]
    rooms = [room for one in audience.rooms if (room := work.register.room(one))]
    places += [voice.room(room) for room in rooms]
    ticket = work.tickets.get(audience.ticket_id) if audience.ticket_id else None
    if ticket:
        places.append(voice.say("audience-ticket", number=ticket.number, place=voice.place(ticket)))
    people = [voice.say(f"audience-relation-{one}") for one in Relation if one in audience.relations]
    people += [voice.say(f"audience-flag-{one}") for one in sorted(audience.flags)]
    if audience.roles == frozenset(Role):
        people.append(voice.say("audience-staff"))
    else:
        people += [voice.say(f"audience-role-{one}") for one in sorted(audience.roles)]
    only_staff = not audience.residents and not places
    estates = [work.register.estate(one).name for one in audience.estates]
    where = Said(comma.join(places)) if places else voice.say("audience-estate", estate=comma.join(estates))
    who = Said(comma.join(people))
    return voice.say("audience-who-where", where=where, who=who) if people and not only_staff else (who or where)


def heads_lines(voice: Voice, heads: HeadCount, pace: Mapping[str, float] | None = None) -> list[Said]:
    """How many it reaches, on which channels, how long that takes, and whom it does not reach."""
    by_channel = [
        voice.say(
            "heads-channel", channel=voice.say(CHANNELS[channel]) if channel in CHANNELS else channel, count=count
        )
        for channel, count in sorted(heads.channels.items(), key=lambda one: -one[1])
        if count
    ]
    reached = sum(heads.channels.values())
    lines = [voice.say("heads-people", count=heads.people)]
    if by_channel:
        took = duration(voice, figures.duration(heads, pace))
        lines.append(voice.say("heads-channels", channels=Said(voice.say("comma").join(by_channel)), time=took))
    missed = [
        voice.say(key, count=count)
        for key, count in (
            ("heads-no-account", heads.no_account),
            ("heads-unreachable", heads.unreachable),
            ("heads-muted", heads.muted),
        )
        if count
    ]
    if missed:
        lines.append(voice.say("heads-missed", count=heads.people - reached, why=Said(voice.say("comma").join(missed))))
    return lines


def duration(voice: Voice, span: timedelta) -> Said:
    """About how long."""
    minutes = round(span.total_seconds() / 60)
    if minutes < 1:
        return voice.say("lasts-moment")
    if minutes < 90:
        return voice.say("lasts-minutes", count=minutes)
    return voice.say("lasts-hours", count=round(minutes / 60))

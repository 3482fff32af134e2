"""Manners in groups: speak when spoken to, never of anybody's affairs, and leave where we do not belong."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from bot.channels.base import Incoming, Outgoing
from bot.dialog import enter
from bot.talking import answered_talk
from bot.turn import Tap
from bot.words import DEFAULT, Words
from domain.errors import NotAllowed
from domain.messaging.model import Delivery, Lane, Mode
from domain.register.model import GroupKind

if TYPE_CHECKING:
    from bot.turn import DeskWork, Turn

GROUP_COMMANDS = {
    "board": "board",
    "duty": "duty",
    "mytickets": "mytickets",
    "language": "group_language",
    "help": "group_help",
    "start": "group_help",
}


def in_group(turn: Turn) -> None:
    """Something was said in a group."""
    incoming, group = turn.incoming, turn.group
    if group is None:
        leave(turn.work, turn.words, incoming, turn.now)
    elif group.kind is GroupKind.OWNERS:
        if incoming.addressed or incoming.command:
            turn.language = group.language
            invite_aside(turn)
    elif incoming.command in GROUP_COMMANDS:
        turn.language = group.language
        enter(turn, GROUP_COMMANDS[incoming.command], {})
    elif ticket := answered_talk(turn):
        turn.language = group.language
        if turn.person and turn.person.id == ticket.reporter_id:
            raise NotAllowed  # their own words are for the desk, in private
        enter(turn, "relay", {"ticket": ticket.id})


def invite_aside(turn: Turn) -> None:
    """In an owners' group there is one answer: let us talk in private."""
    link = turn.deep_link(turn.incoming.channel, "hello")
    rows = [[Tap(turn.text("button-private-chat"), url=link)]] if link else []
    turn.answer(turn.text("talk-in-private"), rows)


def greet_group(work: DeskWork, words: Words, incoming: Incoming, now: datetime) -> None:
    """Somebody brought us into a group: say hello where we belong, leave where we do not."""
    group = work.addresses.group(incoming.channel, incoming.chat)
    if group is None:
        leave(work, words, incoming, now)
    else:
        _say(work, incoming, words.say(f"group-hello-{group.kind}", group.language), now)


def leave(work: DeskWork, words: Words, incoming: Incoming, now: datetime) -> None:
    """Not on the allow-list: one word why, with the number that the operator needs, and out."""
    hint = incoming.sender.language if incoming.sender else None
    _say(work, incoming, words.say("group-unknown", words.closest(hint) if hint else DEFAULT, chat=incoming.chat), now)
    _say(work, incoming, "", now, Mode.LEAVE)


def _say(work: DeskWork, incoming: Incoming, text: str, now: datetime, mode: Mode = Mode.SEND) -> None:
    delivery = Delivery(
        channel=incoming.channel, chat=incoming.chat, thread=incoming.thread, lane=Lane.DIALOG, mode=mode,
        body=Outgoing(text=text).plain(), created_at=now,
    )  # fmt: skip
    work.deliveries.add([delivery])

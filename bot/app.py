"""From one stored update to an intent acted on: who is this, what do they want, what is still missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

import structlog

from bot.announcement_letters import ANYBODY
from bot.channels.base import Channel, Happening, Incoming
from bot.dialog import enter, reply
from bot.groups import greet_group, in_group
from bot.intents import BY_COMMAND, INTENTS
from bot.intents.aside import asks_price
from bot.intents.draft import FORGOTTEN, answered, is_left, offer
from bot.intents.emergency import alarm_in_group, is_alarm, is_certain
from bot.intents.feedback import read_mark
from bot.intents.knowledge import answer_question
from bot.intents.torn import is_torn
from bot.knowledge import Shelf
from bot.rooms import Rooms
from bot.talking import words_of
from bot.turn import DeepLink, DeskWork, Turn
from bot.understanding import understand
from bot.understanding.phrases import guess_language
from bot.understanding.split import calm
from bot.unreached import chat_is_gone
from bot.wishes import ALWAYS, CONTROLS, REPORTS, VERDICTS, WISHES, WORTHY, gives_way, goes_first
from bot.words import Words
from domain.errors import Refusal
from domain.messaging.model import Conversation, Received
from domain.register.model import Address, GroupKind, Person

log = structlog.get_logger(__name__)
LATELY, RECALLED = timedelta(hours=1), 5  # of what they wrote, people who are asked to help see this much
SEEN_EVERY = timedelta(minutes=1)  # how exactly "last used channel" is known


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """Handles one update inside one transaction; whatever it says is queued there too."""

    words: Words
    channels: Mapping[str, Channel]
    rooms: Rooms
    deep_link: DeepLink
    shelf: Shelf = field(default_factory=Shelf)

    def handle(self, work: DeskWork, received: Received, *, now: datetime) -> None:
        """Do what the update asks for.

        :raises Exception: anything from an update that nobody can parse, or a bug: the caller counts and parks
        """
        incoming = self.channels[received.channel].parse(received.body)
        if incoming is None:
            return
        if incoming.happening:
            self._happened(work, incoming, now)
        elif incoming.sender is None:
            self._nobody(work, incoming, now)
        else:
            self._said(self._turn(work, received, incoming, now))

    def apologise(self, work: DeskWork, received: Received, now: datetime) -> None:
        """An update was parked: whoever wrote it hears that it was our fault, and what to do.

        Their conversation begins anew, for where it stood may be why the update failed, and so would the next.
        """
        try:
            incoming = self.channels[received.channel].parse(received.body)
        except Exception:  # noqa: BLE001 - that may be the very reason why it was parked
            return
        if incoming and incoming.private and incoming.sender:
            turn = self._turn(work, received, incoming, now)
            turn.forget()
            turn.toast(turn.text("our-fault"))

    def _turn(self, work: DeskWork, received: Received, incoming: Incoming, now: datetime) -> Turn:
        assert incoming.sender is not None
        speaker = work.addresses.speaker(incoming.channel, incoming.sender.user)
        person, staff = (speaker.person, speaker.staff) if speaker else (None, None)
        if speaker and _unseen(speaker.address, now):
            work.addresses.seen(incoming.channel, incoming.sender.user, now=now)
        group = None if incoming.private else work.addresses.group(incoming.channel, incoming.chat)
        owner = f"person:{person.id}" if person else f"{incoming.channel}:{incoming.sender.user}"
        conversation = work.conversations.get(owner) or Conversation(owner=owner)
        language = None if person else conversation.answers.get("language")  # a stranger's is that of what they wrote
        return Turn(
            work=work, words=self.words, incoming=incoming, now=now, person=person, staff=staff, group=group,
            language=language or self._language(incoming, person), conversation=conversation,
            deep_link=self.deep_link, intents=INTENTS, shelf=self.shelf, pace=self.pace,
            recall=partial(self._recall, work, received, incoming, now),
        )  # fmt: skip

    def pace(self) -> Mapping[str, float]:
        """Messages a second of each channel that has a limit."""
        limits = {name: channel.pace for name, channel in self.channels.items()}
        return {name: limit.count / limit.span.total_seconds() for name, limit in limits.items() if limit}

    def _recall(self, work: DeskWork, received: Received, incoming: Incoming, now: datetime) -> Sequence[str]:
        """What somebody last wrote to us before this."""
        earlier = work.inbox.before(
            received.id, channel=incoming.channel, chat=incoming.chat, since=now - LATELY, limit=RECALLED
        )
        assert incoming.sender is not None
        parse = self.channels[received.channel].parse
        return words_of((parse(one.body) for one in earlier), incoming.sender.user)

    def _language(self, incoming: Incoming, person: Person | None) -> str:
        if person and person.language in self.words.languages:
            return person.language
        return self.words.closest(incoming.sender.language if incoming.sender else None)

    def _said(self, turn: Turn) -> None:
        try:
            if turn.incoming.button is not None:
                self._pressed(turn)
            elif not turn.incoming.private:
                self._in_group(turn)
            elif turn.incoming.command:
                self._command(turn)
            else:
                self._words(turn)
        except Refusal as refusal:
            turn.toast(turn.text(refusal.key, **refusal.values), alert=True)

    def _command(self, turn: Turn) -> None:
        intent = BY_COMMAND.get(turn.incoming.command or "")
        if intent is None:
            self._words(turn)
        else:
            enter(turn, intent.name, {})

    def _pressed(self, turn: Turn) -> None:
        """A button carries only a random key: who presses, where, and what is true now are looked up again."""
        key, _, number = (turn.incoming.button or "").partition(":")
        keyboard = turn.work.keyboards.get(key)
        if (
            keyboard is None
            or keyboard.chat not in (turn.incoming.chat, ANYBODY if turn.incoming.private else turn.incoming.chat)
            or number not in map(str, range(len(keyboard.actions)))
        ):
            raise Refusal("button-too-old")
        action = keyboard.actions[int(number)]
        enter(turn, action["intent"], action["answers"])
        if turn.incoming.toast and not turn.answered:
            turn.toast("")  # the platform shows a spinner until a press is answered

    def _words(self, turn: Turn) -> None:
        """Free words: an answer to the open question, or a new wish."""
        if turn.person is None:
            self._stranger(turn)
            return
        turn.keep_photos()
        self._understand(turn)
        assert turn.understood is not None
        if turn.person.language is None and turn.understood.language:
            turn.language = turn.understood.language
            turn.work.register.set_language(turn.person.id, turn.language)
        if first := goes_first(turn):
            enter(turn, *first)
            return
        conversation, wish = turn.conversation, turn.understood
        if turn.incoming.other:
            turn.preface = turn.text("only-words-read")
        if wish.control in CONTROLS and (conversation.intent or wish.control in ALWAYS):
            enter(turn, CONTROLS[wish.control], {})
        elif is_left(turn):
            if wish.intent in WORTHY:
                self._wish(turn)
            offer(turn)
        elif settled := answered(turn):
            enter(turn, settled, {})
        else:
            self._answer(turn)

    def _answer(self, turn: Turn) -> None:
        """Words that steer nothing: for the open conversation, or a new one."""
        conversation, wish, text = turn.conversation, turn.understood, turn.incoming.text
        assert wish is not None
        if conversation.intent is None or gives_way(turn):
            turn.forget()
            self._wish(turn)
        elif wish.intent == "human" and INTENTS[conversation.intent].lasting:
            enter(turn, "person", {})
        elif turn.photos and not text and "photos" in conversation.answers:
            enter(turn, "add_photo", {})
        elif INTENTS[conversation.intent].lasting and not asks_price(turn) and answer_question(turn):
            enter(turn, "say_again", {})
        else:
            reply(turn, INTENTS[conversation.intent], conversation)

    def _understand(self, turn: Turn) -> None:
        open_one = turn.conversation
        asked = open_one.intent is not None
        is_fresh = open_one.updated_at is None or turn.now - open_one.updated_at <= FORGOTTEN
        amid = (asked and is_fresh) or turn.staff is not None
        rooms, own = self.rooms.index(turn), self.rooms.own(turn)
        read = partial(understand, language=turn.language, rooms=rooms, own=own, amid=amid)
        # what merely sounds like something may be the answer to a question, and with staff the work in hand
        turn.read = (lambda words: read(words).as_named()) if asked or turn.staff else read
        said = turn.incoming.text
        turn.understood = calm(said, turn.read(said), language=turn.language, read=turn.read)

    def _notice_danger(self, turn: Turn) -> bool:
        """Do these words name a danger? Told without a look at the records, which most words are not worth."""
        hazard = understand(turn.incoming.text, language=turn.language).hazard
        if hazard:
            self._understand(turn)
        return hazard is not None

    def _in_group(self, turn: Turn) -> None:
        """Danger in an owners' group is heard without our being addressed; everything else only when we are."""
        owners = turn.group is not None and turn.group.kind is GroupKind.OWNERS and not turn.incoming.command
        if owners and self._notice_danger(turn) and turn.understood and is_certain(turn.understood):
            alarm_in_group(turn)
        else:
            in_group(turn)

    def _stranger(self, turn: Turn) -> None:
        """Somebody whom we do not know is asked who they are; in danger they are helped first."""
        turn.language = guess_language(turn.incoming.text.lower()) or turn.language
        if self._notice_danger(turn) and is_alarm(turn):
            enter(turn, "alarm", {})
        elif turn.incoming.location and turn.conversation.intent:
            enter(turn, "share_location", {})
        elif turn.incoming.text and turn.conversation.intent:
            self._understand(turn)
            reply(turn, INTENTS[turn.conversation.intent], turn.conversation)
        else:
            enter(turn, "start", {"said": turn.incoming.text})

    def _wish(self, turn: Turn) -> None:
        """A new conversation, by what the words want."""
        assert turn.understood is not None
        wish = turn.understood.intent
        if turn.photos and not turn.incoming.text:
            enter(turn, "late_photo", {})
        elif not turn.photos and is_torn(turn):
            enter(turn, "torn", {})
        elif turn.photos or wish in REPORTS:
            enter(turn, "report", {})
        elif turn.understood.control in VERDICTS or read_mark(turn.incoming.text):
            enter(turn, "verdict", {"control": turn.understood.control, "mark": read_mark(turn.incoming.text)})
        elif not any(character.isalnum() for character in turn.incoming.text):
            enter(turn, "help", {})
        else:
            enter(turn, WISHES.get(wish, "pass_to_desk"), {})

    def _happened(self, work: DeskWork, incoming: Incoming, now: datetime) -> None:
        """The platform tells us that a chat came, went or moved."""
        match incoming.happening:
            case Happening.BLOCKED:
                where = {"channel": incoming.channel, "chat": incoming.chat}
                chat_is_gone(work, **where, reason="blocked", now=now, served=self.channels)
            case Happening.UNBLOCKED:
                work.addresses.set_reachable(incoming.channel, incoming.chat, reachable=True)
            case Happening.MIGRATED if incoming.moved_to:
                work.addresses.move_group(channel=incoming.channel, old=incoming.chat, new=incoming.moved_to)
                work.deliveries.move_chat(channel=incoming.channel, old=incoming.chat, new=incoming.moved_to)
            case Happening.ADDED:
                greet_group(work, self.words, incoming, now)
            case _:
                log.info("chat-left", channel=incoming.channel, chat=incoming.chat)

    def _nobody(self, work: DeskWork, incoming: Incoming, now: datetime) -> None:
        """An anonymous admin or a forwarded command: nobody who can be held to it, which is told where we belong."""
        log.info("nobody-spoke", channel=incoming.channel, chat=incoming.chat)
        group = None if incoming.private else work.addresses.group(incoming.channel, incoming.chat)
        if (group or incoming.private) and (incoming.command or incoming.button):
            address = work.addresses.find(incoming.channel, incoming.chat)
            person = work.register.person(address.person_id) if address else None
            turn = Turn(
                work=work, words=self.words, incoming=incoming, now=now, group=group,
                language=group.language if group else self._language(incoming, person),
                conversation=Conversation(owner=f"{incoming.channel}:{incoming.chat}"),
                deep_link=self.deep_link, intents=INTENTS,
            )  # fmt: skip
            turn.toast(turn.text("anonymous-admin"), alert=True)


def _unseen(address: Address, now: datetime) -> bool:
    """Is it worth writing down that they wrote from here?"""
    return address.seen_at is None or now - address.seen_at > SEEN_EVERY or not address.reachable

"""Getting to know each other: start, prove a phone, redeem a link, choose a language, come on duty, help."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.channels.base import Contact
from bot.conversation import Answers, Intent
from bot.dialog import ask_again, enter, reply
from bot.intents.announce_answer import is_seen
from bot.intents.announce_draft import managed
from bot.intents.calling import caller_of
from bot.intents.false_alarm import pass_on
from bot.turn import Rows, Tap, Turn
from bot.understanding.phrases import phrases
from bot.words import Said
from domain.errors import NotAllowed
from domain.register import operations as register
from domain.register.model import Person
from domain.register.phones import normalise
from domain.tickets import incidents
from domain.tickets.eligibility import MANAGERS

ROOM_CODE = "room-"  # a link's payload begins with it when a room's printed code was scanned


def _start(turn: Turn, answers: Answers) -> None:
    """Whoever they are: a link's token, a shared contact, a stranger or an old friend."""
    incoming = turn.incoming
    assert incoming.sender is not None
    if incoming.command == "start" and incoming.text.startswith(ROOM_CODE):
        enter(turn, "scan", {"code": incoming.text.removeprefix(ROOM_CODE)})
    elif incoming.contact and turn.conversation.intent == "doorstep":
        reply(turn, turn.intents["doorstep"], turn.conversation)
    elif incoming.command == "start" and incoming.text and incoming.text != "hello":
        person = register.redeem(
            work=turn.work,
            token=incoming.text,
            channel=incoming.channel,
            user=incoming.sender.user,
            chat=incoming.chat,
            now=turn.now,
        )
        _welcome(turn, person)
    elif incoming.contact:
        _prove(turn)
    elif turn.person:
        _help(turn, {})
    else:
        if turn.conversation.intent:  # what they called about comes first, and asks who they are, too
            ask_again(turn)
            return
        rows: Rows = [[Tap(turn.text("button-share-phone"), ask="contact")]]
        helped = bool(answers.get("said")) and pass_on(turn, answers["said"])
        turn.answer(turn.text("ask-who-alarm" if helped else "who-are-you"), rows)


def _prove(turn: Turn) -> None:
    """A number counts only if the platform vouches that it is the sender's own."""
    contact, incoming = turn.incoming.contact, turn.incoming
    assert contact is not None
    assert incoming.sender is not None
    if not contact.own:
        turn.answer(turn.text("contact-not-own"), [[Tap(turn.text("button-share-phone"), ask="contact")]])
        return
    number = number_of(contact)
    found = turn.work.register.people_by_phone(number) if number else ()
    if found:
        bind_one_of(turn, found)
    else:
        turn.answer(turn.text("phone-unknown"))


def number_of(contact: Contact) -> str | None:
    """As it is kept: platforms give it with its country."""
    return normalise(f"+{contact.phone.lstrip('+')}")


def bind_one_of(turn: Turn, found: Sequence[Person]) -> None:
    """Whose number was proven; where several share it, they say who they are."""
    assert turn.incoming.sender is not None
    if len(found) == 1:
        _bind(turn, found[0])
        return
    rows = [[Tap(one.name, "i_am", {"person": one.id, "user": turn.incoming.sender.user})] for one in found]
    turn.answer(turn.text("which-of-you"), rows)


def _i_am(turn: Turn, answers: Answers) -> None:
    """Which of the people who share the proven number it is; the button was given to this user alone."""
    assert turn.incoming.sender is not None
    person = turn.work.register.person(answers["person"])
    if person and answers["user"] == turn.incoming.sender.user:
        _bind(turn, person)


def _bind(turn: Turn, person: Person) -> None:
    incoming = turn.incoming
    assert incoming.sender is not None
    register.bind(
        work=turn.work,
        person=person,
        channel=incoming.channel,
        user=incoming.sender.user,
        chat=incoming.chat,
        now=turn.now,
    )
    _welcome(turn, person)


def _welcome(turn: Turn, person: Person) -> None:
    turn.person = person
    turn.staff = turn.work.register.staff(person.id)
    if person.language in turn.words.languages:
        turn.language = person.language
    rooms = Said(turn.text("comma").join(turn.voice.room(room) for room in turn.rooms))
    if rooms or not turn.staff:
        turn.answer(turn.text("welcome", name=person.name, rooms=rooms or turn.text("no-rooms")), menu(turn))
    else:
        turn.answer(turn.text("welcome-staff", name=person.name), menu(turn))
    incidents.recognise(work=turn.work, caller=caller_of(turn), person=person, now=turn.now)
    _go_on(turn, person)


def _go_on(turn: Turn, person: Person) -> None:
    """What a stranger was asked, they are asked as the person they are; what was open elsewhere goes on here."""
    stranger, owner = turn.conversation, f"person:{person.id}"
    if stranger.intent is None or stranger.owner == owner:
        theirs = turn.work.conversations.get(owner)
        if theirs and theirs.intent:
            turn.conversation = theirs
            ask_again(turn)
        return
    if person.language is None:
        turn.work.register.set_language(person.id, turn.language)
    turn.forget()
    turn.conversation = replace(stranger, owner=owner)
    ask_again(turn)


def menu(turn: Turn) -> Rows:
    """What people want most."""
    rows = [[Tap(turn.text("button-report"), "report", {}), Tap(turn.text("button-mine"), "mytickets", {})]]
    if managed(turn):
        rows.append(
            [
                Tap(turn.text("button-announce"), "announce", {}),
                Tap(turn.text("button-announcements"), "announcements", {}),
            ]
        )
    if turn.staff:
        on = turn.staff.on_duty
        rows.append(
            [
                Tap(turn.text("button-board"), "board", {}),
                Tap(turn.text("button-off-duty" if on else "button-on-duty"), "duty", {"on": not on}),
            ]
        )
    return rows


def _help(turn: Turn, _answers: Answers) -> None:
    turn.answer(turn.text("help-staff" if turn.staff else "help"), menu(turn))


def _small_talk(turn: Turn, _answers: Answers) -> None:
    """Thanks are welcome; a greeting may be somebody's first word, who does not know yet what to say."""
    if is_seen(turn.incoming.text):  # an announcement that asks for no answer
        turn.answer(turn.text("at-your-service"))
        return
    said = {match.words.casefold() for match in turn.understood.matches} if turn.understood else set()
    if said & set(phrases(turn.language).concepts["thanks"]) or (
        turn.understood and turn.understood.intent == "praise"
    ):
        turn.answer(turn.text("thanks-back"))
    else:
        _help(turn, {})


def _group_help(turn: Turn, _answers: Answers) -> None:
    turn.answer(turn.text("help-group"))


def _language(turn: Turn, answers: Answers) -> None:
    """Named with the command or by button: set; else offered."""
    wanted = answers.get("language") or turn.words.named(turn.incoming.text)
    if wanted is None:
        turn.answer(
            turn.text("ask-language"),
            [
                [
                    Tap(turn.words.say("language-name", one), "language", {"language": one})
                    for one in turn.words.languages
                ]
            ],
        )
        return
    turn.work.register.set_language(turn.me, wanted)
    turn.language = wanted
    turn.answer(turn.text("language-set"))


def _group_language(turn: Turn, answers: Answers) -> None:
    """The language of a staff group's cards, for the managers of its estate to set."""
    group, staff = turn.group, turn.staff
    if group is None or staff is None or not staff.serves(group.estate_id, *MANAGERS):
        raise NotAllowed
    wanted = answers.get("language") or turn.words.named(turn.incoming.text)
    if wanted is None:
        names = [(one, turn.words.say("language-name", one)) for one in turn.words.languages]
        turn.answer(
            turn.text("ask-language"), [[Tap(name, "group_language", {"language": one}) for one, name in names]]
        )
        return
    turn.work.addresses.set_group_language(group.channel, group.chat, wanted)
    turn.language = wanted
    turn.answer(turn.text("language-set"))


def _duty(turn: Turn, answers: Answers) -> None:
    assert turn.staff is not None
    on = answers.get("on", not turn.staff.on_duty)
    turn.work.register.set_duty(turn.me, on)
    key = "on-duty" if on else "off-duty"
    turn.answer(turn.text(key) if turn.group is None else turn.text(f"{key}-group", name=turn.staff.person.name))


START = Intent("start", _start, commands=("start",), bound=False)
I_AM = Intent("i_am", _i_am, bound=False)
HELP = Intent("help", _help, commands=("help",))
GROUP_LANGUAGE = Intent("group_language", _group_language, staff=True)
GROUP_HELP = Intent("group_help", _group_help, bound=False)
SMALL_TALK = Intent("small_talk", _small_talk)
LANGUAGE = Intent("language", _language, commands=("language",))
DUTY = Intent("duty", _duty, commands=("duty",), staff=True)

"""Plays a transcript: does what its people do, and writes down everything that the bot said to it.

A line is something done (`王阿姨> …`, `王阿姨 taps …`, `wait 31 minutes`), something said by the bot, or a comment:

    bot> …              to whoever spoke last          -> 员工群 …    to another chat
    ~> 员工群            a card changed in place: lines that went (-) and came (+)
    (toast) …           the short answer to a press, (alert) where it stays until it is closed
    [✅ 提交] [取消]     buttons, indented under their message; [… ↗] opens a page,
                        [… ☎] shares the own number, [… ⌖] the place
"""

import difflib
import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Table, insert, select, update

from bot.channels.base import Outgoing
from domain.messaging.model import Delivery, Mode
from domain.register import operations as register
from domain.register.model import Address
from domain.tickets import leaving
from storage import tables as t
from tests.journeys.cast import GROUPS, NAMES, PLAYERS, STRANGE_GROUPS, channel_of
from tests.journeys.stage import STUMBLE, LostScript, Stage

OUTPUT = ("bot> ", "-> ", "~> ", "(toast) ", "(alert) ", "    ")
SPANS = {
    "second": timedelta(seconds=1),
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
}
ZONE = ZoneInfo("Asia/Shanghai")
CHATS = (*GROUPS, *STRANGE_GROUPS)
WHO, CHAT = "|".join(NAMES), "|".join(CHATS)


def play(script: str, stage: Stage) -> str:
    """The script as it really goes: what is done is kept, what is said is written anew."""
    lines: list[str] = []
    for line in script.splitlines():
        if line.startswith(OUTPUT):
            continue
        lines.append(line)
        if line.strip() and not line.startswith("#"):
            try:
                lines += _perform(line, stage)
            except LostScript as error:
                pytest.fail("\n".join([*lines[-40:], f"^ {error}"]), pytrace=False)
    return "\n".join(lines) + "\n"


def _perform(line: str, stage: Stage) -> Iterator[str]:
    for pattern, act in DEEDS:
        if found := re.fullmatch(pattern, line):
            here = ""
            for here in act(stage, *found.groups()) or ():
                yield from _say(stage, here)
            stage.handle_all()
            yield from _say(stage, here or next((name for name in (*NAMES, *CHATS) if line.startswith(name)), ""))
            return
    raise LostScript(f"nobody knows how to do this: {line}")


def _say(stage: Stage, here: str) -> Iterator[str]:
    """What came out: the answer to a press, which waits for nothing; then chat by chat, the speaker's own first."""
    rows = sorted(stage.deliver(), key=lambda row: (row.mode is not Mode.TOAST, row.id))
    order = sorted(dict.fromkeys(row.chat for row in rows), key=lambda chat: chat != here)
    for chat in order:
        for row in (one for one in rows if one.chat == chat):
            yield from _written(row, here, stage.show(row))


def _written(row: Delivery, here: str, before: Outgoing | None) -> list[str]:
    said = Outgoing.of(row.body)
    match row.mode:
        case Mode.TOAST:
            return [f"({'alert' if said.alert else 'toast'}) {said.text}"] if said.text else []
        case Mode.LEAVE:
            return [f"-> {row.chat} (the bot leaves)"]
        case Mode.EDIT:
            return _changed(row.chat, _lines(before), _lines(said)) if before else []
        case Mode.SEND:
            first, *rest = _lines(said)
            return [
                f"bot> {first}" if row.chat == here else f"-> {row.chat} {first}",
                *(f"    {line}" for line in rest),
            ]


def _changed(chat: str, before: list[str], after: list[str]) -> list[str]:
    """A card that changed in place: the lines that went and those that came."""
    marked = []
    for kind, a, b, c, d in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind != "equal":
            marked += [f"    - {line}" for line in before[a:b]] + [f"    + {line}" for line in after[c:d]]
    return [f"~> {chat}", *marked] if marked else []


def _lines(said: Outgoing) -> list[str]:
    lines = [line or "·" for line in _shortened(said.text).split("\n")]
    if said.photos:
        lines.append(f"({len(said.photos)} photos)" if len(said.photos) > 1 else "(1 photo)")
    if said.document:
        lines.append(f"(file {said.document.name})")
    if said.pinned:
        lines.append("(pinned)")
    marks = {None: "", "contact": " ☎", "location": " ⌖"}
    rows = [[f"[{one.label}{' ↗' if one.url else marks[one.ask]}]" for one in row] for row in said.buttons]
    return [*lines, *(" ".join(row) for row in rows)]


def _shortened(text: str) -> str:
    """Long repetitions as {漏 × 2000}."""
    return re.sub(r"(.{1,8}?)\1{20,}", lambda found: f"{{{found[1]} × {len(found[0]) // len(found[1])}}}", text)


def _lengthened(text: str) -> str:
    text = re.sub(r"\{(.+?) × (\d+)\}", lambda found: found[1] * int(found[2]), text)
    return text.replace("\\n", "\n")


def _command(text: str) -> dict[str, str]:
    found = re.fullmatch(r"/([a-z]+)\s*(.*)", text, re.DOTALL)
    return {"command": found[1], "text": found[2]} if found else {"text": text}


def _says(stage: Stage, who: str, text: str) -> None:
    stage.come_in(who, who, **_command(_lengthened(text)), **_hint(who))


def _hint(who: str) -> dict[str, str]:
    return {"hint": "en"} if who.isascii() else {}


def _says_in(stage: Stage, who: str, chat: str, text: str) -> None:
    addressed = text.startswith(("@管家", "/"))
    stage.come_in(chat, who, **_command(text.removeprefix("@管家").strip()), addressed=addressed, **_hint(who))


def _replies(stage: Stage, who: str, group: str | None, about: str, photo: str | None, text: str) -> None:
    """An answer to the newest message of the chat that says this."""
    photos = [f"photo-{stage.keys}"] if photo else []
    chat = group or who
    stage.come_in(
        chat, who, **_command(_lengthened(text)), reply_to=stage.message(chat, about), photos=photos, **_hint(who)
    )


def _taps(stage: Stage, who: str, old: str | None, label: str, about: str | None, group: str | None) -> None:
    chats = (group,) if group else (who, *CHATS)
    chat, data = stage.button(chats, label, old=bool(old), about=about or "")
    stage.come_in(chat, who, button=data, toast="toast", **_hint(who))


def _taps_of(stage: Stage, who: str, label: str, other: str) -> None:
    """A press that reaches us with a button which another chat was given."""
    _, data = stage.button((other,), label)
    stage.come_in(who, who, button=data, toast="toast")


def _forges(stage: Stage, who: str, data: str) -> None:
    stage.come_in(who, who, button=data, toast="toast")


def _photo(stage: Stage, who: str, album: str | None, words: str | None) -> None:
    stage.come_in(who, who, photos=[f"photo-{stage.keys}"], album=album, text=words or "", **_hint(who))


def _other(stage: Stage, who: str, kind: str, words: str | None) -> None:
    stage.come_in(who, who, other=kind, text=words or "", **_hint(who))


def _file(stage: Stage, who: str, name: str, words: str | None) -> None:
    paper = {"handle": f"paper-{stage.keys}", "name": name, "kind": "application/pdf"}
    stage.come_in(who, who, other="document", document=paper, text=_lengthened(words or ""), **_hint(who))


def _passes_on(stage: Stage, who: str, photo: str | None, text: str) -> None:
    """Somebody else's words, shown to us in private."""
    photos = [f"photo-{stage.keys}"] if photo else []
    stage.come_in(who, who, forwarded=True, photos=photos, text=_lengthened(text), **_hint(who))


def _contact(stage: Stage, who: str, whose: str, phone: str) -> None:
    stage.come_in(who, who, contact={"phone": phone, "own": whose == "own"}, **_hint(who))


def _location(stage: Stage, who: str, latitude: str, longitude: str) -> None:
    stage.come_in(who, who, other="location", location=[float(latitude), float(longitude)], **_hint(who))


def _forwards(stage: Stage, who: str, chat: str | None, text: str) -> None:
    """Somebody else's words: a channel says that nobody can be held to a forwarded command."""
    stage.come_in(chat or who, None, **_command(text), **({} if chat else {"private": True}))


def _anonymous(stage: Stage, chat: str, text: str) -> None:
    stage.come_in(chat, None, **_command(text))


def _anonymous_taps(stage: Stage, chat: str, label: str) -> None:
    _, data = stage.button((chat,), label)
    stage.come_in(chat, None, button=data, toast="toast")


def _stumbles(stage: Stage, who: str, text: str) -> None:
    stage.come_in(who, who, text=STUMBLE + text)


def _again(stage: Stage, _who: str) -> None:
    stage.come_in_again()


def _wait(stage: Stage, count: str, unit: str) -> Iterator[str]:
    for _ in stage.wait(int(count) * SPANS[unit]):
        yield ""


def _until(stage: Stage, day: str | None, hour: str, minute: str) -> Iterator[str]:
    """The next time that the estate's clock shows this."""
    local = stage.now.astimezone(ZONE)
    then = local.replace(hour=int(hour), minute=int(minute))
    if day:
        then = datetime.combine(datetime.strptime(day, "%Y-%m-%d").date(), then.timetz())  # noqa: DTZ007 - the zone is in timetz
    elif then <= local:
        then += timedelta(days=1)
    for _ in stage.wait(then - local):
        yield ""


def _sleeps_until(stage: Stage, hours: str) -> None:
    """The program is not running; nothing happens, whatever is due."""
    stage.now += timedelta(hours=int(hours))


def _clock_ticks(stage: Stage) -> Iterator[str]:
    for _ in stage.wait(timedelta()):
        yield ""


def _happens(happening: str) -> Callable[..., None]:
    def act(stage: Stage, chat: str, who: str | None = None) -> None:
        stage.come_in(chat, who or (chat if chat in NAMES else None), happening=happening)

    return act


def _moves(stage: Stage, chat: str, new: str) -> None:
    stage.come_in(chat, None, happening="migrated", moved_to=new)
    for message in stage.shown:  # the platform takes the messages along
        message.chat = new if message.chat == chat else message.chat


def _invite(stage: Stage, token: str, who: str) -> None:
    person = next(one.id for one in PLAYERS if one.name == who)
    with stage.database.writing() as work:
        register.invite(work=work, person_id=person, token=token, now=stage.now)


def _code(stage: Stage, code: str, building: str, entrance: str, room: str) -> None:
    """A printed code is put up at a room's door."""
    here = t.rooms.c.building == building, t.rooms.c.entrance == entrance, t.rooms.c.room == room
    with stage.database.writing() as work:
        room_id = work.connection.execute(select(t.rooms.c.id).where(*here)).scalar_one()
        work.doors.open_by(register.digest(code), room_id=room_id, edition=1, now=stage.now)


def _scans(stage: Stage, who: str, code: str) -> None:
    stage.come_in(who, who, command="start", text=f"room-{code}", **_hint(who))


def _is_called(stage: Stage, who: str, name: str) -> None:
    _set(stage, t.people, t.people.c.id == _id(who), name=name)


def _may_hold(stage: Stage, who: str, count: str) -> None:
    _set(stage, t.staff, t.staff.c.person_id == _id(who), cap=int(count))


def _is_flagged(stage: Stage, who: str, flag: str) -> None:
    _set(stage, t.people, t.people.c.id == _id(who), flags=[flag])


def _writes_on_the_page(stage: Stage, who: str, page: str) -> None:
    """The same person, known by another chat on another channel."""
    with stage.database.writing() as work:
        work.addresses.bind(Address(channel=channel_of(page), user=page, chat=page, person_id=_id(who)))


def _sets_value(stage: Stage, name: str, value: str) -> None:
    with stage.database.writing() as work:
        work.knowledge.set_value(1, name, value)


def _serves_next_door(stage: Stage, who: str) -> None:
    with stage.engine.begin() as connection:
        connection.execute(insert(t.staff_estates).values(person_id=_id(who), estate_id=2))


def _sets_figure(stage: Stage, name: str, value: str) -> None:
    """A figure that an estate may set for itself."""
    _set(stage, t.estates, t.estates.c.id == 1, policy={name: int(value)})


def _leaves_work(stage: Stage, who: str) -> None:
    with stage.database.writing() as work:
        leaving.dismiss(work=work, person_id=_id(who), by=None, now=stage.now)


def _set(stage: Stage, table: Table, which: object, **values: object) -> None:
    with stage.engine.begin() as connection:
        connection.execute(update(table).where(which).values(values))  # type: ignore[arg-type]


def _id(who: str) -> int:
    return next(one.id for one in PLAYERS if one.name == who)


def _reboot(stage: Stage) -> None:
    stage.reboot()


Deed = tuple[str, Callable[..., Iterator[str] | None]]
DEEDS: tuple[Deed, ...] = (
    (rf"({WHO})> (.*)", _says),
    (rf"({WHO}) in ({CHAT})> (.*)", _says_in),
    (rf"({WHO}) replies(?: in ({CHAT}))? to (\S+)( with photo)?> ?(.*)", _replies),
    (rf"({WHO}) taps (old )?(.+?)(?: about (\S+))?(?: in ({CHAT}))?", _taps),
    (rf"({WHO}) presses (.+) of ({WHO}|{CHAT})", _taps_of),
    (rf"({WHO}) forges the button (.*)", _forges),
    (rf"({WHO}) sends photo(?: of album (\w+))?(?:: (.+))?", _photo),
    (rf"({WHO}) sends (voice|video|sticker|location|document|photo-too-large|other)(?:: (.+))?", _other),
    (rf"({WHO}) sends file (\S+?)(?:: (.+))?", _file),
    (rf"({WHO}) passes on( with photo)?: (.+)", _passes_on),
    (rf"({WHO}) shares (own|foreign) contact (\S+)", _contact),
    (rf"({WHO}) shares location (\S+) (\S+)", _location),
    (rf"({WHO}) forwards(?: into ({CHAT}))?: (.+)", _forwards),
    (rf"({WHO}) stumbles on a bug: (.+)", _stumbles),
    (rf"({WHO}) sends the same once more", _again),
    (rf"an anonymous admin in ({CHAT})> (.+)", _anonymous),
    (rf"an anonymous admin in ({CHAT}) taps (.+)", _anonymous_taps),
    (r"wait (\d+) (second|minute|hour|day)s?", _wait),
    (r"wait until (?:(\d{4}-\d\d-\d\d) )?(\d\d):(\d\d)", _until),
    (r"the program is down for (\d+) hours?", _sleeps_until),
    (r"the clock ticks again", _clock_ticks),
    (rf"({WHO}) blocks the bot", _happens("blocked")),
    (rf"({WHO}) unblocks the bot", _happens("unblocked")),
    (rf"the bot is added to ({CHAT}) by ({WHO})", _happens("added")),
    (rf"the bot is removed from ({CHAT})", _happens("removed")),
    (rf"({CHAT}) becomes ({CHAT})", _moves),
    (rf"the link (\S+) is given to ({WHO})", _invite),
    (r"the code (\S+) hangs at (\w+)-(\w*)-(\w+)", _code),
    (rf"({WHO}) scans the code (\S+)", _scans),
    (rf"({WHO}) is called (.+)", _is_called),
    (rf"({WHO}) may hold (\d+) tickets?", _may_hold),
    (rf"({WHO}) is (elderly|living_alone)", _is_flagged),
    (r"the estate calls (\w+) “(.+)”", _sets_value),
    (rf"({WHO}) leaves the company", _leaves_work),
    (rf"({WHO}) also serves the estate next door", _serves_next_door),
    (r"the estate sets (\S+) to (\d+)", _sets_figure),
    (rf"({WHO}) also writes as ({WHO})", _writes_on_the_page),
    (r"the program is started anew", _reboot),
)

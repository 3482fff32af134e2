"""What a room's printed code does: it names the room, lets somebody knock, and lets staff say who it is."""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from domain.calendar import Clock
from domain.errors import NotAllowed, NotNow, Refusal, Unknown
from domain.register.events import KnockAdmitted, KnockReceived, KnockSeen, KnockTurnedAway, KnockWaits
from domain.register.model import Address, Knock, KnockState, Person, Relation, Role, Room
from domain.register.operations import digest, require_patience
from domain.register.ports import RegisterWork

KEEPERS = (Role.CUSTOMER_SERVICE, Role.DUTY_MANAGER, Role.MANAGER, Role.DIRECTOR, Role.ADMIN)
AGAIN = timedelta(hours=24)  # who waits, or was turned away, may knock again after that
PATIENCE = timedelta(hours=2)  # of office time; then the managers are asked, too
CODE_BYTES = 18  # 144 bits


def issue(
    *, work: RegisterWork, rooms: Sequence[Room], secret: str, now: datetime, renew: bool = False
) -> Mapping[int, str]:
    """A code for each room, by its id: the same whenever it is printed again, until one renews it and retires the old.

    Only its hash is kept, so codes that hang on doors stay good when *secret* changes; printed again, they are others.
    """
    editions = work.doors.editions([room.id for room in rooms])
    codes = {}
    for room in rooms:
        number = editions.get(room.id, 0) + (1 if renew or room.id not in editions else 0)
        mark = hmac.digest(secret.encode(), f"guanjia-room:{room.id}:{number}".encode(), "sha256")
        codes[room.id] = urlsafe_b64encode(mark[:CODE_BYTES]).decode()
        work.doors.open_by(digest(codes[room.id]), room_id=room.id, edition=number, now=now)
    return codes


def retire(*, work: RegisterWork, rooms: Sequence[Room], now: datetime) -> None:
    """Only the newest code of each of these rooms is good from now on."""
    work.doors.close(work.doors.editions([room.id for room in rooms]), now=now)


def arrive(*, work: RegisterWork, code: str, channel: str, user: str, now: datetime) -> Room:
    """The room that a code names. Naming is all that it does.

    :raises Refusal: there is no such code, or they have tried too many
    """
    require_patience(work=work, channel=channel, user=user, now=now)
    room_id = work.doors.named_by(digest(code))
    room = work.register.room(room_id) if room_id is not None else None
    if room is None:
        work.doors.missed(channel, user, now=now)
        raise Refusal("door-unknown")
    return room


def knock(*, work: RegisterWork, asked: Knock) -> Knock:
    """Ask staff whether somebody lives in a room.

    :raises Refusal: they have asked already, and staff have not decided or said no
    """
    earlier = work.doors.knocks_of(asked.channel, asked.user, since=asked.asked_at - AGAIN)
    if any(one.state is KnockState.WAITING for one in earlier):
        raise NotNow("door-asked-already")
    if any(one.state is KnockState.TURNED_AWAY for one in earlier):
        raise NotNow("door-not-again")
    room = work.register.room(asked.room_id)
    assert room is not None
    remind_at = work.register.calendar(room.estate_id).add(asked.asked_at, PATIENCE, Clock.OFFICE)
    kept = work.doors.knock(replace(asked, remind_at=remind_at))
    work.record(KnockReceived(knock_id=kept.id, by=asked.person_id), now=asked.asked_at)
    return kept


def remind(*, work: RegisterWork, knock_id: int, now: datetime) -> bool:
    """Ask more people, once, if nobody has answered and its moment has come."""
    asked = work.doors.knocked(knock_id)
    if asked is None or asked.remind_at is None or asked.remind_at > now or not work.doors.reminded(knock_id):
        return False
    if asked.state is KnockState.WAITING:
        work.record(KnockWaits(knock_id=knock_id), now=now)
    return asked.state is KnockState.WAITING


def look(*, work: RegisterWork, knock_id: int, by: int, now: datetime) -> Knock:
    """Whole name and number, for those who decide; each look is on record."""
    found = _deciding(work, knock_id, by)
    work.record(KnockSeen(knock_id=knock_id, by=by), now=now)
    return found


def candidates(work: RegisterWork, asked: Knock) -> Sequence[Person]:
    """Who it may be: whoever lives there. Staff prove themselves otherwise, for with them come their rights."""
    living = work.doors.occupants(asked.room_id)
    return [one for one in living if work.register.staff(one.id) is None and one.id != asked.person_id]


def admit(
    *, work: RegisterWork, knock_id: int, by: int, now: datetime,
    person_id: int | None = None, relation: Relation = Relation.TENANT,
) -> tuple[Knock, Person]:  # fmt: skip
    """It is *person_id*, who lives there; or, without one, they live there as *relation* from now on.

    :raises NotAllowed: who decides does not serve the estate, or it is nobody whom one may become like this
    """
    asked = _deciding(work, knock_id, by)
    if person_id is not None and person_id not in {one.id for one in candidates(work, asked)}:
        raise NotAllowed
    if person_id is None:
        _require_no_colleague(work, asked)
        person_id = work.doors.move_in(
            asked.person_id, name=asked.name, phone=asked.phone, room_id=asked.room_id, relation=relation
        )
    answered = _answer(work, replace(asked, person_id=person_id, state=KnockState.ADMITTED), by, now)
    at = Address(channel=asked.channel, user=asked.user, chat=asked.chat, person_id=person_id, seen_at=asked.asked_at)
    work.addresses.bind(at)
    work.record(KnockAdmitted(knock_id=knock_id, by=by), now=now)
    person = work.register.person(person_id)
    assert person is not None
    if person.language is None:
        work.register.set_language(person_id, asked.language)
    return answered, person


def turn_away(*, work: RegisterWork, knock_id: int, by: int, now: datetime) -> Knock:
    """Staff do not know them."""
    asked = _deciding(work, knock_id, by)
    answered = _answer(work, replace(asked, state=KnockState.TURNED_AWAY), by, now)
    work.record(KnockTurnedAway(knock_id=knock_id, by=by), now=now)
    return answered


def _deciding(work: RegisterWork, knock_id: int, by: int) -> Knock:
    asked = work.doors.knocked(knock_id)
    room = work.register.room(asked.room_id) if asked else None
    if asked is None or room is None:
        raise Unknown("button-too-old")
    staff = work.register.staff(by)
    if staff is None or not staff.serves(room.estate_id, *KEEPERS):
        raise NotAllowed
    if asked.state is not KnockState.WAITING:
        raise _too_late(work, asked)
    return asked


def _require_no_colleague(work: RegisterWork, asked: Knock) -> None:
    """Nobody becomes staff by typing a colleague's name and number."""
    namesakes = [one for one in work.register.people_by_phone(asked.phone) if one.name == asked.name]
    if asked.person_id is None and any(work.register.staff(one.id) for one in namesakes):
        raise NotAllowed("door-is-colleague")


def _answer(work: RegisterWork, after: Knock, by: int, now: datetime) -> Knock:
    answered = replace(after, answered_by=by, answered_at=now)
    if not work.doors.answer(answered):
        first = work.doors.knocked(after.id)
        assert first is not None
        raise _too_late(work, first)
    return answered


def _too_late(work: RegisterWork, asked: Knock) -> NotNow:
    first = work.register.person(asked.answered_by) if asked.answered_by else None
    return NotNow("door-decided-already", name=first.name if first else "")

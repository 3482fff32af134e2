"""A believable announcement with one line, and whoever it is for."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from domain.announcements import operations, sending
from domain.announcements.model import Announcement, Audience, Draft, Leaflet, Text
from domain.messaging.model import DeliveryState
from domain.register.model import Address
from tests.builders import GARDEN, MANAGER, NEIGHBOUR, NOW, OWNER

TEXTS = {"zh_CN": Text("停水通知", "周五上午九点到十一点停水。"), "en": Text("Water off", "Friday 9 to 11.")}
LEAFLETS = tuple(
    Leaflet(language=language, body={"text": text.body}, group={"text": text.body, "pinned": True})
    for language, text in TEXTS.items()
)
UNDO = timedelta(seconds=15)


def draft(**changes: Any) -> Draft:
    """The water will be off in the whole garden estate."""
    told: dict[str, Any] = {"estate_id": GARDEN, "audience": Audience(estates=(GARDEN,)), "texts": TEXTS}
    return Draft(**told | changes)


def submitted(work: Any, *, by: int | None = MANAGER, now: datetime = NOW, **changes: Any) -> Announcement:
    """A manager has sent it off."""
    made = operations.draft(work=work, draft=draft(**changes), by=by, now=now)
    return operations.submit(work=work, announcement_id=made.id, leaflets=LEAFLETS, by=by, now=now)


def tick(work: Any, announcement_id: int, now: datetime) -> None:
    """Let the clock look until there is nothing more to do at once."""
    while sending.look(work=work, announcement_id=announcement_id, now=now):
        pass


def going_out(work: Any, *, now: datetime = NOW, **changes: Any) -> Announcement:
    """It has been sent off, and everybody has a delivery."""
    made = submitted(work, now=now, **changes)
    tick(work, made.id, now + UNDO)
    found = work.announcements.get(made.id)
    assert found is not None
    return found


def bind_everybody(work: Any) -> None:
    """The owner is on Telegram and on the web, where they last wrote; their neighbour is on Telegram."""
    work.addresses.bind(Address(channel="telegram", user="1", chat="1", person_id=OWNER, seen_at=NOW))
    work.addresses.bind(Address(channel="web", user="w1", chat="w1", person_id=OWNER, seen_at=NOW + UNDO))
    work.addresses.bind(Address(channel="telegram", user="2", chat="2", person_id=NEIGHBOUR, seen_at=NOW))


def let_end(work: Any, row: int, state: DeliveryState, *, reason: str = "", now: datetime = NOW) -> None:
    """What a sender does with a row."""
    if state is DeliveryState.SENT:
        work.deliveries.sent(row, reference="1", now=now)
    else:
        work.deliveries.end(row, state=state, reason=reason, now=now)

"""domain.tickets.ports.Calls and Tickets.alarms: what any store of callers promises."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from domain.tickets.lifecycle import Status
from domain.tickets.model import Caller, Hazard, Urgency
from tests.builders import GARDEN, HOME, NEIGHBOUR, NOW, OWNER, PLUMBER, RIVERSIDE, ticket
from tests.storage.promises.conftest import Begin

MINUTE = timedelta(minutes=1)


def emergency(**changes: object):
    return ticket(**{"hazard": Hazard.FIRE, "urgency": Urgency.EMERGENCY, "location": (31.2, 121.5)} | changes)


def caller(ticket_id: int, who: int | None = OWNER, **changes: object) -> Caller:
    told = {"ticket_id": ticket_id, "channel": "telegram", "user": str(who), "chat": str(who), "language": "en"}
    return Caller(**told | {"at": NOW, "person_id": who} | changes)  # type: ignore[arg-type]


def test_a_caller_comes_back_exactly_as_kept(begin: Begin):
    with begin() as work:
        kept = work.tickets.add(emergency())
        full = caller(
            kept.id, room_id=HOME, place="厨房", building="3", location=(31.230416, 121.473701), name="<b>",
            words="火\n", withdrawn=True,
        )  # fmt: skip
        bare = caller(kept.id, None, chat=None)
        work.calls.put(full)
        work.calls.put(bare)
    with begin() as work:
        assert list(work.calls.about(kept.id)) == [full, bare]
        assert work.tickets.get(kept.id) == kept


def test_who_calls_again_keeps_their_place_in_the_row(begin: Begin):
    with begin() as work:
        kept = work.tickets.add(emergency())
        first, second = caller(kept.id), caller(kept.id, NEIGHBOUR)
        for one in (first, second, replace(first, words="还在烧", at=NOW + MINUTE)):
            work.calls.put(one)
    with begin() as work:
        assert [(one.person_id, one.words) for one in work.calls.about(kept.id)] == [(OWNER, "还在烧"), (NEIGHBOUR, "")]


def test_whoever_called_about_something_else_is_dropped(begin: Begin):
    with begin() as work:
        kept = work.tickets.add(emergency())
        work.calls.put(caller(kept.id))
        work.calls.drop(caller(kept.id))
        assert list(work.calls.about(kept.id)) == []


def test_somebodys_calls_are_those_that_have_not_ended_newest_first(begin: Begin):
    with begin() as work:
        ids = [work.tickets.add(emergency(status=one)).id for one in (Status.OPEN, Status.CANCELLED, Status.DONE)]
        for one in ids:
            work.calls.put(caller(one))
        assert [one.ticket_id for one in work.calls.of("telegram", str(OWNER))] == [ids[2], ids[0]]
        assert list(work.calls.of("web", str(OWNER))) == []


def test_alarms_are_running_of_this_danger_and_estate_and_called_about_lately(begin: Begin):
    with begin() as work:
        told: list[dict[str, Any]] = [
            {}, {"status": Status.CLAIMED, "repairer_id": PLUMBER}, {"status": Status.DONE, "done_by": PLUMBER},
            {"hazard": Hazard.GAS}, {"estate_id": RIVERSIDE}, {},
        ]  # fmt: skip
        ids = [work.tickets.add(emergency(**changes)).id for changes in told]
        for one in ids[:-1]:
            work.calls.put(caller(one, at=NOW))
        work.calls.put(caller(ids[-1], at=NOW - MINUTE))
        found = work.tickets.alarms(GARDEN, Hazard.FIRE, since=NOW - MINUTE)
        assert [one.id for one in found] == [ids[1], ids[0]]

"""Emergencies on fakes: opened at once, joined, located, called off."""

from datetime import datetime, timedelta

import pytest

from bot.understanding.learned import learned
from bot.understanding.rules import rulebook
from domain.errors import NotAllowed, NotNow
from domain.tickets import events, incidents, operations
from domain.tickets.incidents import Outcome
from domain.tickets.lifecycle import Status
from domain.tickets.model import HAZARDS, Caller, Category, Hazard, Report, Spot, Ticket, Urgency
from tests.builders import (
    DUTY_MANAGER,
    ELSEWHERE,
    GUARD,
    HOME,
    NEIGHBOUR,
    NEXT_DOOR,
    NOW,
    OUTSIDER,
    OWNER,
    PLUMBER,
    RIVERSIDE,
    STRANGER,
    person,
    report,
)
from tests.fakes import FakeWork

LATER = NOW + timedelta(minutes=10)
AT_HOME, NEXT = Spot(room_id=HOME, building="3"), Spot(room_id=NEXT_DOOR, building="3")
FIVE, NOWHERE = Spot(place="5栋", building="5"), Spot()


def fire(spot: Spot = AT_HOME, **changes: object) -> Report:
    """A fire, wherever it is."""
    told = {"hazard": Hazard.FIRE, "category": Category.FIRE_SAFETY, "urgency": Urgency.EMERGENCY, "words": "着火了"}
    return report(**told | spot.spot() | changes)


def caller(who: int | None, user: str = "", **changes: object) -> Caller:
    told = {"channel": "telegram", "user": user or str(who), "chat": user or str(who), "language": "zh_CN", "at": NOW}
    return Caller(**told | {"person_id": who} | changes)  # type: ignore[arg-type]


def call(work: FakeWork, who: int | None, spot: Spot = AT_HOME, now: datetime = NOW, **changes: object):
    told = fire(spot, reporter_id=who, **changes)
    user = "" if who else str(changes.get("user", "unknown"))
    return incidents.raise_alarm(work=work, report=told, caller=caller(who, user), now=now)


def happened(work: FakeWork) -> list[str]:
    return [type(one).__name__ for one in work.events]


# --- opened and joined -------------------------------------------------------------------------------------------


def test_an_emergency_is_open_before_anybody_knows_where_it_is():
    work = FakeWork()
    ticket, outcome = call(work, OWNER, NOWHERE)
    assert outcome is Outcome.OPENED
    assert ticket.status == Status.OPEN
    assert not ticket.is_known
    assert [one.person_id for one in work.calls.about(ticket.id)] == [OWNER]


@pytest.mark.parametrize(
    ("first", "second"), ((AT_HOME, NEXT), (NOWHERE, NEXT), (AT_HOME, NOWHERE), (NOWHERE, NOWHERE))
)
def test_a_second_call_from_the_same_building_or_an_unknown_place_joins(first: Spot, second: Spot):
    work = FakeWork()
    ticket, _ = call(work, OWNER, first)
    joined, outcome = call(work, NEIGHBOUR, second, LATER)
    assert outcome is Outcome.JOINED
    assert joined.id == ticket.id
    assert [one.person_id for one in work.calls.about(ticket.id)] == [OWNER, NEIGHBOUR]


def test_dangers_without_a_name_are_one_only_where_one_person_calls():
    work = FakeWork()
    ticket, _ = call(work, OWNER, hazard=Hazard.OTHER)
    another, outcome = call(work, NEIGHBOUR, NEXT, LATER, hazard=Hazard.OTHER)
    assert outcome is Outcome.OPENED
    assert another.id != ticket.id
    again, outcome = call(work, OWNER, now=LATER, hazard=Hazard.OTHER)
    assert outcome is Outcome.REPEATED
    assert again.id == ticket.id


@pytest.mark.parametrize(
    "changes",
    (
        {"spot": FIVE},
        {"hazard": Hazard.GAS},
        {"estate_id": RIVERSIDE, "spot": Spot(room_id=ELSEWHERE, building="3")},
        {"now": NOW + timedelta(minutes=30)},
    ),
    ids=["another building", "another danger", "another estate", "half an hour later"],
)
def test_what_is_not_the_same_is_an_emergency_of_its_own(changes: dict[str, object]):
    work = FakeWork()
    call(work, OWNER)
    assert call(work, NEIGHBOUR, **{"now": LATER} | changes)[1] is Outcome.OPENED  # type: ignore[arg-type]


def test_calls_keep_an_incident_together_as_long_as_they_come():
    work = FakeWork()
    call(work, OWNER)
    call(work, NEIGHBOUR, NEXT, NOW + timedelta(minutes=25))
    assert call(work, STRANGER, NEXT, NOW + timedelta(minutes=50))[1] is Outcome.JOINED


@pytest.mark.parametrize("ending", ("finish", "call_off"))
def test_nobody_joins_what_is_over(ending: str):
    work = FakeWork()
    ticket, _ = call(work, OWNER)
    if ending == "call_off":
        incidents.call_off(work=work, ticket_id=ticket.id, caller=caller(OWNER), now=NOW)
    else:
        operations.claim(work=work, ticket_id=ticket.id, by=GUARD, now=NOW)
        operations.finish(work=work, ticket_id=ticket.id, words="", photos=(), by=GUARD, now=NOW)
    assert call(work, NEIGHBOUR, NEXT, LATER)[1] is Outcome.OPENED


def test_the_same_caller_says_more_and_is_counted_once():
    work = FakeWork()
    ticket, _ = call(work, OWNER)
    again, outcome = call(work, OWNER, NOWHERE, LATER, words="烟很大")
    assert outcome is Outcome.REPEATED
    assert again.words == "着火了\n烟很大"
    assert len(work.calls.about(ticket.id)) == 1


def test_the_same_person_on_another_channel_is_the_same_caller():
    work = FakeWork()
    ticket, _ = call(work, OWNER)
    there = caller(OWNER, channel="web", user="w")
    assert incidents.raise_alarm(work=work, report=fire(), caller=there, now=LATER)[1] is Outcome.REPEATED
    assert len(work.calls.about(ticket.id)) == 1


def test_a_later_caller_who_knows_where_tells_it_for_all():
    work = FakeWork()
    call(work, OWNER, NOWHERE)
    assert call(work, NEIGHBOUR, FIVE, LATER)[0].building == "5"


def test_what_joined_callers_add_stays_with_their_call():
    work = FakeWork()
    ticket, _ = call(work, OWNER)
    call(work, NEIGHBOUR, NEXT, LATER, words="楼道有烟")
    incidents.add_details(
        work=work, ticket_id=ticket.id, words="有老人", photos=("p",), caller=caller(NEIGHBOUR), now=LATER
    )
    kept = work.tickets.get(ticket.id)
    assert kept is not None
    assert (kept.words, kept.photos) == ("着火了", ("p",))
    assert work.calls.about(ticket.id)[1].words == "楼道有烟\n有老人"


# --- located -----------------------------------------------------------------------------------------------------


def locate(work: FakeWork, ticket: Ticket, spot: Spot, who: int) -> Ticket:
    return incidents.locate(work=work, ticket_id=ticket.id, spot=spot, caller=caller(who), now=LATER)


@pytest.mark.parametrize("spot", (AT_HOME, FIVE, Spot(location=(31.2, 121.5))))
def test_the_reporter_says_where_it_is_and_may_think_again(spot: Spot):
    work = FakeWork()
    ticket, _ = call(work, OWNER, NOWHERE)
    assert locate(work, ticket, spot, OWNER).spot() == spot.spot()
    assert locate(work, ticket, NEXT, OWNER).spot() == NEXT.spot()
    assert happened(work)[-1] == "TicketLocated"


def test_a_joined_caller_in_the_same_building_moves_only_their_own_call():
    work = FakeWork()
    ticket, _ = call(work, OWNER)
    call(work, NEIGHBOUR, NOWHERE, LATER)
    assert locate(work, ticket, NEXT, NEIGHBOUR).room_id == HOME
    assert work.calls.about(ticket.id)[1].room_id == NEXT_DOOR
    assert work.events[-1] == events.TicketLocated(ticket_id=ticket.id, caller_only=True, by=NEIGHBOUR)


def test_a_joined_caller_in_another_building_has_an_emergency_of_their_own():
    work = FakeWork()
    ticket, _ = call(work, OWNER)
    call(work, NEIGHBOUR, NOWHERE, LATER, words="电梯旁边有火")
    own = locate(work, ticket, FIVE, NEIGHBOUR)
    assert own.id != ticket.id
    assert (own.reporter_id, own.building, own.words) == (NEIGHBOUR, "5", "电梯旁边有火")
    assert [one.person_id for one in work.calls.about(ticket.id)] == [OWNER]
    assert [one.person_id for one in work.calls.about(own.id)] == [NEIGHBOUR]


def test_whoever_has_not_called_cannot_move_it():
    work = FakeWork()
    ticket, _ = call(work, OWNER)
    with pytest.raises(NotAllowed):
        locate(work, ticket, FIVE, NEIGHBOUR)


def test_what_is_over_is_not_located_any_more():
    work = FakeWork()
    ticket, _ = call(work, OWNER)
    incidents.call_off(work=work, ticket_id=ticket.id, caller=caller(OWNER), now=NOW)
    with pytest.raises(NotNow) as refusal:
        locate(work, ticket, FIVE, OWNER)
    assert refusal.value.key == "alarm-is-over"


# --- strangers ---------------------------------------------------------------------------------------------------


def test_a_stranger_who_proves_who_they_are_becomes_the_reporter():
    work = FakeWork()
    ticket, _ = call(work, None, NOWHERE, contact="")
    assert ticket.reporter_id is None
    neighbour = person(NEIGHBOUR, "韩梅", "13800000002")
    incidents.recognise(work=work, caller=caller(None, "unknown"), person=neighbour, now=LATER)
    kept = work.tickets.get(ticket.id)
    assert kept is not None
    assert (kept.reporter_id, kept.contact) == (NEIGHBOUR, "13800000002")
    assert [one.person_id for one in work.calls.about(ticket.id)] == [NEIGHBOUR]


def test_a_stranger_in_a_group_is_reached_from_their_first_private_message_on():
    work = FakeWork()
    in_group = caller(None, "s", chat=None)
    ticket, _ = incidents.raise_alarm(work=work, report=fire(NOWHERE, reporter_id=None), caller=in_group, now=NOW)
    incidents.locate(work=work, ticket_id=ticket.id, spot=FIVE, caller=caller(None, "s", chat="77"), now=LATER)
    assert work.calls.about(ticket.id)[0].chat == "77"


# --- called off --------------------------------------------------------------------------------------------------


def call_off(work: FakeWork, ticket: Ticket, who: int | None, user: str = "") -> Ticket:
    return incidents.call_off(work=work, ticket_id=ticket.id, caller=caller(who, user), now=LATER)


@pytest.mark.parametrize("who", (OWNER, GUARD, PLUMBER, DUTY_MANAGER))
def test_the_only_caller_and_anybody_of_the_staff_call_it_off(who: int):
    work = FakeWork()
    ticket, _ = call(work, OWNER)
    operations.claim(work=work, ticket_id=ticket.id, by=GUARD, now=NOW)
    off = call_off(work, ticket, who)
    assert (off.status, off.repairer_id, off.due_at) == (Status.CANCELLED, None, None)
    assert work.events[-1] == events.AlarmCalledOff(ticket_id=ticket.id, repairer_id=GUARD, by=who)


def test_a_stranger_calls_off_their_own_alarm():
    work = FakeWork()
    ticket, _ = call(work, None)
    assert call_off(work, ticket, None, "unknown").status == Status.CANCELLED


@pytest.mark.parametrize("who", (NEIGHBOUR, OUTSIDER))
def test_nobody_else_calls_it_off(who: int):
    work = FakeWork()
    ticket, _ = call(work, OWNER)
    with pytest.raises(NotAllowed):
        call_off(work, ticket, who)


def test_a_ticket_that_is_no_emergency_is_not_called_off():
    work = FakeWork()
    ticket = operations.open(work=work, report=report(), now=NOW)
    with pytest.raises(NotAllowed):
        call_off(work, ticket, GUARD)


def test_one_of_several_callers_withdraws_only_their_own_call():
    work = FakeWork()
    ticket, _ = call(work, OWNER)
    call(work, NEIGHBOUR, NEXT, LATER)
    assert call_off(work, ticket, OWNER).status == Status.OPEN
    assert happened(work)[-1] == "CallWithdrawn"
    assert call_off(work, ticket, NEIGHBOUR).status == Status.CANCELLED


def test_who_calls_again_means_it_again():
    work = FakeWork()
    ticket, _ = call(work, OWNER)
    call(work, NEIGHBOUR, NEXT, LATER)
    call_off(work, ticket, OWNER)
    call(work, OWNER, AT_HOME, LATER)
    assert call_off(work, ticket, NEIGHBOUR).status == Status.OPEN


def test_what_is_over_is_not_called_off_twice():
    work = FakeWork()
    ticket, _ = call(work, OWNER)
    call_off(work, ticket, OWNER)
    with pytest.raises(NotNow):
        call_off(work, ticket, OWNER)


def test_recent_calls_are_those_that_somebody_still_means():
    work = FakeWork()
    ticket, _ = call(work, OWNER)
    assert [one.ticket_id for one in incidents.recent_calls(work=work, caller=caller(OWNER), now=LATER)] == [ticket.id]
    assert not incidents.recent_calls(work=work, caller=caller(OWNER), now=NOW + incidents.TOGETHER)
    call_off(work, ticket, OWNER)
    assert not incidents.recent_calls(work=work, caller=caller(OWNER), now=LATER)


def test_every_hazard_that_is_understood_has_a_trade():
    by_rules = {rule.label for rules in rulebook().hazards.values() for rule in rules}
    by_examples = set(learned().models["hazard"].labels)
    assert by_rules | by_examples == set(Hazard) == set(HAZARDS)

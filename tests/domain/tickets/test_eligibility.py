"""Who may take a ticket, and whom a rung calls."""

from dataclasses import replace

import pytest

from domain.register.model import Role, Skill
from domain.tickets.eligibility import MANAGERS, eligible, parties, reason_against, superiors
from domain.tickets.lifecycle import Party
from domain.tickets.model import TRADES, Category
from domain.tickets.policy import Audience
from tests.builders import (
    DESK,
    DIRECTOR,
    DUTY_MANAGER,
    ELECTRICIAN,
    GARDEN,
    GUARD,
    MANAGER,
    NOW,
    OUTSIDER,
    OWNER,
    PLUMBER,
    RESTING,
    RIVERSIDE,
    report,
    staff,
    ticket,
)
from tests.fakes import FakeWork


def why_not(*roles: Role, category: Category = Category.LEAK, held: int = 0, **more: object) -> str | None:
    return reason_against(staff(50, "Somebody", *roles, **more), report(category=category), held=held, cap=2)


def test_the_trade_of_the_category_takes_it():
    assert why_not(Role.ENGINEER) is None
    assert why_not(Role.SECURITY) == "claim-other-trade"
    assert why_not(Role.SECURITY, category=Category.NOISE) is None


@pytest.mark.parametrize("category", Category)
def test_every_category_is_somebodys_trade_and_a_manager_could_take_it_too(category: Category):
    roles, skill = TRADES[category]
    able = [why_not(role, category=category, skills=frozenset({skill} if skill else ())) for role in roles]
    assert able
    assert set(able) == {None}
    assert {why_not(role, category=category, on_duty=False, held=99) for role in MANAGERS} == {None}


def test_an_engineer_needs_the_skill_unless_they_are_an_all_rounder():
    assert why_not(Role.ENGINEER, skills=frozenset({Skill.LIFT})) == "claim-other-trade"
    assert why_not(Role.ENGINEER, skills=frozenset({Skill.LIFT, Skill.WATER})) is None
    assert why_not(Role.ENGINEER, skills=frozenset()) is None


def test_a_guard_needs_no_engineers_skill():
    assert why_not(Role.SECURITY, category=Category.FIRE_SAFETY, skills=frozenset({Skill.LOCKS})) is None


def test_duty_and_cap_hold_back_whoever_is_no_manager():
    assert why_not(Role.ENGINEER, on_duty=False) == "claim-off-duty"
    assert why_not(Role.ENGINEER, held=2) == "claim-too-many"
    assert why_not(Role.ENGINEER, held=2, cap=3) is None


def test_another_estates_staff_take_nothing_here_not_even_its_manager():
    assert why_not(Role.ENGINEER, estates=frozenset({RIVERSIDE})) == "claim-other-estate"
    assert why_not(Role.DIRECTOR, estates=frozenset({RIVERSIDE})) == "claim-other-estate"


def test_those_who_could_take_it_are_asked_with_the_least_loaded_first():
    work = FakeWork()
    work.register.set_duty(RESTING, on_duty=True)
    work.tickets.add(ticket(status="claimed", repairer_id=PLUMBER))
    assert [one.id for one in eligible(work, report())] == [RESTING, PLUMBER]
    assert [one.id for one in eligible(work, report(category=Category.ELECTRIC))] == [ELECTRICIAN, RESTING]
    assert [one.id for one in eligible(work, report(category=Category.NOISE))] == [DESK, GUARD]


def test_what_somebody_is_to_a_ticket_follows_from_the_records_as_they_are_now():
    register = FakeWork().register
    held = ticket(status="claimed", repairer_id=PLUMBER)
    assert parties(held, OWNER, None) == {Party.REPORTER}
    assert parties(held, PLUMBER, register.staff(PLUMBER)) == {Party.STAFF, Party.REPAIRER}
    assert parties(held, MANAGER, register.staff(MANAGER)) == {Party.STAFF, Party.MANAGER}
    assert parties(held, OUTSIDER, register.staff(OUTSIDER)) == set()
    assert parties(held, PLUMBER, None) == set()
    assert held.opened_at == NOW


def test_a_repairer_who_serves_other_estates_now_is_not_the_repairer_here_any_more():
    moved = replace(staff(PLUMBER, "王师傅", Role.ENGINEER), estates=frozenset({RIVERSIDE}))
    assert parties(ticket(status="claimed", repairer_id=PLUMBER), PLUMBER, moved) == set()


def test_staff_may_live_here_too():
    own = ticket(reporter_id=MANAGER, status="open")
    assert parties(own, MANAGER, FakeWork().register.staff(MANAGER)) == {Party.REPORTER, Party.STAFF, Party.MANAGER}


# --- superiors ---------------------------------------------------------------------------------------------------


def called(work: FakeWork, audience: Audience) -> list[int]:
    return [one.id for one in superiors(work, GARDEN, audience)]


def test_a_rung_calls_the_level_it_names():
    work = FakeWork()
    assert called(work, Audience.DUTY_MANAGER) == [DUTY_MANAGER]
    assert called(work, Audience.MANAGER) == [MANAGER]
    assert called(work, Audience.DIRECTOR) == [DIRECTOR]


def test_a_level_that_nobody_holds_is_answered_for_by_the_next_above_then_by_the_next_below():
    work = FakeWork()
    work.register.dismiss(DUTY_MANAGER)
    assert called(work, Audience.DUTY_MANAGER) == [MANAGER]
    work = FakeWork()
    work.register.dismiss(DIRECTOR)
    assert called(work, Audience.DIRECTOR) == [MANAGER]
    work.register.dismiss(MANAGER)
    assert called(work, Audience.DIRECTOR) == [DUTY_MANAGER]
    work.register.dismiss(DUTY_MANAGER)
    assert called(work, Audience.MANAGER) == []


def test_of_several_those_on_duty_are_called_and_everybody_when_none_is():
    work = FakeWork()
    work.register.employed[24] = staff(24, "夜班经理", Role.MANAGER)
    work.register.set_duty(MANAGER, on_duty=False)
    assert called(work, Audience.MANAGER) == [24]
    work.register.set_duty(24, on_duty=False)
    assert called(work, Audience.MANAGER) == [MANAGER, 24]

"""A ticket's life, one operation after the other."""

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.errors import NotAllowed, NotNow, Refusal, Stale, Unknown
from domain.register.events import ContactViewed
from domain.tickets import events, operations
from domain.tickets.lifecycle import Status
from domain.tickets.model import Kind, Ticket, Urgency, WaitFor
from tests.builders import (
    DESK,
    ELECTRICIAN,
    MANAGER,
    NEIGHBOUR,
    NOW,
    OUTSIDER,
    OWNER,
    PLUMBER,
    RESTING,
    STRANGER,
    at,
    report,
)
from tests.fakes import FakeWork

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def work() -> FakeWork:
    return FakeWork()


def opened(work: FakeWork, **changes: object) -> Ticket:
    return operations.open(work=work, report=report(**changes), now=NOW)


def claimed(work: FakeWork) -> Ticket:
    return operations.claim(work=work, ticket_id=opened(work).id, by=PLUMBER, now=NOW)


def arrived(work: FakeWork) -> Ticket:
    return operations.arrive(work=work, ticket_id=claimed(work).id, by=PLUMBER, now=NOW)


def done(work: FakeWork) -> Ticket:
    ticket = claimed(work)
    return operations.finish(
        work=work, ticket_id=ticket.id, words="换了软管", photos=("p1",), by=PLUMBER, now=NOW + HOUR
    )


def closed(work: FakeWork, mark: int = 5) -> Ticket:
    return operations.rate(work=work, ticket_id=done(work).id, mark=mark, by=OWNER, now=NOW + DAY)


def told(work: FakeWork) -> list[str]:
    return [type(event).__name__ for event in work.events]


# --- open --------------------------------------------------------------------------------------------------------


def test_a_new_ticket_has_a_number_people_can_say_and_the_promises_of_its_class(work: FakeWork):
    ticket = opened(work)
    assert (ticket.number, ticket.status) == ("R1118-001", Status.OPEN)
    assert (ticket.respond_by, ticket.resolve_by) == (at("2026-11-18 18:00"), at("2026-11-20 15:00"))
    assert ticket.due_at == NOW + 15 * MINUTE
    assert work.events == [events.TicketOpened(ticket_id=ticket.id, by=OWNER)]


def test_an_emergency_at_night_is_promised_within_two_hours(work: FakeWork):
    night = at("2026-11-19 02:00")
    ticket = operations.open(work=work, report=report(urgency=Urgency.EMERGENCY), now=night)
    assert (ticket.respond_by, ticket.due_at) == (night + 2 * HOUR, night + 2 * MINUTE)


def test_a_normal_report_at_night_starts_counting_in_the_morning(work: FakeWork):
    ticket = operations.open(work=work, report=report(), now=at("2026-11-19 02:00"))
    assert (ticket.respond_by, ticket.due_at) == (at("2026-11-19 16:30"), at("2026-11-19 08:15"))


def test_numbers_count_the_estates_day_whatever_the_kind(work: FakeWork):
    operations.open(work=work, report=report(), now=at("2026-11-18 23:59"))
    late = operations.open(work=work, report=report(kind=Kind.COMPLAINT), now=at("2026-11-18 23:59"))
    early = operations.open(work=work, report=report(), now=at("2026-11-19 00:01"))
    assert (late.number, early.number) == ("C1118-002", "R1119-001")


def test_what_an_owner_said_is_kept_as_it_was_said(work: FakeWork):
    ticket = opened(work, visit="周六上午", photos=("a", "b"))
    told = report(visit="周六上午", photos=("a", "b"))
    assert all(getattr(ticket, name) == getattr(told, name) for name in told.__dataclass_fields__)


# --- claim -------------------------------------------------------------------------------------------------------


def test_who_claims_has_it_and_is_shown_the_contact_which_is_logged(work: FakeWork):
    ticket = claimed(work)
    assert (ticket.status, ticket.repairer_id) == (Status.CLAIMED, PLUMBER)
    assert work.events[1:] == [
        events.TicketClaimed(ticket_id=ticket.id, repairer_id=PLUMBER, by=PLUMBER),
        ContactViewed(person_id=OWNER, ticket_id=ticket.id, by=PLUMBER),
    ]


def test_the_second_to_press_is_told_who_was_first_even_if_they_could_not_have_taken_it(work: FakeWork):
    ticket = claimed(work)
    for late in (MANAGER, ELECTRICIAN, PLUMBER):
        with pytest.raises(NotNow) as refusal:
            operations.claim(work=work, ticket_id=ticket.id, by=late, now=NOW)
        assert refusal.value.values["name"] == "王师傅"


@pytest.mark.parametrize(
    ("by", "why"),
    (
        (ELECTRICIAN, "claim-other-trade"),
        (DESK, "claim-other-trade"),
        (RESTING, "claim-off-duty"),
        (OUTSIDER, "claim-other-estate"),
        (OWNER, "staff-only"),
        (STRANGER, "staff-only"),
    ),
)
def test_who_may_not_take_it_is_told_why(work: FakeWork, by: int, why: str):
    with pytest.raises(NotAllowed) as refusal:
        operations.claim(work=work, ticket_id=opened(work).id, by=by, now=NOW)
    assert refusal.value.key == why


def test_nobody_holds_more_than_the_cap(work: FakeWork):
    work.register.employed[PLUMBER] = replace(work.register.employed[PLUMBER], cap=1)
    claimed(work)
    with pytest.raises(NotAllowed) as refusal:
        claimed(work)
    assert (refusal.value.key, refusal.value.values["cap"]) == ("claim-too-many", 1)


def test_somebody_faster_between_reading_and_writing_is_named_too():
    class Slow(FakeWork):
        """Lets a colleague in just before the write."""

        def overtaken(self, ticket: Ticket) -> Ticket:
            row = self.tickets.rows[ticket.id]
            self.tickets.rows[ticket.id] = replace(row, status="claimed", repairer_id=MANAGER, version=row.version + 1)
            raise Stale(ticket.number)

    work = Slow()
    ticket = opened(work)
    work.tickets.save = work.overtaken  # type: ignore[method-assign]
    with pytest.raises(NotNow) as refusal:
        operations.claim(work=work, ticket_id=ticket.id, by=PLUMBER, now=NOW)
    assert refusal.value.values["name"] == "冯经理"
    assert told(work) == ["TicketOpened"]


def test_a_ticket_that_never_was_is_unknown(work: FakeWork):
    with pytest.raises(Unknown):
        operations.claim(work=work, ticket_id=99, by=PLUMBER, now=NOW)


# --- from hand to hand -------------------------------------------------------------------------------------------


def test_a_manager_gives_it_to_anybody_of_the_estate_whatever_their_duty_and_trade(work: FakeWork):
    ticket = operations.assign(work=work, ticket_id=opened(work).id, to=RESTING, by=MANAGER, now=NOW)
    assert (ticket.status, ticket.repairer_id) == (Status.CLAIMED, RESTING)
    again = operations.assign(work=work, ticket_id=ticket.id, to=DESK, by=MANAGER, now=NOW)
    assert events.TicketAssigned(ticket_id=ticket.id, repairer_id=DESK, before_id=RESTING, by=MANAGER) in work.events
    assert again.repairer_id == DESK


def test_only_a_manager_assigns_and_only_to_staff_of_the_estate(work: FakeWork):
    ticket = opened(work)
    for by, to in ((PLUMBER, PLUMBER), (MANAGER, OUTSIDER), (MANAGER, OWNER)):
        with pytest.raises(NotAllowed):
            operations.assign(work=work, ticket_id=ticket.id, to=to, by=by, now=NOW)


def test_a_repairer_passes_it_on_to_a_colleague_who_could_have_claimed_it(work: FakeWork):
    work.register.set_duty(RESTING, on_duty=True)
    ticket = arrived(work)
    passed = operations.pass_on(work=work, ticket_id=ticket.id, to=RESTING, by=PLUMBER, now=NOW)
    assert (passed.status, passed.repairer_id) == (Status.CLAIMED, RESTING)
    with pytest.raises(NotAllowed):
        operations.pass_on(work=work, ticket_id=ticket.id, to=ELECTRICIAN, by=RESTING, now=NOW)
    with pytest.raises(NotAllowed):
        operations.pass_on(work=work, ticket_id=ticket.id, to=PLUMBER, by=PLUMBER, now=NOW)


def test_what_is_handed_back_waits_anew(work: FakeWork):
    later = NOW + HOUR
    ticket = operations.hand_back(work=work, ticket_id=claimed(work).id, reason="缺工具", by=PLUMBER, now=later)
    assert (ticket.status, ticket.repairer_id, ticket.queued_at) == (Status.OPEN, None, later)
    assert ticket.due_at == later + 15 * MINUTE
    assert operations.claim(work=work, ticket_id=ticket.id, by=PLUMBER, now=later).repairer_id == PLUMBER


# --- on the way, there, waiting ----------------------------------------------------------------------------------


def test_being_there_keeps_the_first_promise_once(work: FakeWork):
    ticket = operations.depart(work=work, ticket_id=claimed(work).id, by=PLUMBER, now=NOW + HOUR)
    assert (ticket.status, ticket.responded_at) == (Status.ON_THE_WAY, None)
    ticket = operations.arrive(work=work, ticket_id=ticket.id, by=PLUMBER, now=NOW + 2 * HOUR)
    assert (ticket.status, ticket.responded_at) == (Status.ON_SITE, NOW + 2 * HOUR)
    assert ticket.due_at == ticket.resolve_by - 2 * HOUR
    ticket = operations.wait(
        work=work, ticket_id=ticket.id, wait_for=WaitFor.PARTS, until=NOW + DAY, by=PLUMBER, now=NOW + 2 * HOUR
    )
    ticket = operations.arrive(work=work, ticket_id=ticket.id, by=PLUMBER, now=NOW + 3 * HOUR)
    assert ticket.responded_at == NOW + 2 * HOUR


def test_only_the_repairer_moves_the_work_on(work: FakeWork):
    ticket = claimed(work)
    for by in (OWNER, MANAGER, RESTING):
        with pytest.raises(NotAllowed):
            operations.depart(work=work, ticket_id=ticket.id, by=by, now=NOW)


def test_asking_for_help_changes_nothing_but_is_told(work: FakeWork):
    ticket = arrived(work)
    after = operations.ask_help(work=work, ticket_id=ticket.id, words="要两个人", by=PLUMBER, now=NOW)
    assert replace(after, version=ticket.version) == ticket
    assert work.events[-1] == events.HelpRequested(ticket_id=ticket.id, words="要两个人", by=PLUMBER)


def test_a_pause_into_the_past_is_refused(work: FakeWork):
    with pytest.raises(Refusal) as refusal:
        operations.wait(work=work, ticket_id=claimed(work).id, wait_for=WaitFor.OWNER, until=NOW, by=PLUMBER, now=NOW)
    assert refusal.value.key == "wait-in-the-past"


# --- done, or not ------------------------------------------------------------------------------------------------


def test_finished_work_remembers_who_did_what_and_waits_seven_days_for_the_owner(work: FakeWork):
    ticket = done(work)
    assert (ticket.status, ticket.repairer_id, ticket.done_by) == (Status.DONE, None, PLUMBER)
    assert (ticket.work_done, ticket.work_photos) == ("换了软管", ("p1",))
    assert ticket.due_at == NOW + HOUR + 7 * DAY


def test_the_owner_confirms_rates_and_comments(work: FakeWork):
    ticket = operations.confirm(work=work, ticket_id=done(work).id, by=OWNER, now=NOW + DAY)
    assert (ticket.status, ticket.due_at) == (Status.CONFIRMED, NOW + HOUR + 7 * DAY)
    ticket = operations.rate(work=work, ticket_id=ticket.id, mark=5, by=OWNER, now=NOW + DAY)
    assert (ticket.status, ticket.mark, ticket.closed_at, ticket.due_at) == (Status.CLOSED, 5, NOW + DAY, None)
    operations.comment(work=work, ticket_id=ticket.id, words="很快", by=OWNER, now=NOW + DAY)
    ticket = operations.comment(work=work, ticket_id=ticket.id, words="谢谢", by=OWNER, now=NOW + DAY)
    assert ticket.comment == "很快\n谢谢"


@pytest.mark.parametrize(("mark", "low"), ((1, True), (2, True), (3, False), (5, False)))
def test_a_low_mark_is_marked_as_one_for_the_manager(work: FakeWork, mark: int, low: bool):
    ticket = closed(work, mark)
    operations.comment(work=work, ticket_id=ticket.id, words="…", by=OWNER, now=NOW + DAY)
    assert work.events[-2:] == [
        events.TicketRated(ticket_id=ticket.id, mark=mark, low=low, by=OWNER),
        events.CommentAdded(ticket_id=ticket.id, low=low, by=OWNER),
    ]


def test_a_mark_is_given_once(work: FakeWork):
    ticket = closed(work, 4)
    with pytest.raises(NotNow) as refusal:
        operations.rate(work=work, ticket_id=ticket.id, mark=1, by=OWNER, now=NOW + DAY)
    assert (refusal.value.key, refusal.value.values["mark"]) == ("already-rated", 4)


def test_the_answer_is_the_reporters_alone(work: FakeWork):
    ticket = done(work)
    for by in (NEIGHBOUR, PLUMBER, MANAGER):
        for answer in (operations.confirm, operations.reject):
            with pytest.raises(NotAllowed):
                answer(work=work, ticket_id=ticket.id, by=by, now=NOW)
        with pytest.raises(NotAllowed):
            operations.rate(work=work, ticket_id=ticket.id, mark=5, by=by, now=NOW)


def test_not_fixed_goes_back_to_the_same_repairer_with_new_promises_and_is_counted(work: FakeWork):
    ticket, later = done(work), at("2026-11-19 09:00")
    for times in (1, 2):
        ticket = operations.reject(work=work, ticket_id=ticket.id, by=OWNER, now=later)
        assert (ticket.status, ticket.repairer_id, ticket.reopened) == (Status.CLAIMED, PLUMBER, times)
        assert (ticket.respond_by, ticket.responded_at, ticket.done_by) == (at("2026-11-19 17:00"), None, None)
        assert events.TicketReopened(ticket_id=ticket.id, repairer_id=PLUMBER, times=times, by=OWNER) in work.events
        operations.finish(work=work, ticket_id=ticket.id, words="", photos=(), by=PLUMBER, now=later)


# --- cancel, photos, reading -------------------------------------------------------------------------------------


def test_an_owner_cancels_what_is_not_needed_any_more_and_the_repairer_is_known(work: FakeWork):
    ticket = operations.cancel(work=work, ticket_id=claimed(work).id, by=OWNER, now=NOW)
    assert (ticket.status, ticket.repairer_id, ticket.due_at, ticket.closed_at) == (Status.CANCELLED, None, None, NOW)
    assert work.events[-1] == events.TicketCancelled(ticket_id=ticket.id, repairer_id=PLUMBER, by=OWNER)


def test_only_the_reporter_and_a_manager_cancel(work: FakeWork):
    ticket = claimed(work)
    for by in (PLUMBER, DESK, NEIGHBOUR):
        with pytest.raises(NotAllowed):
            operations.cancel(work=work, ticket_id=ticket.id, by=by, now=NOW)
    assert operations.cancel(work=work, ticket_id=ticket.id, by=MANAGER, now=NOW).status == Status.CANCELLED


def test_nobody_cancels_while_somebody_works_at_the_place_or_afterwards(work: FakeWork):
    for ticket in (arrived(work), done(work), closed(work)):
        with pytest.raises(NotNow):
            operations.cancel(work=work, ticket_id=ticket.id, by=OWNER, now=NOW)


def test_photos_come_later_and_do_not_move_a_reminder(work: FakeWork):
    ticket = opened(work, photos=("a",))
    after = operations.add_photos(work=work, ticket_id=ticket.id, photos=("b", "c"), by=OWNER, now=NOW + MINUTE)
    assert (after.photos, after.due_at) == (("a", "b", "c"), ticket.due_at)


def test_photos_are_the_reporters_and_only_while_the_ticket_lives(work: FakeWork):
    ticket, ended = opened(work), closed(work)
    for ticket_id, by in ((ticket.id, NEIGHBOUR), (ended.id, OWNER)):
        with pytest.raises(NotAllowed):
            operations.add_photos(work=work, ticket_id=ticket_id, photos=("x",), by=by, now=NOW)


def test_a_ticket_is_read_by_its_reporter_and_the_staff_of_its_estate(work: FakeWork):
    ticket = opened(work)
    for by in (OWNER, PLUMBER, DESK, MANAGER):
        assert operations.readable(work=work, ticket_id=ticket.id, by=by) == ticket
    for by in (NEIGHBOUR, OUTSIDER, STRANGER):
        with pytest.raises(NotAllowed):
            operations.readable(work=work, ticket_id=ticket.id, by=by)

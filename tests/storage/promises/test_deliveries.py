"""domain.messaging.ports.Deliveries: order per chat, lanes, leases, and edits that tell the newest."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from domain.messaging.model import Arrival, Delivery, DeliveryState, Lane, Mode
from domain.register.model import Address
from storage.deliveries import STUBBORN
from storage.engine import Database
from storage.lease import join
from tests.builders import NOW, delivery

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
CHANNELS = ("telegram", "web")
UP = "SELECT pg_sleep(greatest(0, 15.1 - extract(epoch FROM clock_timestamp() - pg_postmaster_start_time())))"


def said(text: str, **changes: Any) -> Delivery:
    return delivery(body={"text": text}, **changes)


def edit(text: str, **changes: Any) -> Delivery:
    return said(text, mode=Mode.EDIT, subject="ticket:1", lane=Lane.URGENT, **changes)


def card(text: str, **changes: Any) -> Delivery:
    return said(text, subject="ticket:1", **changes)


def queue(database: Database, *new: Delivery) -> None:
    with database.writing() as work:
        work.deliveries.add(new)


def lease(
    database: Database, now: datetime = NOW, limit: int = 99, channels: Iterable[str] = CHANNELS
) -> list[Delivery]:
    with database.writing() as work:
        return list(work.deliveries.lease(now=now, until=now + MINUTE, limit=limit, channels=tuple(channels)))


def texts(rows: Iterable[Delivery]) -> list[str]:
    return [row.body["text"] for row in rows]


def sent(database: Database, rows: Iterable[Delivery]) -> None:
    with database.writing() as work:
        work.deliveries.arrived([Arrival(row.id, f"m{row.id}", NOW) for row in rows])


def drained(database: Database, now: datetime = NOW) -> list[str]:
    """Everything that would be sent, in order, one round after the other."""
    found: list[str] = []
    while rows := lease(database, now):
        found += texts(rows)
        sent(database, rows)
    return found


# --- order -------------------------------------------------------------------------------------------------------


def test_one_chat_hears_things_in_the_order_in_which_they_were_said(database: Database):
    queue(database, said("a", lane=Lane.NOTICE), said("b", lane=Lane.DIALOG), edit("c"))
    assert texts(lease(database)) == ["a"]
    assert lease(database) == []
    assert drained(database) == []


def test_the_next_follows_when_the_first_has_ended_however_it_ended(database: Database):
    queue(database, said("a"), said("b"), said("c"))
    sent(database, lease(database))
    (second,) = lease(database)
    with database.writing() as work:
        work.deliveries.end(second.id, state=DeliveryState.FAILED, reason="too long", now=NOW)
    assert drained(database) == ["c"]


def test_between_chats_the_more_urgent_lane_goes_first_and_the_older_within_a_lane(database: Database):
    lanes = (Lane.BULK, Lane.NOTICE, Lane.URGENT, Lane.DIALOG, Lane.URGENT)
    queue(database, *(said(f"{number} {lane.name}", chat=str(number), lane=lane) for number, lane in enumerate(lanes)))
    assert texts(lease(database, limit=2)) == ["2 URGENT", "4 URGENT"]
    assert texts(lease(database)) == ["3 DIALOG", "1 NOTICE", "0 BULK"]


def test_the_answers_to_presses_wait_for_nobody_and_nobody_for_them(database: Database):
    queue(database, said("a"), *(said(str(number), mode=Mode.TOAST, lane=Lane.URGENT) for number in range(3)))
    assert texts(lease(database)) == ["0", "1", "2", "a"]


def test_the_same_chat_id_on_another_channel_is_another_chat(database: Database):
    queue(database, said("a"), said("b", channel="web"))
    assert texts(lease(database, channels=("web",))) == ["b"]
    assert texts(lease(database)) == ["a"]


def test_a_delivery_comes_back_exactly_as_it_was_queued(database: Database):
    full = said("漏水 🙉", thread="7", person_id=1, subject="ticket:1", key="k", lane=Lane.NOTICE, due_at=NOW)
    queue(database, full)
    (leased,) = lease(database)
    assert (leased.body, leased.thread, leased.person_id, leased.key) == ({"text": "漏水 🙉"}, "7", 1, "k")
    assert (leased.lane, leased.mode, leased.due_at, leased.created_at) == (Lane.NOTICE, Mode.SEND, NOW, NOW)


def test_nothing_goes_before_it_is_due_nor_what_follows_in_that_chat(database: Database):
    queue(database, said("later", due_at=NOW + HOUR), said("after it"), said("other chat", chat="2"))
    assert drained(database) == ["other chat"]
    assert drained(database, NOW + HOUR) == ["later", "after it"]


def test_in_a_chat_new_urgent_messages_overtake_and_everything_else_keeps_its_order(database: Database):
    urgent = {"lane": Lane.URGENT}
    queue(
        database,
        said("1"),
        said("2", lane=Lane.NOTICE),
        edit("3"),
        said("!", **urgent),
        said("4"),
        said("!!", **urgent),
    )
    assert drained(database) == ["!", "!!", "1", "2", "3", "4"]


def test_an_urgent_message_overtakes_one_that_must_wait(database: Database):
    queue(database, said("later", due_at=NOW + HOUR), said("now", lane=Lane.URGENT))
    assert drained(database) == ["now"]
    assert drained(database, NOW + HOUR) == ["later"]


def test_while_one_is_on_its_way_no_other_goes_to_the_same_chat_not_even_an_urgent_one(database: Database):
    queue(database, said("a"))
    rows = lease(database)
    queue(database, said("b", lane=Lane.URGENT))
    assert lease(database) == []
    sent(database, rows)
    assert texts(lease(database)) == ["b"]


def test_what_has_failed_often_no_longer_holds_up_what_follows(database: Database):
    queue(database, said("stubborn"), said("next"))
    for _ in range(STUBBORN):
        (row,) = lease(database)
        assert row.body["text"] == "stubborn"
        with database.writing() as work:
            work.deliveries.again(row.id, due_at=NOW, reason="500")
    assert drained(database) == ["next", "stubborn"]


# --- bulk --------------------------------------------------------------------------------------------------------


def bulk(text: str, **changes: Any) -> Delivery:
    return said(text, lane=Lane.BULK, **changes)


def test_bulk_goes_in_no_order_per_chat_and_holds_up_nobody(database: Database):
    queue(database, bulk("b1"), bulk("b2"), said("a"), bulk("b3", chat="2"))
    assert texts(lease(database)) == ["a", "b1", "b2", "b3"]
    queue(database, said("at once"))
    assert lease(database) == [], "one is on its way there, and it is no bulk"


def test_bulk_on_its_way_to_a_chat_does_not_hold_up_an_answer(database: Database):
    queue(database, bulk("b"))
    lease(database)
    queue(database, said("a"))
    assert texts(lease(database)) == ["a"]


def test_bulk_goes_by_when_it_was_due(database: Database):
    later, sooner = NOW - MINUTE, NOW - HOUR
    queue(database, bulk("later", due_at=later), bulk("not yet", due_at=NOW + HOUR), bulk("sooner", due_at=sooner))
    with database.writing() as work:
        found = work.deliveries.next_bulk(channel="telegram", now=NOW, limit=9)
        assert texts(found) == ["sooner", "later"]
        assert work.deliveries.next(channel="telegram", now=NOW, limit=9) == []
        assert texts(work.deliveries.next_bulk(channel="telegram", now=NOW, limit=1)) == ["sooner"]


def test_many_senders_at_once_never_take_the_same_bulk(database: Database):
    queue(database, *(bulk(str(number)) for number in range(60)))
    with ThreadPoolExecutor(6) as pool:
        taken = [text for rows in pool.map(lambda _: texts(lease(database, limit=10)), range(24)) for text in rows]
    assert sorted(taken, key=int) == [str(number) for number in range(60)]


# --- leases ------------------------------------------------------------------------------------------------------


def test_what_is_leased_is_nobody_elses_until_the_lease_runs_out(database: Database):
    queue(database, said("a"))
    lease(database)
    with database.writing() as work:
        assert work.deliveries.release(now=NOW + MINUTE - timedelta(seconds=1)) == 0
        assert work.deliveries.release(now=NOW + MINUTE) == 1
    assert texts(lease(database)) == ["a"]


def test_a_lease_that_nobody_heard_of_is_given_back_and_no_later_one(database):
    queue(database, said("1"), said("2", chat="B"))
    one, two = lease(database)
    with database.writing() as work:
        work.deliveries.give_back([(one.id, NOW + MINUTE), (two.id, NOW + HOUR)])
    assert texts(lease(database)) == ["1"]


@pytest.mark.parametrize(("what", "ends"), (({"lane": Lane.BULK}, True), ({"careful": True}, True), ({}, False)))
@pytest.mark.parametrize(("leaves", "may_have_left"), ((None, True), (NOW, True), (NOW + 2 * MINUTE, False)))
def test_what_must_be_said_once_is_not_said_again_when_it_may_have_left(
    database: Database, what: dict[str, Any], ends: bool, leaves: datetime | None, may_have_left: bool
):
    queue(database, said("a", **what))
    with database.writing() as work:
        look = work.deliveries.next_bulk if what.get("lane") is Lane.BULK else work.deliveries.next
        rows = [replace(row, leaves_at=leaves) for row in look(channel="telegram", now=NOW, limit=9)]
        work.deliveries.take(rows, until=NOW + MINUTE)
    with database.writing() as work:
        assert work.deliveries.release(now=NOW + MINUTE) == 1
    assert texts(lease(database)) == ([] if ends and may_have_left else ["a"])


def test_what_is_put_off_is_looked_at_again_in_its_turn(database: Database):
    queue(database, said("a"), said("after it"), bulk("b"))
    with database.writing() as work:
        rows = [*work.deliveries.next(channel="telegram", now=NOW, limit=9)]
        rows += work.deliveries.next_bulk(channel="telegram", now=NOW, limit=9)
        work.deliveries.put_off([(row.id, NOW + HOUR) for row in rows])
    assert lease(database) == []
    assert drained(database, NOW + HOUR) == ["a", "b", "after it"]


def test_the_only_sender_takes_everything_back_when_it_starts(database: Database):
    queue(database, said("a"), said("b", chat="2"))
    lease(database)
    with database.writing() as work:
        assert work.deliveries.release(now=NOW, everything=True) == 2
    assert drained(database) == ["a", "b"]


@pytest.mark.postgres
def test_what_a_member_had_in_hand_when_it_ended_is_taken_back_at_once(postgresql: Database):
    queue(postgresql, said("a"), said("b", chat="2"))
    engine = postgresql.engine
    with join(engine, now=NOW) as gone:
        lease(Database(engine.execution_options(member=gone.member)), limit=1)
    with engine.connect() as connection:
        connection.execute(text(UP))  # just after a restart of the server nobody knows who is there
    with join(engine, now=NOW) as there:
        lease(Database(engine.execution_options(member=there.member)))
        with postgresql.writing() as work:
            assert work.deliveries.release(now=NOW) == 1
        assert texts(lease(postgresql)) == ["a"]


def test_many_senders_at_once_never_take_the_same_row(database: Database):
    queue(database, *(said(str(chat), chat=str(chat)) for chat in range(60)))
    with ThreadPoolExecutor(6) as pool:
        taken = [text for rows in pool.map(lambda _: texts(lease(database, limit=10)), range(24)) for text in rows]
    assert sorted(taken, key=int) == [str(chat) for chat in range(60)]


def test_a_further_try_waits_and_is_counted_unless_nobody_is_to_blame(database: Database):
    queue(database, said("a"))
    for counted, tries in ((True, 1), (False, 1), (True, 2)):
        (row,) = lease(database, NOW + 9 * HOUR)
        with database.writing() as work:
            work.deliveries.again(row.id, due_at=NOW + HOUR, reason="503", counted=counted)
        assert lease(database, NOW + HOUR - MINUTE) == []
        (row,) = lease(database, NOW + HOUR)
        assert (row.tries, row.reason) == (tries, "503")
        with database.writing() as work:
            work.deliveries.release(now=NOW, everything=True)


# --- once --------------------------------------------------------------------------------------------------------


def test_a_key_that_is_known_is_not_queued_again_not_even_after_it_was_sent(database: Database):
    queue(database, said("a", key="k"), said("b", key="k"), said("c"), said("d"))
    assert drained(database) == ["a", "c", "d"]
    queue(database, said("e", key="k"))
    assert drained(database) == []


# --- cards -------------------------------------------------------------------------------------------------------


def test_an_edit_that_still_waits_tells_the_newest_in_its_place(database: Database):
    queue(database, edit("1"), said("between"), edit("other chat", chat="2"))
    queue(database, edit("2"))
    queue(database, edit("3"))
    assert drained(database) == ["3", "other chat", "between"]


def test_an_edit_that_is_being_sent_is_followed_by_the_newer_one(database: Database):
    queue(database, edit("1"))
    rows = lease(database)
    queue(database, edit("2"))
    assert texts(rows) == ["1"]
    sent(database, rows)
    assert drained(database) == ["2"]


def test_an_edit_reaches_a_copy_that_was_queued_after_an_older_edit(database: Database):
    queue(database, card("first copy"))
    sent(database, lease(database))
    queue(database, edit("open"), card("second copy"))
    queue(database, edit("claimed"))
    assert drained(database) == ["open", "second copy", "claimed"]


def test_a_newer_edit_does_not_cut_the_wait_that_the_platform_asked_for(database: Database):
    queue(database, edit("1"))
    (row,) = lease(database)
    with database.writing() as work:
        work.deliveries.again(row.id, due_at=NOW + HOUR, reason="429")
    queue(database, edit("2"))
    assert drained(database) == []
    assert drained(database, NOW + HOUR) == ["2"]


def test_copies_are_every_card_that_was_or_will_be_sent(database: Database):
    queue(database, card("a"), card("b", chat="2"), card("c", chat="3"), said("other", subject="ticket:2"), edit("e"))
    rows = {row.chat: row for row in lease(database)}
    sent(database, [rows["1"]])
    with database.writing() as work:
        work.deliveries.end(rows["3"].id, state=DeliveryState.FAILED, reason="…", now=NOW)
    with database.reading() as work:
        copies = work.deliveries.copies("ticket:1")
        assert [(one.body["text"], one.reference) for one in copies] == [("a", f"m{rows['1'].id}"), ("b", None)]
        assert texts(work.deliveries.copies("ticket:1", channel="telegram", chat="2")) == ["b"]
        assert work.deliveries.copies("ticket:1", channel="web", chat="2") == []


# --- people who are elsewhere ------------------------------------------------------------------------------------


def test_what_is_moved_is_queued_for_the_other_chat_and_knows_where_it_was_tried(database: Database):
    queue(database, said("a", thread="7", due_at=NOW), said("b"))
    (row,) = lease(database)
    with database.writing() as work:
        work.deliveries.again(row.id, due_at=NOW + HOUR, reason="500")
        work.deliveries.move(row, channel="web", chat="w", now=NOW)
    there, here = lease(database, channels=("web",)), lease(database, channels=("telegram",))
    assert [(one.channel, one.chat, one.thread, one.tried, one.tries) for one in there] == [
        ("web", "w", None, "telegram", 0)
    ]
    assert texts(here) == ["b"]
    with database.writing() as work:
        work.deliveries.move(there[0], channel="wechat", chat="x", now=NOW)
    assert [one.tried for one in lease(database, channels=("wechat",))] == ["telegram,web"]


def test_it_is_told_that_nobody_is_in_a_chat_any_more(database: Database):
    with database.writing() as work:
        owner, neighbour = (work.register.search(str(number))[0].id for number in (1, 2))
        for user, person in (("7", owner), ("8", neighbour)):
            work.addresses.bind(Address(channel="telegram", user=user, chat=user, person_id=person))
        work.addresses.set_reachable("telegram", "7", reachable=False)
    for lane in (Lane.NOTICE, Lane.BULK):
        queue(database, *(said(chat, chat=chat, lane=lane) for chat in ("7", "8", "-100")))
        assert {row.chat: row.gone for row in lease(database)} == {"7": True, "8": False, "-100": False}


def test_what_waits_in_a_chat_is_known(database: Database):
    queue(database, said("a"), bulk("b"), said("c"), said("elsewhere", chat="2"))
    with database.reading() as work:
        assert texts(work.deliveries.queued(channel="telegram", chat="1")) == ["a", "c", "b"]


# --- chats that move or are gone ---------------------------------------------------------------------------------


def test_a_chat_that_moved_takes_along_what_is_to_be_sent_and_the_cards_to_be_edited(database: Database):
    queue(database, card("card"), said("told"), said("to tell"), said("elsewhere", channel="web"))
    for _ in range(2):
        sent(database, lease(database, channels=("telegram",)))
    with database.writing() as work:
        assert work.deliveries.move_chat(channel="telegram", old="1", new="-100") == 2
        assert [one.chat for one in work.deliveries.copies("ticket:1")] == ["-100"]
    assert {row.chat: row.body["text"] for row in lease(database)} == {"-100": "to tell", "1": "elsewhere"}


def test_a_chat_that_is_gone_ends_what_was_to_be_said_there_and_nothing_else(database: Database):
    queue(database, said("told"), said("a"), said("b"), said("elsewhere", chat="2"))
    sent(database, [row for row in lease(database) if row.chat == "1"])
    with database.writing() as work:
        for row in work.deliveries.queued(channel="telegram", chat="1"):
            work.deliveries.end(row.id, state=DeliveryState.UNREACHABLE, reason="blocked", now=NOW)
        assert work.deliveries.queued(channel="web", chat="2") == []
        work.deliveries.release(now=NOW, everything=True)
    assert drained(database) == ["elsewhere"]


@pytest.mark.parametrize(
    "state", [state for state in DeliveryState if state not in (DeliveryState.QUEUED, DeliveryState.SENDING)]
)
def test_an_end_is_an_end(database: Database, state: DeliveryState):
    queue(database, said("a"))
    (row,) = lease(database)
    with database.writing() as work:
        work.deliveries.end(row.id, state=state, reason="…", now=NOW)
        assert work.deliveries.release(now=NOW + HOUR, everything=True) == 0
    assert lease(database, NOW + HOUR) == []


def test_only_what_ended_long_ago_is_forgotten(database: Database):
    queue(database, said("sent"), said("queued"), said("leased", chat="2"))
    sent(database, [row for row in lease(database) if row.chat == "1"])
    with database.writing() as work:
        assert work.deliveries.purge(before=NOW) == 0
        assert work.deliveries.purge(before=NOW + HOUR) == 1
        work.deliveries.release(now=NOW, everything=True)
    assert sorted(drained(database)) == ["leased", "queued"]


def test_a_message_that_was_sent_is_known_as_the_copy_of_its_card(database: Database):
    queue(database, card("a"), said("b", chat="2"), said("c", chat="3", subject="talk:1"))
    rows = lease(database)
    sent(database, rows)
    with database.reading() as work:
        found = [
            work.deliveries.subject(channel=row.channel, chat=row.chat, reference=f"m{row.id}") for row in rows
        ]  # fmt: skip
        elsewhere = work.deliveries.subject(channel="telegram", chat="2", reference=f"m{rows[0].id}")
    assert found == ["ticket:1", None, "talk:1"]
    assert elsewhere is None

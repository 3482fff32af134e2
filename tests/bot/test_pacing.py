"""The books of an account, and the door: never more than is allowed in any span, and something kept for the urgent."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count, pairwise

import pytest

from bot.channels.base import Allowance, Outgoing, Parcel
from bot.pacing import AHEAD, BREATH, JUMP, SLACK, Door, Ledger, Passage, cost
from domain.messaging.model import Lane, Mode, Pace
from tests.builders import NOW, delivery

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
THIRTY = Allowance(30, SECOND)
TWENTY = (Allowance(20, MINUTE),)
SOON = timedelta(milliseconds=1)


def parcel(chat: str = "1", lane: Lane = Lane.NOTICE, **changes) -> Parcel:
    many = {name: changes.pop(name) for name in ("photos", "copies") if name in changes}
    row = delivery(chat=chat, lane=lane, **changes)
    return Parcel(delivery=row, message=Outgoing.of(row.body), **many)


def ledger(now: datetime = NOW, *, pace: Allowance | None = THIRTY, **account) -> Ledger:
    return Ledger(Pace(channel="telegram", **account), pace, now)


class Books:
    """An account's books, opened again and again as time passes."""

    def __init__(self, pace: Allowance | None = None) -> None:
        self.pace = pace
        self.kept = {"": Pace(channel="telegram")}

    def say(self, now: datetime, one: Parcel, allowances=TWENTY) -> datetime | None:
        """The moment at which it leaves, when it may be booked."""
        books = Ledger(self.kept[""], self.pace, now)
        books.know({chat: pace for chat, pace in self.kept.items() if chat})
        if books.bears(one, allowances) > books.opens_at or books.is_full:
            return None
        leaves = books.book(one, allowances)
        self.kept |= {pace.chat: pace for pace in books.entries()}
        return leaves

    def said(self, parcels, *, until: timedelta, step: timedelta) -> list[datetime]:
        """Whoever is next tries again every *step*."""
        found, now, waiting = [], NOW, next(parcels)
        while now < NOW + until:
            if leaves := self.say(now, waiting):
                found.append(leaves)
                waiting = next(parcels)
            else:
                now += step
        return found


def most_in(span: timedelta, moments: list[datetime]) -> int:
    return max(sum(first <= other < first + span for other in moments) for first in moments)


# --- the account -------------------------------------------------------------------------------------------------


def test_an_account_speaks_evenly_and_a_little_slower_than_it_may():
    said = Books(THIRTY).said((parcel(str(number)) for number in count()), until=4 * SECOND, step=7 * SOON)
    assert most_in(SECOND, said) == 30
    assert len(said) >= 4 * 30 * 0.99
    gaps = {later - earlier for earlier, later in pairwise(said)}
    assert min(gaps) >= SECOND / 30


def test_nothing_is_booked_far_ahead_so_that_the_urgent_need_not_wait():
    books = ledger()
    leaves = []
    while not books.is_full:
        leaves.append(books.book(parcel(), ()))
    assert leaves[0] == NOW
    assert leaves[-1] <= NOW + AHEAD
    assert len(leaves) == 1 + AHEAD // (SECOND / 30 * SLACK)


def test_what_another_process_let_out_late_moves_the_one_a_span_after_it():
    three = Allowance(3, SECOND)
    left = NOW, NOW + SECOND * 0.335, NOW + SECOND * 0.669
    opened = ledger(NOW + SECOND, pace=three, free_at=NOW + SECOND * 1.004, left=left)
    assert opened.opens_at == NOW + SECOND * 1.004
    late = {NOW: NOW + SECOND / 5}
    opened.correct(late)
    opened.correct(late)  # the same again, when a transaction was run again
    assert opened.opens_at == NOW + SECOND * 1.2
    leaves = opened.book(parcel(), ())
    (kept,) = opened.entries()
    assert kept.left == (NOW + SECOND / 5, *left[1:], leaves)


def test_what_an_account_said_long_ago_is_not_kept():
    opened = ledger(NOW + MINUTE, left=(NOW, NOW + MINUTE - SECOND / 2))
    leaves = opened.book(parcel(), ())
    (kept,) = opened.entries()
    assert kept.left == (NOW + MINUTE - SECOND / 2, leaves)


def test_silence_is_not_saved_up():
    books = ledger(free_at=NOW - 9 * MINUTE)
    assert [books.book(parcel(), ()) - NOW for _ in range(2)] == [timedelta(), SECOND / 30 * SLACK]


def test_a_clock_that_was_put_back_does_not_silence_us():
    assert ledger(free_at=NOW + timedelta(hours=1)).opens_at == NOW
    assert ledger(free_at=NOW + JUMP / 2).opens_at == NOW + JUMP / 2


@pytest.mark.parametrize(
    ("one", "heads"),
    (
        (parcel(), 1),
        (parcel(photos=(("telegram", "a"), ("telegram", "b"))), 2),
        (parcel(mode=Mode.EDIT, copies=("1", "2", "3")), 3),
        (parcel(mode=Mode.EDIT), 1),
        (parcel(mode=Mode.TOAST), 0),
        (parcel(mode=Mode.LEAVE), 0),
    ),
)
def test_albums_and_copies_count_one_by_one_presses_and_exits_not_at_all(one, heads):
    assert cost(one) == heads
    books = ledger()
    books.book(one, ())
    assert books.opens_at == NOW + SECOND / 30 * SLACK * heads


# --- a chat ------------------------------------------------------------------------------------------------------


def test_a_group_never_hears_more_than_its_allowance_in_any_minute():
    urgent = (parcel(lane=Lane.URGENT) for _ in count())
    said = Books().said(urgent, until=5 * MINUTE, step=timedelta(milliseconds=300))
    assert most_in(MINUTE, said) == 20
    assert len(said) >= 95


def test_the_last_of_an_allowance_is_kept_for_the_urgent():
    books = Books()
    assert len(books.said((parcel() for _ in count()), until=SECOND, step=SECOND)) == 17
    assert books.say(NOW + SECOND, parcel()) is None
    assert [books.say(NOW + SECOND, parcel(lane=Lane.URGENT)) is not None for _ in range(4)] == [True] * 3 + [False]


def test_every_allowance_counts():
    both = (Allowance(3, SECOND), Allowance(5, MINUTE))
    books = Books()
    said = [books.say(NOW + number * SECOND / 4, parcel(lane=Lane.URGENT), both) is not None for number in range(12)]
    assert said == [True] * 3 + [False, False] + [True] * 2 + [False] * 5


def test_a_chat_is_told_when_it_is_its_turn_again():
    books = ledger()
    books.know({"1": Pace(channel="telegram", chat="1", left=(NOW - SECOND / 2,))})
    one_a_second = (Allowance(1, SECOND),)
    assert books.bears(parcel(), one_a_second) == NOW + SECOND / 2 + BREATH
    assert books.bears(parcel("2"), one_a_second) == NOW


def test_more_than_an_allowance_at_once_waits_for_an_empty_span():
    album = parcel(lane=Lane.URGENT, photos=tuple(("telegram", str(number)) for number in range(9)))
    books = Books()
    assert books.say(NOW, album, (Allowance(1, SECOND),)) == NOW
    assert books.say(NOW + SECOND / 2, album, (Allowance(1, SECOND),)) is None
    assert books.say(NOW + 2 * SECOND, album, (Allowance(1, SECOND),)) == NOW + 2 * SECOND


def test_a_chat_that_is_held_bears_nothing_until_then():
    books = ledger()
    books.know({"1": Pace(channel="telegram", chat="1", held_until=NOW + MINUTE)})
    assert books.bears(parcel(lane=Lane.URGENT), ()) == NOW + MINUTE


def test_what_is_kept_of_a_chat_is_what_its_allowances_look_back_at():
    books = ledger()
    old = Pace(channel="telegram", chat="1", left=(NOW - 2 * MINUTE, NOW - SECOND), held_until=NOW + 9 * MINUTE)
    books.know({"1": old})
    books.book(parcel(), TWENTY)
    account, chat = sorted(books.entries(), key=lambda pace: pace.chat)
    assert account.free_at == books.opens_at
    assert chat == replace(old, left=(NOW - SECOND, NOW), stale_at=NOW + 9 * MINUTE)


# --- the door ----------------------------------------------------------------------------------------------------


def utc_now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - the door has a clock of its own


async def passed(door: Door) -> Passage:
    passage = await door.leave(utc_now())
    assert passage
    return passage


async def test_no_more_leave_in_a_span_than_may():
    door = Door(Allowance(2, SECOND / 4))
    left = []
    for _ in range(6):
        passage = await passed(door)
        door.is_over(passage, arrived=True)
        left.append(passage.left)
    assert all(later - earlier >= 0.25 for earlier, later in zip(left, left[2:], strict=False))
    assert left[-1] - left[0] < 1


async def test_what_took_longer_than_others_may_have_been_counted_late():
    door = Door(Allowance(2, SECOND / 4))
    quick, slow = await passed(door), await passed(door)
    door.is_over(quick, arrived=True)
    assert slow.booked
    slow.left, slow.booked = slow.left - 0.2, slow.booked - SECOND / 5
    door.is_over(slow, arrived=True)
    assert (await passed(door)).left - quick.left >= 0.25
    assert (await passed(door)).left - slow.answered >= 0.2
    assert door.late[slow.booked] - slow.booked > SECOND / 10


async def test_what_failed_says_nothing_about_how_long_the_way_is():
    door = Door(Allowance(1, SECOND / 4))
    lost = await passed(door)
    door.is_over(lost, arrived=False)
    assert (await passed(door)).left - lost.left < 0.4


async def test_nothing_leaves_while_we_are_told_to_wait_not_even_what_waits_at_the_door():
    now = utc_now()
    door = Door(THIRTY)
    waiting = asyncio.create_task(door.leave(now + AHEAD))
    await asyncio.sleep(0)
    door.hold(now + MINUTE)
    door.hold(now + SECOND)  # the longer one stays
    assert door.held_until == now + MINUTE
    assert await waiting is None
    assert await door.leave(None) is None
    assert door.waiting == 0

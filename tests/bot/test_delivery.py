"""The sender: urgent lanes first, order kept per chat, and every row in a named state at the end."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL, select
from structlog.testing import capture_logs

from bot.channels.base import Allowance, Button, DeliveryError, Incoming, Outgoing, Parcel
from bot.commit import GroupCommit
from bot.delivery import SWEEP, Sender
from bot.taking import LEASE
from bot.telling import Telling
from bot.words import Words
from domain.errors import Unavailable
from domain.messaging.model import Delivery, DeliveryState, Keyboard, Lane, Media, Mode
from domain.register.model import Address
from storage import tables
from storage.engine import Database, open_engine
from tests import postgres
from tests.journeys.cast import move_in

LOCALES = Path(__file__).parents[2] / "locales"
OK = None
ANYBODY = "*"


def utc_now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - the sender has a clock of its own


class Platform:
    """A channel that answers as it is told to, chat by chat, and notes what it was given."""

    name = "chat"

    def __init__(self) -> None:
        self.answers: dict[str, list[Exception | None]] = {}
        self.got: list[Parcel] = []
        self.under_way: set[str] = set()
        self.gate = asyncio.Event()
        self.gate.set()
        self.heard = asyncio.Event()
        self.pace: Allowance | None = None
        self.chat_allowances: tuple[Allowance, ...] = ()

    def allowances(self, delivery: Delivery) -> tuple[Allowance, ...]:
        return self.chat_allowances

    def parse(self, body: Any) -> Incoming | None:
        raise NotImplementedError

    async def send(self, parcel: Parcel) -> str | None:
        chat = parcel.delivery.chat
        assert chat not in self.under_way, "two at once to the same chat"
        self.under_way.add(chat)
        await self.gate.wait()
        self.under_way.remove(chat)
        self.got.append(parcel)
        self.heard.set()
        waiting = self.answers.get(ANYBODY) or self.answers.get(chat, [])
        if waiting and (error := waiting.pop(0)):
            raise error
        return f"message-{len(self.got)}"

    async def fetch(self, ref: str) -> bytes:
        raise NotImplementedError

    @property
    def texts(self) -> list[str]:
        return [parcel.message.text for parcel in self.got]


class Post:
    """A database with people and groups, and what one asks of it."""

    def __init__(self, url: str) -> None:
        self.engine = open_engine(url)
        tables.metadata.create_all(self.engine)
        with self.engine.begin() as connection:
            move_in(connection, language="zh_CN")
        self.database = Database(self.engine).heard_by(Telling(Words(LOCALES)).hear, wake=lambda _news: None)

    def queue(self, chat: str, *texts: str, **how: Any) -> None:
        with self.database.writing() as work:
            work.deliveries.add([self.row(chat, text, **how) for text in texts])

    def row(self, chat: str, text: str, lane: Lane = Lane.DIALOG, **how: Any) -> Delivery:
        shown = {name: how.pop(name) for name in ("photos", "buttons") if name in how}
        body = Outgoing(text=text, **shown).plain()
        return Delivery(channel="chat", chat=chat, lane=lane, body=body, created_at=utc_now(), **how)

    def rows(self) -> list[Any]:
        with self.engine.connect() as connection:
            return list(connection.execute(select(tables.deliveries).order_by(tables.deliveries.c.id)))

    def states(self) -> list[str]:
        return [row.state for row in self.rows()]

    def address(self, user: str) -> Address:
        with self.database.reading() as work:
            found = work.addresses.find("chat", user)
        assert found
        return found


@pytest.fixture
def post(tmp_path: Path) -> Iterator[Post]:
    post = Post(f"sqlite:///{tmp_path}/post.db")
    yield post
    post.engine.dispose()


@pytest.fixture
def big_post(postgres_server: URL) -> Iterator[Post]:
    """The same on PostgreSQL."""
    with postgres.database(postgres_server, "post") as url:
        post = Post(url)
        yield post
        post.engine.dispose()


@pytest.fixture
def platform() -> Platform:
    return Platform()


@asynccontextmanager
async def sending(
    post: Post, platform: Platform, *, alone: bool = True, away: int = 0, lost: int = 0, **others: Platform
) -> AsyncIterator[Callable[[Callable[[], bool]], Any]]:
    """A sender at work; what comes back waits until something is true of the records.

    *away*: so many transactions fail before the first that does not; *lost*: of so many that take rows the answer is
    lost.
    """
    commit = GroupCommit(post.database.writing)
    changed, stop = asyncio.Event(), asyncio.Event()
    failures, losses = iter(range(away)), iter(range(lost))

    async def write(operation: Callable[[Any], Any]) -> Any:
        if next(failures, None) is not None:
            raise Unavailable("OperationalError")
        result = await commit(operation)
        changed.set()
        if result and next(losses, None) is not None:
            raise Unavailable("OperationalError")
        return result

    for name, channel in others.items():
        channel.name = name
    sender = Sender(commit=write, channels={"chat": platform, **others}, alone=alone)

    async def until(is_so: Callable[[], bool]) -> None:
        async with asyncio.timeout(20):
            while not is_so():
                changed.clear()
                await changed.wait()

    running = asyncio.create_task(sender.run(stop))
    try:
        yield until
    finally:
        platform.gate.set()
        stop.set()
        sender.wake()
        await running
        await asyncio.to_thread(commit.close)


async def test_messages_arrive_in_the_order_of_their_chat(post, platform):
    post.queue("王阿姨", "1", "2", "3")
    async with sending(post, platform) as until:
        await until(lambda: set(post.states()) == {"sent"})
    assert platform.texts == ["1", "2", "3"]
    assert [row.reference for row in post.rows()] == ["message-1", "message-2", "message-3"]


async def test_urgent_lanes_overtake_other_chats(post, platform):
    post.queue("王阿姨", "bulk", lane=Lane.BULK)
    post.queue("陈先生", "notice", lane=Lane.NOTICE)
    post.queue("Tom", "answer", lane=Lane.DIALOG)
    post.queue("李师傅", "emergency", lane=Lane.URGENT)
    async with sending(post, platform) as until:
        await until(lambda: set(post.states()) == {"sent"})
    assert platform.texts == ["emergency", "answer", "notice", "bulk"]


async def test_what_fails_for_a_moment_is_tried_again_before_what_follows(post, platform):
    platform.answers["王阿姨"] = [DeliveryError("busy"), OK]
    post.queue("王阿姨", "first", "second")
    async with sending(post, platform) as until:
        await until(lambda: set(post.states()) == {"sent"})
    assert platform.texts == ["first", "first", "second"]
    assert post.rows()[0].tries == 1


async def test_what_fails_all_its_life_has_expired_with_the_last_reason(post, platform):
    post.queue("王阿姨", "never", expires_at=utc_now() + timedelta(seconds=0.4))
    platform.answers["王阿姨"] = [DeliveryError("busy")] * 9
    async with sending(post, platform) as until:
        await until(lambda: post.states() == ["expired"])
    assert post.rows()[0].reason == "busy"


async def test_a_permanent_error_ends_the_row_and_the_next_goes_out(post, platform):
    platform.answers["王阿姨"] = [DeliveryError("too long", permanent=True)]
    post.queue("王阿姨", "bad", "good")
    async with sending(post, platform) as until:
        await until(lambda: post.states() == ["failed", "sent"])
    assert post.rows()[0].reason == "too long"


async def test_a_bug_in_a_channel_ends_the_row_and_the_next_goes_out(post, platform):
    platform.answers["王阿姨"] = [ZeroDivisionError("ours")]
    post.queue("王阿姨", "bad", "good")
    async with sending(post, platform) as until:
        await until(lambda: post.states() == ["failed", "sent"])
    assert post.rows()[0].reason == "bug"


async def test_who_blocked_us_is_not_tried_again(post, platform):
    platform.answers["王阿姨"] = [DeliveryError("blocked", unreachable=True)]
    post.queue("王阿姨", "1", "2", "3")
    async with sending(post, platform) as until:
        await until(lambda: set(post.states()) == {"unreachable"})
    assert platform.texts == ["1"]
    assert not post.address("王阿姨").reachable


@pytest.mark.parametrize(("lane", "state", "times"), ((Lane.BULK, "unknown", 1), (Lane.DIALOG, "sent", 2)))
async def test_a_lost_answer_is_repeated_only_where_that_does_no_harm(post, platform, lane, state, times):
    platform.answers["王阿姨"] = [DeliveryError("no answer", lost=True), OK]
    post.queue("王阿姨", "perhaps", lane=lane)
    async with sending(post, platform) as until:
        await until(lambda: post.states() == [state])
    assert platform.texts == ["perhaps"] * times


async def test_a_chat_with_a_new_id_gets_everything_there(post, platform):
    platform.answers["员工群"] = [DeliveryError("moved", moved_to="new")]
    post.queue("员工群", "1", "2")
    async with sending(post, platform) as until:
        await until(lambda: set(post.states()) == {"sent"})
    assert [(parcel.delivery.chat, parcel.message.text) for parcel in platform.got] == [
        ("员工群", "1"), ("new", "1"), ("new", "2"),
    ]  # fmt: skip
    with post.database.reading() as work:
        assert work.addresses.group("chat", "new")
        assert work.addresses.group("chat", "员工群") is None


async def test_told_to_wait_a_chat_waits_exactly_so_long_and_no_try_is_counted(post, platform):
    platform.answers["王阿姨"] = [DeliveryError("slow down", retry_after=timedelta(hours=1))]
    post.queue("王阿姨", "patience", "after it")
    post.queue("陈先生", "at once")
    before = utc_now()
    async with sending(post, platform) as until:
        await until(lambda: post.states() == ["queued", "queued", "sent"])
        post.queue("王阿姨", "urgent", lane=Lane.URGENT)
        post.queue("王阿姨", "bulk", lane=Lane.BULK)
        await until(lambda: all(row.due_at and row.due_at > before + timedelta(hours=1) for row in post.rows()[3:]))
    assert [row.tries for row in post.rows()] == [0] * 5
    assert post.rows()[0].reason == "slow down"
    assert sorted(platform.texts) == ["at once", "patience"]


async def test_a_refused_credential_stops_the_channel_costs_no_row_a_try_and_is_said_once(post, platform):
    refused = DeliveryError("token refused", paused=True, retry_after=timedelta(seconds=0.2))
    platform.answers[ANYBODY] = [refused] * 5
    for chat in ("王阿姨", "陈先生"):
        post.queue(chat, "kept", "too")
    with capture_logs() as logs:
        async with sending(post, platform) as until:
            await until(lambda: set(post.states()) == {"sent"})
    assert [row.tries for row in post.rows()] == [0] * 4
    assert [line["event"] for line in logs] == ["channel-paused", "channel-resumed"]
    assert [line["log_level"] for line in logs] == ["error", "info"]


async def test_rows_that_a_dead_sender_had_taken_go_out(post, platform):
    post.queue("王阿姨", "orphan")
    with post.database.writing() as work:
        work.deliveries.lease(now=utc_now(), until=utc_now() + timedelta(days=9999), limit=9, channels=["chat"])
    assert post.states() == ["sending"]
    async with sending(post, platform) as until:
        await until(lambda: post.states() == ["sent"])


async def test_a_sender_that_starts_without_room_on_the_disk_takes_over_later(post, platform):
    with post.database.writing() as work:
        work.deliveries.add([post.row("王阿姨", "1")])
        work.deliveries.take(work.deliveries.next(channel="chat", now=utc_now(), limit=1), until=utc_now() + LEASE)
    with capture_logs() as logged:
        async with sending(post, platform, away=2) as until:
            await until(lambda: post.states() == ["sent"])
    assert platform.texts == ["1"]
    assert [line["event"] for line in logged].count("records-unavailable") == 2


async def test_what_a_commit_took_whose_answer_was_lost_is_sent_once_and_soon(post, platform):
    post.queue("王阿姨", "1")
    async with sending(post, platform, lost=1) as until:
        await until(lambda: post.states() == ["sent"])
    assert platform.texts == ["1"]


async def test_nothing_is_taken_before_the_sender_has_taken_over(post, platform):
    commit = GroupCommit(post.database.writing)
    sender = Sender(commit=commit, channels={"chat": platform})
    post.queue("王阿姨", "an answer")
    assert not await commit(sender.take)
    assert post.states() == ["queued"]
    await asyncio.to_thread(commit.close)


async def test_a_parcel_brings_photos_and_the_copies_to_edit(post, platform):
    with post.database.writing() as work:
        work.media.add(Media(key="k", channel="chat", ref="file-9", created_at=utc_now()))
    post.queue("员工群", "card", photos=("k", "unknown"), subject="ticket:1")
    async with sending(post, platform) as until:
        await until(lambda: post.states() == ["sent"])
        post.queue("员工群", "edited", subject="ticket:1", mode=Mode.EDIT)
        await until(lambda: post.states() == ["sent", "sent"])
    card, edit = platform.got
    assert card.photos == (("chat", "file-9"),)
    assert edit.copies == ("message-1",)


async def test_what_is_under_way_is_finished_when_told_to_stop(post, platform):
    post.queue("王阿姨", "last words")
    platform.gate.clear()
    async with sending(post, platform) as until:
        await until(lambda: post.states() == ["sending"])
    assert post.states() == [DeliveryState.SENT]


# --- pace --------------------------------------------------------------------------------------------------------


def seconds(post: Post) -> list[float]:
    """When the rows left, from the first on."""
    moments = sorted(row.leaves_at for row in post.rows() if row.leaves_at)
    return [(moment - moments[0]).total_seconds() for moment in moments]


async def test_an_account_keeps_its_pace_and_the_urgent_go_first(post, platform):
    platform.pace = Allowance(20, timedelta(seconds=1))
    for number in range(12):
        post.queue(f"room {number}", "bulk", lane=Lane.BULK)
    async with sending(post, platform) as until:
        await until(lambda: post.states().count("sent") >= 3)
        post.queue("王阿姨", "answer")
        await until(lambda: set(post.states()) == {"sent"})
    gaps = [later - earlier for earlier, later in pairwise(seconds(post))]
    assert min(gaps) >= 0.05
    assert platform.texts.index("answer") < 9


@pytest.mark.parametrize("kind", ("post", pytest.param("big_post", marks=pytest.mark.postgres)))
async def test_two_senders_share_the_pace_of_one_account(request, platform, kind):
    post = request.getfixturevalue(kind)
    platform.pace = Allowance(20, timedelta(seconds=1))
    other = Platform()
    other.pace = platform.pace
    for number in range(12):
        post.queue(f"room {number}", "bulk", lane=Lane.BULK)
    async with sending(post, platform, alone=False) as until, sending(post, other, alone=False):
        await until(lambda: set(post.states()) == {"sent"})
    assert len(platform.got) + len(other.got) == 12
    assert min(later - earlier for earlier, later in pairwise(seconds(post))) >= 0.05


async def test_what_another_transaction_had_to_leave_is_sent_in_time(post, platform):
    platform.pace = Allowance(10, timedelta(seconds=1))
    commit, stop = GroupCommit(post.database.writing), asyncio.Event()
    sender = Sender(commit=commit, channels={"chat": platform})
    running = asyncio.create_task(sender.run(stop))
    await commit(lambda work: None)  # it has begun, and sleeps
    post.queue("王阿姨", "1")
    post.queue("陈先生", "2")
    sender.send(await commit(sender.take))
    async with asyncio.timeout(SWEEP * 0.8):
        while len(platform.got) < 2:
            platform.heard.clear()
            await platform.heard.wait()
    stop.set()
    sender.wake()
    await running
    await asyncio.to_thread(commit.close)


async def test_a_chat_keeps_its_pace_while_others_go_on(post, platform):
    platform.chat_allowances = (Allowance(1, timedelta(seconds=0.3)),)
    post.queue("王阿姨", "1", "2", "3")
    post.queue("陈先生", "at once")
    async with sending(post, platform) as until:
        await until(lambda: set(post.states()) == {"sent"})
    moments = [row.leaves_at for row in post.rows()[:3]]
    assert all(later - earlier >= timedelta(seconds=0.3) for earlier, later in pairwise(moments))
    assert platform.texts == ["1", "at once", "2", "3"]
    assert [row.tries for row in post.rows()] == [0] * 4


async def test_the_answer_to_a_press_has_no_pace(post, platform):
    platform.pace = Allowance(1, timedelta(hours=1))
    platform.chat_allowances = (Allowance(1, timedelta(hours=1)),)
    post.queue("王阿姨", "1")
    async with sending(post, platform) as until:
        await until(lambda: post.states() == ["sent"])
    post.queue("王阿姨", "2")
    post.queue("王阿姨", "toast", mode=Mode.TOAST, lane=Lane.URGENT)
    with post.engine.begin() as connection:
        connection.execute(tables.paces.update().where(tables.paces.c.chat == "").values(free_at=None, left=[]))
    async with sending(post, platform) as until:
        await until(lambda: post.states() == ["sent", "queued", "sent"])


async def test_an_edit_that_waits_for_its_chats_pace_tells_the_newest(post, platform):
    platform.chat_allowances = (Allowance(1, timedelta(seconds=0.5)),)
    post.queue("员工群", "card", subject="ticket:1")
    async with sending(post, platform) as until:
        await until(lambda: post.states() == ["sent"])
        for text in ("claimed", "departed", "arrived"):
            post.queue("员工群", text, subject="ticket:1", mode=Mode.EDIT, lane=Lane.URGENT)
        await until(lambda: post.states() == ["sent", "sent"])
    assert platform.texts == ["card", "arrived"]


async def test_a_whole_account_that_is_told_to_wait_waits_in_every_process(post, platform):
    platform.answers["王阿姨"] = [
        DeliveryError("flood", retry_after=timedelta(seconds=0.5), everywhere=True)
    ]  # fmt: skip
    post.queue("王阿姨", "1", expires_at=utc_now() + timedelta(minutes=1))
    other = Platform()
    async with sending(post, platform) as until:
        await until(lambda: post.rows()[0].reason == "flood")
        with post.database.reading() as work:
            (held,) = work.paces.held(now=utc_now())
        post.queue("陈先生", "2", lane=Lane.URGENT)
        async with sending(post, other, alone=False):
            await until(lambda: set(post.states()) == {"sent"})
    assert held.chat == ""
    assert all(row.sent_at >= held.held_until for row in post.rows())
    assert [row.tries for row in post.rows()] == [0, 0]


async def test_what_waits_at_the_door_when_the_account_is_told_to_wait_is_queued_again(post, platform):
    platform.pace = Allowance(50, timedelta(seconds=1))
    platform.answers["1"] = [DeliveryError("flood", retry_after=timedelta(seconds=0.3), everywhere=True)]
    for number in range(1, 6):
        post.queue(str(number), str(number), lane=Lane.BULK)
    async with sending(post, platform) as until:
        await until(lambda: set(post.states()) == {"sent"})
    assert sorted(platform.texts) == ["1", "1", "2", "3", "4", "5"]
    assert [row.tries for row in post.rows()] == [0] * 5


# --- ends --------------------------------------------------------------------------------------------------------


async def test_what_is_not_worth_saying_any_more_is_not_said(post, platform):
    post.queue("王阿姨", "yesterday's answer", "today's")
    with post.engine.begin() as connection:
        first = tables.deliveries.c.id == 1
        connection.execute(tables.deliveries.update().where(first).values(created_at=utc_now() - timedelta(days=1)))
    async with sending(post, platform) as until:
        await until(lambda: post.states() == ["expired", "sent"])
    assert platform.texts == ["today's"]


async def test_a_careful_row_whose_answer_was_lost_is_not_repeated(post, platform):
    platform.answers["王阿姨"] = [DeliveryError("no answer", lost=True)]
    post.queue("王阿姨", "bill", lane=Lane.NOTICE, careful=True)
    async with sending(post, platform) as until:
        await until(lambda: post.states() == ["unknown"])


async def test_bulk_that_a_dead_sender_had_taken_is_unknown_unless_its_moment_had_not_come(post, platform):
    post.queue("王阿姨", "left", "not yet", lane=Lane.BULK)
    far = utc_now() + timedelta(hours=1)
    with post.database.writing() as work:
        left, waited = work.deliveries.next_bulk(channel="chat", now=utc_now(), limit=9)
        work.deliveries.take([left, replace(waited, leaves_at=far)], until=far)
    async with sending(post, platform) as until:
        await until(lambda: post.states() == ["unknown", "sent"])
    assert platform.texts == ["not yet"]


# --- people who are not reached here -----------------------------------------------------------------------------


def at_home(post: Post, user: str = "王阿姨", channel: str = "other", **how: Any) -> Address:
    """Somebody has another address, too."""
    address = replace(post.address(user), channel=channel, user=f"{user} elsewhere", chat=f"{user} elsewhere", **how)
    with post.database.writing() as work:
        work.addresses.bind(address)
    return address


def with_button(post: Post, user: str) -> dict[str, Any]:
    with post.database.writing() as work:
        work.keyboards.add(Keyboard(key="KEY", chat=user, actions=({"intent": "help", "answers": {}},)), now=utc_now())
    return {"person_id": post.address(user).person_id, "buttons": ((Button(label="ok", data="KEY:0"),),)}


@pytest.mark.parametrize(
    ("error", "reachable"),
    ((DeliveryError("blocked", unreachable=True), False), (DeliveryError("window closed", elsewhere=True), True)),
)
async def test_who_is_not_reached_here_is_reached_on_their_next_channel(post, platform, error, reachable):
    other = Platform()
    away = at_home(post)
    platform.answers["王阿姨"] = [error]
    post.queue("王阿姨", "news", thread="7", **with_button(post, "王阿姨"))
    async with sending(post, platform, other=other) as until:
        await until(lambda: post.states() == ["sent"])
    assert (platform.texts, other.texts) == (["news"], ["news"])
    assert (other.got[0].delivery.chat, other.got[0].delivery.thread) == (away.chat, None)
    assert post.address("王阿姨").reachable is reachable
    with post.database.reading() as work:
        assert work.keyboards.get("KEY").chat == away.chat


async def test_nobody_is_sent_from_channel_to_channel_for_ever(post, platform):
    other = Platform()
    away = at_home(post)
    platform.answers["王阿姨"] = other.answers[away.chat] = [DeliveryError("closed", elsewhere=True)] * 9
    post.queue("王阿姨", "news", person_id=away.person_id)
    async with sending(post, platform, other=other) as until:
        await until(lambda: post.states() == ["unreachable", "sent"])
    assert (platform.texts[0], other.texts) == ("news", ["news"])
    assert told(post)


async def test_what_was_said_in_a_group_and_what_was_to_be_edited_goes_nowhere_else(post, platform):
    other = Platform()
    at_home(post)
    person = post.address("王阿姨").person_id
    for chat in ("王阿姨", "员工群"):
        platform.answers[chat] = [DeliveryError("gone", unreachable=True)]
    post.queue("员工群", "answer in a group", person_id=person)
    post.queue("王阿姨", "edit", person_id=person, mode=Mode.EDIT, subject="ticket:1")
    async with sending(post, platform, other=other) as until:
        await until(lambda: post.states() == ["unreachable", "unreachable"])
    assert other.texts == []


def told(post: Post) -> list[tuple[str, str]]:
    """What staff were told besides."""
    return [(row.chat, row.body["text"]) for row in post.rows() if row.key and row.key.startswith("un")]


async def test_who_is_gone_is_not_tried_again_until_they_come_back_and_staff_are_asked_once_a_day_to_call(
    post, platform
):
    person = post.address("王阿姨").person_id
    platform.answers["王阿姨"] = [DeliveryError("blocked", unreachable=True)]
    async with sending(post, platform) as until:
        post.queue("王阿姨", "1", "2", lane=Lane.NOTICE, person_id=person)
        await until(lambda: post.states().count("sent") == 1)
        post.queue("王阿姨", "3", lane=Lane.NOTICE, person_id=person)
        post.queue("王阿姨", "to all", lane=Lane.BULK, person_id=person)
        await until(lambda: post.states().count("unreachable") == 4)
        with post.database.writing() as work:
            work.addresses.set_reachable("chat", "王阿姨", reachable=True)
        post.queue("王阿姨", "4", lane=Lane.NOTICE, person_id=person)
        await until(lambda: post.states().count("sent") == 2)
    assert sorted(text for text in platform.texts if len(text) == 1) == ["1", "4"]
    assert [chat for chat, _ in told(post)] == ["员工群"]
    assert "打个电话" in told(post)[0][1]


async def test_managers_hear_once_an_hour_of_what_failed_for_the_same_reason(post, platform):
    async with sending(post, platform) as until:
        for number, lane in enumerate((Lane.NOTICE, Lane.URGENT, Lane.DIALOG, Lane.BULK)):
            platform.answers[str(number)] = [DeliveryError("too long", permanent=True)]
            post.queue(str(number), "x", lane=lane)
        await until(lambda: post.states().count("failed") == 4)
        await until(lambda: post.states().count("sent") == len(told(post)) > 0)
    assert len({chat for chat, _ in told(post)}) == len(told(post))
    assert all("没有送达" in text for _, text in told(post))


async def test_that_staff_could_not_be_told_is_not_told_again(post, platform):
    platform.answers["员工群"] = [DeliveryError("kicked", unreachable=True)]
    platform.answers["王阿姨"] = [DeliveryError("blocked", unreachable=True)]
    post.queue("王阿姨", "1", lane=Lane.NOTICE, person_id=post.address("王阿姨").person_id)
    async with sending(post, platform) as until:
        await until(lambda: post.states() == ["unreachable", "unreachable"])
    assert len(told(post)) == 1

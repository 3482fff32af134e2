"""The sender: urgent lanes first, order kept per chat, and every row in a named state at the end."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from bot.channels.base import Allowance, DeliveryError, Incoming, Outgoing, Parcel
from bot.commit import GroupCommit
from bot.delivery import Sender
from domain.messaging.model import Delivery, DeliveryState, Lane, Media, Mode
from domain.register.model import Address
from storage import tables
from storage.engine import Database, open_engine
from tests.journeys.cast import move_in

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

    def __init__(self, folder: Path) -> None:
        self.engine = open_engine(f"sqlite:///{folder}/post.db")
        tables.metadata.create_all(self.engine)
        with self.engine.begin() as connection:
            move_in(connection, language="zh_CN")
        self.database = Database(self.engine)

    def queue(self, chat: str, *texts: str, **how: Any) -> None:
        with self.database.writing() as work:
            work.deliveries.add([self.row(chat, text, **how) for text in texts])

    def row(self, chat: str, text: str, lane: Lane = Lane.DIALOG, photos: tuple[str, ...] = (), **how: Any) -> Delivery:
        body = Outgoing(text=text, photos=photos).plain()
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
    post = Post(tmp_path)
    yield post
    post.engine.dispose()


@pytest.fixture
def platform() -> Platform:
    return Platform()


@asynccontextmanager
async def sending(post: Post, platform: Platform) -> AsyncIterator[Callable[[Callable[[], bool]], Any]]:
    """A sender at work; what comes back waits until something is true of the records."""
    commit = GroupCommit(post.database.writing)
    changed, stop = asyncio.Event(), asyncio.Event()

    async def write(operation: Callable[[Any], Any]) -> Any:
        result = await commit(operation)
        changed.set()
        return result

    sender = Sender(commit=write, channels={"chat": platform})

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

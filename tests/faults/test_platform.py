"""F2, F7 to F11: the platform loses answers, asks for patience, breaks, is blocked, moves chats, refuses the token."""

import asyncio
import itertools
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from domain.messaging.model import Lane
from domain.register.model import Address
from storage.tables import groups, web_messages
from tests import postgres
from tests.botapi.actors import Group, User
from tests.botapi.calls import Call
from tests.botapi.faults import Fault, Limits
from tests.faults.estate import Estate
from tests.faults.house import House
from tests.faults.people import Recording
from tests.faults.rows import ends, queue

pytestmark = pytest.mark.faults
ESTATE = Estate(owners=12, blocks=5)
Figure = Callable[[str], None]


@pytest.fixture(params=("sqlite", pytest.param("postgres", marks=pytest.mark.postgres)))
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'guanjia.sqlite3'}"
    else:
        with postgres.database(request.getfixturevalue("postgres_server"), "platform") as made:
            yield made


@pytest.fixture
async def house(url: str, tmp_path: Path, api: Recording) -> AsyncIterator[House]:
    """An installation that runs, at Telegram's pace."""
    async with House(tmp_path, api, url=url, GUANJIA_TELEGRAM__PER_SECOND="30") as installed:
        await installed.furnish(ESTATE)
        await installed.start()
        yield installed


@pytest.fixture
async def hurrying(url: str, tmp_path: Path, api: Recording) -> AsyncIterator[House]:
    """An installation that runs, at no pace."""
    async with House(tmp_path, api, url=url) as installed:
        await installed.furnish(ESTATE)
        await installed.start()
        yield installed


def named(house: House) -> str:
    return "SQLite" if house.url.startswith("sqlite") else "PostgreSQL"


def sends(api: Recording, *chats: int) -> list[Call]:
    """Every try to say something there, in order of arrival."""
    return [call for call in api.calls if call.method == "sendMessage" and (not chats or call.chat_id in chats)]


# ---- F2 ----


async def test_a_mass_message_whose_answer_is_lost_is_unknown_and_never_said_again(
    house: House, api: Recording, figure: Figure
) -> None:
    one, two = ESTATE.owner_id(0), ESTATE.owner_id(1)
    for chat in (one, two):
        api.lose_answers(method="sendMessage", chat=chat, times=1)
    queue(house, one, lane=Lane.BULK)
    queue(house, two)
    await house.still()
    await house.kill()
    await house.start()
    await asyncio.sleep(1.5)  # a sweep and a half: whoever wanted to repeat it would have
    assert ends(house, "chat", "state") == {(str(one), "unknown"): 1, (str(two), "sent"): 1}
    assert [len(sends(api, chat)) for chat in (one, two)] == [1, 2]
    figure(f"F2  {named(house)}: lost answers: mass message unknown after 1 try, a notice sent again once")


async def test_a_mass_message_under_way_when_the_process_is_killed_is_not_blindly_repeated(
    house: House, api: Recording
) -> None:
    one = ESTATE.owner_id(0)
    api.delay(5, method="sendMessage", chat=one)
    queue(house, one, lane=Lane.BULK)
    await api.wait_for(lambda: sends(api, one), 30, "the message")
    await house.kill()
    await house.start()
    await house.still()
    assert ends(house, "state") == {("unknown",): 1}
    assert len(sends(api, one)) == 1


# ---- F7 ----


async def test_nothing_is_sent_before_the_time_that_telegram_asked_for(
    house: House, api: Recording, figure: Figure
) -> None:
    """A storm of 429 over five groups; an emergency goes first when it is over."""
    chats = [ESTATE.group_id(block) for block in range(ESTATE.blocks)]
    for chat in chats:
        api.fail(method="sendMessage", chat=chat, status=429, retry_after=2, times=2)
    queue(house, *chats, *chats)
    await api.wait_for(lambda: len(sends(api, *chats)) >= len(chats), 30, "the storm")
    queue(house, *chats, text="紧急", lane=Lane.URGENT)
    await house.still()
    assert ends(house, "state", "tries") == {("sent", 0): 15}, "a wait is not a failure"
    early = [gap for chat in chats for gap in _waits(sends(api, chat)) if gap < 2]
    assert early == []
    firsts = [next(call for call in sends(api, chat) if call.accepted) for chat in chats]
    assert all("紧急" in call.text("text") for call in firsts)
    figure(f"F7  {named(house)}: 429 storm over 5 groups: 15 of 15 once, sends inside a wait 0, emergencies first")


def _waits(calls: list[Call]) -> list[float]:
    """Seconds between each 429 and the next try."""
    return [then.arrived - one.arrived for one, then in itertools.pairwise(calls) if one.status == 429]


async def test_telegrams_own_limits_are_kept_and_an_emergency_finds_room_in_a_full_group(
    house: House, api: Recording, figure: Figure
) -> None:
    """One message a second in a private chat, twenty a minute in a group of which some are kept for the urgent.

    `benchmarks/sending.py` counts to the millisecond; here many tests share the machine.
    """
    api.enforce_limits(Limits(slack=0.2))
    group, owner = ESTATE.group_id(0), ESTATE.owner_id(0)
    queue(house, *[group] * 25, *[owner] * 6, *[ESTATE.owner_id(number) for number in range(1, 12)])
    await api.wait_for(lambda: len(sends(api, group)) >= 17 and len(sends(api, owner)) >= 6, 30, "what may leave")
    queue(house, group, text="着火", lane=Lane.URGENT)
    urgent = await api.wait_for(
        lambda: [one for one in sends(api, group) if "着火" in one.text("text")], 5, "the alarm"
    )
    assert [call for call in api.calls if call.status == 429] == []
    assert urgent[0].accepted
    assert len(sends(api, group)) == 18, "the other eight wait for the minute to be over"
    seconds = _span(sends(api, owner))
    assert 5 <= seconds < 6.5, "six messages to one person, one a second"
    figure(f"F7  {named(house)}: Telegram's limits kept, 429s 0; an emergency goes into a full group at once")


def _span(calls: list[Call]) -> float:
    return calls[-1].arrived - calls[0].arrived


# ---- F8 ----


async def test_a_storm_of_errors_loses_nothing_and_every_row_ends_by_name(
    house: House, api: Recording, figure: Figure
) -> None:
    """30 % of all answers are 502, some connections break off; then it is over."""
    api.fail(method="sendMessage", status=502, share=0.3, times=None)
    api.faults.add(_dropped(0.1))
    owners = [ESTATE.owner_id(number) for number in range(12)]
    queue(house, *owners * 4)
    queue(house, *owners, text="公告", lane=Lane.BULK)
    await asyncio.sleep(6)
    api.heal()
    await house.still()
    states = ends(house, "lane", "state")
    assert states[Lane.NOTICE, "sent"] == 48
    assert {state for _, state in states} <= {"sent", "unknown"}
    unknown = states[Lane.BULK, "unknown"]
    figure(f"F8  {named(house)}: 30 % 502 and 10 % broken connections: 48 of 48 notices sent, bulk unknown {unknown}")


def _dropped(share: float) -> Fault:
    return Fault("drop", method="sendMessage", share=share, times=None)


async def test_retries_come_later_each_time_and_not_all_at_once(hurrying: House, api: Recording) -> None:
    """Without a pace, which would line them up again: what is between two tries is our own patience."""
    owners = [ESTATE.owner_id(number) for number in range(12)]
    for one in owners:
        api.fail(method="sendMessage", chat=one, status=502, times=3)
    queue(hurrying, *owners)
    await hurrying.still()
    assert ends(hurrying, "state", "tries") == {("sent", 3): 12}
    for gaps in zip(*(_gaps(sends(api, one)) for one in owners), strict=True):
        assert len({round(gap, 2) for gap in gaps}) > len(gaps) / 2, "spread"
    for first, second, third in (_gaps(sends(api, one)) for one in owners):
        assert first >= 0.5
        assert second >= 1
        assert third >= 2


def _gaps(calls: list[Call]) -> list[float]:
    return [then.arrived - one.arrived for one, then in itertools.pairwise(calls)]


async def test_staff_hear_of_a_notice_that_failed(house: House, api: Recording) -> None:
    owner = ESTATE.owner_id(0)
    api.fail(method="sendMessage", chat=owner, status=400, description="Bad Request: the message is too odd")
    queue(house, owner, person_id=_person(house, owner))
    heard = await api.wait_for(lambda: sends(api, *_staff_chats()), 30, "a word to the staff")
    assert "没有送达" in heard[0].text("text")


# ---- F9 ----


async def test_who_blocked_us_is_never_tried_again_until_they_come_back(
    house: House, api: Recording, figure: Figure
) -> None:
    owner = User(api, ESTATE.owner_id(0))
    owner.chat.refusal = "bot was blocked by the user"  # nobody told us yet
    person = _person(house, owner.id)
    queue(house, *[owner.id] * 5, person_id=person)
    began = time.monotonic()
    told = await api.wait_for(lambda: sends(api, *_staff_chats()), 60, "a task for the staff")
    await house.still()
    assert len(sends(api, owner.id)) == 1
    assert ends(house, "chat", "state")[str(owner.id), "unreachable"] == 5
    assert ["收不到" in call.text("text") for call in sends(api, *_staff_chats())] == [True], "told once"
    await owner.unblocks()
    await owner.says("你好")
    await house.still()
    queue(house, owner.id, text="又能收到了", person_id=person)
    await house.still()
    assert any("又能收到了" in call.text("text") and call.accepted for call in sends(api, owner.id))
    seconds = told[0].arrived - began
    figure(f"F9  {named(house)}: blocked: 1 try for 5 rows, a staff task after {seconds:.1f} s, back after un-block")


async def test_who_blocked_us_here_is_told_on_their_other_channel(house: House, api: Recording) -> None:
    owner = ESTATE.owner_id(0)
    person = _person(house, owner)
    with house.database.writing() as work:
        work.addresses.bind(Address(channel="web", user="elsewhere", chat="elsewhere", person_id=person))
    User(api, owner).chat.refusal = "user is deactivated"
    queue(house, owner, text="在别处", person_id=person)
    await house.still()
    with house.database.reading() as work:
        said = work.connection.execute(select(web_messages.c.chat, web_messages.c.body)).all()
    assert [(one.chat, "在别处" in str(one.body)) for one in said] == [("elsewhere", True)]


# ---- F10 ----


async def test_a_group_that_moves_takes_its_queue_along(hurrying: House, api: Recording, figure: Figure) -> None:
    old = Group(api, ESTATE.group_id(0))
    with api.held():
        new = await old.migrates()
        queue(hurrying, *[old.id] * 50)
        await hurrying.still()  # found out by sending: the update about it comes later
    await hurrying.still()
    arrived = {call.text("text") for call in sends(api, new.id) if call.accepted}
    assert len(arrived) == 50
    with hurrying.database.reading() as work:
        chats = work.connection.scalars(select(groups.c.chat)).all()
    assert (str(old.id) in chats, str(new.id) in chats) == (False, True)
    figure(
        f"F10 {named(hurrying)}: a group moved with 50 rows: 50 of 50 arrive, {len(sends(api, old.id))} tried the old"
    )


# ---- F11 ----


async def test_a_revoked_token_pauses_and_a_new_one_goes_on_by_itself(
    house: House, api: Recording, figure: Figure
) -> None:
    api.revoke_token()
    queue(house, *[ESTATE.owner_id(number) for number in range(10)])
    async with asyncio.timeout(30):
        while not _alarms(house):  # noqa: ASYNC110 - a log file tells nobody when it grows
            await asyncio.sleep(0.05)
    await asyncio.sleep(2)  # two sweeps: whoever wanted to try again would have
    waiting = ends(house, "state", "tries")
    began = time.monotonic()
    api.accept_token()
    await house.still()
    assert set(waiting) <= {("queued", 0), ("sending", 0)}
    assert ends(house, "state") == {("sent",): 10}
    assert len(_alarms(house)) == 1
    figure(f"F11 {named(house)}: token refused: failed 0, alarms 1, on again {time.monotonic() - began:.0f} s after")


def _alarms(house: House) -> list[dict[str, Any]]:
    return [line for line in house.logged() if line.get("event") == "channel-paused"]


def _person(house: House, user: int) -> int:
    with house.database.reading() as work:
        found = work.addresses.find("telegram", str(user))
    assert found
    return found.person_id


def _staff_chats() -> list[int]:
    everybody = defaultdict(list)
    for block in range(ESTATE.blocks):
        everybody[block] = [ESTATE.group_id(block), *(ESTATE.repairer_id(block, number) for number in range(2))]
    return [chat for chats in everybody.values() for chat in chats]

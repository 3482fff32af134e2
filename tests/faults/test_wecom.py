"""WeCom: killed under pushes, pushed to ten times, refused its token, attacked — nothing lost, nothing twice."""

import asyncio
import io
import random
import time
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest

from tests.faults.members import Members, WecomHouse, holder, repeated, report, want
from tests.wecomapi import WecomApi
from tests.wecomapi.api import SECRET

pytestmark = pytest.mark.faults
KILLS, RESIDENTS = 20, 60
PUSHES = 3 + 2  # words, two presses; two workers want it


@pytest.fixture
async def wecom() -> AsyncIterator[WecomApi]:
    async with WecomApi() as double:
        yield double


@pytest.mark.timeout(300)
async def test_killed_again_and_again_it_loses_and_doubles_nothing(
    wecom: WecomApi, tmp_path: Path, figure: Callable[[str], None]
) -> None:
    estate, chance = Members(owners=RESIDENTS, blocks=RESIDENTS), random.Random(5)
    wecom.callback.tries, wecom.callback.pause = 200, 0.25  # people write again until they are heard
    async with WecomHouse(tmp_path, wecom) as house:
        await house.furnish(estate)
        waiting = asyncio.Semaphore(4)

        async def live(owner: int) -> None:
            async with waiting:
                await report(wecom, estate.resident(owner))
                await want(wecom, estate.workers(owner))

        everybody = asyncio.gather(*(live(owner) for owner in range(RESIDENTS)))
        kills = 0
        while not everybody.done() and kills < KILLS:
            await house.start()
            await asyncio.sleep(chance.uniform(0, 0.6))
            await house.kill()
            kills += 1
        await house.start()
        await everybody
        await house.still()
        pushes, tickets = house.count("inbox", "state = 'done'"), house.count("tickets")
        claims, unsent = house.count("events", "name = 'TicketClaimed'"), house.count("deliveries", "state <> 'sent'")
        assert house.complaints() == []
    held = sum(holder(wecom.member(one)) for owner in range(RESIDENTS) for one in estate.workers(owner))
    twice = repeated(wecom)
    figure(
        f"F1  wecom: kills {kills}, pushes {pushes}, lost {PUSHES * RESIDENTS - pushes + unsent},"
        f" double {tickets + claims - 2 * RESIDENTS}, duplicate sends {twice}, dropped {len(wecom.world.dropped)}"
    )
    assert (pushes, tickets, claims, held, unsent) == (PUSHES * RESIDENTS, RESIDENTS, RESIDENTS, RESIDENTS, 0)
    assert twice <= kills
    assert wecom.world.dropped == []


async def test_everything_pushed_ten_times_at_once_and_three_times_more_has_one_effect(
    wecom: WecomApi, tmp_path: Path, figure: Callable[[str], None]
) -> None:
    estate = Members(owners=5, blocks=5)
    async with WecomHouse(tmp_path, wecom) as house:
        await house.furnish(estate)
        await house.start()
        once, kept = wecom.callback.push, []

        async def again_and_again(words: str, *, at: int) -> object:
            kept.append((words, at))
            return (await asyncio.gather(*(once(words, at=at) for _ in range(10))))[0]

        wecom.callback.push = again_and_again  # type: ignore[method-assign, assignment]
        for owner in range(5):
            await report(wecom, estate.resident(owner))
            await want(wecom, estate.workers(owner))
        await house.still()
        shown = len(wecom.world.messages)
        for _ in range(3):
            for words, at in kept:
                assert (await once(words, at=at)).status == 200
        await house.still()
        assert (house.count("inbox"), house.count("tickets")) == (5 * PUSHES, 5)
        assert len(wecom.world.messages) == shown
    figure(f"F3  wecom: {5 * PUSHES} pushes, each 10 at once and 3 times more: effects {5 * PUSHES}")


@pytest.mark.timeout(180)
async def test_a_refused_credential_pauses_and_goes_on_by_itself(
    wecom: WecomApi, tmp_path: Path, figure: Callable[[str], None]
) -> None:
    estate = Members(owners=3, blocks=3)
    async with WecomHouse(tmp_path, wecom) as house:
        await house.furnish(estate)
        await house.start()
        await report(wecom, estate.resident(0))
        wecom.replace_token()  # somebody fetched another: ours is refused once
        await report(wecom, estate.resident(1))
        await house.still()
        wecom.change_secret("another-secret-of-the-double")
        phone = wecom.member(estate.resident(2))
        await phone.says("厨房水管漏水")
        await wecom.wait_for(lambda: wecom.calls[-1].code == 40001, 10, "a refusal")
        asked = wecom.counts["gettoken"]
        assert house.count("deliveries", "state <> 'sent'") == 1
        wecom.change_secret(SECRET)
        await phone.shows("什么时候方便", 60)
        await house.still()
        failed = house.count("deliveries", "state <> 'sent'")
        alarms = sum("channel-paused" in line for line in house.log.read_text(encoding="utf-8").splitlines())
    assert (failed, alarms) == (0, 1)
    assert wecom.counts["gettoken"] - asked <= 2
    figure(f"F11 wecom: secret refused, rows failed {failed}, alarms {alarms}, went on by itself")


async def test_hostile_requests_are_refused_and_good_traffic_goes_on(  # noqa: PLR0915 - one hostile hour
    wecom: WecomApi, tmp_path: Path, figure: Callable[[str], None]
) -> None:
    estate, chance = Members(owners=2, blocks=2), random.Random(9)
    async with WecomHouse(tmp_path, wecom) as house:
        await house.furnish(estate)
        await house.start()
        await report(wecom, estate.resident(0))
        assert house.process is not None
        before, now = _megabytes(house.process.pid), int(time.time())
        bodies = [
            b"", b"\xff" * 1000, b"<a>" * 200_000, b"{" * 900_000, chance.randbytes(500_000),
            b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]><xml><Encrypt>&a;</Encrypt></xml>', b"<xml>" + b"<b/>" * 200_000,
        ]  # fmt: skip
        statuses: set[int] = set()
        query = wecom.callback.signed("x", at=now)
        async with aiohttp.ClientSession() as session:
            for body in bodies * 3:
                for asked in (query, {"msg_signature": "x"}):
                    async with session.post(wecom.callback.url, params=asked, data=io.BytesIO(body)) as answer:
                        statuses.add(answer.status)
            slow = [await asyncio.open_connection("127.0.0.1", house.port) for _ in range(50)]
            for _reader, writer in slow:
                writer.write(b"POST /wecom/callback HTTP/1.1\r\nHost: x\r\nContent-Length: 900000\r\n\r\n<x")
            for _ in range(3):
                with suppress(aiohttp.ClientError, OSError):
                    await session.post(wecom.callback.url, params=query, data=_endless())
            for xml in ("<a>" * 100_000 + "</a>" * 100_000, "<xml><FromUserName>a</FromUserName></xml>", "\ud7ff"):
                encrypted = wecom.callback.sealed(xml)
                signed = wecom.callback.signed(encrypted, at=now)
                letter = wecom.callback.envelope(encrypted)
                async with session.post(wecom.callback.url, params=signed, data=letter) as answer:
                    statuses.add(answer.status)
            began = time.monotonic()
            await report(wecom, estate.resident(1))
            took = time.monotonic() - began
        for _reader, writer in slow:
            writer.close()
        grown = _megabytes(house.process.pid) - before
        assert house.complaints() == []
    assert all(400 <= status < 500 for status in statuses)
    assert grown <= 50
    assert took < 5
    figure(f"F19 wecom: answers {sorted(statuses)}, memory +{grown:.0f} MB, a dialog meanwhile in {took:.2f} s")


@pytest.mark.timeout(180)
async def test_what_wecom_would_drop_in_silence_waits_and_is_shown(
    wecom: WecomApi, tmp_path: Path, figure: Callable[[str], None]
) -> None:
    """Forty reports in one block: each of its two workers gets forty cards, thirty in any minute."""
    estate = Members(owners=40, blocks=1)
    async with WecomHouse(tmp_path, wecom) as house:
        await house.furnish(estate)
        await house.start()
        began = time.monotonic()
        waiting = asyncio.Semaphore(8)

        async def live(owner: int) -> None:
            async with waiting:
                await report(wecom, estate.resident(owner))

        await asyncio.gather(*(live(owner) for owner in range(40)))
        workers = [wecom.member(one) for one in estate.workers(0)]
        for worker in workers:
            await wecom.wait_for(lambda worker=worker: len(worker.messages) == 40, 120, "forty cards")  # type: ignore[misc]
        took = timedelta(seconds=time.monotonic() - began)
        await house.still()
        unsent = house.count("deliveries", "state <> 'sent'")
    assert (len(wecom.world.dropped), unsent) == (0, 0)
    figure(f"F7  wecom: 40 cards for each of 2 members in {took.total_seconds():.0f} s, dropped in silence 0")


def _megabytes(process: int) -> float:
    status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


async def _endless() -> AsyncIterator[bytes]:
    """Three hundred megabytes, if nobody stops it."""
    for _ in range(300):
        yield b"x" * 1_000_000

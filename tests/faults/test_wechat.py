"""WeChat: killed under pushes, pushed to three times, refused its token, attacked — nothing lost, nothing twice."""

import asyncio
import io
import random
import time
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from pathlib import Path

import aiohttp
import pytest

from tests.faults.followers import Followers, WeChatHouse, repeated, report
from tests.wechatapi import WeChatApi
from tests.wechatapi.pushing import xml_of

pytestmark = pytest.mark.faults
KILLS, OWNERS = 20, 120
AT_ONCE = 4  # owners who write


@pytest.fixture
async def wechat() -> AsyncIterator[WeChatApi]:
    async with WeChatApi() as double:
        yield double


@pytest.mark.timeout(300)
async def test_killed_again_and_again_it_loses_and_doubles_nothing(
    wechat: WeChatApi, tmp_path: Path, figure: Callable[[str], None]
) -> None:
    estate, chance = Followers(owners=OWNERS), random.Random(3)
    wechat.pusher.tries, wechat.pusher.pause = 100, 0.25  # people write again until they are heard
    async with WeChatHouse(tmp_path, wechat) as house:
        await house.furnish(estate)
        waiting = asyncio.Semaphore(AT_ONCE)

        async def live(openid: str) -> None:
            async with waiting:
                await report(wechat, openid)

        everybody = asyncio.gather(*(live(one) for one in estate.openids))
        kills = 0
        while not everybody.done() and kills < KILLS:
            await house.start()
            await asyncio.sleep(chance.uniform(0, 0.6))
            await house.kill()
            kills += 1
        await house.start()
        await everybody
        await house.still()
        updates, tickets = house.count("inbox", "state = 'done'"), house.count("tickets")
        unsent = house.count("deliveries", "state <> 'sent'")
        twice = repeated(wechat)
        assert house.complaints() == []
    figure(
        f"F1  wechat: kills {kills}, updates {updates}, lost {3 * OWNERS - updates + unsent},"
        f" double {tickets - OWNERS}, duplicate sends {twice}"
    )
    assert (updates, tickets, unsent) == (3 * OWNERS, OWNERS, 0)
    assert twice <= kills * AT_ONCE  # who was just being answered may be answered again


async def test_everything_pushed_three_times_and_ten_at_once_has_one_effect(
    wechat: WeChatApi, tmp_path: Path, figure: Callable[[str], None]
) -> None:
    estate = Followers(owners=10)
    async with WeChatHouse(tmp_path, wechat) as house:
        await house.furnish(estate)
        await house.start()
        for openid in estate.openids:
            phone = wechat.follower(openid)
            for number, words in enumerate(("厨房水管漏水", "1", "1")):
                message = int(openid[-5:]) * 10 + number + 1
                found = await asyncio.gather(*(phone.says(words, MsgId=message) for _ in range(10)))
                again = [await phone.says(words, MsgId=message) for _ in range(3)]
                assert {one.status for one in [*found, *again]} == {200}
                assert len({one.reply for one in [*found, *again]}) == 1
        await house.still()
        assert (house.count("inbox"), house.count("tickets")) == (30, 10)
    figure("F3  wechat: 30 messages, each pushed 10 at once and 3 times more: effects 30, one answer each")


async def test_three_pushes_while_the_handler_is_slow_are_answered_within_a_second(
    wechat: WeChatApi, tmp_path: Path, figure: Callable[[str], None]
) -> None:
    """Somebody else holds the database's only pen: handling cannot begin."""
    estate = Followers(owners=1)
    async with WeChatHouse(tmp_path, wechat) as house:
        await house.furnish(estate)
        await house.start()
        phone = wechat.follower(estate.openids[0])
        first = asyncio.create_task(phone.says("厨房水管漏水", MsgId=1))
        while not house.count("inbox"):  # noqa: ASYNC110 - its records tell nobody
            await asyncio.sleep(0.001)
        answers = [await phone.says("厨房水管漏水", MsgId=1) for _ in range(2)]
        answers.append(await first)
        await house.still()
        slowest = max(one.seconds for one in answers)
        assert all(one.reply for one in answers)
        assert house.count("deliveries") == 1
    assert slowest < 1.0
    figure(f"F18 wechat: 3 pushes of one message, slowest answer {slowest:.2f} s, effects 1")


@pytest.mark.timeout(180)
async def test_a_refused_credential_pauses_and_goes_on_by_itself(
    wechat: WeChatApi, tmp_path: Path, figure: Callable[[str], None]
) -> None:
    estate = Followers(owners=6)
    async with WeChatHouse(tmp_path, wechat) as house:
        await house.furnish(estate)
        await house.start()
        for openid in estate.openids[:2]:
            await report(wechat, openid)
        secret = wechat.world.secret
        wechat.change_secret("another-secret-of-the-double")
        house.tell(estate.openids[:2], "好消息")
        await asyncio.sleep(3)
        assert house.count("deliveries", "state = 'queued'") == 2
        asked = wechat.counts["stable_token"]
        wechat.change_secret(secret)
        for openid in estate.openids[:2]:
            await wechat.follower(openid).hears("好消息", timeout=60)
        await house.still()
        alarms = sum(
            '"channel-paused"' in line or "channel-paused" in line for line in house.log.read_text().splitlines()
        )
        assert house.unsent() == []
        assert alarms == 1
        assert asked <= 4
        wechat.replace_token()  # somebody fetched another: ours is refused once
        await report(wechat, estate.openids[2])
        await house.still()
        assert house.unsent() == []
    figure(f"F11 wechat: secret refused, rows failed 0, alarms {alarms}, went on by itself")


async def test_hostile_requests_are_refused_and_good_traffic_goes_on(
    wechat: WeChatApi, tmp_path: Path, figure: Callable[[str], None]
) -> None:
    estate = Followers(owners=2)
    async with WeChatHouse(tmp_path, wechat) as house:
        await house.furnish(estate)
        await house.start()
        await report(wechat, estate.openids[0])
        assert house.process is not None
        before = _megabytes(house.process.pid)
        slow = [await _half_a_request(house, wechat) for _ in range(50)]
        statuses = await _nonsense(wechat) | await _signed_nonsense(wechat)
        await _three_hundred_megabytes(wechat)
        began = time.monotonic()
        await report(wechat, estate.openids[1])
        took = time.monotonic() - began
        grown = _megabytes(house.process.pid) - before
        for writer in slow:
            writer.close()
        assert house.complaints() == []
    assert all(400 <= status < 500 for status in statuses)
    assert grown <= 50
    assert took < 5
    figure(f"F19 wechat: answers {sorted(statuses)}, memory +{grown:.0f} MB, a dialog meanwhile in {took:.2f} s")


async def _nonsense(wechat: WeChatApi) -> set[int]:
    """Bodies of every kind, with a good and with a bad signature of the query."""
    bodies = [
        b"", b"\xff" * 1000, b"<a>" * 200_000, b"{" * 900_000, random.Random(9).randbytes(500_000),
        b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]><xml><Encrypt>&a;</Encrypt></xml>', b"<xml>" + b"<b/>" * 200_000,
    ]  # fmt: skip
    statuses = set()
    async with aiohttp.ClientSession() as session:
        for body in bodies * 3:
            for query in (_query(wechat), {"signature": "x"}):
                with suppress(aiohttp.ClientError):  # closed while we were still sending
                    async with session.post(wechat.pusher.url, params=query, data=io.BytesIO(body)) as answer:
                        statuses.add(answer.status)
    return statuses


async def _signed_nonsense(wechat: WeChatApi) -> set[int]:
    """What only the platform could push, and never would."""
    twice = xml_of({"FromUserName": "o-1"}).replace("</xml>", "<FromUserName>o-2</FromUserName></xml>")
    words = "<a>" * 100_000 + "</a>" * 100_000, twice, "<xml>"
    return {(await wechat.pusher.once(one, at=int(time.time()))).status for one in words}


async def _half_a_request(house: WeChatHouse, wechat: WeChatApi) -> asyncio.StreamWriter:
    """Announced and never sent."""
    _reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
    query = "&".join(f"{name}={value}" for name, value in _query(wechat).items())
    writer.write(f"POST /wechat/callback?{query} HTTP/1.1\r\nHost: x\r\nContent-Length: 900000\r\n\r\n<x".encode())
    return writer


async def _three_hundred_megabytes(wechat: WeChatApi) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(300):
            yield b"x" * 1_000_000

    async with aiohttp.ClientSession() as session:
        with suppress(aiohttp.ClientError, OSError):
            await session.post(wechat.pusher.url, params=_query(wechat), data=endless())


def _query(wechat: WeChatApi) -> dict[str, str]:
    return wechat.pusher.sealing.query("x", at=int(time.time()))


async def test_the_log_at_debug_tells_no_openid_no_secret_and_no_token(wechat: WeChatApi, tmp_path: Path) -> None:
    estate = Followers(owners=2)
    async with WeChatHouse(tmp_path, wechat, GUANJIA_LOG__LEVEL="DEBUG") as house:
        await house.furnish(estate)
        await house.start()
        phone = wechat.follower(estate.openids[0])
        wechat.fail(43101, method="message/custom/send", times=2)
        await report(wechat, phone.openid)
        await phone.taps_menu("help")
        wechat.replace_token()
        await phone.leaves()
        await wechat.pusher.once("<xml>", at=int(time.time()))
        await house.still()
        await house.stop()
        log = house.log.read_text(encoding="utf-8")
    settings = wechat.settings
    planted = [
        *estate.openids, settings["GUANJIA_WECHAT__APP_SECRET"], settings["GUANJIA_WECHAT__TOKEN"],
        settings["GUANJIA_WECHAT__AES_KEY"], wechat.world.token, "13800000000", "业主0", "漏水",
    ]  # fmt: skip
    assert [one for one in planted if one in log] == []


def _megabytes(process: int) -> float:
    status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024

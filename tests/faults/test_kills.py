"""F1: killed at any moment, the program loses nothing, does nothing twice, and repeats next to nothing."""

import asyncio
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults import records
from tests.faults.estate import Estate
from tests.faults.house import House
from tests.faults.people import UPDATES_PER_DIALOG, People, Recording, repeated

KILLS, UPDATES = 100, 10_000
HALVES = {"webhook": True, "polling": False}


async def kill_again_and_again(house: House, api: Recording, chance: random.Random, kills: int, updates: int) -> None:
    """At a random place of each stretch of the stream of updates, and a random moment later."""
    stretch = updates // kills
    for begin in range(0, updates, stretch):
        place = begin + chance.randrange(1, stretch)
        await api.wait_for(lambda place=place: len(api.given) >= place, 120, f"update {place}")  # type: ignore[misc]
        await asyncio.sleep(chance.uniform(0, 1.0))
        await house.kill()
        await house.spawn()


async def live_through(folder: Path, seed: int, *, webhook: bool) -> dict[str, int]:
    """Half of the people, half of the kills; what came of it."""
    chance = random.Random(seed)
    kills, updates = KILLS // len(HALVES), UPDATES // len(HALVES)
    estate = Estate(owners=updates // UPDATES_PER_DIALOG, blocks=10)
    async with Recording(webhook_pause=0.05) as api, House(folder, api, webhook=webhook) as house:
        await house.furnish(estate)
        people = People(api, estate, chance=random.Random(seed + 1), think=0.03)
        await house.start()
        async with asyncio.TaskGroup() as both:
            both.create_task(kill_again_and_again(house, api, chance, kills, updates))
            both.create_task(people.live(at_once=3))
        await house.still()
        assert house.complaints() == []
        assert records.is_sound(house.database)
        handled, sent = (records.states(house.database)[rail] for rail in ("inbox", "deliveries"))
        unanswered = sum(query.answer is None for query in api.world.queries.values())
        return {
            "kills": kills,
            "updates": len(api.given),
            "lost": len(api.given) - handled.get("done", 0)
            + sum(sent.values()) - sent.get("sent", 0)
            + unanswered
            + estate.owners - records.claimed(house.database),
            "double": records.doubled(house.database),
            "duplicate sends": repeated(api.calls),
        }  # fmt: skip


@pytest.mark.faults
@pytest.mark.timeout(300)
async def test_a_hundred_kills_over_ten_thousand_updates_lose_and_double_nothing(
    tmp_path: Path, figure: Callable[[str], None]
) -> None:
    async with asyncio.TaskGroup() as both:
        halves = {
            name: both.create_task(live_through(tmp_path / name, seed, webhook=webhook))
            for seed, (name, webhook) in enumerate(HALVES.items())
        }
    for name, half in halves.items():
        figure(f"F1  {name}: " + ", ".join(f"{what} {count}" for what, count in half.result().items()))
    total = {what: sum(half.result()[what] for half in halves.values()) for what in halves["webhook"].result()}
    assert total | {"duplicate sends": 0} == {
        "kills": KILLS, "updates": UPDATES, "lost": 0, "double": 0, "duplicate sends": 0
    }  # fmt: skip
    assert total["duplicate sends"] <= KILLS

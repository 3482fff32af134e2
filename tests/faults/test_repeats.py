"""F3, F4: an update that comes again changes nothing; updates out of order end well or are refused with a word."""

import asyncio
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.faults import records
from tests.faults.crowd import Crowd
from tests.faults.estate import Estate
from tests.faults.house import House
from tests.faults.people import UPDATES_PER_DIALOG, People, Recording, repeated

pytestmark = pytest.mark.faults
COPIES, REPLAYS = 10, 3


async def one_pass(folder: Path, *, copies: int, replays: int) -> tuple[dict[str, Any], int]:
    """The effects of the same dialogs, and how many updates there were."""
    estate = Estate(owners=40, blocks=4)
    async with Recording(webhook_pause=0.05) as api, House(folder, api) as house:
        api.copies = copies
        await house.furnish(estate)
        await house.start()
        await People(api, estate, chance=random.Random(3)).live(at_once=10)
        await house.still()
        before = records.exactly(house.database)
        for _ in range(replays):
            api.replay()
            await house.still()
        assert records.exactly(house.database) == before
        assert records.states(house.database)["inbox"] == {"done": estate.owners * UPDATES_PER_DIALOG}
        assert repeated(api.calls) == 0
        assert house.complaints() == []
        return records.effects(house.database), api.updates.outcome["delivered"]


async def test_updates_ten_times_at_once_and_three_times_later_do_what_one_does(
    tmp_path: Path, figure: Callable[[str], None]
) -> None:
    async with asyncio.TaskGroup() as both:
        once = both.create_task(one_pass(tmp_path / "once", copies=1, replays=0))
        often = both.create_task(one_pass(tmp_path / "often", copies=COPIES, replays=REPLAYS))
    (effects, pushed), (same, pushed_often) = once.result(), often.result()
    assert same == effects
    figure(f"F3  {pushed} updates as {pushed_often}: x{COPIES} in parallel, replayed x{REPLAYS}; differences 0")


async def test_updates_in_any_order_end_well_or_are_refused_with_a_word(
    tmp_path: Path, api: Recording, figure: Callable[[str], None]
) -> None:
    chance = random.Random(4)
    estate = Estate(owners=60, blocks=3)
    async with House(tmp_path, api, webhook=False) as house:
        await house.furnish(estate)
        await house.start()
        crowd = Crowd(api, estate, chance)
        while acts := crowd.acts():
            await crowd.all_at_once(acts)
            await house.still()
        assert house.complaints() == []
        assert records.states(house.database)["inbox"] == {"done": len(api.given)}
        assert records.repeated_events(house.database) == 0
        unanswered = [query.id for query in api.world.queries.values() if query.answer is None]
        assert unanswered == []
        walked = records.walks(house.database)
    assert estate.owners <= len(walked) <= estate.owners + crowd.afterthoughts
    assert [(number, ends, is_now) for number, ends, is_now in walked if ends != is_now] == []
    reached = {is_now for _number, _ends, is_now in walked}
    assert {"cancelled", "confirmed"} <= reached
    refused = sum(bool(query.answer and query.answer.get("text")) for query in api.world.queries.values())
    figure(
        f"F4  {len(api.given)} updates shuffled, {len(walked)} tickets ended {', '.join(sorted(reached))};"
        f" presses refused or confirmed in words {refused}, unanswered 0, exceptions 0"
    )

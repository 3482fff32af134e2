"""F13: no room on the disk: Telegram keeps what we cannot, and all goes on by itself when there is room again."""

import resource
from collections.abc import Callable
from pathlib import Path

import aiohttp
import pytest

from tests.botapi.actors import User
from tests.faults import records
from tests.faults.estate import Estate
from tests.faults.house import House
from tests.faults.people import Recording

pytestmark = pytest.mark.faults
ESTATE = Estate(owners=20)


async def test_without_room_on_the_disk_nothing_is_acknowledged_and_nothing_lost(
    tmp_path: Path, api: Recording, figure: Callable[[str], None]
) -> None:
    async with House(tmp_path, api) as house, aiohttp.ClientSession() as session:
        await house.furnish(ESTATE)
        await house.start()
        assert house.process is not None
        full = (tmp_path / "guanjia.sqlite3-wal").stat().st_size  # no file may grow beyond that; the log is far from it
        resource.prlimit(house.process.pid, resource.RLIMIT_FSIZE, (full, resource.RLIM_INFINITY))
        for owner in range(ESTATE.owners):
            await User(api, ESTATE.owner_id(owner)).says("厨房水管漏水")
        await api.wait_for(lambda: 503 in api.webhook.statuses, 30, "a 503")
        async with session.get(f"{house.address}/healthz") as alive, session.get(f"{house.address}/readyz") as ready:
            assert (alive.status, ready.status) == (200, 503)
        resource.prlimit(house.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        await house.still()
        assert records.states(house.database)["inbox"] == {"done": ESTATE.owners}
        assert records.states(house.database)["deliveries"] == {"sent": ESTATE.owners}
        assert records.is_sound(house.database)
        refused = api.webhook.statuses.count(503)
        figure(f"F13 no room for files: {refused} updates answered with 503, all {ESTATE.owners} handled later, lost 0")

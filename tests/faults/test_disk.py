"""F13: no room on the disk: Telegram keeps what we cannot, and all goes on by itself when there is room again."""

import resource
from collections.abc import Callable
from pathlib import Path

import aiohttp
import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import InternalError

from tests import postgres
from tests.botapi.actors import User
from tests.faults import records
from tests.faults.estate import Estate
from tests.faults.house import House
from tests.faults.people import Recording

pytestmark = pytest.mark.faults
ESTATE = Estate(owners=20)
SEGMENT = 16 * 1024 * 1024  # a file of PostgreSQL's log; as large may every other file become


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


@pytest.mark.postgres
async def test_without_room_for_its_server_nothing_is_acknowledged_and_nothing_lost(
    tmp_path: Path, api: Recording, figure: Callable[[str], None]
) -> None:
    """PostgreSQL treats a file that may not grow as a full disk."""
    with postgres.server() as server, postgres.database(server, "crowded") as url:
        async with House(tmp_path, api, url=url) as house:
            await house.furnish(ESTATE)
            await house.start()
            postgres.let_files_grow(url, to=SEGMENT)
            fill_inbox(url)
            for owner in range(ESTATE.owners):
                await User(api, ESTATE.owner_id(owner)).says("厨房水管漏水")
            await api.wait_for(lambda: 503 in api.webhook.statuses, 30, "a 503")
            assert set(api.webhook.statuses) <= {200, 503}
            postgres.let_files_grow(url)
            await house.still()
            states = records.states(house.database)
        assert states["inbox"]["done"] - filled(url) == ESTATE.owners
        assert states["deliveries"] == {"sent": ESTATE.owners}
        refused = api.webhook.statuses.count(503)
        figure(f"F13 PostgreSQL without room: {refused} updates answered with 503, all {ESTATE.owners} handled later")


def fill_inbox(url: str) -> None:
    """Rows of earlier days, down to the smallest gap, until the table cannot grow."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    add = text(
        "INSERT INTO inbox (channel, key, body, received_at, state, tries)"
        " SELECT 'earlier', gen_random_uuid()::text, repeat('x', :long), 0, 'done', 0 FROM generate_series(1, :many)"
    )
    with engine.connect() as connection:
        for long, many in ((1900, 2000), (1900, 50), (300, 50), (10, 20), (1, 1)):
            for _ in range(10_000):
                try:
                    connection.execute(add, {"long": long, "many": many})
                except InternalError:
                    break
    engine.dispose()


def filled(url: str) -> int:
    """How many rows that took."""
    engine = create_engine(url)
    with engine.connect() as connection:
        count = connection.execute(text("SELECT count(*) FROM inbox WHERE channel = 'earlier'")).scalar_one()
    engine.dispose()
    return int(count)

"""F17, F20: only one process at a time; told to stop it finishes what it holds; a newer program takes over."""

import asyncio
import random
import shutil
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from storage.steps import HEAD
from tests.faults import records
from tests.faults.estate import Estate
from tests.faults.house import ROOT, House
from tests.faults.people import UPDATES_PER_DIALOG, People, Recording, repeated

pytestmark = pytest.mark.faults
ESTATE = Estate(owners=40, blocks=4)


@pytest.fixture
async def house(tmp_path: Path, api: Recording) -> AsyncIterator[House]:
    async with House(tmp_path, api) as installed:
        await installed.furnish(ESTATE)
        yield installed


async def test_a_second_copy_is_refused_and_told_who_was_first(house: House, figure: Callable[[str], None]) -> None:
    await house.start()
    assert house.process is not None
    code, _out, complaint = await house.command("run")
    assert (code, str(house.process.pid) in complaint, len(complaint.splitlines())) == (3, True, 1)
    assert house.process.returncode is None
    figure(f"F17 second copy refused, exit code {code}: {complaint.strip()}")


async def test_after_a_kill_the_next_copy_starts_at_once(house: House, figure: Callable[[str], None]) -> None:
    await house.start()
    await house.kill()
    seconds = await house.start()
    figure(f"F17 start after kill -9: {seconds:.1f} s")
    assert seconds < 10


@pytest.mark.parametrize("webhook", (True, False), ids=("webhook", "polling"))
async def test_told_to_stop_under_load_it_finishes_and_loses_nothing(
    house: House, api: Recording, webhook: bool, figure: Callable[[str], None]
) -> None:
    house.webhook = webhook
    await house.start()
    people = People(api, ESTATE, chance=random.Random(20), think=0.01)
    stops, gaps = [], []
    async with asyncio.TaskGroup() as living:
        living.create_task(people.live(at_once=12))
        for updates in (60, 120):
            await api.wait_for(lambda updates=updates: len(api.given) >= updates, 30, "some load")  # type: ignore[misc]
            began = time.monotonic()
            stops.append(await house.stop())
            await house.start()
            gaps.append(time.monotonic() - began)
    await house.still()
    assert [code for code, _seconds in stops] == [0, 0]
    assert max(seconds for _code, seconds in stops) < 10
    assert max(gaps) < 60
    assert records.doubled(house.database) == 0
    assert records.claimed(house.database) == ESTATE.owners
    assert records.states(house.database)["inbox"] == {"done": ESTATE.owners * UPDATES_PER_DIALOG}
    assert repeated(api.calls) == 0
    assert house.complaints() == []
    figure(
        f"F20 SIGTERM under load ({'webhook' if webhook else 'polling'}): stopped in"
        f" {max(seconds for _code, seconds in stops):.1f} s, exit code 0, back in {max(gaps):.1f} s, lost 0, twice 0"
    )


async def test_what_a_slow_telegram_has_not_answered_yet_is_waited_for(house: House, api: Recording) -> None:
    await house.start()
    api.delay(1.5, method="sendMessage")
    await api.user(ESTATE.owner_id(0), started=True).says("厨房水管漏水")
    await api.wait_for(lambda: api.counts["sendMessage"], 30, "the question")
    code, seconds = await house.stop()
    assert (code, seconds < 10) == (0, True)
    assert records.states(house.database)["deliveries"] == {"sent": 1}


async def test_an_upgrade_with_a_migration_goes_on_where_the_old_program_stopped(
    house: House, api: Recording, tmp_path: Path, figure: Callable[[str], None]
) -> None:
    await house.start()
    people = People(api, ESTATE, chance=random.Random(21), think=0.01)
    async with asyncio.TaskGroup() as living:
        living.create_task(people.live(at_once=12))
        await api.wait_for(lambda: len(api.given) >= 100, 30, "some load")
        began = time.monotonic()
        code, _seconds = await house.stop()
        assert code == 0
        house.program = tomorrows_program(tmp_path / "tomorrow")
        code, _out, complaint = await house.command("run")
        assert (code, "guanjia migrate" in complaint, len(complaint.splitlines())) == (4, True, 1), complaint
        code, versions, complaint = await house.command("migrate")
        assert (code, versions) == (0, f"{HEAD} → {int(HEAD) + 1:04}\n"), complaint
        await house.start()
        seconds = time.monotonic() - began
    await house.still()
    assert records.doubled(house.database) == 0
    assert records.claimed(house.database) == ESTATE.owners
    assert house.complaints() == []
    assert seconds < 60
    figure(f"F20 upgrade with a migration under load: back in {seconds:.1f} s, lost 0, twice 0")


async def test_yesterdays_program_refuses_tomorrows_database(house: House, tmp_path: Path) -> None:
    house.program = tomorrows_program(tmp_path / "tomorrow")
    code, _out, complaint = await house.command("migrate")
    assert code == 0, complaint
    house.program = ROOT
    code, _out, complaint = await house.command("run")
    assert (code, len(complaint.splitlines())) == (4, 1)


STEP = """
import sqlalchemy as sa
from alembic import op

revision = "{next}"
down_revision = "{last}"


def upgrade():
    with op.batch_alter_table("tickets") as batch:
        batch.add_column(sa.Column("of_tomorrow", sa.String(10), nullable=False, server_default=""))
"""


def tomorrows_program(folder: Path) -> Path:
    """Today's, with one step more."""
    for name in ("bot", "commands", "domain", "locales", "scheduler", "service", "storage"):
        shutil.copytree(ROOT / name, folder / name)
    for module in ROOT.glob("*.py"):
        shutil.copy2(module, folder)
    after = f"{int(HEAD) + 1:04}"
    steps = folder / "storage" / "steps.py"
    steps.write_text(steps.read_text("utf-8").replace(f'HEAD = "{HEAD}"', f'HEAD = "{after}"'), "utf-8")
    step = folder / "storage" / "migrations" / "versions" / f"{after}_tomorrow.py"
    step.write_text(STEP.format(next=after, last=HEAD), "utf-8")
    return folder

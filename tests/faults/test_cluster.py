"""F12, F17, F20 on PostgreSQL: several processes are one installation, whichever of them dies, or the server."""

import asyncio
import random
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import select, text

from storage.engine import Database, open_engine
from storage.tables import inbox
from tests import postgres
from tests.botapi.updates import Pending
from tests.faults import records
from tests.faults.estate import Estate
from tests.faults.house import House
from tests.faults.people import UPDATES_PER_DIALOG, People, Recording, repeated
from tests.faults.village import Village, arrived

pytestmark = [pytest.mark.faults, pytest.mark.postgres]
Figure = Callable[[str], None]
ESTATE = Estate(owners=30, blocks=8)
RESTARTS = 3
EVERYBODY = ("web", "web", "worker", "worker", "clock", "clock")


@pytest.fixture
def url(postgres_server: Any) -> Iterator[str]:
    with postgres.database(postgres_server, "village") as address:
        yield address


async def furnished(village: Village) -> Village:
    await village.first.furnish(ESTATE)
    await village.start()
    return village


def out_of_order(database: Database) -> int:
    """Updates that were handled before an earlier one, of those that Telegram sends one after the other."""
    queues = defaultdict(list)
    with database.reading() as work:
        for row in work.connection.execute(select(inbox.c.body, inbox.c.handled_at).order_by(inbox.c.id)):
            queues[Pending(0, orjson.loads(row.body)).queue].append(row.handled_at)
    return sum(two < one for handled in queues.values() for one, two in pairwise(handled))


def nothing_is_lost_nor_doubled(village: Village, api: Recording) -> None:
    database = village.first.database
    assert records.states(database)["inbox"] == {"done": ESTATE.owners * UPDATES_PER_DIALOG}
    assert set(records.states(database)["deliveries"]) == {"sent"}
    assert records.claimed(database) == ESTATE.owners
    assert records.doubled(database) == 0
    assert out_of_order(database) == 0


async def live(village: Village, api: Recording, trouble: Callable[[], Any], *, at_once: int = 12) -> None:
    """People go about their business while there is trouble."""
    people = People(api, ESTATE, chance=random.Random(12), think=0.05)
    async with asyncio.TaskGroup() as living:
        living.create_task(people.live(at_once=at_once, patience=60))
        living.create_task(trouble())
    await village.first.still()


@pytest.mark.timeout(240)
async def test_whichever_process_is_killed_the_others_go_on_and_nothing_is_lost(
    tmp_path: Path, api: Recording, url: str, figure: Figure
) -> None:
    async with Village(tmp_path, api, url, EVERYBODY) as village:
        await furnished(village)
        order = random.Random(4).sample(village.members, len(village.members))

        async def kill_each() -> None:
            for number, house in enumerate(order, start=1):
                await api.wait_for(lambda number=number: len(api.given) >= 12 * number, 60, "some load")  # type: ignore[misc]
                await house.kill()
                await asyncio.sleep(0.5)
                await house.spawn()

        await live(village, api, kill_each, at_once=4)
        nothing_is_lost_nor_doubled(village, api)
        figure(
            f"F17 cluster of {len(order)}, each killed once under load: acknowledged updates missing 0,"
            f" effects twice 0, out of order 0, repeated messages {repeated(api.calls)} of {api.counts['sendMessage']}"
        )
        assert repeated(api.calls) <= 2 * len(order)  # what was on its way just when a worker died


@pytest.mark.timeout(240)
async def test_one_process_after_the_other_is_told_to_stop_and_started_anew(
    tmp_path: Path, api: Recording, url: str, figure: Figure
) -> None:
    stops: list[tuple[int, float]] = []
    async with Village(tmp_path, api, url, EVERYBODY) as village:
        await furnished(village)

        async def roll() -> None:
            await api.wait_for(lambda: len(api.given) >= 12, 60, "some load")
            for house in village.members:
                stops.append(await house.stop())
                await house.spawn()
                await arrived(house)

        await live(village, api, roll)
        nothing_is_lost_nor_doubled(village, api)
        assert repeated(api.calls) == 0
        assert village.complaints() == []
    assert [code for code, _seconds in stops] == [0] * len(EVERYBODY)
    longest = max(seconds for _code, seconds in stops)
    assert longest < 10
    figure(
        f"F20 cluster of {len(stops)} restarted one by one under load: stopped in {longest:.1f} s at most,"
        " lost 0, twice 0"
    )


@pytest.mark.timeout(240)
async def test_postgresql_restarts_under_load_and_nothing_that_was_acknowledged_is_missing(
    tmp_path: Path, api: Recording, figure: Figure
) -> None:
    restarts, gaps = RESTARTS, []
    with postgres.server() as server:
        url = server.set(database="postgres").render_as_string(hide_password=False)
        async with Village(tmp_path, api, url, ("all", "all")) as village:
            await furnished(village)

            async def restart_again_and_again() -> None:
                for number in range(restarts):
                    await api.wait_for(lambda number=number: len(api.given) >= 12 * (number + 1), 60, "load")  # type: ignore[misc]
                    await asyncio.to_thread(postgres.restart, url)
                    began = time.monotonic()
                    await handled_since(village.first)
                    gaps.append(time.monotonic() - began)

            await live(village, api, restart_again_and_again)
            nothing_is_lost_nor_doubled(village, api)
            sent_twice = repeated(api.calls)
    figure(
        f"F12 PostgreSQL restarted at once x{restarts} under load: acknowledged rows missing 0, effects twice 0,"
        f" back {max(gaps):.1f} s at most after the server, repeated messages {sent_twice}"
    )
    assert max(gaps) < 5


async def handled_since(house: House) -> None:
    """Until an update that came in after now was handled."""
    statement = text("SELECT count(*) FROM inbox WHERE state = 'done' AND handled_at > :now")
    now = time.time_ns() // 1000
    engine = open_engine(house.url)
    while True:
        with engine.connect() as connection:
            if connection.scalar(statement, {"now": now}):
                break
        await asyncio.sleep(0.05)
    engine.dispose()


async def test_the_clock_ticks_once_in_each_period_and_moves_on_when_its_holder_dies(
    tmp_path: Path, api: Recording, url: str, figure: Figure
) -> None:
    async with Village(tmp_path, api, url, ("clock", "clock", "clock", "worker", "worker"), webhook=False) as village:
        await furnished(village)
        heard = Ticks(village.first.database)
        await asyncio.sleep(9)
        spans = heard.spans()
        holder = next(house for house in village.of("clock") if "clock-elected" in house.log.read_text())
        await holder.kill()
        died = time.time()
        next_tick = await heard.after(died)
        await asyncio.sleep(3)
        elected = sum("clock-elected" in house.log.read_text() for house in village.of("clock"))
    assert len(spans) >= 3
    assert min(spans) > 1.5  # the job escalates every two seconds
    assert next_tick < 6
    assert elected == 2
    figure(
        f"F17 clock killed: another one ticked after {next_tick:.1f} s;"
        f" three clocks together ticked every {min(spans):.1f} to {max(spans):.1f} s"
    )


class Ticks:
    """Notes each tick that is called for."""

    def __init__(self, database: Database) -> None:
        self._database = database
        with database.engine.begin() as connection:
            connection.execute(text("CREATE TABLE heard (at float)"))
            connection.execute(
                text(
                    "CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                    " INSERT INTO public.heard VALUES (extract(epoch FROM clock_timestamp())); RETURN NEW; END $$"
                )
            )
            connection.execute(
                text(
                    "CREATE TRIGGER note AFTER INSERT ON procrastinate.procrastinate_jobs FOR EACH ROW"
                    " WHEN (NEW.args ->> 'job' = 'escalate') EXECUTE FUNCTION note()"
                )
            )

    def _moments(self) -> list[float]:
        with self._database.engine.connect() as connection:
            return list(connection.scalars(text("SELECT at FROM heard ORDER BY at")))

    def spans(self) -> list[float]:
        """Seconds between them."""
        return [later - sooner for sooner, later in pairwise(self._moments())]

    async def after(self, moment: float) -> float:
        """How long after that moment the next one came."""
        async with asyncio.timeout(30):
            while not (found := [at for at in self._moments() if at > moment]):  # noqa: ASYNC110
                await asyncio.sleep(0.05)  # rows tell nobody that they are there
        return found[0] - moment


async def test_only_one_process_polls_and_another_when_it_dies(tmp_path: Path, api: Recording, url: str) -> None:
    async with Village(tmp_path, api, url, ("all", "all"), webhook=False) as village:
        await furnished(village)
        people = People(api, ESTATE, chance=random.Random(1), think=0.05)
        holder = next(house for house in village.members if "clock-elected" in house.log.read_text())

        async def kill_the_poller() -> None:
            await api.wait_for(lambda: len(api.given) >= 30, 60, "some load")
            await holder.kill()

        async with asyncio.TaskGroup() as living:
            living.create_task(people.live(at_once=12))
            living.create_task(kill_the_poller())
        other = next(house for house in village.members if house is not holder)
        await other.still()
        conflicts = Counter(call.status for call in api.calls if call.method == "getUpdates")
        nothing_is_lost_nor_doubled(village, api)
    assert 409 not in conflicts


async def test_nobody_migrates_while_members_are_at_work(tmp_path: Path, api: Recording, url: str) -> None:
    async with Village(tmp_path, api, url, ("all", "worker")) as village:
        await furnished(village)
        code, _out, complaint = await village.first.command("migrate")
        assert (code, "Another Guanjia works on" in complaint) == (3, True)
        for house in village.members:
            await house.stop()
        code, _out, complaint = await village.first.command("migrate")
        assert (code, complaint) == (0, "")


async def test_a_part_of_an_installation_is_refused_on_sqlite(tmp_path: Path, api: Recording) -> None:
    async with House(tmp_path, api) as house:
        code, _out, complaint = await house.command("run", "--role", "worker")
    assert (code, "PostgreSQL" in complaint or "postgresql://" in complaint, len(complaint.splitlines())) == (
        2,
        True,
        1,
    )

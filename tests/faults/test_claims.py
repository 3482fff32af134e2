"""F5: of two hundred who press at once exactly one has the ticket, and everybody else is told who, at once."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bot.telling import Telling
from domain.errors import NotNow
from domain.register.intake import validate
from domain.tickets import operations as tickets
from domain.tickets.policy import SETTINGS
from storage import intake, schema
from storage.engine import Database, open_engine, wake_nobody
from storage.workbook import load_words, read
from tests import postgres
from tests.builders import report
from tests.faults.estate import Estate
from tests.faults.house import ROOT, House
from tests.faults.people import WORDS, Recording, buttons_under, label

pytestmark = pytest.mark.faults
PRESSERS, ROUNDS = 200, 100
ESTATE = Estate(owners=1, repairers=PRESSERS)


@dataclass(frozen=True)
class Answer:
    """What one presser was told, and after how many seconds; *winner* is None for the one who has it."""

    presser: int
    winner: str | None
    seconds: float


@pytest.fixture(params=("sqlite", pytest.param("postgres", marks=pytest.mark.postgres)))
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An estate with two hundred repairers, who hear of everything."""
    with ExitStack() as leaving:
        if request.param == "sqlite":
            url = f"sqlite:///{tmp_path / 'claims.db'}"
        else:
            url = leaving.enter_context(postgres.database(request.getfixturevalue("postgres_server"), "claims"))
        engine = open_engine(url)
        leaving.callback(engine.dispose)
        schema.prepare(engine)
        yield furnished(Database(engine), tmp_path / "workbook")


def furnished(silent: Database, folder: Path) -> Database:
    """With everybody in it, and somebody to tell them."""
    workbook = read(ESTATE.write(folder))
    with silent.writing() as work:
        on_file, words = intake.on_file(work.connection), load_words(ROOT / "locales")
        intake.apply(work.connection, validate(workbook, words=words, settings=SETTINGS, on_file=on_file))
    return silent.heard_by(Telling(WORDS).hear, wake=wake_nobody)


def test_of_two_hundred_pressers_one_has_it_and_the_rest_are_told_who(
    database: Database, figure: Callable[[str], None]
) -> None:
    with database.reading() as work:
        staff = {one.id: one.person.name for one in work.register.staff_of(1)}
        owner = work.register.search("业主0")[0].id
        room = work.register.rooms_of(owner)[0].id
    seconds: list[float] = []
    with ThreadPoolExecutor(PRESSERS) as pool:
        for _ in range(ROUNDS):
            with database.writing() as work:
                told = report(estate_id=1, reporter_id=owner, room_id=room)
                ticket = tickets.open(work=work, report=told, now=datetime.now(UTC))
            answers = list(pool.map(partial(press, database, ticket.id, threading.Barrier(len(staff))), staff))
            (winner,) = [one.presser for one in answers if one.winner is None]
            assert {one.winner for one in answers} == {None, staff[winner]}
            seconds += [one.seconds for one in answers]
    p99 = sorted(seconds)[len(seconds) * 99 // 100]
    figure(
        f"F5  {database.engine.dialect.name}: {PRESSERS} claims at once x {ROUNDS} rounds, winners {ROUNDS},"
        f" told who {len(seconds) - ROUNDS}, p99 {p99:.2f} s, slowest {max(seconds):.2f} s, locked 0"
    )
    assert p99 < 1


def press(database: Database, ticket: int, line: threading.Barrier, by: int) -> Answer:
    """Claim it together with everybody; whatever else goes wrong goes up."""
    line.wait()
    began, winner = time.monotonic(), None
    try:
        with database.writing() as work:
            tickets.claim(work=work, ticket_id=ticket, by=by, now=datetime.now(UTC))
    except NotNow as refusal:
        winner = refusal.values["name"]
    return Answer(by, winner, time.monotonic() - began)


async def test_two_hundred_presses_through_the_whole_program(
    tmp_path: Path, api: Recording, figure: Callable[[str], None]
) -> None:
    async with House(tmp_path, api) as house:
        await house.furnish(ESTATE)
        await house.start()
        card = await reported(api)
        data = buttons_under(card)[0]["callback_data"]
        with api.held():
            for number in range(PRESSERS):
                await ESTATE.repairer(api, 0, number).presses_data(card, data)
        began = time.monotonic()
        await house.still()
    answers = api.calls_of("answerCallbackQuery")[-PRESSERS:]
    said = [call.text("text") for call in answers]
    assert len({call.text("callback_query_id") for call in answers}) == PRESSERS
    won = [text for text in said if "归您了" in text]
    lost = [text for text in said if "接单" in text]
    assert (len(won), len(lost), len(set(lost))) == (1, PRESSERS - 1, 1)
    seconds = sorted(call.arrived - began for call in answers)
    p99 = seconds[PRESSERS * 99 // 100]
    figure(f"F5  whole program: {PRESSERS} presses by webhook, winners 1, told who {len(lost)}, p99 {p99:.2f} s")
    assert p99 < 1
    assert house.complaints() == []


async def reported(api: Recording) -> dict[str, Any]:
    """The owner reports; the card in the staff group."""
    owner, group = api.user(ESTATE.owner_id(0), started=True), ESTATE.group(api, 0)
    await owner.says("厨房水管漏水")
    await owner.presses(await owner.next_message(30), label("visit-anytime"))
    await owner.presses(await owner.next_message(30), label("button-send"))
    return await group.next_message(30)

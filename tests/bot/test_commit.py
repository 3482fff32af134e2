"""Group commit: one failing operation harms nobody, results come back in order, closing finishes what waits."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from bot.commit import GROUP, GroupCommit


class Notebook:
    """A database of one list: a transaction's lines are kept together or not at all."""

    def __init__(self) -> None:
        self.kept: list[list[str]] = []
        self.open = threading.Event()
        self.open.set()

    @contextmanager
    def writing(self) -> Iterator[list[str]]:
        self.open.wait()
        page: list[str] = []
        yield page
        self.kept.append(page)

    @property
    def lines(self) -> list[str]:
        return [line for page in self.kept for line in page]


@pytest.fixture
def notebook() -> Notebook:
    return Notebook()


@pytest.fixture
def commit(notebook: Notebook) -> Iterator[GroupCommit[list[str]]]:
    commit = GroupCommit(notebook.writing)
    yield commit
    notebook.open.set()
    commit.close()


def writes(line: str):
    def operation(page: list[str]) -> str:
        page.append(line)
        return line.upper()

    return operation


def fails(page: list[str]) -> None:
    page.append("torn")
    raise LookupError("this one cannot be done")


async def test_an_operation_gets_its_own_result(commit):
    assert await commit(writes("a")) == "A"


async def test_what_waits_is_written_together_and_in_order(notebook, commit):
    notebook.open.clear()  # the first one holds the thread until all the others wait
    wishes = [asyncio.create_task(commit(writes(str(number)))) for number in range(10)]
    await asyncio.sleep(0)
    notebook.open.set()
    assert await asyncio.gather(*wishes) == [str(number) for number in range(10)]
    assert notebook.lines == [str(number) for number in range(10)]
    assert len(notebook.kept) <= 2


async def test_one_that_fails_hears_of_it_and_harms_nobody(notebook, commit):
    notebook.open.clear()
    wishes = [asyncio.create_task(commit(one)) for one in (writes("a"), fails, writes("b"))]
    await asyncio.sleep(0)
    notebook.open.set()
    results = await asyncio.gather(*wishes, return_exceptions=True)
    assert [type(result) for result in results] == [str, LookupError, str]
    assert notebook.lines == ["a", "b"]


async def test_a_transaction_has_its_limit(notebook, commit):
    notebook.open.clear()
    wishes = [asyncio.create_task(commit(writes(str(number)))) for number in range(3 * GROUP)]
    await asyncio.sleep(0)
    notebook.open.set()
    await asyncio.gather(*wishes)
    assert max(len(page) for page in notebook.kept) <= GROUP


async def test_who_has_gone_does_not_stop_the_others(notebook, commit):
    notebook.open.clear()
    gone, stays = asyncio.create_task(commit(writes("gone"))), asyncio.create_task(commit(writes("stays")))
    await asyncio.sleep(0)
    gone.cancel()
    notebook.open.set()
    assert await stays == "STAYS"


async def test_closing_finishes_what_waits(notebook):
    commit = GroupCommit(notebook.writing)
    notebook.open.clear()
    wishes = [asyncio.create_task(commit(writes(str(number)))) for number in range(3)]
    await asyncio.sleep(0)
    notebook.open.set()
    await asyncio.to_thread(commit.close)
    assert await asyncio.gather(*wishes) == ["0", "1", "2"]
    assert notebook.lines == ["0", "1", "2"]


async def test_what_is_quick_overtakes_what_takes_its_time(notebook, commit):
    notebook.open.clear()
    long = asyncio.create_task(commit.by_itself(writes("long")))
    quick = asyncio.create_task(commit(writes("quick")))
    await asyncio.sleep(0)
    notebook.open.set()
    assert [await long, await quick] == ["LONG", "QUICK"]
    assert notebook.kept[-1] == ["long"]

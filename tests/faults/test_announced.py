"""An announcement from the command line beside the running service: killed again and again, nobody gets it twice."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests import postgres
from tests.faults.estate import Estate
from tests.faults.house import House
from tests.faults.people import Recording
from tests.storage.conftest import BOTH

pytestmark = pytest.mark.faults
OWNERS, AT_ONCE = 400, 64


class Hasty(Estate):
    """It leaves as soon as it is sent off."""

    def _policies(self) -> Iterable[Sequence[Any]]:
        return [("0区", "announce.undo_seconds", "0")]


@pytest.fixture(params=BOTH)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'guanjia.sqlite3'}"
    else:
        with postgres.database(request.getfixturevalue("postgres_server"), "announced") as made:
            yield made


def _arrived(api: Recording) -> Counter[int]:
    """How often it came to each chat."""
    calls = (call for call in api.calls_of("sendMessage") if call.accepted and "Water off" in call.text("text"))
    return Counter(call.chat_id or 0 for call in calls)


async def _report(house: House) -> dict[str, Any]:
    code, out, complaint = await house.command("announce", "report", "1", "--json")
    assert code == 0, complaint
    found: dict[str, Any] = json.loads(out)
    return found


async def test_killed_while_it_goes_out_nobody_gets_it_twice_and_nobody_is_forgotten(
    url: str, tmp_path: Path, api: Recording, figure: Callable[[str], None]
):
    notice = tmp_path / "notice.txt"
    notice.write_text("Water off\nFriday from 9 to 11.", encoding="utf-8")
    told = ("announce", "--estate", "0区", "--text", str(notice), "--kind", "urgent", "--yes", "--leave")
    async with House(tmp_path, api, url=url, GUANJIA_TELEGRAM__PER_SECOND="100") as house:
        await house.furnish(Hasty(owners=OWNERS))
        await house.start()
        for _ in range(2):  # the second time it is the same one
            code, _out, complaint = await house.command(*told)
            assert code == 0, complaint
        for reached in (60, 150, 250):
            await api.wait_for(lambda: len(_arrived(api)) > reached, 30, "some to arrive")  # noqa: B023
            await house.kill()
            await house.start()
        code, _out, complaint = await house.command("announce", "--watch", "1")
        assert code == 0, complaint
        found = await _report(house)
    arrived = _arrived(api)
    assert set(arrived.values()) == {1}
    assert (found["people"], found["waiting"], found["failed"]) == (OWNERS, 0, 0)
    assert found["sent"] + found["unknown"] == OWNERS
    assert len(arrived) >= found["sent"]
    assert found["unknown"] <= 3 * AT_ONCE
    lost = f"{found['unknown']} unknown, {len(arrived)} of {OWNERS} arrived"
    figure(f"F1 announced on {'SQLite' if url.startswith('sqlite') else 'PostgreSQL'}: 3 kills, 0 twice, {lost}")

"""F16: whatever fell due while nobody ran is done once on return, and says that it is late."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from domain.tickets import operations
from storage.tables import events, ticket_callers, tickets
from tests.botapi.actors import User
from tests.faults.estate import Estate
from tests.faults.house import House
from tests.faults.people import Recording, label

pytestmark = pytest.mark.faults
GAPS = {
    "8 d": timedelta(days=8),  # the longest first: calls within half an hour of each other would be one incident
    "25 h": timedelta(hours=25),
    "2 h": timedelta(hours=2),
    "10 min": timedelta(minutes=10),
}
MOMENTS = ("opened_at", "queued_at", "respond_by", "resolve_by", "responded_at", "done_at", "due_at")
ESTATE = Estate(owners=len(GAPS) + 1)


async def report_emergency(house: House, api: Recording, owner: int) -> int:
    """Round the clock somebody must take it; the ticket's id."""
    user = User(api, ESTATE.owner_id(owner))
    await user.says("厨房水管爆了")
    await api.wait_for(lambda: any(label("button-add-details") in str(one) for one in user.from_bot), 30, "the receipt")
    await house.still()
    with house.database.reading() as work:
        return max(work.connection.scalars(select(tickets.c.id)))


def sleep_through(house: House, ticket: int, gap: timedelta) -> None:
    """The clock stood still that long: what is on file about the ticket is that much older."""
    with house.database.writing() as work:
        row = work.connection.execute(select(tickets).where(tickets.c.id == ticket)).one()._asdict()
        older = {name: row[name] - gap for name in MOMENTS if row[name]}
        work.connection.execute(update(tickets).where(tickets.c.id == ticket).values(older))
        calls = ticket_callers.c.ticket_id == ticket
        for called in work.connection.scalars(select(ticket_callers.c.at).where(calls)).all():
            work.connection.execute(update(ticket_callers).where(calls).values(at=called - gap))


def told(house: House, name: str) -> dict[int, list[bool]]:
    """For each ticket: was this event late, every time that it happened?"""
    with house.database.reading() as work:
        found = work.connection.execute(select(events.c.ticket_id, events.c.data).where(events.c.name == name))
        kept: dict[int, list[bool]] = {}
        for ticket, data in found:
            kept.setdefault(ticket, []).append(bool(data.get("late")))
        return kept


async def test_after_any_downtime_each_reminder_comes_once_and_late_ones_say_so(
    tmp_path: Path, api: Recording, figure: Callable[[str], None]
) -> None:
    async with House(tmp_path, api) as house:
        await house.furnish(ESTATE)
        await house.start()
        waiting: dict[str, int] = {}
        for owner, (name, gap) in enumerate(GAPS.items()):
            waiting[name] = await report_emergency(house, api, owner)
            await house.stop()
            sleep_through(house, waiting[name], gap)
            said = len(ESTATE.group(api, 0).from_bot)
            await house.start()
            await api.wait_for(lambda said=said: len(ESTATE.group(api, 0).from_bot) > said, 30, "the reminder")  # type: ignore[misc]
            await house.still()
        assert told(house, "TicketEscalated") == {ticket: [True] for ticket in waiting.values()}
        assert house.complaints() == []
        reminders = [str(message["text"]) for message in ESTATE.group(api, 0).from_bot]
        count = len(waiting)
        figure(f"F16 down {', '.join(GAPS)} over due times: reminders {count}, late {count}, twice 0, missing 0")
        assert sum(label("late-notice") in text for text in reminders) == len(waiting)


async def test_what_should_have_closed_itself_meanwhile_is_closed_once(
    tmp_path: Path, api: Recording, figure: Callable[[str], None]
) -> None:
    async with House(tmp_path, api) as house:
        await house.furnish(ESTATE)
        await house.start()
        ticket = await report_emergency(house, api, 0)
        now = datetime.now(UTC)
        with house.database.writing() as work:
            repairer = work.register.staff_of(1)[0].id
            operations.claim(work=work, ticket_id=ticket, by=repairer, now=now)
            operations.finish(work=work, ticket_id=ticket, words="换了阀门", photos=(), by=repairer, now=now)
        await house.stop()
        sleep_through(house, ticket, timedelta(days=7, hours=25))
        for _ in range(2):
            await house.start()
            other = await report_emergency(house, api, 1)
            sleep_through(house, other, timedelta(minutes=10))
            await api.wait_for(lambda other=other: other in told(house, "TicketEscalated"), 30, "the clock's next tick")  # type: ignore[misc]
            await house.kill()
        assert told(house, "TicketClosed") == {ticket: [False]}
        figure("F16 closing due in a downtime of 25 h: closed 1, twice 0")

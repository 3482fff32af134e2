"""F6: what always fails is set aside with its reason and holds up nobody, not even its own chat."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from domain.messaging.model import Conversation, Keyboard
from storage.tables import conversations, deliveries, inbox
from tests.botapi.actors import User
from tests.faults.estate import Estate
from tests.faults.house import House
from tests.faults.people import Recording, label

pytestmark = pytest.mark.faults
ESTATE = Estate(owners=2)
POISON = {"message_id": 1, "date": 1, "from": "nobody", "text": ["漏水"]}


@pytest.fixture
async def house(tmp_path: Path, api: Recording) -> AsyncIterator[House]:
    async with House(tmp_path, api) as installed:
        await installed.furnish(ESTATE)
        await installed.start()
        yield installed


@pytest.fixture
def owner(house: House, api: Recording) -> User:
    return User(api, ESTATE.owner_id(0))


async def seconds_until_answered(owner: User, api: Recording) -> float:
    """How long the owner's next report waits for its question."""
    before, answered = len(api.calls), len(owner.from_bot)
    await owner.says("厨房水管漏水")
    last = api.updates.pending and max(entry.pushed for entry in api.updates.pending.values())

    def asked() -> float | None:
        new = [
            call
            for call in api.calls[before:]
            if call.chat_id == owner.id and label("visit-anytime") in str(call.parameters)
        ]
        return new[0].arrived if new else None

    arrived = await api.wait_for(asked, 30, "the question")
    assert len(owner.from_bot) > answered
    assert last
    return arrived - last


def parked(house: House) -> list[tuple[str, int, str]]:
    with house.database.reading() as work:
        kept = select(inbox.c.state, inbox.c.tries, inbox.c.reason).where(inbox.c.state != "done")
        return [tuple(row) for row in work.connection.execute(kept)]


async def test_an_update_that_nobody_can_parse_is_parked(
    house: House, api: Recording, owner: User, figure: Callable[[str], None]
) -> None:
    api.push({"message": POISON | {"chat": {"id": owner.id, "type": "private"}}})
    seconds = await seconds_until_answered(owner, api)
    await house.still()
    ((state, tries, reason),) = parked(house)
    assert (state, tries <= 3, "TypeError" in reason) == ("parked", True, True)
    assert set(api.webhook.statuses) == {200}
    assert seconds < 1
    figure(f"F6  unreadable update: parked after {tries} tries ({reason}), the next one answered in {seconds:.2f} s")


async def test_a_press_that_breaks_its_intent_is_parked_and_the_presser_told(
    house: House, api: Recording, owner: User, figure: Callable[[str], None]
) -> None:
    tomorrow = Keyboard(key="key-of-tomorrow1", chat=str(owner.id), actions=({"intent": "of_tomorrow", "answers": {}},))
    with house.database.writing() as work:
        work.keyboards.add(tomorrow, now=datetime.now(UTC))
    press = await owner.presses_data(await owner.says("/help"), "key-of-tomorrow1:0")
    assert "抱歉" in (await press.answered(30))["text"]
    seconds = await seconds_until_answered(owner, api)
    ((state, tries, reason),) = parked(house)
    assert (state, tries) == ("parked", 3)
    assert set(api.webhook.statuses) == {200}
    assert seconds < 1
    figure(f"F6  handler that raises: parked after {tries} tries ({reason}), the next one answered in {seconds:.2f} s")


async def test_a_conversation_that_cannot_go_on_is_begun_anew(house: House, api: Recording, owner: User) -> None:
    await owner.says("厨房水管漏水")
    await house.still()
    with house.database.writing() as work:
        (whose,) = work.connection.scalars(select(conversations.c.owner))
        work.conversations.put(Conversation(owner=whose, intent="of_tomorrow", step="words"))
    said = len(owner.from_bot)
    await owner.says("随时都行")
    await house.still()
    assert "抱歉" in owner.from_bot[said]["text"]
    assert await seconds_until_answered(owner, api) < 1
    assert len(parked(house)) == 1


async def test_a_message_that_telegram_refuses_fails_with_its_reason_and_the_next_goes_out(
    house: House, api: Recording, owner: User, figure: Callable[[str], None]
) -> None:
    api.fail(method="sendMessage", chat=owner.id, status=400, description="Bad Request: the message is too odd")
    with api.held():
        await owner.says("/help")
        await owner.says("/help")
    await house.still()
    refused, sent = api.calls_of("sendMessage", owner.id)
    assert (refused.status, sent.status) == (400, 200)
    with house.database.reading() as work:
        rows = work.connection.execute(
            select(deliveries.c.state, deliveries.c.tries, deliveries.c.reason).order_by(deliveries.c.id)
        )
        failed, done = map(tuple, rows)
    assert (failed[:2], "too odd" in failed[2]) == (("failed", 1), True)
    assert done[0] == "sent"
    seconds = sent.arrived - refused.arrived
    assert seconds < 1
    figure(f"F6  refused message: failed after 1 try ({failed[2]}), the next one out {seconds:.2f} s later")

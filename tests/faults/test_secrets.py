"""The log at its most talkative holds no token, no secret, no phone number, no name and nobody's words."""

import random
from collections.abc import Callable
from pathlib import Path

import aiohttp
import pytest

from tests.botapi.actors import User
from tests.faults.estate import Estate
from tests.faults.house import SECRET, House
from tests.faults.people import People, Recording

pytestmark = pytest.mark.faults
ESTATE = Estate(owners=6, blocks=2)
WORDS = "漏水"


@pytest.mark.parametrize(("webhook", "style"), ((True, "json"), (False, "text")), ids=("webhook", "polling"))
async def test_no_trouble_makes_the_log_tell_a_secret(
    tmp_path: Path, api: Recording, webhook: bool, style: str, figure: Callable[[str], None]
) -> None:
    settings = {"GUANJIA_LOG__LEVEL": "DEBUG", "GUANJIA_LOG__FORMAT": style}
    async with House(tmp_path, api, webhook=webhook, **settings) as house:
        await house.furnish(ESTATE)
        await house.start()
        await trouble(house, api)
        await People(api, ESTATE, chance=random.Random(1)).live()
        await house.still()
        await house.stop()
        log = house.log.read_text(encoding="utf-8")
    planted = {
        "token": [api.token.partition(":")[2]],
        "secret": [SECRET],
        "phones": [f"138{owner:08d}" for owner in range(ESTATE.owners)] + ["13912345678"],
        "names": ["业主", "师傅", "张三丰"],
        "words": [WORDS],
    }
    hits = {name: sum(log.count(word) for word in words) for name, words in planted.items()}
    assert hits == dict.fromkeys(planted, 0)
    assert "update-parked" in log
    way = "webhook" if webhook else "polling"
    figure(f"Log at DEBUG ({way}, {style}): {len(log)} characters, secrets and personal data 0")


async def trouble(house: House, api: Recording) -> None:
    """Whatever makes programs talk: broken updates, wrong secrets, refusals, cut and missing connections."""
    owner = User(api, ESTATE.owner_id(0))
    words = "我是张三丰，13912345678，家里漏水"
    api.push({"message": {"message_id": 7, "from": 5, "chat": {"id": owner.id, "type": "private"}, "text": words}})
    api.fail(
        method="sendMessage",
        chat=owner.id,
        status=400,
        description=f'Bad Request: unsupported start tag "{words}" at 1',
    )
    await owner.says("/help")
    await house.still()
    api.fail(method="sendMessage", status=502)
    api.lose_answers(method="sendMessage")
    await owner.says("/help")
    await house.still()
    if house.webhook:
        async with aiohttp.ClientSession() as session:
            headers = {"X-Telegram-Bot-Api-Secret-Token": "wrong", "Content-Type": "application/json"}
            await session.post(f"{house.address}/telegram/webhook", headers=headers, data=words.encode())
            await session.post(
                f"{house.address}/telegram/webhook",
                headers=headers | {"X-Telegram-Bot-Api-Secret-Token": SECRET},
                data=f"{{{words}".encode(),
            )
    await api.refuse_connections()
    await owner.says("/help")
    if house.webhook:
        await api.wait_for(lambda: not api.updates.pending, 30, "the update taken in")
    await api.accept_connections()
    await house.still()

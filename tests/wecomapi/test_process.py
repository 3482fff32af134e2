"""The double as a process of its own, told what to do over its port."""

import asyncio
import sys
from typing import Any

import aiohttp

from tests.wecomapi.api import AGENT, CORP, SECRET


async def test_it_prints_its_address_serves_and_ends_when_told_to():
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.wecomapi", stdout=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        url = (await asyncio.wait_for(process.stdout.readline(), 10)).decode().strip()
        async with aiohttp.ClientSession() as session:

            async def tell(command: str, **given: Any) -> Any:
                async with session.post(f"{url}/control/{command}", json=given) as answer:
                    return await answer.json()

            await tell("members", users=["li"], robots=["k1"])
            where = {"corpid": CORP, "corpsecret": SECRET}
            async with session.get(f"{url}/cgi-bin/gettoken", params=where) as answer:
                token = (await answer.json())["access_token"]
            message = {"touser": "li", "agentid": AGENT, "msgtype": "text", "text": {"content": "你好"}}
            async with session.post(f"{url}/cgi-bin/message/send?access_token={token}", json=message) as answer:
                assert (await answer.json())["errcode"] == 0
            assert (await tell("wait", count=1))["shown"] == 1
            assert [one["content"] for one in await tell("messages", to="li")] == ["你好"]
            await tell("fault", kind="refuse", method="message/send", code=45009)
            async with session.post(f"{url}/cgi-bin/message/send?access_token={token}", json=message) as answer:
                assert (await answer.json())["errcode"] == 45009
            assert (await tell("counters"))["calls"] == {"gettoken": 1, "message/send": 2}
            assert "error" in await tell("nonsense")
        process.terminate()
        assert await asyncio.wait_for(process.wait(), 10) == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()

"""The JSON interface under /control for tests and benchmarks that run the double as a process of its own."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from aiohttp import web

from tests.botapi.server import json_answer, json_body
from tests.wecomapi.desk import Fault
from tests.wecomapi.errors import Json
from tests.wecomapi.phone import Phone

if TYPE_CHECKING:
    from tests.wecomapi.api import WecomApi

Command = Callable[["WecomApi", Json], Awaitable[Any]]


async def control(api: "WecomApi", request: web.BaseRequest, name: str) -> web.StreamResponse:
    """Carry out one command; its arguments are the JSON body, or the query of a GET."""
    command = COMMANDS.get(name)
    if command is None:
        return json_answer({"error": f"no such command, there are {sorted(COMMANDS)}"}, 404)
    arguments = dict(request.query) | await json_body(request)
    try:
        return json_answer(await command(api, arguments))
    except (KeyError, TypeError, ValueError) as error:
        return json_answer({"error": f"{type(error).__name__}: {error}"}, 400)
    except AssertionError as error:
        return json_answer({"error": str(error)}, 408)


async def counters(api: "WecomApi", given: Json) -> Any:
    """How often each method was called, what was shown and what was dropped."""
    return {"calls": api.counts, "shown": len(api.world.messages), "dropped": len(api.world.dropped)}


async def members(api: "WecomApi", given: Json) -> Any:
    """Make ``users`` (userids), ``groups`` and ``robots`` known."""
    for userid in given.get("users", []):
        api.member(userid)
    for chat in given.get("groups", []):
        api.group(chat)
    for key in given.get("robots", []):
        api.robot(key)
    return {"members": len(api.world.members)}


async def messages(api: "WecomApi", given: Json) -> Any:
    """What stands in a chat now (``to``: a userid, a chat id, or robot:KEY)."""
    return [{"id": one.id, "kind": one.kind, **one.content} for one in api.messages_of(str(given["to"]))]


async def says(api: "WecomApi", given: Json) -> Any:
    """``user`` writes ``text``; the status of the callback."""
    return {"status": (await Phone(api, str(given["user"])).says(str(given["text"]))).status}


async def presses(api: "WecomApi", given: Json) -> Any:
    """``user`` presses the button ``label`` of their newest card that has it."""
    phone = Phone(api, str(given["user"]))
    card = next(one for one in reversed(phone.messages) if given["label"] in one.buttons)
    return {"status": (await phone.presses(card, given["label"])).status}


async def callback(api: "WecomApi", given: Json) -> Any:
    """Where callbacks go: ``url``."""
    api.callback.url = str(given["url"])
    return {}


async def fault(api: "WecomApi", given: Json) -> Any:
    """A fault with the fields of ``desk.Fault``."""
    api.faults.append(Fault(**given))
    return {"faults": len(api.faults)}


async def heal(api: "WecomApi", given: Json) -> Any:
    api.heal()
    return {}


async def wait(api: "WecomApi", given: Json) -> Any:
    """Until ``count`` messages are shown."""
    count = int(given["count"])
    await api.wait_for(lambda: len(api.world.messages) >= count, float(given.get("timeout", 30)), f"{count} messages")
    return await counters(api, {})


COMMANDS: dict[str, Command] = {
    command.__name__: command for command in (counters, members, messages, says, presses, callback, fault, heal, wait)
}

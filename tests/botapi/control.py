"""The JSON interface under /control for tests and benchmarks that run the double as a process of its own."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from aiohttp import web

from tests.botapi.actors import Group, User
from tests.botapi.errors import Json
from tests.botapi.faults import Fault, Limits
from tests.botapi.server import json_answer, json_body

if TYPE_CHECKING:
    from tests.botapi.api import BotApi

Command = Callable[["BotApi", Json], Awaitable[Any]]


async def control(api: "BotApi", request: web.BaseRequest, name: str) -> web.StreamResponse:
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


async def push(api: "BotApi", given: Json) -> Any:
    """``updates``: any number of them; ``times``: copies of each."""
    times = int(given.get("times", 1))
    return {"waiting": sum(api.push(update, times) for update in given["updates"])}


async def counters(api: "BotApi", given: Json) -> Any:
    """How often each method was called, what became of the updates, what is under way."""
    return {
        "calls": api.counts + api.quiet.counts,
        "updates": api.updates.outcome,
        "pending": len(api.updates.pending),
        "arrivals": len(api.quiet.arrivals),
        "in_flight": api.webhook.in_flight,
        "most_in_flight": api.webhook.most_in_flight,
    }


async def calls(api: "BotApi", given: Json) -> Any:
    """From number ``since`` on, of one ``method`` if named."""
    wanted = given.get("method")
    found = api.calls[int(given.get("since", 0)) :]
    return [call.described() for call in found if wanted in (None, call.method)]


async def arrivals(api: "BotApi", given: Json) -> Any:
    """The quiet mode's list of [chat, monotonic time, method]; the clock is that of the whole machine."""
    return api.quiet.arrivals[int(given.get("since", 0)) :]


async def deliveries(api: "BotApi", given: Json) -> Any:
    """When each update was first handed out: [[update id, monotonic time], …]."""
    return list(api.updates.first_delivered.items())


async def messages(api: "BotApi", given: Json) -> Any:
    """What stands in a ``chat`` now."""
    chat = api.world.chats.get(int(given["chat"]))
    return list(chat.messages.values()) if chat else []


async def people(api: "BotApi", given: Json) -> Any:
    """Make ``users`` (id, first_name, …) and ``groups`` (id, title, …) known."""
    for user in given.get("users", []):
        api.user(**user)
    for group in given.get("groups", []):
        api.group(**group)
    return {"chats": len(api.world.chats)}


async def says(api: "BotApi", given: Json) -> Any:
    """``user`` writes ``text``, in ``chat`` if given; the message."""
    where = Group(api, int(given["chat"])) if "chat" in given else None
    return await User(api, int(given["user"])).says(str(given["text"]), chat=where)


async def presses(api: "BotApi", given: Json) -> Any:
    """``user`` presses a ``button`` (words or place) of ``message``; the query's id."""
    press = await User(api, int(given["user"])).presses(given["message"], given["button"])
    return {"query": press.query.id}


async def blocks(api: "BotApi", given: Json) -> Any:
    """``user`` blocks the bot, or with ``off`` unblocks it."""
    user = User(api, int(given["user"]))
    await (user.unblocks() if given.get("off") else user.blocks())
    return {"blocked": not given.get("off")}


async def migrate(api: "BotApi", given: Json) -> Any:
    """The ``chat`` becomes a supergroup; its new id."""
    return {"chat": (await Group(api, int(given["chat"])).migrates()).id}


async def away(api: "BotApi", given: Json) -> Any:
    """The port is closed for some ``seconds``, from a moment after the answer to this."""
    api.be_away(float(given["seconds"]))
    return {}


async def wait(api: "BotApi", given: Json) -> Any:
    """Until ``count`` calls of a ``method`` have come, or so many ``updates`` are e.g. confirmed."""
    count, timeout = int(given["count"]), float(given.get("timeout", 30))
    if "updates" in given:
        outcome = str(given["updates"])
        await api.wait_for(lambda: api.updates.outcome[outcome] >= count, timeout, f"{count} updates {outcome}")
    else:
        method = str(given["method"])
        await api.wait_for(
            lambda: api.counts[method] + api.quiet.counts[method] >= count, timeout, f"{count} calls of {method}"
        )
    return await counters(api, {})


async def fault(api: "BotApi", given: Json) -> Any:
    """A fault with the fields of ``faults.Fault``."""
    api.faults.add(Fault(**given))
    return {"faults": len(api.faults.active)}


async def heal(api: "BotApi", given: Json) -> Any:
    api.heal()
    return {"faults": 0}


async def limits(api: "BotApi", given: Json) -> Any:
    """Telegram's limits, or others by the fields of ``faults.Limits``; ``off`` takes them away."""
    if given.get("off"):
        api.limits = None
    else:
        api.enforce_limits(Limits(**given))
    return {"limited": api.limits is not None}


async def quiet(api: "BotApi", given: Json) -> Any:
    api.quiet.on = bool(given.get("on", True))
    return {"quiet": api.quiet.on}


async def token(api: "BotApi", given: Json) -> Any:
    """Revoke the token, or accept ``accept`` (null: the old one)."""
    if "accept" in given:
        api.accept_token(given["accept"])
    else:
        api.revoke_token()
    return {"accepted": api.accepted is not None}


async def forget(api: "BotApi", given: Json) -> Any:
    """Empty the lists and counters, and the updates that wait; people, chats and faults stay."""
    api.calls.clear()
    api.counts.clear()
    api.quiet.clear()
    api.updates.drop()
    api.updates.outcome.clear()
    api.updates.first_delivered.clear()
    return {}


COMMANDS: dict[str, Command] = {
    command.__name__: command
    for command in (
        push, counters, calls, arrivals, deliveries, messages, people, says, presses, blocks, migrate, away,
        wait, fault, heal, limits, quiet, token, forget,
    )
}  # fmt: skip

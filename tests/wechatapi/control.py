"""The JSON interface under /control for tests and benchmarks that run the double as a process of its own."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from aiohttp import web

from tests.botapi.server import json_answer, json_body

if TYPE_CHECKING:
    from tests.wechatapi.api import WeChatApi
    from tests.wechatapi.errors import Json

Command = Callable[["WeChatApi", "Json"], Awaitable[Any]]


async def _followers(api: "WeChatApi", given: "Json") -> Any:
    for openid in given["openids"]:
        api.follower(openid)


async def _says(api: "WeChatApi", given: "Json") -> Any:
    answered = await api.follower(given["openid"]).says(given["text"])
    return {"status": answered.status, "reply": answered.reply}


async def _messages(api: "WeChatApi", given: "Json") -> Any:
    return [[one.openid, one.way, one.text] for one in api.world.messages]


async def _template(api: "WeChatApi", given: "Json") -> Any:
    api.template(given["id"], *given.get("fields", ()))


async def _fail(api: "WeChatApi", given: "Json") -> Any:
    api.fail(given.get("code", -1), method=given.get("method"), times=given.get("times", 1))


async def _token(api: "WeChatApi", given: "Json") -> Any:
    (api.expire_token if given["how"] == "expire" else api.replace_token)()


async def _quiet(api: "WeChatApi", given: "Json") -> Any:
    api.world.quiet = given.get("on", True)


async def _counts(api: "WeChatApi", given: "Json") -> Any:
    return {"calls": dict(api.counts), "shown": api.world.shown, "tokens": api.world.fetched}


COMMANDS: dict[str, Command] = {
    "followers": _followers, "says": _says, "messages": _messages, "template": _template, "fail": _fail,
    "token": _token, "quiet": _quiet, "counts": _counts,
}  # fmt: skip


async def control(api: "WeChatApi", request: web.BaseRequest, command: str) -> web.Response:
    """Carry out one command; a wrong one is explained."""
    if command not in COMMANDS:
        return json_answer({"error": "no such command"}, status=404)
    try:
        return json_answer(await COMMANDS[command](api, await json_body(request)))
    except (KeyError, TypeError, ValueError) as error:
        return json_answer({"error": f"{type(error).__name__}: {error}"}, status=400)

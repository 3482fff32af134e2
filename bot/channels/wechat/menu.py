"""The menu under the chat, and how the account stands."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from bot.channels.wechat.send import Say
from bot.tencent.api import Api

# What a press sends us is a command. WeChat takes three above and five below each.
PRESSES: Final = ("report", "mytickets")
MORE: Final = ("help", "language")
_WORDS: Final = MappingProxyType({
    "report": "wechat-menu-report", "mytickets": "wechat-menu-mytickets", "help": "wechat-menu-help",
    "language": "wechat-menu-language",
})  # fmt: skip


def menu(say: Say, language: str, *, page: str) -> dict[str, Any]:
    """As the API wants it; *page* is our page in the browser."""
    below = [*(_press(say, language, name) for name in MORE)]
    below.append({"type": "view", "name": say("wechat-menu-page", language), "url": page})
    more = {"name": say("wechat-menu-more", language), "sub_button": below}
    return {"button": [*(_press(say, language, name) for name in PRESSES), more]}


def _press(say: Say, language: str, command: str) -> Mapping[str, str]:
    return {"type": "click", "name": say(_WORDS[command], language), "key": command}


async def set_menu(api: Api, wanted: Mapping[str, Any]) -> None:
    """:raises ApiError, TokenRefused, NotSent, AnswerLost: the account has no menu, or is not reached"""
    await api.call("/cgi-bin/menu/create", wanted)


async def known_templates(api: Api) -> set[str]:
    """The ids of the templates that the account has.

    :raises ApiError, TokenRefused, NotSent, AnswerLost: the account has none, or is not reached
    """
    answer = await api.call("/cgi-bin/template/get_all_private_template")
    return {str(one.get("template_id")) for one in answer.get("template_list", ())}

"""Who of the staff is which member of the company, by the phone numbers that both have on file; the menu they see."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from bot.channels.wecom.calls import Calls
from bot.channels.wecom.links import Links, Say
from bot.channels.wecom.receive import NAME
from bot.tencent.tokens import Transact
from domain.register import operations as register
from domain.register.model import Person
from domain.register.ports import RegisterWork

Verdict = tuple[str, str]  # a name, and the sentence that says what became of it


async def bind_staff(calls: Calls, *, commit: Transact, now: Callable[[], datetime]) -> list[Verdict]:
    """Bind everybody who works here and is not bound yet; the company's own file vouches for the number.

    :raises ApiError, TokenRefused, NotSent, AnswerLost: WeCom does not tell
    """
    return [(one.name, await _bind(calls, one, commit, now)) for one in await commit(_staff)]


def _staff(work: RegisterWork) -> Sequence[Person]:
    estates = work.register.estates()
    found = {one.id: one.person for estate in estates for one in work.register.staff_of(estate.id)}
    return list(found.values())


async def _bind(calls: Calls, person: Person, commit: Transact, now: Callable[[], datetime]) -> str:
    def is_bound(work: RegisterWork) -> bool:
        return any(one.channel == NAME for one in work.addresses.of([person.id]))

    if await commit(is_bound):
        return "wecom-bound-before"
    if not person.phone:
        return "wecom-no-phone"
    userid = await calls.member_with(person.phone)
    if userid is None:
        return "wecom-no-member"

    def bind(work: RegisterWork) -> None:
        register.bind(work=work, person=person, channel=NAME, user=userid, chat=userid, now=now())

    await commit(bind)
    return "wecom-bound"


def menu(say: Say, language: str, links: Links) -> list[dict[str, Any]]:
    """Under the chat: what staff ask for most, without having to type it."""

    def press(name: str, command: str) -> dict[str, Any]:
        return {"type": "click", "name": name, "key": command}

    more = [
        press(say("wecom-menu-duty", language), "duty"),
        press(say("wecom-menu-language", language), "language"),
        press(say("wecom-menu-help", language), "help"),
        {"type": "view", "name": say("wecom-menu-web", language), "url": links.home},
    ]
    return [
        press(say("wecom-menu-board", language), "board"),
        press(say("wecom-menu-mine", language), "mytickets"),
        {"name": say("wecom-menu-more", language), "sub_button": more},
    ]

"""What the page shows: in the demo an owner, the staff group and a manager side by side, else one chat."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from starlette.requests import Request

from bot.channels.web.refused import Refused
from bot.channels.web.send import WebChannel
from bot.channels.web.visitors import user_of
from domain.messaging.web import WebPerson
from domain.register.model import Group, GroupKind, Role

_LEADS = frozenset({Role.MANAGER, Role.DIRECTOR, Role.DUTY_MANAGER})


async def panes(web: WebChannel, request: Request) -> list[dict[str, Any]]:
    """Each pane's people, one of whom it shows at a time, and group chats.

    :raises Refused: nobody we know
    """
    if not web.demo:
        user = user_of(web, request)
        if user is None:
            raise Refused(401, "web-no-link")
        person = await web.read(lambda work: work.web.person(user))
        return [_pane("me", [person or WebPerson(id=0, name="", user=user, chat=user)])]
    people = await web.read(lambda work: list(work.web.people()))
    groups = await web.read(lambda work: list(work.web.groups()))
    leads = sorted(
        (person for person in people if person.roles & _LEADS), key=lambda lead: Role.MANAGER not in lead.roles
    )
    return [
        _pane("owner", [person for person in people if person.homes and not person.roles]),
        _pane("staff", [person for person in people if person.roles - _LEADS], groups, GroupKind.STAFF),
        _pane("manager", leads, groups, GroupKind.MANAGERS),
    ]


def _pane(
    key: str, people: Iterable[WebPerson], groups: Iterable[Group] = (), kind: GroupKind | None = None
) -> dict[str, Any]:
    chats = {group.chat: group.language for group in groups if group.kind is kind}
    rooms = [{"chat": chat, "language": language} for chat, language in chats.items()]
    return {"key": key, "people": [_person(person) for person in people], "groups": rooms}


def _person(person: WebPerson) -> dict[str, Any]:
    return {
        "id": person.id,
        "name": person.name,
        "user": person.user,
        "chat": person.chat,
        "language": person.language,
        "roles": sorted(person.roles),
        "homes": person.homes,
    }

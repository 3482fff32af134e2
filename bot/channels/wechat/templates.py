"""Template messages: the one thing an official account may say to somebody who has not written for two days."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from bot.channels.base import Outgoing, Parcel
from bot.channels.wechat.text import plain

ANY: Final = "*"  # the template of every notice that has none of its own
ANNOUNCED: Final = "Announcement"
# mp.weixin.qq.com, "template fields": longer values are refused (47003).
_LONGEST: Final = MappingProxyType({
    "thing": 20, "character_string": 32, "phrase": 5, "time": 32, "date": 32, "number": 32, "letter": 32, "symbol": 5,
    "phone_number": 17, "car_number": 8, "name": 10, "const": 20,
})  # fmt: skip
_ELSE: Final = 200
_PLAIN_FIELDS: Final = MappingProxyType({
    "first": "{headline}", "keyword1": "{number}", "keyword2": "{category}", "keyword3": "{status}", "remark": "{text}",
})  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """One of the account's templates, and what stands in its fields: {headline}, {text}, {number}, {category} …"""

    id: str
    fields: Mapping[str, str] = field(default_factory=dict)

    def message(self, message: Outgoing, *, chat: str, page: str) -> dict[str, Any]:
        """What the API wants."""
        text = plain(message.text)
        facts = {name: plain(fact) for name, fact in message.facts.items()}
        values = {"headline": text.partition("\n")[0], "text": text, **facts}
        data = {name: {"value": _fitted(name, form, values)} for name, form in (self.fields or _PLAIN_FIELDS).items()}
        about = {"url": page} if page else {}
        return {"touser": chat, "template_id": self.id, "data": data, **about}


class _Known(dict[str, str]):
    """A fact that the notice has not is left empty."""

    def __missing__(self, name: str) -> str:
        return ""


def _fitted(name: str, form: str, values: Mapping[str, str]) -> str:
    value = form.format_map(_Known(values)).strip() or "—"  # an empty field is refused
    longest = _LONGEST.get(name.rstrip("0123456789"), _ELSE)
    one_line = value if longest == _ELSE else " ".join(value.split())
    return one_line if len(one_line) <= longest else f"{one_line[: longest - 1]}…"


@dataclass(frozen=True, slots=True)
class Templates:
    """By the notice that they are for."""

    by_notice: Mapping[str, Template]

    def of(self, parcel: Parcel) -> Template | None:
        """The one for this message; None where the account has none."""
        name = ANNOUNCED if parcel.delivery.announcement_id is not None else parcel.message.notice
        return self.by_notice.get(name) or self.by_notice.get(ANY)

    def missing(self, notices: set[str]) -> list[str]:
        """Those that would have to go elsewhere."""
        return [] if ANY in self.by_notice else sorted(notices - set(self.by_notice))

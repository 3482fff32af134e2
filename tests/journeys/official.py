"""The stage where owners are followers of a WeChat official account: no buttons, nothing that changes in place."""

from dataclasses import dataclass, field, replace
from typing import Any

from bot.channels.base import Outgoing
from bot.channels.wechat.options import chosen, numbered
from bot.channels.wechat.text import plain
from domain.messaging.model import Delivery, Lane, Mode
from domain.messaging.wechat import Option
from tests.journeys.cast import PLAYERS, STRANGERS
from tests.journeys.stage import Stage

OWNERS = {*(one.name for one in PLAYERS if not one.roles), *STRANGERS}


@dataclass
class Official(Stage):
    """What bot/channels/wechat makes of words and buttons, without its API."""

    offered: dict[str, list[Option]] = field(default_factory=dict)

    def come_in(self, chat: str, sender: str | None, **what: Any) -> None:
        """An answer means what its writer was last offered."""
        if chat in OWNERS and (data := chosen(what.get("text", ""), self.offered.get(chat, []))):
            what = {**what, "text": "", "button": data}
        super().come_in(chat, sender, **what)

    def deliver(self) -> list[Delivery]:
        """To owners plain words with numbered lines; what would change in place is not said."""
        rows = (self._as_wechat(row) if row.chat in OWNERS else row for row in super().deliver())
        return [row for row in rows if row is not None]

    def _as_wechat(self, row: Delivery) -> Delivery | None:
        if row.mode is not Mode.SEND:
            return None
        message = Outgoing.of(row.body)
        lines, options = numbered(message)
        if options or row.lane is Lane.DIALOG:
            self.offered[row.chat] = options
        page = ["(page)"] if len(options) > 1 and row.person_id else []
        text = "\n".join([plain(message.text), *lines, *page])
        return replace(row, body=replace(message, text=text, buttons=()).plain())

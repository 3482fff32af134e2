"""People at their phones: owners who report and repairers who claim, each reacting to what the bot says."""

import asyncio
import random
import re
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Any

import orjson

from bot.words import Words
from tests.botapi import BotApi
from tests.botapi.actors import User
from tests.botapi.calls import Call
from tests.botapi.errors import Json
from tests.botapi.learning import learn
from tests.faults.estate import Estate

WORDS = Words(Path(__file__).parents[2] / "locales")
NUMBER = re.compile(r"[A-Z]\d{4}-\d{3,}")
UPDATES_PER_DIALOG = 5  # the report, when, send, and two repairers who want it


def label(key: str) -> str:
    """What stands on a button."""
    return str(WORDS.say(key, "zh_CN"))


class Recording(BotApi):
    """Keeps every update that people caused, and lets each arrive *copies* times."""

    copies = 1

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.webhook.longest_pause = 0.25
        self.given: list[Json] = []
        self._held: list[Json] | None = None

    def push(self, update: Json, times: int = 1) -> int:
        if "update_id" not in update:
            update = {"update_id": next(self.updates._ids)} | update
            self.given.append(update)
        if self._held is not None:
            learn(self.world, update)
            self._held.append(update)
            return 0
        return super().push(update, self.copies * times)

    @contextmanager
    def held(self) -> Iterator[None]:
        """What is pushed meanwhile comes in one go at the end."""
        self._held = []
        try:
            yield
        finally:
            held, self._held = self._held, None
            for update in held:
                self.push(update)

    def replay(self) -> None:
        """Everything once more, as it was."""
        for update in self.given:
            super().push(update)


class People:
    """Everybody of an estate. They think for a moment before they press, and press a button once."""

    def __init__(self, api: Recording, estate: Estate, *, chance: random.Random, think: float = 0.0) -> None:
        self.api, self.estate = api, estate
        self.chance, self.think = chance, think
        self.happy: set[int] = set()  # owners who know who comes
        self._seen = 0
        self._pressed: set[str] = set()
        self._acting: set[asyncio.Task[None]] = set()
        self._owners: Iterator[int] = iter(range(estate.owners))
        self._answers = {
            label("visit-anytime"): self._owner_presses,
            label("button-send"): self._owner_presses,
            label("action-claim"): self._repairers_press,
        }

    async def live(self, *, at_once: int = 8, patience: float = 30.0) -> None:
        """Until every owner knows who comes."""
        for _ in range(at_once):
            self._next_reports()
        while len(self.happy) < self.estate.owners:
            await self.api.wait_for(lambda: len(self.api.calls) > self._seen, patience, "the bot to say anything")
            self._look()
        await asyncio.gather(*self._acting)

    def _look(self) -> None:
        new, self._seen = self.api.calls[self._seen :], len(self.api.calls)
        for call in new:
            if call.method == "sendMessage" and call.accepted and call.answer:
                self._read(call.answer["result"])

    def _read(self, message: Json) -> None:
        buttons = buttons_under(message)
        for place, button in enumerate(buttons):
            if (act := self._answers.get(button["text"])) and button["callback_data"] not in self._pressed:
                self._pressed.add(button["callback_data"])
                act(message, place)
        if not buttons and self.estate.is_owner(message["chat"]["id"]) and NUMBER.search(message["text"]):
            self._is_happy(message["chat"]["id"])

    def _is_happy(self, owner: int) -> None:
        if owner not in self.happy:
            self.happy.add(owner)
            self._next_reports()

    def _next_reports(self) -> None:
        owner = next(self._owners, None)
        if owner is not None:
            user = User(self.api, self.estate.owner_id(owner))
            self._soon(lambda: user.says("厨房水管漏水"))

    def _owner_presses(self, message: Json, place: int) -> None:
        user = User(self.api, message["chat"]["id"])
        self._soon(lambda: user.presses(message, place))

    def _repairers_press(self, message: Json, place: int) -> None:
        data = buttons_under(message)[place]["callback_data"]
        block = self.estate.block_of_group(message["chat"]["id"])
        for number in range(2):
            user = self.estate.repairer(self.api, block, number)
            self._soon(lambda user=user: user.presses_data(message, data))  # type: ignore[misc]

    def _soon(self, act: Callable[[], Coroutine[Any, Any, Any]]) -> None:
        task = asyncio.create_task(self._after_a_thought(act, self.think * self.chance.uniform(0.2, 1.8)))
        self._acting.add(task)
        task.add_done_callback(self._acting.discard)

    async def _after_a_thought(self, act: Callable[[], Coroutine[Any, Any, Any]], pause: float) -> None:
        await asyncio.sleep(pause)
        await act()


def buttons_under(message: Json) -> list[Json]:
    """Every button that reaches the bot, row by row."""
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    return [button for button in chain.from_iterable(rows) if "callback_data" in button]


def repeated(calls: list[Call]) -> int:
    """How many messages stand in a chat once more than they should: each has a key or a number of its own."""
    sent = Counter(
        (call.chat_id, call.text("text"), orjson.dumps(call.parameters.get("reply_markup")))
        for call in calls
        if call.method == "sendMessage" and call.accepted
    )
    return sum(sent.values()) - len(sent)

"""People who wait for nothing: whatever they could do is done in one moment, in any order."""

import random
from collections.abc import Callable, Coroutine
from typing import Any

from tests.botapi.actors import User
from tests.botapi.errors import Json
from tests.faults.estate import Estate
from tests.faults.people import Recording, buttons_under, label

Act = Callable[[], Coroutine[Any, Any, Any]]


class Crowd:
    """Reacts to every button with all that impatient people do at once."""

    def __init__(self, api: Recording, estate: Estate, chance: random.Random) -> None:
        self.api, self.estate, self.chance = api, estate, chance
        self.afterthoughts = 0
        self._seen = 0
        self._begun = False
        self._impatience: dict[str, Callable[[User, Json, str], list[Act]]] = {
            label("visit-anytime"): lambda user, message, data: [_press(user, message, data), _say(user, "还有卫生间")],
            label("button-send"): self._wavers,
            label("button-cancel-ticket"): lambda user, message, data: self._sometimes(_press(user, message, data)),
            label("button-fixed"): self._is_of_two_minds,
            label("action-claim"): lambda _user, message, data: [
                _press(one, message, data) for one in self._staff(message)
            ],
            label("action-finish"): self._works,
        }

    def acts(self) -> list[Act]:
        """What people do about everything that the bot has said since they looked; nothing when all is said."""
        if not self._begun:
            self._begun = True
            return [
                _say(User(self.api, self.estate.owner_id(owner)), "厨房水管漏水") for owner in range(self.estate.owners)
            ]
        new, self._seen = self.api.calls[self._seen :], len(self.api.calls)
        said = [call.answer["result"] for call in new if call.method == "sendMessage" and call.accepted and call.answer]
        return [act for message in said for act in self._about(message)]

    async def all_at_once(self, acts: list[Act]) -> None:
        """In random order; the program hears of the first when the last is done."""
        self.chance.shuffle(acts)
        with self.api.held():
            for act in acts:
                await act()

    def _about(self, message: Json) -> list[Act]:
        user = User(self.api, message["chat"]["id"])
        reactions = [
            self._impatience[button["text"]](user, message, button["callback_data"])
            for button in buttons_under(message)
            if button["text"] in self._impatience
        ]
        return [act for reaction in reactions for act in reaction]

    def _wavers(self, user: User, message: Json, data: str) -> list[Act]:
        """Presses twice, sometimes adds a word, and presses what the next card might have."""
        twice = [_press(user, message, data), _press(user, message, data), _press(user, message, "not-there-yet-12:0")]
        more = self._sometimes(_say(user, "水很大"))
        self.afterthoughts += len(more)  # heard after the report was sent, it begins another
        return twice + more

    def _is_of_two_minds(self, user: User, message: Json, data: str) -> list[Act]:
        other = next(one["callback_data"] for one in buttons_under(message) if one["text"] == label("button-not-fixed"))
        return [_press(user, message, data), *self._sometimes(_press(user, message, other))]

    def _works(self, user: User, message: Json, data: str) -> list[Act]:
        """On the way, there, done: pressed faster than the bot can hear."""
        ways = [one["callback_data"] for one in buttons_under(message) if one["text"] in _STEPS]
        return [*(_press(user, message, way) for way in ways), _press(user, message, data), _say(user, "换了垫圈")]

    def _sometimes(self, act: Act) -> list[Act]:
        return [act] if self.chance.random() < 0.3 else []

    def _staff(self, message: Json) -> list[User]:
        block = self.estate.block_of_group(message["chat"]["id"])
        return [self.estate.repairer(self.api, block, number) for number in range(2)]


_STEPS = (label("action-depart"), label("action-arrive"))


def _press(user: User, message: Json, data: str) -> Act:
    return lambda: user.presses_data(message, data)


def _say(user: User, words: str) -> Act:
    return lambda: user.says(words)

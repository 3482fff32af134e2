"""Pushing updates to the bot's webhook: in order per chat, at most so many at once, again until there is a 2xx."""

import asyncio
import re
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import orjson

from tests.botapi.calls import Call
from tests.botapi.errors import Json, bad_request
from tests.botapi.updates import Pending, Updates

Answered = Callable[[Json], Any]


@dataclass
class Webhook:
    """The address that was set, and the workers that deliver to it.

    A queue whose first update gets no 2xx waits (``Retry-After`` if given, else a doubling pause) and holds back
    only itself. ``answered`` is told of every method that the bot put into its answer.
    """

    updates: Updates
    answered: Answered
    first_pause: float = 1.0
    longest_pause: float = 60.0
    answer_timeout: float = 60.0
    url: str = ""
    secret: str = ""
    max_connections: int = 40
    last_error: str = ""
    failed: int = 0
    statuses: list[int] = field(default_factory=list)
    in_flight: int = 0
    most_in_flight: int = 0
    _queues: dict[tuple[Any, ...], deque[Pending]] = field(default_factory=dict)
    _ready: "asyncio.Queue[tuple[Any, ...]]" = field(default_factory=asyncio.Queue)
    _tasks: list["asyncio.Task[None]"] = field(default_factory=list)
    _timers: set[asyncio.TimerHandle] = field(default_factory=set)
    _session: aiohttp.ClientSession | None = None

    async def set(self, call: Call) -> bool:
        url, secret = call.text("url"), call.text("secret_token")
        if url and not re.match(r"https?://[^/\s]+", url):
            raise bad_request("bad webhook: invalid webhook URL specified")
        if not re.fullmatch(r"[A-Za-z0-9_-]{0,256}", secret):
            raise bad_request("secret token contains unallowed characters")
        await self.remove(drop=call.boolean("drop_pending_updates"))
        if not url:
            return True
        self.updates.allow(call.structure("allowed_updates"))
        self.url, self.secret = url, secret
        self.max_connections = min(max(call.integer("max_connections", 40), 1), 100)
        self.updates.webhook_set()
        self._start()
        return True

    async def remove(self, *, drop: bool = False) -> bool:
        self.url = ""
        self.updates.has_webhook = False
        await self.stop()
        if drop:
            self.updates.drop()
        return True

    def info(self) -> Json:
        error = {"last_error_message": self.last_error, "last_error_date": self.failed} if self.last_error else {}
        allowed = {"allowed_updates": self.updates.allowed} if self.updates.allowed else {}
        return {
            "url": self.url,
            "has_custom_certificate": False,
            "pending_update_count": len(self.updates.pending),
            **({"max_connections": self.max_connections} if self.url else {}),
            **error,
            **allowed,
        }

    def enqueue(self, entry: Pending) -> None:
        """Deliver this one when its turn comes; nothing happens while no webhook is set."""
        if not self.url:
            return
        queue = self._queues.setdefault(entry.queue, deque())
        queue.append(entry)
        if len(queue) == 1:
            self._ready.put_nowait(entry.queue)

    async def stop(self) -> None:
        for timer in self._timers:
            timer.cancel()
        for task in self._tasks:
            task.cancel()
        ended = await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._session is not None:
            await self._session.close()
        self._session = None
        self._tasks.clear()
        self._timers.clear()
        self._queues.clear()
        self._ready = asyncio.Queue()
        self.in_flight = 0
        for outcome in ended:
            if isinstance(outcome, Exception):
                raise outcome  # A mistake of the double: a worker that died must not look like a silent bot.

    def _start(self) -> None:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=self.max_connections),
            timeout=aiohttp.ClientTimeout(total=self.answer_timeout),
        )
        self._tasks = [asyncio.create_task(self._work(self._session)) for _ in range(self.max_connections)]
        for entry in self.updates.pending.values():
            self.enqueue(entry)

    async def _work(self, session: aiohttp.ClientSession) -> None:
        while True:
            key = await self._ready.get()
            entry = self._queues[key][0]
            pause = 0.0 if self.updates.is_expired(entry) else await self._deliver(session, entry)
            if pause:
                self._later(pause, key)
            else:
                self._next(key)

    def _next(self, key: tuple[Any, ...]) -> None:
        queue = self._queues[key]
        queue.popleft()
        if queue:
            self._ready.put_nowait(key)
        else:
            del self._queues[key]

    def _later(self, pause: float, key: tuple[Any, ...]) -> None:
        def ready() -> None:
            self._timers.discard(timer)
            self._ready.put_nowait(key)

        timer = asyncio.get_running_loop().call_later(pause, ready)
        self._timers.add(timer)

    async def _deliver(self, session: aiohttp.ClientSession, entry: Pending) -> float:
        """Post it once; the pause before the next try, 0 when it arrived."""
        self.updates.delivered(entry)
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            status, retry_after, body = await self._post(session, entry.update)
        except (aiohttp.ClientError, OSError) as error:
            status, retry_after, body = 0, None, b""
            self._note(f"Connection failed: {type(error).__name__}")
        finally:
            self.in_flight -= 1
        self.statuses.append(status)
        self.updates.pulse.beat()
        if not 200 <= status <= 299:
            if status:
                self._note(f"Wrong response from the webhook: {status}")
            return self._pause(entry, retry_after)
        self.updates.confirm(entry)
        self._carry_out(body)
        return 0.0

    def _carry_out(self, body: bytes) -> None:
        """A method may be the webhook's answer; anything else in it is of no interest to Telegram."""
        if not (body.startswith(b"{") and b'"method"' in body):
            return
        try:
            self.answered(orjson.loads(body))
        except orjson.JSONDecodeError:
            self._note("Wrong response from the webhook: its body is no JSON")

    def _note(self, error: str) -> None:
        self.last_error = error
        self.failed = int(time.time())  # noqa: TID251 - the double is the outside world

    async def _post(self, session: aiohttp.ClientSession, update: Json) -> tuple[int, str | None, bytes]:
        headers = {"Content-Type": "application/json"}
        if self.secret:
            headers["X-Telegram-Bot-Api-Secret-Token"] = self.secret
        async with session.post(self.url, data=orjson.dumps(update), headers=headers, allow_redirects=False) as answer:
            return answer.status, answer.headers.get("Retry-After"), await answer.read()

    def _pause(self, entry: Pending, retry_after: str | None) -> float:
        if retry_after is not None and retry_after.isdecimal() and int(retry_after):
            return float(min(int(retry_after), 3600))
        return min(self.first_pause * 2.0 ** min(entry.deliveries - 1, 16), self.longest_pause)

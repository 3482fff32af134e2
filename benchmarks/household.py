"""The message path inside this process, without network: what the service puts together, minus sockets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.estate import ROOT
from bot.app import App
from bot.channels.telegram.api import make_bot
from bot.channels.telegram.channel import TelegramChannel
from bot.channels.telegram.receive import received_body
from bot.inbox import drain
from bot.rooms import Rooms
from bot.telling import Telling
from bot.words import Words
from domain.messaging.model import Delivery
from storage.engine import Database, open_engine

LEASE_AT_MOST = 64


class Household:
    """Stores, handles and marks as sent, each when told to."""

    def __init__(self, database: Database) -> None:
        words = Words(ROOT / "locales")
        bot = make_bot("123456:benchmark")
        telegram = TelegramChannel(bot, say=words.say, fetch_elsewhere=_fetch_nothing)
        self._app = App(words=words, channels={"telegram": telegram}, rooms=Rooms(), deep_link=lambda *_: None)
        self.database = database.heard_by(Telling(words).hear, wake=lambda _news: None)

    def store(self, updates: Iterable[bytes]) -> None:
        """Keep raw updates in one transaction, as the group commit does under load."""
        now = datetime.now(UTC)
        with self.database.writing() as work:
            for update in updates:
                work.inbox.add(received_body(update, now=now))

    def handle(self) -> int:
        """One drain of the inbox; how many updates there were."""
        with self.database.writing() as work:
            return drain(work, self._app.handle, self._app.apologise, now=datetime.now(UTC))

    def send(self) -> Sequence[Delivery]:
        """Lease what is to be sent, and mark it as sent in a second transaction."""
        now = datetime.now(UTC)
        with self.database.writing() as work:
            leased = work.deliveries.lease(now=now, until=now, limit=LEASE_AT_MOST, channels=["telegram"])
        with self.database.writing() as work:
            for row in leased:
                work.deliveries.sent(row.id, reference=str(row.id), now=now)
        return leased


@contextmanager
def household(database_url: str) -> Iterator[Household]:
    """On a furnished database."""
    engine = open_engine(database_url)
    try:
        yield Household(Database(engine))
    finally:
        engine.dispose()


async def _fetch_nothing(channel: str, ref: str) -> bytes:
    raise LookupError(f"no photo {ref} on {channel}")


def at_sqlite(folder: Path) -> str:
    """A database of its own."""
    return f"sqlite:///{folder / 'estate.sqlite3'}"

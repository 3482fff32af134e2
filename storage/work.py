"""The work of one transaction: every store over one connection, and the events it records."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import fields
from datetime import datetime
from functools import cached_property

from sqlalchemy import Connection, insert

from domain.transaction import Event
from storage import tables
from storage.announcements import SqlAnnouncements
from storage.calls import SqlCalls
from storage.deliveries import SqlDeliveries
from storage.doors import SqlDoors
from storage.inbox import SqlInbox
from storage.invites import SqlInvites
from storage.knowledge import SqlKnowledge
from storage.messaging import SqlConversations, SqlKeyboards, SqlMedia
from storage.paces import SqlPaces
from storage.pending import Pending
from storage.recipients import SqlRecipients
from storage.register import SqlAddresses, SqlRegister
from storage.tencent import SqlNonces, SqlPictures, SqlTokens
from storage.tickets import SqlTickets
from storage.web import SqlWebLog
from storage.wechat import SqlFollowers
from storage.wecom import SqlCards

Hear = Callable[["SqlWork", Event, datetime], None]
_RECORD = insert(tables.events)


class SqlWork:
    """What an operation may use; it lives as long as its transaction."""

    def __init__(self, connection: Connection, hear: Hear) -> None:
        self._connection = connection
        self._pending = Pending(connection)
        self._hear = hear
        self.news: set[str] = set()  # rails with new rows

    @property
    def connection(self) -> Connection:
        """For whoever looks at the tables themselves: everything that was added is in them."""
        return self._pending.connection

    def record(self, event: Event, *, now: datetime) -> None:
        """Keep the event, then let those who speak of it queue their deliveries in this same transaction."""
        told = ((field.name, getattr(event, field.name)) for field in fields(event))
        data = {name: value for name, value in told if value is not None}
        by, ticket_id = data.pop("by", None), data.pop("ticket_id", None)
        row = {"at": now, "name": type(event).__name__, "ticket_id": ticket_id, "by": by, "data": data}
        self._connection.execute(_RECORD, row)
        self._hear(self, event, now)

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Undo only this part when it raises."""
        before = self.connection  # what came before is written, and stays
        try:
            with before.begin_nested():
                yield
                self.settle()
        except BaseException:
            self._pending.drop()
            self.register.forget()  # what it remembers may be undone
            raise

    def settle(self) -> None:
        """Write whatever is not written yet."""
        self._pending.write()

    @cached_property
    def register(self) -> SqlRegister:
        return SqlRegister(self._connection)

    @cached_property
    def addresses(self) -> SqlAddresses:
        return SqlAddresses(self._connection)

    @cached_property
    def invites(self) -> SqlInvites:
        return SqlInvites(self._pending)

    @cached_property
    def doors(self) -> SqlDoors:
        return SqlDoors(self._connection)

    @cached_property
    def tickets(self) -> SqlTickets:
        return SqlTickets(self._connection)

    @cached_property
    def calls(self) -> SqlCalls:
        return SqlCalls(self._connection)

    @cached_property
    def inbox(self) -> SqlInbox:
        return SqlInbox(self._connection, self.news)

    @cached_property
    def deliveries(self) -> SqlDeliveries:
        return SqlDeliveries(self._pending, self.news)

    @cached_property
    def paces(self) -> SqlPaces:
        return SqlPaces(self._connection)

    @cached_property
    def keyboards(self) -> SqlKeyboards:
        return SqlKeyboards(self._pending)

    @cached_property
    def conversations(self) -> SqlConversations:
        return SqlConversations(self._connection)

    @cached_property
    def media(self) -> SqlMedia:
        return SqlMedia(self._connection)

    @cached_property
    def web(self) -> SqlWebLog:
        return SqlWebLog(self._connection)

    @cached_property
    def knowledge(self) -> SqlKnowledge:
        return SqlKnowledge(self._connection)

    @cached_property
    def tokens(self) -> SqlTokens:
        return SqlTokens(self._connection)

    @cached_property
    def nonces(self) -> SqlNonces:
        return SqlNonces(self._connection)

    @cached_property
    def wecom_cards(self) -> SqlCards:
        return SqlCards(self._connection)

    @cached_property
    def pictures(self) -> SqlPictures:
        return SqlPictures(self._connection)

    @cached_property
    def followers(self) -> SqlFollowers:
        return SqlFollowers(self._connection)

    @cached_property
    def announcements(self) -> SqlAnnouncements:
        return SqlAnnouncements(self._connection)

    @cached_property
    def recipients(self) -> SqlRecipients:
        return SqlRecipients(self._pending, self.news)

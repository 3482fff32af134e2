"""What the operations on answers need from storage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from domain.knowledge.model import Entry, Status
from domain.tickets.ports import TicketWork


class Knowledge(Protocol):
    """Answers and values of estates; the shared answers that come with the program are not in here."""

    def entries(self, estate_id: int | None, language: str) -> Sequence[Entry]:
        """Everything for every estate, and this estate's own after it, drafts too."""

    def stamp(self, estate_id: int | None, language: str) -> object:
        """Changes whenever one of these changes."""

    def get(self, entry_id: int) -> Entry | None: ...

    def of_ticket(self, ticket_id: int) -> Entry | None:
        """What was made of a ticket's answer."""

    def put(self, entry: Entry) -> Entry:
        """Keep it, over the one of the same estate, language and name; its id comes back."""

    def settle(self, entry: Entry, *, was: Status) -> None:
        """Write over what was read.

        :raises Stale: its status is another by now
        """

    def values(self, estate_id: int, language: str) -> Mapping[str, str]:
        """The estate's values; those in this language go before those in any."""

    def set_value(self, estate_id: int, name: str, value: str, *, language: str = "") -> None:
        """An empty value is none."""


class KnowledgeWork(TicketWork, Protocol):
    """One transaction over answers, tickets and the register."""

    @property
    def knowledge(self) -> Knowledge: ...

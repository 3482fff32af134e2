"""What the operations on announcements need from storage."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from domain.announcements.model import Again, Announcement, Audience, HeadCount, Leaflet, Recipient, Tally, Unreached
from domain.messaging.ports import Rails
from domain.tickets.ports import TicketWork


class Announcements(Protocol):
    """The announcements and their finished messages."""

    def add(self, announcement: Announcement) -> Announcement:
        """Keep a new one; its id comes back."""

    def get(self, announcement_id: int) -> Announcement | None: ...

    def hold(self, announcement_id: int) -> Announcement | None:
        """The same, and until this transaction ends nobody else changes it."""

    def save(self, announcement: Announcement) -> Announcement:
        """Write over the version that was read; the next version comes back.

        :raises Stale: it is not that version any more
        """

    def keyed(self, key: str) -> Announcement | None:
        """The one that was made with this key."""

    def of_estates(self, estate_ids: Collection[int], *, limit: int) -> Sequence[Announcement]:
        """The newest of these estates, newest first."""

    def due(self, *, now: datetime, limit: int) -> Sequence[int]:
        """Ids of those that the clock must look at, urgent ones first."""

    def lately(self, *, since: datetime) -> Sequence[Announcement]:
        """Ordinary ones that are going out, or ended after *since*."""

    def print(self, announcement_id: int, leaflets: Sequence[Leaflet]) -> None:
        """Keep the finished messages, instead of those that were kept before."""

    def leaflets(self, announcement_id: int) -> Sequence[Leaflet]:
        """The finished messages, by language."""


class Recipients(Protocol):
    """The audience as a query, frozen at approval, spread into deliveries; and what each of them answered."""

    def size(self, audience: Audience) -> int:
        """How many people the audience is now."""

    def count(self, audience: Audience, *, ordinary: bool) -> HeadCount:
        """The same, and how they would be reached; several times as much work."""

    def freeze(self, announcement_id: int, audience: Audience) -> int:
        """Keep everybody of the audience as it is now, each person once; how many they are."""

    def thaw(self, announcement_id: int) -> None:
        """Forget who they were: it was taken back before anybody got it."""

    def spread(
        self,
        announcement: Announcement,
        *,
        limit: int,
        fallback: str,
        now: datetime,
        expires_at: datetime,
        gap: timedelta,
        earlier: Mapping[int, datetime],
        stopped: bool = False,
    ) -> tuple[int, int]:
        """Make the deliveries of the next *limit* recipients of its round; how many, and the last of them.

        One for each person, on the channel that they last used, in their language (or *fallback*): unique by
        "announcement:ID:person:ID" (":again:ROUND" after it when it is sent again). Who cannot be reached has one that
        has ended at once, with the reason: "no-account", "unreachable", "muted"; everybody's has, "stopped", when
        *stopped*. *earlier* are other ordinary announcements, and when those of their deliveries that still wait will
        be out: to whoever got one of these less than *gap* ago, this one is due later.
        """

    def hold_back(self, announcement_id: int, *, limit: int) -> int:
        """Let up to *limit* deliveries that have not left stay where they are, the first ones first; how many."""

    def let_go(self, announcement_id: int, *, limit: int, expires_at: datetime) -> int:
        """Let up to *limit* of those that were held back leave, until *expires_at*; how many."""

    def expire(self, announcement_id: int, *, limit: int, now: datetime) -> int:
        """End up to *limit* that have not left in time, for nobody may be there to send them; how many."""

    def cancel(self, announcement_id: int, *, limit: int, now: datetime) -> int:
        """End up to *limit* deliveries that have not left, as expired, "stopped"; how many."""

    def tally(self, announcement: Announcement) -> Tally:
        """How the deliveries of the current round stand."""

    def reasons(self, announcement: Announcement) -> Mapping[tuple[str, str], int]:
        """(state, reason) of the deliveries of the current round that did not get through → how many."""

    def unreached(self, announcement: Announcement) -> Sequence[Unreached]:
        """Rooms of the audience in which nobody has got it, by building, entrance and room."""

    def repeat(self, announcement: Announcement, to: Again, *, round: int) -> int:  # noqa: A002 - the field's name
        """Let these recipients be of *round*; how many."""

    def get(self, announcement_id: int, person_id: int) -> Recipient | None: ...

    def put(self, recipient: Recipient) -> None:
        """Keep what a recipient answered."""

    def votes(self, announcement_id: int) -> Mapping[int, int]:
        """Index of the option → votes."""

    def joined(self, announcement_id: int) -> Sequence[int]:
        """Everybody who signed up, the first one first."""

    def mute(self, person_id: int, estate_id: int, *, now: datetime) -> None: ...

    def unmute(self, person_id: int, estate_id: int) -> None: ...

    def muted(self, person_id: int) -> frozenset[int]:
        """Estates of which this person wants no ordinary announcements."""


class AnnouncementWork(TicketWork, Rails, Protocol):
    """One transaction over announcements, the register, tickets and the rails."""

    @property
    def announcements(self) -> Announcements: ...

    @property
    def recipients(self) -> Recipients: ...

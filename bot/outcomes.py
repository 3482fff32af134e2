"""What becomes of a delivery: sent, tried again, or one of the named ends, and how that is kept."""

from __future__ import annotations

import random
from collections.abc import Callable, Collection
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

import structlog

from bot import metrics, unreached
from bot.channels.base import DeliveryError
from bot.turn import DeskWork
from domain.messaging.model import Arrival, Delivery, DeliveryState

log = structlog.get_logger(__name__)
LONGEST: Final = timedelta(minutes=15)  # between two tries
PROBE: Final = timedelta(seconds=10)  # how often a refused credential is tried again, unless the channel knows better
REFUSED: Final = "credential refused"
Keep = Callable[[DeskWork], object]


class Outcome(NamedTuple):
    """The row, its state now, how that is kept; *hold* and *whole* say how long its chat (the whole account) waits.

    *due*: when it is tried again. *arrival*: there is nothing else to keep than that it was sent.
    """

    row: Delivery
    state: DeliveryState
    keep: Keep
    due: datetime | None = None
    hold: datetime | None = None
    whole: bool = False
    arrival: Arrival | None = None


def keep_all(work: DeskWork, outcomes: Collection[Outcome]) -> None:
    """Most rows simply arrived: one statement for all of these costs a fifth of one for each."""
    work.deliveries.arrived([one.arrival for one in outcomes if one.arrival])
    for outcome in outcomes:
        if not outcome.arrival:
            outcome.keep(work)


def sent(row: Delivery, reference: str | None) -> Outcome:
    """The platform has it."""
    arrival = Arrival(row.id, reference, datetime.now(UTC))
    return Outcome(row, DeliveryState.SENT, lambda work: work.deliveries.arrived([arrival]), arrival=arrival)


def ended(row: Delivery, state: DeliveryState, reason: str) -> Outcome:
    """It will not be tried again; whoever must know is told."""
    now = datetime.now(UTC)

    def keep(work: DeskWork) -> None:
        work.deliveries.end(row.id, state=state, reason=reason, now=now)
        if state in (DeliveryState.FAILED, DeliveryState.EXPIRED):
            unreached.report(work, row, reason, now)

    return Outcome(row, state, keep)


def given_back(row: Delivery, until: datetime) -> Outcome:
    """It never left: the account was told to wait before its moment came."""
    return _again(row, until, "told to wait", counted=False)


def accepted_again(outcome: Outcome) -> Outcome:
    """A credential that had been refused is good again: nobody need wait any longer."""
    channel = outcome.row.channel

    def keep(work: DeskWork) -> None:
        outcome.keep(work)
        work.paces.let_go(channel, reason=REFUSED)
        log.info("channel-resumed", channel=channel)
        metrics.REFUSED.labels(channel).set(0)

    return outcome._replace(keep=keep, arrival=None)


def failed(row: Delivery, error: DeliveryError, *, served: Collection[str]) -> Outcome:
    """What the error means for the row; *served* are the channels on which its person may be tried."""
    now = datetime.now(UTC)
    if error.paused:
        return _refused(row, now + (error.retry_after or PROBE), error.reason)
    if error.moved_to:
        return _moved(row, error.moved_to)
    if error.unreachable or error.elsewhere:
        return _not_here(row, error, served)
    if error.permanent:
        return ended(row, DeliveryState.FAILED, error.reason)
    if error.retry_after is not None:
        return _held(row, now + error.retry_after, error.reason, whole=error.everywhere)
    if error.lost and row.once:
        return ended(row, DeliveryState.UNKNOWN, error.reason)
    due = now + min(timedelta(seconds=2 ** min(row.tries, 20)), LONGEST) * random.uniform(0.5, 1)  # noqa: S311 - no secret
    return _again(row, due, error.reason) if due < row.ends_at else ended(row, DeliveryState.EXPIRED, error.reason)


def _again(row: Delivery, due: datetime, reason: str, *, counted: bool = True) -> Outcome:
    write = lambda work: work.deliveries.again(row.id, due_at=due, reason=reason, counted=counted)  # noqa: E731
    return Outcome(row, DeliveryState.QUEUED, write, due=due)


def _held(row: Delivery, until: datetime, reason: str, *, whole: bool) -> Outcome:
    """The platform told us to wait: nobody is to blame, and nothing else goes there either."""

    metrics.TOLD_TO_WAIT.labels(row.channel, "account" if whole else "chat").inc()

    def keep(work: DeskWork) -> None:
        work.paces.hold(row.channel, "" if whole else row.chat, until=until, reason=reason)
        work.deliveries.again(row.id, due_at=until, reason=reason, counted=False)

    return Outcome(row, DeliveryState.QUEUED, keep, hold=until, whole=whole)


def _refused(row: Delivery, until: datetime, reason: str) -> Outcome:
    """The whole account waits for another credential, or for the old one to be good again; the operator hears once."""
    held = _held(row, until, REFUSED, whole=True)

    def keep(work: DeskWork) -> None:
        account = work.paces.of(row.channel, [""]).get("")
        if account is None or account.reason != REFUSED:
            log.error("channel-paused", channel=row.channel, reason=reason)
            metrics.REFUSED.labels(row.channel).set(1)
        held.keep(work)

    return held._replace(keep=keep)


def _moved(row: Delivery, new: str) -> Outcome:
    """The chat has a new id: everywhere, and this row goes out again."""

    def keep(work: DeskWork) -> None:
        work.addresses.move_group(channel=row.channel, old=row.chat, new=new)
        work.deliveries.move_chat(channel=row.channel, old=row.chat, new=new)
        work.deliveries.again(row.id, due_at=datetime.now(UTC), reason="chat moved", counted=False)

    return Outcome(row, DeliveryState.QUEUED, keep)


def _not_here(row: Delivery, error: DeliveryError, served: Collection[str]) -> Outcome:
    """Their other channels; when they are gone, with everything else that waits for them here."""

    def keep(work: DeskWork) -> None:
        now = datetime.now(UTC)
        if error.unreachable:
            why = error.reason
            unreached.chat_is_gone(work, channel=row.channel, chat=row.chat, reason=why, now=now, served=served)
        unreached.pass_on(work, row, reason=error.reason, now=now, served=served)

    return Outcome(row, DeliveryState.UNREACHABLE, keep)

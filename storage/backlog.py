"""What stands in the records right now, counted for the operator."""

from __future__ import annotations

from sqlalchemy import Connection, func, literal, select, union_all

from domain.messaging.model import Backlog, Lane
from storage.deliveries import IN_ORDER, QUEUED_BULK, SENDING_BULK
from storage.tables import deliveries, inbox, tickets


def count(connection: Connection) -> Backlog:
    """Counts in one look; the partial indexes keep it cheap beside millions of ended rows."""
    updates = select(inbox.c.state, func.count().label("number")).where(inbox.c.state != "done").group_by(inbox.c.state)
    by_state = select(deliveries.c.lane, deliveries.c.state, func.count()).group_by(
        deliveries.c.lane, deliveries.c.state
    )
    bulk = select(literal(int(Lane.BULK)), literal("queued"), func.count()).where(QUEUED_BULK)
    unsent = union_all(by_state.where(IN_ORDER), by_state.where(SENDING_BULK), bulk)
    by_status = select(tickets.c.status, func.count().label("number")).group_by(tickets.c.status)
    return Backlog(
        inbox={"new": 0, "parked": 0} | {row.state: row.number for row in connection.execute(updates)},
        unsent={
            (Lane(lane).name.lower(), state): number for lane, state, number in connection.execute(unsent) if number
        },
        tickets={row.status: row.number for row in connection.execute(by_status)},
    )

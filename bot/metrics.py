"""What the operator's graphs are drawn from; the backlog is read from the records when somebody looks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from prometheus_client import Counter, Gauge, Histogram
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from domain.messaging.model import Backlog, Delivery, DeliveryState, Received

UPDATES_IN = Counter("guanjia_updates_received_total", "Updates taken from the inbox for the first time", ["channel"])
UPDATES_HANDLED = Counter("guanjia_updates_handled_total", "Updates handled or parked", ["channel", "outcome"])
DELIVERIES = Counter("guanjia_deliveries_total", "Deliveries by how each try ended", ["channel", "lane", "state"])
TOLD_TO_WAIT = Counter("guanjia_told_to_wait_total", "How often a platform told us to wait", ["channel", "scope"])
REFUSED = Gauge("guanjia_channel_refused", "1 while a channel's credential is refused and nothing is sent", ["channel"])
ESCALATIONS = Counter("guanjia_escalations_total", "Rungs of the ladder that were climbed", ["audience", "late"])
ANSWERS = Counter("guanjia_answers_total", "Questions by what became of them, and of their answers", ["outcome"])
HANDLING_LAG = Histogram(
    "guanjia_handling_lag_seconds", "From an update's arrival to its answer being queued",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60),
)  # fmt: skip
DELIVERY_LAG = Histogram(
    "guanjia_delivery_lag_seconds", "From a delivery being queued to the platform having it", ["lane"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60, 600),
)  # fmt: skip


def handled(received: Received, outcome: str, now: datetime) -> None:
    """An update came to its end: "handled" or "parked"."""
    UPDATES_IN.labels(received.channel).inc()
    UPDATES_HANDLED.labels(received.channel, outcome).inc()
    HANDLING_LAG.observe((now - received.received_at).total_seconds())


def delivered(row: Delivery, state: str, now: datetime) -> None:
    """A delivery was tried: it is sent, will be tried again, or has ended otherwise."""
    lane = row.lane.name.lower()
    DELIVERIES.labels(row.channel, lane, state).inc()
    if state == DeliveryState.SENT:
        DELIVERY_LAG.labels(lane).observe((now - row.created_at).total_seconds())


class BacklogCollector(Collector):
    """Reads the backlog at each scrape."""

    def __init__(self, look: Callable[[], Backlog]) -> None:
        self._look = look

    def collect(self) -> Iterator[Metric]:
        """Gauges of the inbox, the unsent deliveries and the tickets."""
        backlog = self._look()
        inbox = GaugeMetricFamily("guanjia_inbox", "Updates by state (done ones are left out)", labels=["state"])
        for state, count in backlog.inbox.items():
            inbox.add_metric([state], count)
        unsent = GaugeMetricFamily("guanjia_deliveries_unsent", "Deliveries not sent yet", labels=["lane", "state"])
        for (lane, state), count in backlog.unsent.items():
            unsent.add_metric([lane, state], count)
        tickets = GaugeMetricFamily("guanjia_tickets", "Tickets by status", labels=["status"])
        for status, count in backlog.tickets.items():
            tickets.add_metric([status], count)
        yield from (inbox, unsent, tickets)

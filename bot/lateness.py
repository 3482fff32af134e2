"""The alarms' gauges: how long things wait that should have moved, measured when somebody looks."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from domain.messaging.lateness import Lateness


class LatenessCollector(Collector):
    """Looks at each scrape. In a cluster every process tells the same: take the maximum, not the sum."""

    def __init__(self, look: Callable[[], Lateness]) -> None:
        self._look = look

    def collect(self) -> Iterator[Metric]:
        """Gauges in seconds, and the broken promises."""
        late = self._look()
        yield GaugeMetricFamily(
            "guanjia_update_waiting_seconds", "How long the oldest update has been in the inbox",
            value=late.update.total_seconds(),
        )  # fmt: skip
        yield GaugeMetricFamily(
            "guanjia_clock_late_seconds", "How long the oldest reminder of a ticket has been due",
            value=late.clock.total_seconds(),
        )  # fmt: skip
        waiting = GaugeMetricFamily(
            "guanjia_delivery_waiting_seconds", "How long the oldest delivery that is due has not been sent",
            labels=["lane"],
        )  # fmt: skip
        for lane, oldest in late.deliveries.items():
            waiting.add_metric([lane], oldest.total_seconds())
        overdue = GaugeMetricFamily(
            "guanjia_tickets_overdue", "Live tickets whose promise is broken", labels=["promise"]
        )
        for promise, count in late.overdue.items():
            overdue.add_metric([promise], count)
        yield from (waiting, overdue)

"""The clock: hands JOBS to APScheduler, which only ticks; everything due is a row."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from scheduler.job import Begin, Job

log = structlog.get_logger(__name__)


class Clock:
    """Runs each job by its trigger on one thread of its own."""

    def __init__(
        self, jobs: Iterable[Job], begin: Begin, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._begin = begin
        self._now = now
        self.ticked_at = now()  # readiness watches it
        self._scheduler = BackgroundScheduler(executors={"default": ThreadPoolExecutor(1)}, timezone=UTC)
        for job in jobs:
            first = {"next_run_time": now()} if job.at_start else {}
            self._scheduler.add_job(
                self.tick, job.trigger, args=(job,), id=job.name, max_instances=1, coalesce=True,
                misfire_grace_time=round(job.grace.total_seconds()), **first,
            )  # fmt: skip

    def start(self) -> None:
        """Begin to tick."""
        self._scheduler.start()

    def stop(self) -> None:
        """Let the job under way finish, then stop."""
        self._scheduler.shutdown(wait=True)

    def tick(self, job: Job) -> None:
        """Run one job now; what goes wrong is logged, and the next tick tries again."""
        try:
            handled = job.run(self._begin, self._now())
        except Exception:
            log.exception("job-failed", job=job.name)
        else:
            if handled:
                log.info("job-ran", job=job.name, handled=handled)
        self.ticked_at = self._now()

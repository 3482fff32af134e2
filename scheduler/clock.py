"""The clock: hands JOBS to APScheduler, which only ticks; everything due is a row."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from domain.errors import Unavailable
from scheduler.job import Begin, Job

log = structlog.get_logger(__name__)


def utc_now() -> datetime:
    """The outside's clock."""
    return datetime.now(UTC)


def tick(job: Job, begin: Begin, *, now: datetime) -> None:
    """Run one job now; what goes wrong is logged, and the next tick tries again."""
    try:
        handled = job.run(begin, now)
    except Unavailable as error:
        log.warning("records-unavailable", job=job.name, reason=str(error))
    except Exception:
        log.exception("job-failed", job=job.name)
    else:
        if handled:
            log.info("job-ran", job=job.name, handled=handled)


class Clock:
    """Strikes for each job by its trigger, on one thread of its own."""

    def __init__(
        self, jobs: Iterable[Job], strike: Callable[[Job], None], *, now: Callable[[], datetime] = utc_now
    ) -> None:
        """*strike* runs the job, or has it run elsewhere; it raises nothing."""
        self._strike = strike
        self._now = now
        self.ticked_at = now()  # readiness watches it
        self._scheduler = BackgroundScheduler(executors={"default": ThreadPoolExecutor(1)}, timezone=UTC)
        for job in jobs:
            first = {"next_run_time": now()} if job.at_start else {}
            self._scheduler.add_job(
                self._tick, job.trigger, args=(job,), id=job.name, max_instances=1, coalesce=True,
                misfire_grace_time=round(job.grace.total_seconds()), **first,
            )  # fmt: skip

    def start(self) -> None:
        """Begin to tick."""
        self._scheduler.start()

    def stop(self) -> None:
        """Let the job under way finish, then stop."""
        self._scheduler.shutdown(wait=True)

    def _tick(self, job: Job) -> None:
        self._strike(job)
        self.ticked_at = self._now()

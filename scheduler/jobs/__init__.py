"""The table of contents: everything that happens by the clock."""

from __future__ import annotations

from datetime import timedelta

from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from scheduler.job import Job
from scheduler.jobs.announce import announce
from scheduler.jobs.escalate import escalate
from scheduler.jobs.holidays import keep_holidays
from scheduler.jobs.knocks import remind_of_knocks
from scheduler.jobs.nudge import nudge
from scheduler.jobs.purge import purge

LATE_IS_FINE = timedelta(hours=12)

JOBS: tuple[Job, ...] = (
    Job("escalate", IntervalTrigger(seconds=2), escalate),
    Job("announce", IntervalTrigger(seconds=1), announce),
    Job("nudge", IntervalTrigger(seconds=20), nudge),
    Job("knocks", IntervalTrigger(seconds=60), remind_of_knocks),
    Job("holidays", CronTrigger(hour=4, minute=10), keep_holidays, grace=LATE_IS_FINE, at_start=True),
    Job("purge", CronTrigger(hour=3, minute=30), purge, grace=LATE_IS_FINE, at_start=True),
)

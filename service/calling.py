"""Work to which any worker of an installation may be called by Procrastinate; calls are no records, and may be lost."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final

import stamina
import structlog
from procrastinate import App
from procrastinate.connector import BaseAsyncConnector
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException
from procrastinate.jobs import Status
from procrastinate.tasks import Task

log = structlog.get_logger(__name__)
Do = Callable[..., Awaitable[None]]
HEARTBEAT: Final = 5.0  # seconds
STALLED: Final = 20.0  # seconds without a heartbeat: the worker is gone


class Calling:
    """One kind of work, *do*: each process does one of it at a time, the others take what is called for meanwhile.

    A call that waits is enough for everybody who calls (queueing lock). *sweep* is called for every *period* seconds,
    once in the installation, in case a call was lost with its worker.
    """

    def __init__(self, connector: BaseAsyncConnector, name: str, do: Do, *, sweep: Do, period: int) -> None:
        self._name = name
        self._app = App(connector=connector)
        self._task: Task[Any, Any, Any] = self._app.task(name=name, queue=name)(do)
        swept = self._app.task(name=f"{name}-sweep", queue=name, queueing_lock=f"{name}-sweep")(_timeless(sweep))
        self._app.periodic(cron=f"* * * * * */{period}")(swept)  # the sixth field is the second
        self._wanted = asyncio.Event()

    def call(self) -> None:
        """Somebody should do it soon; to be called on the loop, as often as one likes."""
        self._wanted.set()

    async def keep_calling(self) -> None:
        """Pass the calls on, one at a time, until cancelled."""
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            await self.call_for(self._name)

    async def call_for(self, what: str, **about: Any) -> None:
        """Call now, unless a call for the same still waits."""
        try:
            await self._task.configure(queueing_lock=what).defer_async(**about)
        except AlreadyEnqueued:
            pass
        except ConnectorException as error:
            log.warning("call-lost", work=self._name, reason=type(error.__cause__ or error).__name__)

    async def work(self) -> None:
        """Do what is called for, until cancelled; what is under way is finished then."""
        while True:
            async for attempt in stamina.retry_context(
                on=ConnectorException, attempts=None, timeout=None, wait_initial=0.2, wait_max=1.0
            ):
                with attempt:
                    await self._app.run_worker_async(
                        queues=[self._name],
                        name=self._name,
                        fetch_job_polling_interval=2.0,
                        update_heartbeat_interval=HEARTBEAT,
                        stalled_worker_timeout=STALLED,
                        shutdown_graceful_timeout=8.0,
                        delete_jobs="always",
                        install_signal_handlers=False,
                    )
            log.warning("worker-begins-anew", work=self._name)  # it lost a connection that it listened on

    async def forget_stalled(self) -> None:
        """Whose worker is gone is not done again: the rows themselves say what is left to do."""
        for job in await self._app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED):
            log.warning("call-forgotten", work=job.task_name)
            await self._app.job_manager.finish_job(job, Status.FAILED, delete_job=True)


def _timeless(do: Do) -> Callable[[int], Awaitable[None]]:
    """Procrastinate tells a periodic task for when it was called."""

    async def swept(timestamp: int) -> None:  # noqa: ARG001
        await do()

    return swept

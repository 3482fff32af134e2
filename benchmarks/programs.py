"""The bots as processes of their own: ours as people run it, and the peers."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import psutil

from benchmarks.estate import ROOT, environment

SECRET = "benchmark-secret-0123456789"
PATIENCE = 30.0  # seconds until it must answer
PEER_PYTHON = os.environ.get("GUANJIA_BENCH_PEER_PYTHON", sys.executable)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bot:
    """A running bot: where to post updates, and the process to look at."""

    name: str
    webhook: str
    process: psutil.Process
    started_in: float  # seconds until it was ready

    @property
    def busy(self) -> float:
        """Seconds of processor time that it has used."""
        times = self.process.cpu_times()
        return times.user + times.system

    @property
    def megabytes(self) -> float:
        """Resident memory."""
        return self.process.memory_info().rss / 1e6


@asynccontextmanager
async def guanjia(folder: Path, database_url: str, *, api: str, token: str) -> AsyncIterator[Bot]:
    """`guanjia run` with a webhook."""
    port = _free_port()
    told = environment(
        database_url,
        GUANJIA_HTTP__PORT=str(port),
        GUANJIA_TELEGRAM__TOKEN=token,
        GUANJIA_TELEGRAM__API_URL=api,
        GUANJIA_TELEGRAM__WEBHOOK_URL=f"http://127.0.0.1:{port}",
        GUANJIA_TELEGRAM__WEBHOOK_SECRET=SECRET,
    )
    command = [sys.executable, str(ROOT / "main.py"), "run"]
    at = f"http://127.0.0.1:{port}"
    async with _running("guanjia", command, told, folder, f"{at}/readyz", f"{at}/telegram/webhook") as bot:
        yield bot


@asynccontextmanager
async def peer(name: str, folder: Path, *, api: str, token: str) -> AsyncIterator[Bot]:
    """One of peers/, in the environment that has its library."""
    port = _free_port()
    python = sys.executable if name == "ptb_echo" else PEER_PYTHON
    command = [str(Path(python).absolute()), str(ROOT / "benchmarks" / "peers" / f"{name}.py"), str(port), api, token]
    at = f"http://127.0.0.1:{port}"
    async with _running(name, command, {"PATH": "/usr/bin:/bin"}, folder, f"{at}/ready", f"{at}/webhook") as bot:
        yield bot


@asynccontextmanager
async def _running(
    name: str, command: Sequence[str], told: Mapping[str, str], folder: Path, ready: str, webhook: str
) -> AsyncIterator[Bot]:
    started = time.monotonic()
    with (folder / f"{name}.log").open("ab") as log:
        process = await asyncio.create_subprocess_exec(*command, env=told, cwd=folder, stdout=log, stderr=log)
    try:
        await _answers(ready, process, folder / f"{name}.log")
        took = time.monotonic() - started
        yield Bot(name=name, webhook=webhook, process=psutil.Process(process.pid), started_in=took)
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def _answers(url: str, process: asyncio.subprocess.Process, log: Path) -> None:
    """:raises RuntimeError: it ended, or time ran out; with the end of its log"""
    until = time.monotonic() + PATIENCE
    async with aiohttp.ClientSession() as session:
        while time.monotonic() < until and process.returncode is None:
            try:
                async with session.get(url) as answer:
                    if answer.ok:
                        return
            except aiohttp.ClientError:
                pass  # not listening yet
            await asyncio.sleep(0.01)
    raise RuntimeError(f"{url} does not answer: {log.read_text(encoding='utf-8')[-2000:]}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port

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
from typing import NamedTuple

import aiohttp

from benchmarks.estate import ROOT, environment

SECRET = "benchmark-secret-0123456789"
PATIENCE = 30.0  # seconds until it must answer
PEER_PYTHON = Path(os.environ.get("GUANJIA_BENCH_PEER_PYTHON", ROOT / ".venv-bench" / "bin" / "python")).absolute()


@dataclass(frozen=True, slots=True, kw_only=True)
class Bot:
    """A running bot: where to post updates, and the process to look at."""

    name: str
    webhook: str
    process: int  # its id
    started_in: float  # seconds until it was ready

    @property
    def busy(self) -> float:
        """Seconds of processor time that it has used."""
        fields = Path(f"/proc/{self.process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")  # user and system

    @property
    def megabytes(self) -> float:
        """Resident memory."""
        pages = int(Path(f"/proc/{self.process}/statm").read_text(encoding="ascii").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


class Place(NamedTuple):
    """Where a bot says that it is ready, and where updates are posted."""

    ready: str
    webhook: str


@asynccontextmanager
async def guanjia(folder: Path, database_url: str, *, api: str, token: str, **settings: str) -> AsyncIterator[Bot]:
    """`guanjia run` with a webhook, at no pace; *settings* by their names in the environment."""
    port = free_port()
    told = environment(
        database_url,
        GUANJIA_HTTP__PORT=str(port),
        GUANJIA_TELEGRAM__TOKEN=token,
        GUANJIA_TELEGRAM__API_URL=api,
        GUANJIA_TELEGRAM__WEBHOOK_URL=f"http://127.0.0.1:{port}",
        GUANJIA_TELEGRAM__WEBHOOK_SECRET=SECRET,
        **({"GUANJIA_TELEGRAM__PER_SECOND": "0"} | settings),
    )
    command = [sys.executable, str(ROOT / "main.py"), "run"]
    at = Place(f"http://127.0.0.1:{port}/readyz", f"http://127.0.0.1:{port}/telegram/webhook")
    async with running("guanjia", command, told, folder, at) as bot:
        yield bot


@asynccontextmanager
async def peer(name: str, folder: Path, *, api: str, token: str) -> AsyncIterator[Bot]:
    """One of peers/, in the environment that has its library."""
    port = free_port()
    python = sys.executable if name == "ptb_echo" else str(PEER_PYTHON)
    command = [python, str(ROOT / "benchmarks" / "peers" / f"{name}.py"), str(port), api, token]
    at = Place(f"http://127.0.0.1:{port}/ready", f"http://127.0.0.1:{port}/webhook")
    async with running(name, command, {"PATH": "/usr/bin:/bin"}, folder, at) as bot:
        yield bot


@asynccontextmanager
async def running(
    name: str, command: Sequence[str], told: Mapping[str, str], folder: Path, at: Place
) -> AsyncIterator[Bot]:
    """A bot's process, ready; ended at the end."""
    started, notes = time.monotonic(), folder / f"{name}.log"
    with notes.open("ab") as log:
        process = await asyncio.create_subprocess_exec(*command, env=told, cwd=folder, stdout=log, stderr=log)
    try:
        if not await _answers(at.ready, process):
            raise RuntimeError(f"{name} does not answer: {notes.read_text(encoding='utf-8')[-2000:]}")
        took = time.monotonic() - started
        yield Bot(name=name, webhook=at.webhook, process=process.pid, started_in=took)
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def _answers(url: str, process: asyncio.subprocess.Process) -> bool:
    """False when it ended, or time ran out."""
    until = time.monotonic() + PATIENCE
    async with aiohttp.ClientSession() as session:
        while time.monotonic() < until and process.returncode is None:
            try:
                async with session.get(url) as answer:
                    if answer.ok:
                        return True
            except aiohttp.ClientError:
                pass  # not listening yet
            await asyncio.sleep(0.01)
    return False


def free_port() -> int:
    """One that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port

"""One installation of the program: its folder, its database, its process, and what became of them."""

import asyncio
import json
import os
import signal
import socket
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from storage.engine import Database, open_engine
from tests.botapi import BotApi
from tests.faults.estate import Estate

ROOT = Path(__file__).parents[2]
SECRET = "a-webhook-secret-of-the-tests"
PATIENCE = 30.0  # seconds until a test gives up waiting for what should take a moment


class House:
    """``async with House(folder, api) as house``; whatever it started is dead afterwards."""

    def __init__(
        self, folder: Path, api: BotApi, *, webhook: bool = True, url: str | None = None, **settings: str
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.api, self.webhook = folder, api, webhook
        self.program = ROOT
        self.port = free_port()
        self.settings = settings
        self.log = folder / "log"
        self.url = url or f"sqlite:///{folder / 'guanjia.sqlite3'}"
        self.role = "all"
        self.process: asyncio.subprocess.Process | None = None
        self._database: Database | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.kill()
        if error is not None and self.log.exists():
            sys.stderr.write(self.log.read_text(encoding="utf-8")[-3000:])
        if self._database:
            self._database.engine.dispose()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        telegram = {"TOKEN": self.api.token, "API_URL": self.api.url, "PER_SECOND": "0"}
        if self.webhook:
            telegram |= {"WEBHOOK_URL": self.address, "WEBHOOK_SECRET": SECRET}
        named = {f"GUANJIA_TELEGRAM__{name}": value for name, value in telegram.items()}
        ours = {"GUANJIA_DATABASE_URL": self.url, "GUANJIA_HTTP__PORT": str(self.port), "LANG": "en_US.UTF-8"}
        return kept | named | ours | self.settings

    @property
    def database(self) -> Database:
        """The records, seen from outside."""
        if self._database is None:
            self._database = Database(open_engine(self.url))
        return self._database

    # ---- the process ----

    async def furnish(self, estate: Estate) -> None:
        """Import the estate and let Telegram know its people."""
        code, _out, complaint = await self.command("import", str(estate.write(self.folder / "workbook")))
        assert code == 0, complaint
        estate.move_in(self.api)

    async def command(self, *arguments: str) -> tuple[int, str, str]:
        """Run `guanjia …` to its end: exit code, output, complaints."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, str(self.program / "main.py"), *arguments, cwd=self.folder, env=self.environment,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        try:
            out, complaint = await asyncio.wait_for(process.communicate(), PATIENCE)
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        assert process.returncode is not None
        return process.returncode, out.decode(), complaint.decode()

    async def spawn(self) -> None:
        """Start `guanjia run`, and do not wait for it; the one before has ended."""
        assert self.process is None or self.process.returncode is not None
        with self.log.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable, str(self.program / "main.py"), "run", "--role", self.role, cwd=self.folder,
                env=self.environment, stdout=asyncio.subprocess.DEVNULL, stderr=log,
            )  # fmt: skip

    async def start(self) -> float:
        """Start it and wait until it has asked Telegram for updates; how long that took."""
        began, before = time.monotonic(), self._introductions
        await self.spawn()
        await self.api.wait_for(lambda: self._introductions > before, PATIENCE, "the program's start")
        return time.monotonic() - began

    @property
    def _introductions(self) -> int:
        return self.api.counts["setWebhook" if self.webhook else "deleteWebhook"]

    async def kill(self) -> None:
        """kill -9."""
        if self.process and self.process.returncode is None:
            self.process.kill()
            await self.process.wait()

    async def stop(self) -> tuple[int, float]:
        """SIGTERM: the exit code, and how long it took."""
        assert self.process is not None
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        code = await asyncio.wait_for(self.process.wait(), PATIENCE)
        return code, time.monotonic() - began

    async def still(self) -> None:
        """Until every update is handled, every message sent, and Telegram holds nothing back."""
        async with asyncio.timeout(PATIENCE):
            while self.api.updates.pending or self._unfinished():  # noqa: ASYNC110
                await asyncio.sleep(0.02)  # its records tell nobody when they change

    def _unfinished(self) -> int:
        with self.database.reading() as work:
            return work.connection.exec_driver_sql(
                "SELECT (SELECT count(*) FROM inbox WHERE state = 'new')"
                " + (SELECT count(*) FROM deliveries WHERE state IN ('queued', 'sending'))"
            ).scalar_one()

    # ---- what it said ----

    def logged(self) -> list[dict[str, Any]]:
        """Every event in its log."""
        lines = self.log.read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines if line.startswith("{")]

    def complaints(self) -> list[str]:
        """What a log without a fault does not have: traces, errors, updates that failed."""
        lines = self.log.read_text(encoding="utf-8").splitlines()
        bad = ("Traceback", '"level": "error"', '"level": "critical"', "update-failed")
        return [line for line in lines if any(one in line for one in bad)]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])

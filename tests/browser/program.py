"""The real program as a process of its own, on a database and a port of its own."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).parents[2]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class Program:
    """`guanjia COMMAND` in *folder*; whatever it logs goes into a file there."""

    folder: Path
    port: int = field(default_factory=_free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        return self.folder / "log"

    def call(self, *arguments: str) -> Any:
        """A command that ends, and the JSON that it prints."""
        line = self._line(*arguments)
        done = subprocess.run(line, env=self._env(), cwd=self.folder, stdout=subprocess.PIPE, check=True, timeout=60)
        return json.loads(done.stdout)

    def start(self, command: str) -> None:
        """Returns when the first page can be asked for."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(self._line(command), env=self._env(), cwd=self.folder, stderr=log)
        while True:
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(0.05)
                raise AssertionError(f"it ended with {self.process.returncode}: {self.log.read_text('utf-8')}")
            with suppress(httpx.TransportError):
                httpx.get(f"{self.url}/healthz")
                return

    def kill(self) -> None:
        """Without a warning."""
        assert self.process
        self.process.kill()
        self.process.wait(10)

    def stop(self) -> None:
        """As an operator does; it ends well and has logged no error."""
        assert self.process
        self.process.terminate()
        assert self.process.wait(15) == 0
        assert '"error"' not in self.log.read_text("utf-8")

    def _line(self, *arguments: str) -> list[str]:
        return [sys.executable, str(ROOT / "main.py"), *arguments]

    def _env(self) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("GUANJIA_")}
        database = f"sqlite:///{self.folder / 'guanjia.sqlite3'}"
        return {**inherited, "GUANJIA_DATABASE_URL": database, "GUANJIA_HTTP__PORT": str(self.port)}

"""WeCom's own crypto library (npm: @wecom/crypto) as the independent signer; WeChat seals in the same way."""

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
NEEDED = "GUANJIA_REQUIRE_NODE"


@dataclass(frozen=True)
class Signer:
    """Installed in *folder*; holds one callback's secrets."""

    folder: Path
    token: str
    aes_key: str
    owner: str

    def seal(self, words: str, *, timestamp: str, nonce: str) -> tuple[str, str]:
        """Encrypted words, and the signature over them."""
        answer = self._ask(words=words, timestamp=timestamp, nonce=nonce)
        return answer["sealed"], answer["signature"]

    def open(self, sealed: str, *, timestamp: str, nonce: str) -> tuple[str, str, str]:
        """The words, whom they are for, and what their signature must be."""
        answer = self._ask(sealed=sealed, timestamp=timestamp, nonce=nonce)
        return answer["words"], answer["owner"], answer["signature"]

    def _ask(self, **what: str) -> dict[str, Any]:
        asked = {"token": self.token, "aesKey": self.aes_key, "owner": self.owner, **what}
        done = subprocess.run(
            ["node", "sign.js"], cwd=self.folder, input=json.dumps(asked), capture_output=True, text=True, check=True
        )
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer


def install(folder: Path) -> None:
    """Into a folder of the tests; skipped where there is no npm, unless GUANJIA_REQUIRE_NODE=1."""
    if not (shutil.which("npm") and shutil.which("node")):
        if os.environ.get(NEEDED) == "1":
            pytest.fail("npm is missing")
        pytest.skip("no npm")
    for name in ("package.json", "package-lock.json", "sign.js"):
        shutil.copy(HERE / name, folder)
    command = ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        if os.environ.get(NEEDED) == "1":
            pytest.fail(f"npm ci: {done.stderr[-500:]}")
        pytest.skip("npm reaches no registry")

"""The peers of understanding: classifiers that are programs of peers/, each under the Python that has its library."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.estate import ROOT
from benchmarks.programs import PEER_PYTHON

RASA_PYTHON = Path(os.environ.get("GUANJIA_BENCH_RASA_PYTHON", ROOT / ".venv-rasa" / "bin" / "python")).absolute()


@dataclass(frozen=True, slots=True, kw_only=True)
class Classifier:
    """Which program, under which Python, and how often it sees the build half."""

    name: str
    program: str
    python: Path
    rounds: int

    def answer(self, told: Mapping[str, object]) -> Any:
        """What it makes of this, in a home that is gone afterwards: Rasa leaves models, caches and settings in it."""
        with TemporaryDirectory() as home:
            answer = subprocess.run(
                [self.python, ROOT / "benchmarks" / "peers" / self.program],
                input=json.dumps({**told, "rounds": self.rounds}),
                capture_output=True,
                text=True,
                check=True,
                cwd=home,
                env=os.environ | {"HOME": home, "TMPDIR": home},
            )
        return json.loads(answer.stdout)


def installed(*, rounds: int, epochs: int, rasa: Path = RASA_PYTHON) -> tuple[Classifier, ...]:
    """spaCy always, and DIET, unless it is to have no epochs, where `make bench` found a Python 3.10 for it."""
    spacy = Classifier(name="spaCy textcat", program="spacy_textcat.py", python=PEER_PYTHON, rounds=rounds)
    diet = Classifier(name="Rasa DIET", program="rasa_diet.py", python=rasa, rounds=epochs)
    return (spacy, diet) if epochs and rasa.exists() else (spacy,)

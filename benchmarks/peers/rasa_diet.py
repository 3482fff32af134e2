"""The peer of understanding: Rasa's DIET classifier, trained on the build half, asked about the check half.

Runs under Python 3.10 in the environment that has Rasa, and speaks as spacy_textcat.py does: reads JSON on standard
input, writes it on standard output; `rounds` are DIET's epochs.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import sys
import time
from pathlib import Path
from typing import Any

import structlog
from rasa.core.agent import Agent
from rasa.model_training import train_nlu


def configuration(*, spaced: bool, rounds: int) -> dict[str, Any]:
    """The pipeline of `rasa init` without entities; Chinese is split by jieba, Rasa's own way: characters did worse."""
    return {
        "recipe": "default.v1",
        "assistant_id": "peer",
        "language": "en" if spaced else "zh",
        "pipeline": [
            {"name": "WhitespaceTokenizer" if spaced else "JiebaTokenizer"},
            {"name": "CountVectorsFeaturizer"},
            {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4},
            {
                "name": "DIETClassifier",
                "epochs": rounds,
                "entity_recognition": False,
                "constrain_similarities": True,
                "random_seed": 0,
            },
        ],
    }


def trained(train: list[list[str]], *, spaced: bool, rounds: int) -> Agent:
    """A model of one label, made in the present folder."""
    examples = [{"text": text, "intent": label, "entities": []} for text, label in train]
    told = {
        "config.yml": configuration(spaced=spaced, rounds=rounds),
        "nlu.json": {"rasa_nlu_data": {"common_examples": examples}},
    }
    for name, content in told.items():
        Path(name).write_text(json.dumps(content), encoding="utf-8")
    return Agent.load(train_nlu("config.yml", "nlu.json", "models"))


async def asked(agent: Agent, test: list[str]) -> dict[str, Any]:
    """One message at a time, as they arrive."""
    await agent.parse_message(test[0])
    labels, spent = [], []
    for text in test:
        started = time.perf_counter()
        found = await agent.parse_message(text)
        spent.append((time.perf_counter() - started) * 1e6)
        labels.append(found["intent"]["name"])
    return {"labels": labels, "microseconds": spent}


def main() -> None:
    """Train, then ask; nothing is reported to anyone, and no log slows it down."""
    os.environ["RASA_TELEMETRY_ENABLED"] = "false"
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    told = json.load(sys.stdin)
    with contextlib.redirect_stdout(sys.stderr):
        agent = trained(told["train"], spaced=told["spaced"], rounds=told["rounds"])
        found = asyncio.run(asked(agent, told["test"]))
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()

"""Every transcript of this folder is played; saying more than it, less or something else fails.

`GUANJIA_UPDATE_JOURNEYS=1 pytest tests/journeys` writes down what is really said: read it before you keep it.
"""

import difflib
import os
from contextlib import closing
from pathlib import Path

import pytest

from tests.journeys.cast import CHANNEL
from tests.journeys.official import Official
from tests.journeys.play import play
from tests.journeys.stage import Stage

HERE = Path(__file__).parent
SCRIPTS = sorted(HERE.glob("*/*.txt"))
STAFF_SPEAK = {"zh": "zh_CN", "en": "en", "wecom": "zh_CN", "wechat": "zh_CN"}
STAFF_ON = {"wecom": "wecom", "wechat": "wecom"}  # elsewhere they are where the owners are

STAGES = {"wechat": Official}  # elsewhere everybody has buttons


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_the_journey_goes_as_written(path: Path, tmp_path: Path):
    script = path.read_text(encoding="utf-8")
    folder = path.parent.name
    stage = STAGES.get(folder, Stage)(tmp_path, language=STAFF_SPEAK[folder], staff_on=STAFF_ON.get(folder, CHANNEL))
    with closing(stage):
        played = play(script, stage)
    if os.environ.get("GUANJIA_UPDATE_JOURNEYS") == "1":
        path.write_text(played, encoding="utf-8")
    elif played != script:
        diff = difflib.unified_diff(
            script.splitlines(), played.splitlines(), "as written", "as played", lineterm="", n=4
        )
        pytest.fail("\n".join(["", *diff]), pytrace=False)

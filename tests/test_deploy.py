"""What deploy/ says fits the program: metrics, commands, settings, addresses, and what a container needs."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import typer.main
import yaml

import main
from bot import lateness, metrics
from domain.messaging.lateness import Lateness
from domain.messaging.model import Backlog
from settings import Settings
from tests.test_docs import settings_of

DEPLOY = Path(__file__).parent.parent / "deploy"
UNITS = tuple(sorted((DEPLOY / "systemd").iterdir()))
FILES = tuple(sorted(path for path in DEPLOY.rglob("*") if path.is_file()))
OPERATING = (DEPLOY.parent / "docs" / "operating.md").read_text("utf-8")
ADDED = ("_bucket", "_count", "_sum", "_total", "_created")


def parsed(name: str) -> Any:
    return yaml.safe_load((DEPLOY / name).read_text("utf-8"))


def alarms() -> list[dict[str, Any]]:
    return [rule for group in parsed("monitoring/alerts.yml")["groups"] for rule in group["rules"]]


def board() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((DEPLOY / "monitoring" / "dashboard.json").read_text("utf-8"))
    return found


def drawn() -> Iterator[str]:
    """Every expression of the dashboard."""
    for panel in board()["panels"]:
        for target in panel.get("targets", ()):
            yield target["expr"]


def told() -> dict[str, set[str]]:
    """Every metric of ours and the labels that it may have."""
    nothing = Backlog(inbox={"new": 0}, unsent={("bulk", "queued"): 0}, tickets={"open": 0})
    no_time = timedelta()
    zero = Lateness(update=no_time, clock=no_time, deliveries={"bulk": no_time}, overdue={"respond": 0})
    found: dict[str, set[str]] = {}
    for collector in (metrics.BacklogCollector(lambda: nothing), lateness.LatenessCollector(lambda: zero)):
        for metric in collector.collect():
            found[metric.name] = {label for sample in metric.samples for label in sample.labels}
    for one in vars(metrics).values():
        if hasattr(one, "_labelnames") and hasattr(one, "_name"):
            found[one._name] = set(one._labelnames)
    return found


def stem(name: str) -> str:
    return next((name.removesuffix(end) for end in ADDED if name.endswith(end)), name)


@pytest.mark.parametrize("expression", (*drawn(), *(alarm["expr"] for alarm in alarms())))
def test_every_metric_that_is_looked_at_is_one_that_the_program_tells(expression: str):
    known = told()
    names = set(re.findall(r"\bguanjia_\w+", expression))
    assert {name for name in names if stem(name) not in known and name not in known} == set()
    for name, inside in re.findall(r"\b(guanjia_\w+)\{([^}]*)\}", expression):
        asked = set(re.findall(r"(\w+)\s*[=!]", inside)) - {"job", "instance"}
        assert asked <= known.get(stem(name), known.get(name, set())), name


def test_every_metric_of_ours_is_on_the_dashboard():
    shown = " ".join(drawn())
    assert {name for name in told() if name not in shown} == set()


def test_panels_have_places_and_names_of_their_own():
    panels = board()["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    places = [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in panels]
    assert len(set(places)) == len(places)


@pytest.mark.parametrize("alarm", tuple(alarms()), ids=lambda alarm: str(alarm["alert"]))
def test_every_alarm_says_how_bad_it_is_and_the_operators_page_says_what_to_do(alarm: dict[str, Any]):
    assert alarm["labels"]["severity"] in {"critical", "warning", "info"}
    assert alarm["annotations"].keys() == {"summary", "description"}
    assert f"`{alarm['alert']}`" in OPERATING


@pytest.mark.skipif(shutil.which("promtool") is None, reason="needs promtool (Debian: prometheus)")
@pytest.mark.parametrize("words", (("check", "rules", "alerts.yml"), ("test", "rules", "alerts.test.yml")))
def test_prometheus_itself_takes_the_alarms(words: tuple[str, ...]):
    done = subprocess.run(["promtool", *words], cwd=DEPLOY / "monitoring", capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_units_run_commands_that_exist(unit: Path):
    commands = typer.main.get_group(main.cli).commands
    called = re.findall(r"/opt/guanjia/guanjia (\w+)(?: --role (\w+))?", unit.read_text("utf-8"))
    for command, role in called:
        assert command in commands
        assert role in {"", "web", "worker", "clock"}


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze")
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_systemd_understands_every_line(unit: Path, tmp_path: Path):
    name = unit.name.replace("@.", "@1.")
    text = unit.read_text("utf-8")
    here = tmp_path / name
    here.write_text(re.sub(r"/opt/guanjia/guanjia|file:\S+", lambda found: _there(found[0]), text), encoding="utf-8")
    for other in UNITS:  # what it refers to
        (tmp_path / other.name).touch()
    done = subprocess.run(["systemd-analyze", "verify", str(here)], capture_output=True, text=True, check=False)
    assert [line for line in done.stderr.splitlines() if line.startswith((str(here), name))] == []


def _there(path: str) -> str:
    return path if path.startswith("file:") else "/bin/true"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_settings_are_named_as_they_are_called(file: Path):
    known = {name for name, _ in settings_of(Settings, "GUANJIA_")} | {"GUANJIA_SITE", "GUANJIA_UPSTREAM"}
    assert set(re.findall(r"\bGUANJIA_[A-Z0-9_]+[A-Z0-9]", file.read_text("utf-8"))) <= known


def test_the_container_has_everything_that_the_program_is_made_of():
    copied = re.findall(r"^COPY (?!--)(.+) \S+$", (DEPLOY / "Containerfile").read_text("utf-8"), re.MULTILINE)
    names = set(" ".join(copied).split())
    ignored = (DEPLOY / "Containerfile.dockerignore").read_text("utf-8")
    rooms = ("commands", "service", "bot", "domain", "storage", "scheduler", "locales", "assets")
    for needed in (*rooms, "*.py", "guanjia", "requirements.txt"):
        assert needed in names
        assert f"!{needed}\n" in ignored


def test_the_composed_cluster_has_every_role_and_secrets_of_its_own():
    services = parsed("compose.yaml")["services"]
    assert {tuple(one["command"]) for one in services.values() if one.get("image") == "guanjia"} == {
        ("run", "--role", role) for role in ("web", "worker", "clock")
    }
    assert all(one["read_only"] and one["cap_drop"] == ["ALL"] for one in services.values() if "command" in one)


@pytest.mark.parametrize("proxy", ("nginx.conf", "Caddyfile"))
def test_proxies_let_platforms_in_and_keep_figures_inside(proxy: str):
    text = (DEPLOY / proxy).read_text("utf-8")
    for address in ("telegram/webhook", "wechat/callback", "wecom/callback", "/metrics", "/readyz"):
        assert address in text

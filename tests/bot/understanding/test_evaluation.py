"""Measuring: what counts as right, which lines are bad, what the command prints and how it ends."""

import itertools
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

import main
from bot.understanding.evaluation import OPENS, Evaluation, Share, evaluate
from bot.understanding.labelled import Example, examples_of, language_of, of_half, read_lines
from bot.wishes import REPORTS


def line(**labels: object) -> bytes:
    return json.dumps({"text": "厨房水管漏水", "lang": "zh", **labels}, ensure_ascii=False).encode() + b"\n"


def measured(*lines: bytes) -> Evaluation:
    good, bad = read_lines(b"".join(lines))
    assert not bad
    return evaluate(good)


def test_what_opens_a_ticket_here_opens_one_in_the_app() -> None:
    assert OPENS == REPORTS


def test_a_message_counts_for_what_it_is_labelled_with_and_for_nothing_else() -> None:
    found = measured(line(intent="repair"), line(category="leak", urgency="normal"))
    assert (found.messages, found.intent, found.category, found.urgency) == (2, Share(1, 1), Share(1, 1), Share(1, 1))
    assert found.emergencies_recalled.share is None
    assert found.false_alarms == Share(0, 1)


def test_another_right_answer_counts() -> None:
    labels = {"intent": "complaint", "category": "noise"}
    assert measured(line(**labels)).intent == Share(0, 1)
    both = measured(line(**labels, alt=["repair:leak"]))
    assert (both.intent, both.category) == (Share(1, 1), Share(1, 1))


def test_a_missed_emergency_a_false_alarm_and_a_false_open_are_counted() -> None:
    found = measured(
        line(urgency="emergency"),
        line(text="着火了", urgency="normal"),
        line(intent="out_of_scope", category="none"),
    )
    assert found.emergencies_recalled == Share(0, 1)
    assert found.false_alarms == Share(1, 1)
    assert found.false_opens == Share(1, 1)


def test_confusions_name_the_commonest_first() -> None:
    found = measured(line(intent="fee"), line(intent="fee"), line(intent="praise"), line(category="noise"))
    assert [(one.kind, one.label, one.taken_for, one.times) for one in found.confusions] == [
        ("intent", "fee", "repair", 2),
        ("intent", "praise", "repair", 1),
        ("category", "noise", "leak", 1),
    ]


@pytest.mark.parametrize(
    ("text", "labels", "right"),
    (
        ("3栋2单元1201漏水", {"room": "3-2-1201"}, True),
        ("三号楼二单元1201漏水", {"room": "3-2-1202"}, False),
        ("厨房漏水", {"room": None}, True),
        ("3-2-1201漏水", {"room": None}, False),
        ("楼下大堂灯不亮", {"room": "楼下大堂"}, True),
        ("明天下午三点以后来", {"when": "明天下午三点以后"}, True),
        ("漏水", {"when": None}, True),
        ("电话+86 138 0013 8000", {"phone": "13800138000"}, True),
        ("电话13800138000", {"phone": "13800138001"}, False),
        ("漏水", {"phone": "13800138000"}, False),
    ),
)  # fmt: skip
def test_slots_are_compared_by_what_they_mean(text: str, labels: dict[str, str | None], right: bool) -> None:
    (name,) = labels
    found = measured(line(text=text, **labels)).slots
    assert found[name] == Share(int(right), 1)
    assert all(share.of == 0 for other, share in found.items() if other != name)


def test_time_per_message_is_measured() -> None:
    ticks = itertools.accumulate(itertools.repeat(0.0005))
    found = evaluate([Example("漏水", "zh_CN")] * 3, clock=lambda: next(ticks))
    assert (found.p50, found.p99) == (500, 500)


@pytest.mark.parametrize(
    ("tag", "language"),
    (("zh", "zh_CN"), ("zh_CN", "zh_CN"), ("zh-TW", "zh_CN"), ("en-GB", "en"), ("EN", "en"), (None, ""), ("fr", "fr")),
)
def test_a_language_may_be_named_in_many_ways(tag: str | None, language: str) -> None:
    assert language_of(tag) == language


@pytest.mark.parametrize(
    ("written", "key"),
    (
        (b"{", "evaluate-no-json"),
        (b"\xff\xfe", "evaluate-no-json"),
        (b"[]", "evaluate-no-text"),
        (b'{"lang": "zh"}', "evaluate-no-text"),
        (b'{"text": "  "}', "evaluate-no-text"),
        (b'{"text": "x", "intent": "repairs"}', "evaluate-bad-label"),
        (b'{"text": "x", "category": ["leak"]}', "evaluate-bad-label"),
        (b'{"text": "x", "alt": "repair:leak"}', "evaluate-bad-label"),
        (b'{"text": "x", "alt": ["repair:lake"]}', "evaluate-bad-label"),
        (b'{"text": "x", "lang": 7}', "evaluate-bad-label"),
        (b'{"text": "x", "room": 1201}', "evaluate-bad-label"),
    ),
)
def test_a_bad_line_is_named_by_its_number_and_the_others_are_read(written: bytes, key: str) -> None:
    good, bad = read_lines(b"\xef\xbb\xbf" + line() + b"\n" + written + b"\n" + line())
    assert len(good) == 2
    assert [(one.number, one.key) for one in bad] == [(3, key)]


def test_the_halves_are_disjoint_and_whole() -> None:
    written = examples_of("en")
    build, check = of_half(written, "build"), of_half(written, "check")
    assert not {one.text for one in build} & {one.text for one in check}
    assert len(build) + len(check) == len(of_half(written, "all")) == len(written)


def run(*arguments: str) -> tuple[int, str, str]:
    told = CliRunner().invoke(main.cli, ["evaluate", *arguments], env={"LC_ALL": "en"})
    return told.exit_code, told.stdout, told.stderr


def test_the_command_prints_tables(tmp_path: Path) -> None:
    file = tmp_path / "some.jsonl"
    file.write_bytes(line(intent="repair", category="leak", urgency="normal") + line(intent="fee"))
    code, out, _ = run(str(file))
    assert code == 0
    assert all(words in out for words in ("false alarms", "By intent", "Most often taken for something else", "p99"))


def test_the_command_prints_json(tmp_path: Path) -> None:
    file = tmp_path / "some.jsonl"
    file.write_bytes(line(intent="repair") + line(intent="fee"))
    code, out, _ = run(str(file), "--json")
    found = json.loads(out)
    assert code == 0
    assert found["intent"] == {"share": 0.5, "right": 1, "of": 2}
    assert found["by_intent"]["fee"]["share"] == 0
    assert found["bad_lines"] == []


def test_a_bad_line_is_said_and_ends_the_command_with_1_after_the_others_were_measured(tmp_path: Path) -> None:
    file = tmp_path / "some.jsonl"
    file.write_bytes(line(intent="repair") + b'{"text": "x", "urgency": "soon"}\n')
    code, out, err = run(str(file), "--json")
    assert code == 1
    assert "line 2: unknown label (urgency: soon)" in err
    assert json.loads(out)["messages"] == 1


def test_an_empty_file_is_an_error(tmp_path: Path) -> None:
    file = tmp_path / "empty.jsonl"
    file.touch()
    assert run(str(file))[0] == 1

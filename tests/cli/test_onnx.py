"""A model of one's own, as `check`, `score` and `evaluate` meet it."""

import json
import subprocess
import sys

import pytest

from tests.cli.shell import Shell
from tests.cli.test_score import answers, line
from tests.detectors.small_onnx import write_model

OWN = """
[detectors]
engine = "onnx"

[detectors.onnx]
file = "own.onnx"
tokenizer = "tokenizer.json"
classes = ["negative", "neutral", "positive"]
"""
WITHOUT_THE_EXTRA = "import sys; sys.modules['onnxruntime'] = None; from bot.cli import app; app(['score', 'in.jsonl'])"


@pytest.fixture
def owning(shell: Shell) -> Shell:
    write_model(shell.folder)
    shell.playbook(OWN)
    shell.write("in.jsonl", line(1, "love it, but my bag is lost"))
    return shell


def test_score_asks_it(owning: Shell) -> None:
    [said] = answers(owning.run_in_process("score", "in.jsonl").stdout)

    assert said["sentiment"] == "positive"
    assert any("by own.onnx" in because for because in said["because"])


def test_evaluate_asks_it_where_it_is_named(owning: Shell) -> None:
    rows = [
        {"text": "love", "label": "positive"},
        {"text": "the worst", "label": "negative"},
        {"text": "table", "label": "neutral"},
    ]
    owning.write("gold.jsonl", "".join(json.dumps(row) + "\n" for row in rows * 10))

    assert "1.000" in owning.run_in_process("evaluate", "gold.jsonl", "--engine", "onnx").stdout


def test_evaluate_refuses_to_ask_a_model_that_the_playbook_does_not_name(owning: Shell) -> None:
    owning.playbook()
    owning.write("gold.jsonl", json.dumps({"text": "love", "label": "positive"}) + "\n")

    assert "has no model of your own" in owning.run_in_process("evaluate", "gold.jsonl", "--engine", "onnx").stderr


def test_evaluate_refuses_an_engine_that_is_none(owning: Shell) -> None:
    assert "there is no engine 'onx'" in owning.run_in_process("evaluate", "gold.jsonl", "--engine", "onx").stderr


async def test_check_says_that_it_fits(connected: Shell) -> None:
    write_model(connected.folder)
    connected.playbook(OWN)

    said = (await connected.run_in_thread("check")).stdout
    assert "ok: detectors.onnx: own.onnx, with the classes negative, neutral, positive" in said


async def test_check_says_that_it_does_not_fit(connected: Shell) -> None:
    write_model(connected.folder, classes=("positive", "neutral", "negative"))
    connected.playbook(OWN)

    result = await connected.run_in_thread("check")
    assert result.exit_code == 1
    assert result.stderr.startswith("detectors.onnx: own.onnx: with classes =")


@pytest.mark.parametrize("command", ["score", "run"])
def test_a_file_that_is_gone_is_refused_at_the_start_and_no_other_engine_stands_in(owning: Shell, command: str) -> None:
    (owning.folder / "own.onnx").unlink()
    owning.env.update(SLACK_BOT_TOKEN="xoxb-1", SLACK_APP_TOKEN="xapp-1")
    result = owning.run_in_process(command, *["in.jsonl"] * (command == "score"))

    assert result.exit_code == 1
    assert result.stdout == ""
    assert "own.onnx: cannot be read (No such file or directory)" in result.stderr


def test_without_the_extra_it_says_how_to_get_it(owning: Shell) -> None:
    result = subprocess.run(
        [sys.executable, "-c", WITHOUT_THE_EXTRA],
        cwd=owning.folder,
        env=owning.environment,
        capture_output=True,
        check=False,
    )

    assert result.returncode == 1
    assert b"pip install 'earshot-slack[onnx]" in result.stderr
    assert b"Traceback" not in result.stderr

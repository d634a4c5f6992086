"""`earshot bench` on the command line."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from bot.cli import app


def run(*words: str) -> Result:
    return CliRunner().invoke(app, ["bench", *words], env={"COLUMNS": "100", "NO_COLOR": "1"})


def checked(told: dict[str, Any]) -> list[str]:
    assert told["quick"] is True
    assert told["machine"]["cores"] >= 1
    assert told["machine"]["server"]
    return [figure["name"] for one in told["measurements"] for figure in one["figures"]]


def test_the_table_describes_the_machine() -> None:
    result = run("--quick", "size", "detectors")
    assert result.exit_code == 0
    head, *lines = result.stdout.splitlines()
    assert head.startswith("earshot bench on ")
    assert "Python 3." in head
    titles = next(line for line in lines if line.startswith("figure"))
    assert titles.split("  ") != [titles]
    assert all(word in titles for word in ("measured", "aim", "verdict", "to TextBlob"))
    assert any(line.startswith("detectors, posts a second") and line.endswith("×") for line in lines)
    assert any(line.startswith("installed dependencies") and "≤ 200 MB" in line for line in lines)


def test_a_pipe_gets_the_table_alone() -> None:
    result = run("--quick", "size")
    assert not result.stderr
    assert "\x1b" not in result.stdout


def test_json_alone_comes_out_on_stdout() -> None:
    result = run("--quick", "--json", "-", "size")
    assert result.exit_code == 0
    assert checked(json.loads(result.stdout)) == ["installed dependencies"]


def test_json_goes_into_a_file_beside_the_table(tmp_path: Path) -> None:
    file = tmp_path / "figures.json"
    result = run("--quick", "--json", str(file), "size")
    assert result.exit_code == 0
    assert "installed dependencies" in result.stdout
    assert checked(json.loads(file.read_text())) == ["installed dependencies"]


@pytest.mark.parametrize(
    ("name", "meant"), [("storms", "Did you mean storm?"), ("troughput", "Did you mean throughput?")]
)
def test_a_wrong_name_is_refused_with_the_nearest_right_one(name: str, meant: str) -> None:
    result = run("--quick", name)
    assert result.exit_code == 2
    assert meant in " ".join(result.stderr.replace("│", " ").split())


def test_a_name_like_no_other_is_refused_with_all_there_are() -> None:
    result = run("zzz")
    assert result.exit_code == 2
    assert "There are throughput, detectors," in " ".join(result.stderr.replace("│", " ").split())


def test_a_file_without_mentions_is_refused_in_a_sentence(tmp_path: Path) -> None:
    result = run("--quick", "--mentions", str(tmp_path / "none.jsonl"), "size")
    assert result.exit_code == 1
    assert result.stderr.strip().endswith("none.jsonl cannot be read: No such file or directory.")

"""The engine `keen` as `check`, `score` and `evaluate` meet it: a package that is installed, or not."""

import json
from pathlib import Path

import pytest

from tests.cli.shell import Shell
from tests.cli.test_score import answers, line
from tests.detectors.small_keen import install_keen

KEEN = '[detectors]\nengine = "keen"\n'


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which packages are found."""
    site = tmp_path / "site"
    site.mkdir()
    monkeypatch.syspath_prepend(site)
    return site


def test_score_asks_it(shell: Shell, site: Path) -> None:
    install_keen(site)
    shell.playbook(KEEN)
    shell.write("in.jsonl", line(1, "love it, but my bag is lost"))

    [said] = answers(shell.run_in_process("score", "in.jsonl").stdout)
    assert said["sentiment"] == "positive"
    assert any("by the keen model" in because for because in said["because"])


def test_evaluate_measures_it(shell: Shell, site: Path) -> None:
    install_keen(site)
    rows = [
        {"text": "love", "label": "positive"},
        {"text": "the worst", "label": "negative"},
        {"text": "table", "label": "neutral"},
    ]
    shell.write("gold.jsonl", "".join(json.dumps(row) + "\n" for row in rows * 10))

    assert "1.000" in shell.run_in_process("evaluate", "gold.jsonl", "--engine", "keen").stdout


async def test_check_says_which_it_is_and_how_fast(connected: Shell, site: Path) -> None:
    install_keen(site)
    connected.playbook(KEEN)

    said = (await connected.run_in_thread("check")).stdout
    assert "ok: detectors.engine: earshot-keen 1, which reads a post in about 10 ms" in said


async def test_check_says_what_is_wrong_with_it(connected: Shell, site: Path) -> None:
    install_keen(site, classes=("positive", "neutral", "negative"))
    connected.playbook(KEEN)

    result = await connected.run_in_thread("check")
    assert result.exit_code == 1
    assert "detectors.engine: " in result.stderr
    assert "more negative than positive" in result.stderr


@pytest.mark.parametrize("command", ["score", "run"])
def test_a_package_that_is_missing_is_refused_at_the_start_and_no_other_engine_stands_in(
    shell: Shell, command: str
) -> None:
    shell.playbook(KEEN)
    shell.write("in.jsonl", line(1, "love it"))
    shell.env.update(SLACK_BOT_TOKEN="xoxb-1", SLACK_APP_TOKEN="xapp-1")
    result = shell.run_in_process(command, *["in.jsonl"] * (command == "score"))

    assert result.exit_code == 1
    assert result.stdout == ""
    assert 'engine = "keen" needs the package earshot-keen, which `make keen` builds' in result.stderr

"""`earshot` itself: what it says to somebody who has just installed it, or mistyped."""

import tomllib

import pytest

from tests.cli.shell import REPOSITORY, Shell


def test_alone_it_says_what_to_do_first(shell: Shell) -> None:
    result = shell.run_in_process()

    assert [line.split("  ")[0] for line in result.stdout.splitlines()] == [
        "earshot demo",
        "earshot listen",
        "earshot check",
        "earshot run",
    ]
    assert (result.exit_code, result.stderr) == (0, "")


def test_it_tells_its_version(shell: Shell) -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))["project"]
    result = shell.run_in_process("--version")

    assert (result.exit_code, result.stdout) == (0, f"earshot {project['version']}\n")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("scroe", "score"), ("chekc", "check"), ("replya", "replay"), ("evalute", "evaluate"), ("dead lst", "list")],
)
def test_a_mistyped_command_is_answered_with_the_one_that_is_like_it(shell: Shell, typed: str, meant: str) -> None:
    result = shell.run_in_process(*typed.split())

    assert result.exit_code == 2
    assert f"Did you mean '{meant}'?" in result.stderr


def test_a_command_that_is_like_none_is_wrong_usage(shell: Shell) -> None:
    result = shell.run_in_process("zzzz")

    assert result.exit_code == 2
    assert "Did you mean" not in result.stderr


def test_the_help_lists_all_commands(shell: Shell) -> None:
    result = shell.run_in_process("--help")

    assert result.exit_code == 0
    assert "earshot [OPTIONS] COMMAND" in result.stdout

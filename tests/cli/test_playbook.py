from pathlib import Path

from tests.cli.shell import Shell

EXAMPLE = Path(__file__).parents[2] / "playbook.example.toml"


def test_it_prints_the_playbook_that_explains_every_key(shell: Shell) -> None:
    assert shell.run_in_process("playbook").stdout.startswith(EXAMPLE.read_text("utf-8"))


def test_who_has_none_is_told_how_to_begin_one_and_can(shell: Shell) -> None:
    (shell.folder / "playbook.toml").unlink()
    assert "To start one: earshot playbook > playbook.toml" in shell.run_in_process("check").stderr

    shell.write("playbook.toml", shell.run_in_process("playbook").stdout)
    said = shell.run_in_process("check")
    assert "playbook.toml: Northwind Air, " in said.stdout
    assert "there is no such file" not in said.stderr

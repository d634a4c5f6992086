"""`earshot score`: a line out for each line in."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from bot.cli.score import ONE_TEXT
from tests.cli.shell import Shell, on_a_terminal

WHEN = "2026-03-10T12:00:00Z"


def line(number: int, text: str = "northwind lost my bag, I am furious", **more: Any) -> str:
    return json.dumps({"id": f"x:{number}", "text": text, "created_at": WHEN, **more}) + "\n"


def answers(out: str | bytes) -> list[dict[str, Any]]:
    return [json.loads(each) for each in out.splitlines()]


def test_an_assessment_has_what_was_promised(shell: Shell) -> None:
    shell.write("in.jsonl", line(1))
    [said] = answers(shell.run_in_process("score", "in.jsonl").stdout)

    assert list(said) == [
        "id", "sentiment", "probabilities", "unsure", "intents", "labels", "subject", "urgency", "department", "because",
    ]  # fmt: skip
    assert (said["id"], said["sentiment"], said["subject"], said["department"]) == (
        "x:1", "negative", "Northwind", "care",
    )  # fmt: skip
    assert said["labels"] == sorted(said["labels"])
    assert sum(said["probabilities"].values()) == pytest.approx(1, abs=0.001)


def test_numbers_have_four_digits_at_most(shell: Shell) -> None:
    shell.write("in.jsonl", line(1))
    [said] = answers(shell.run_in_process("score", "in.jsonl").stdout)

    assert all(round(share, 4) == share for share in (*said["probabilities"].values(), *said["intents"].values()))


def test_what_nobody_needs_to_see_has_no_department(shell: Shell) -> None:
    shell.write("in.jsonl", line(1, "northwind flies to Lisbon on Tuesdays"))

    assert answers(shell.run_in_process("score", "in.jsonl").stdout)[0]["department"] is None


def test_there_is_one_line_for_each_line_in_order(shell: Shell) -> None:
    shell.write("in.jsonl", "".join(map(line, range(150))))
    result = shell.run_in_process("score", "in.jsonl")

    assert [said["id"] for said in answers(result.stdout)] == [f"x:{number}" for number in range(150)]
    assert result.exit_code == 0


def test_a_bad_line_makes_score_end_with_1_and_the_rest_is_scored(shell: Shell) -> None:
    shell.write("in.jsonl", line(1) + "nonsense\n" + line(2) + '{"id": "x:3"}\n')
    result = shell.run_in_process("score", "in.jsonl")

    assert result.exit_code == 1
    assert [said.get("id") or said for said in answers(result.stdout)] == [
        "x:1",
        {"line": 2, "error": "is not JSON (expecting value at character 1)"},
        "x:2",
        {"line": 4, "error": '"text" is missing'},
    ]


@pytest.mark.parametrize(
    "odd",
    [
        line(1, "half a pair \ud800 \x00 \x1b[31m"),
        line(1, "so angry " * 6_000),
        line(1, ""),
        line(1, "\u202e\u200b" * 100),
        '\ufeff{"id": "x:1", "text": "hm", "created_at": "2026-03-10T12:00:00Z"}\n',
        "[" * 50_000 + "\n",
        '{"id": 1e999}\n',
        "9" * 5_000 + "\n",
        '"' + "\x80" * 2_000_000 + "\n",
        "\x00\n",
    ],
)
def test_no_line_is_too_odd_to_be_answered(shell: Shell, odd: str) -> None:
    shell.write("in.jsonl", odd.encode("utf-8", "surrogatepass") + line(2).encode())
    result = shell.run_in_process("score", "in.jsonl")

    assert len(answers(result.stdout)) == 2
    assert result.stdout.isascii()
    assert "\x1b" not in result.stdout
    assert result.stderr == ""


def test_without_a_playbook_it_tells_what_can_be_told_of_any_brand(shell: Shell) -> None:
    (shell.folder / "playbook.toml").unlink()
    shell.write("in.jsonl", line(1))
    result = shell.run_in_process("score", "in.jsonl")
    [said] = answers(result.stdout)

    assert (said["sentiment"], said["subject"], said["department"]) == ("negative", "", None)
    assert result.stderr == ""


def test_the_playbook_may_be_named(shell: Shell) -> None:
    shell.playbook(northwind="eastwind")
    (shell.folder / "playbook.toml").rename(shell.folder / "east.toml")
    shell.write("in.jsonl", line(1, "eastwind lost my bag"))

    assert (
        answers(shell.run_in_process("score", "in.jsonl", "--playbook", "east.toml").stdout)[0]["subject"]
        == "Northwind"
    )


def test_a_playbook_that_is_named_and_bad_is_refused(shell: Shell) -> None:
    shell.write("bad.toml", "brand = 1")
    result = shell.run_in_process("score", "--playbook", "bad.toml")

    assert result.exit_code == 1
    assert result.stderr.startswith("bad.toml: ")


def test_settings_that_it_does_not_need_may_be_wrong(shell: Shell) -> None:
    shell.env["REDIS_URL"] = "nonsense"
    shell.write("in.jsonl", line(1))

    assert shell.run_in_process("score", "in.jsonl").exit_code == 0


def test_a_file_that_is_not_there_is_said(shell: Shell) -> None:
    result = shell.run_in_process("score", "nowhere.jsonl")

    assert (result.exit_code, result.stderr) == (1, f"nowhere.jsonl: there is no such file\n{ONE_TEXT}\n")


def test_a_text_is_scored_as_json_in_a_pipe(shell: Shell) -> None:
    result = shell.run_in_process("score", "northwind lost my bag, I am furious")
    [found] = answers(result.stdout)

    assert (found["id"], found["sentiment"], found["department"]) == ("text:1", "negative", "care")


def test_a_text_is_explained_on_a_terminal(shell: Shell) -> None:
    text = "northwind lost my bag, I am furious \x1b[31m"
    seen = on_a_terminal(lambda tty: shell.run_process("score", text, files={"stdout": tty, "stderr": tty}))
    lines = [each.split(maxsplit=1) for each in seen.splitlines()]

    assert [name for name, _ in lines[:6]] == ["Sentiment", "Type", "Priority", "Subject", "Department", "Why"]
    assert dict(lines[1:5]) == {"Type": "complaint", "Priority": "high", "Subject": "Northwind", "Department": "care"}
    assert "\x1b" not in seen


def test_a_text_is_json_on_a_terminal_where_that_is_wanted(shell: Shell) -> None:
    command = ("score", "--json", "northwind lost my bag")
    seen = on_a_terminal(lambda tty: shell.run_process(*command, files={"stdout": tty, "stderr": tty}))

    assert json.loads(seen)["subject"] == "Northwind"


def test_a_text_without_a_playbook_has_no_department(shell: Shell) -> None:
    (shell.folder / "playbook.toml").unlink()
    seen = on_a_terminal(lambda tty: shell.run_process("score", "lost my bag", files={"stdout": tty, "stderr": tty}))

    assert seen.startswith("No playbook: ")
    assert "Department" not in seen


@pytest.mark.parametrize("text", ["", "why?", "and/or", "see northwind.example now", "x" * 9_000])
def test_whatever_is_not_a_file_is_a_text(shell: Shell, text: str) -> None:
    assert answers(shell.run_in_process("score", text).stdout)[0]["id"] == "text:1"


def test_stdin_is_read_where_no_file_is_named(shell: Shell) -> None:
    done = shell.run_process("score", stdin=(line(1) + "nonsense\n").encode())

    assert done.returncode == 1
    assert [said.get("id") for said in answers(done.stdout)] == ["x:1", None]


def test_each_line_is_answered_while_the_next_is_not_yet_written(shell: Shell) -> None:
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(shell.command("score", "-"), cwd=shell.folder, env=shell.environment, **pipes) as process:  # type: ignore[call-overload]
        for number in (1, 2):
            process.stdin.write(line(number).encode())
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["id"] == f"x:{number}"


def test_it_leaves_quietly_when_nobody_reads_on(shell: Shell) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = shell.run_process(
        "score", stdin="".join(map(line, range(200))).encode(), files={"stdout": writing, "stderr": subprocess.PIPE}
    )
    os.close(writing)

    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a disk that is always full is Linux's own")
def test_a_full_disk_is_said(shell: Shell) -> None:
    with Path("/dev/full").open("wb") as full:
        done = shell.run_process(
            "score", stdin=line(1).encode(), files={"stdout": full.fileno(), "stderr": subprocess.PIPE}
        )

    assert (done.returncode, done.stderr) == (1, b"The output cannot be written: No space left on device.\n")


def test_a_closed_stdin_is_said(shell: Shell, tmp_path: Path) -> None:
    with (tmp_path / "deaf").open("wb") as only_written_to:
        done = shell.run_process("score", files={"stdin": only_written_to.fileno(), "stdout": -1, "stderr": -1})

    assert (done.returncode, done.stderr) == (1, b"-: cannot be read: Bad file descriptor\n")

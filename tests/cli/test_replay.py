"""`earshot replay`: a recorded day into the inbox."""

import asyncio
import json
import signal
from datetime import timedelta
from pathlib import Path

import pytest

from bot.clock import SystemClock
from bot.store.client import RedisClient
from bot.store.store import Store
from tests.cli.shell import Shell, on_a_terminal


def line(number: int, hour: int = 9) -> str:
    return json.dumps({"id": f"x:{number}", "text": "hm", "created_at": f"2026-03-10T{hour:02}:00:00Z"}) + "\n"


@pytest.fixture
def shell_with_inbox(shell: Shell, redis_url: str, brand: str) -> Shell:
    """A shell on the session's server, under a brand of its own."""
    shell.playbook(brand=brand)
    shell.env["REDIS_URL"] = redis_url
    return shell


def day(shell: Shell, *lines: str) -> Path:
    return shell.write("day.jsonl", "".join(lines))


async def test_it_puts_a_day_into_the_inbox_and_says_how_much(shell_with_inbox: Shell, store: Store) -> None:
    day(shell_with_inbox, line(1), "nonsense\n", line(2), line(2))
    done = await shell_with_inbox.run_in_thread("replay", "day.jsonl", "--speed", "max")

    assert (done.exit_code, done.stdout) == (0, "3 mentions read, 2 new, 1 invalid line\n")
    assert (await store.inbox.measure_backlog())[0] == 2


def test_it_names_the_lines_that_are_no_mentions_and_who_takes_the_others(shell_with_inbox: Shell) -> None:
    day(shell_with_inbox, line(1), "nonsense\n")
    done = shell_with_inbox.run_in_process("replay", "day.jsonl", "--speed", "max")

    assert done.stderr.splitlines() == [
        "line 2: is not JSON (expecting value at character 1)",
        "1 mention in the inbox. earshot run processes them.",
    ]


async def test_interrupted_it_says_where_and_goes_on_from_there(
    shell_with_inbox: Shell, client: RedisClient, brand: str
) -> None:
    day(shell_with_inbox, line(1), line(2, hour=10), line(3, hour=11))
    store = Store(client, brand, "test")
    process = await asyncio.create_subprocess_exec(
        *shell_with_inbox.command("replay", "day.jsonl"),
        cwd=shell_with_inbox.folder,
        env=shell_with_inbox.environment,
        stderr=asyncio.subprocess.PIPE,
    )
    while not (await store.inbox.measure_backlog())[0]:
        assert process.returncode is None
    process.send_signal(signal.SIGINT)
    _, said = await process.communicate()
    again = await shell_with_inbox.run_in_thread("replay", "day.jsonl", "--speed", "max")

    assert (process.returncode, said) == (1, b"Stopped after line 1. Run the same command to continue.\n")
    assert "Continuing after line 1." in again.stderr
    assert again.stdout.startswith("2 mentions read, 2 new")


def test_what_was_read_to_its_end_is_not_read_again_and_what_was_added_is(shell_with_inbox: Shell) -> None:
    path = day(shell_with_inbox, line(1))
    shell_with_inbox.run_in_process("replay", "day.jsonl", "--speed", "max")
    again = shell_with_inbox.run_in_process("replay", "day.jsonl", "--speed", "max")
    path.write_text(line(1) + line(2))

    assert again.stdout.startswith("0 mentions read")
    assert "was already read to its end" in again.stderr
    assert shell_with_inbox.run_in_process("replay", "day.jsonl", "--speed", "max").stdout.startswith(
        "1 mention read, 1 new"
    )


async def test_rebased_the_day_begins_now(shell_with_inbox: Shell, store: Store) -> None:
    day(shell_with_inbox, line(1), line(2, hour=10))
    began = SystemClock().now()
    await shell_with_inbox.run_in_thread("replay", "day.jsonl", "--speed", "max", "--rebase")
    first, second = [entry.mention for entry in await store.inbox.read("test", 5, wait=False)]

    assert first
    assert second
    assert began <= first.created_at <= SystemClock().now()
    assert second.created_at - first.created_at == timedelta(hours=1)


def test_without_redis_it_feeds_the_embedded_store(shell: Shell) -> None:
    day(shell, line(1))

    assert shell.run_in_process("replay", "day.jsonl", "--speed", "max").stdout.startswith("1 mention read, 1 new")
    assert (shell.folder / ".earshot").is_dir()


def test_a_store_that_does_not_answer_is_said_with_how_to_go_on(shell: Shell) -> None:
    day(shell, line(1))
    shell.env["REDIS_URL"] = "redis://127.0.0.1:1"
    done = shell.run_in_process("replay", "day.jsonl", "--speed", "max")

    assert done.exit_code == 1
    assert done.stderr.startswith("Redis does not answer")
    assert done.stderr.endswith("Stopped after line 0. Run the same command to continue.\n")


def test_on_a_terminal_a_bar_goes_along_and_is_gone_at_the_end(shell_with_inbox: Shell) -> None:
    day(shell_with_inbox, line(1), "nonsense\n")
    seen = on_a_terminal(
        lambda terminal: shell_with_inbox.run_process(
            "replay", "day.jsonl", "--speed", "max", files={"stdout": -1, "stderr": terminal}
        )
    )

    assert "day.jsonl" in seen
    assert "line 2: is not JSON" in seen


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["nowhere.jsonl"], 1, "nowhere.jsonl: there is no such file"),
        (["."], 1, ".: is not a regular file"),
        (["playbook.toml", "--playbook", "nowhere.toml"], 1, "nowhere.toml: there is no such file"),
        (["playbook.toml", "--speed", "fast"], 2, "'fast' is not a speed"),
        (["playbook.toml", "--speed", "-1"], 2, "'-1' is not a speed"),
        (["playbook.toml", "--speed", "nan"], 2, "'nan' is not a speed"),
        ([], 2, "Missing argument"),
    ],
)
def test_what_cannot_be_done_is_refused_in_words(shell: Shell, words: list[str], code: int, said: str) -> None:
    done = shell.run_in_process("replay", *words)

    assert done.exit_code == code
    assert said in done.stderr

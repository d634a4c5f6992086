"""A server that refuses, or is none that we can use: a sentence and exit code 1 from each command, never a traceback."""

import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest

from bot.store.client import RedisClient
from bot.store.server_info import fetch_server_info
from tests.cli.shell import Shell
from tests.store.loopback_server import (
    USER,
    FullDisk,
    FullMemory,
    MissingPermission,
    NoScripts,
    WriteFailure,
    is_replica_linked,
    start_loopback_server,
    wait_until,
)
from tests.store.refusing_server import serve_refusals

linux = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a process cannot bound another's files")


@asynccontextmanager
async def replica(folder: Path) -> AsyncIterator[str]:
    async with start_loopback_server(folder / "primary") as primary, start_loopback_server(folder / "replica") as made:
        await made.admin.execute("REPLICAOF", "127.0.0.1", primary.port)
        await is_replica_linked(made)
        yield made.url


@asynccontextmanager
async def sentinel(folder: Path) -> AsyncIterator[str]:
    (folder / "sentinel.conf").write_text("", encoding="utf-8")
    async with start_loopback_server(folder, "--sentinel", config=folder / "sentinel.conf") as made:
        yield f"redis://127.0.0.1:{made.port}"


@asynccontextmanager
async def node_without_slots(folder: Path) -> AsyncIterator[str]:
    async with start_loopback_server(folder, "--cluster-enabled", "yes") as made:
        yield f"redis://127.0.0.1:{made.port}"


@asynccontextmanager
async def node_of_other_slots(folder: Path) -> AsyncIterator[str]:
    words = ("--cluster-enabled", "yes", "--cluster-require-full-coverage", "no")
    async with (
        start_loopback_server(folder / "a", *words) as made,
        start_loopback_server(folder / "b", *words) as other,
    ):
        await other.admin.execute("CLUSTER", "ADDSLOTSRANGE", 0, 16383)
        await made.admin.execute("CLUSTER", "MEET", "127.0.0.1", other.port)

        async def knows() -> bool:
            return "cluster_slots_ok:16384" in str(await made.admin.execute("CLUSTER", "INFO"))

        await wait_until(knows)
        yield f"redis://127.0.0.1:{made.port}"


def made_to_refuse(how: type[WriteFailure]) -> Callable[[Path], AbstractAsyncContextManager[str]]:
    @asynccontextmanager
    async def refused(folder: Path) -> AsyncIterator[str]:
        async with start_loopback_server(folder / "server") as server, start_loopback_server(folder / "spare") as spare:
            await how(server, spare).begin()
            yield server.url

    return refused


@asynccontextmanager
async def no_such_database(folder: Path) -> AsyncIterator[str]:
    async with start_loopback_server(folder) as server:
        yield f"{server.url}/99"


@asynccontextmanager
async def no_redis(folder: Path) -> AsyncIterator[str]:
    del folder
    async with serve_refusals("HTTP/1.1 400 Bad Request") as server:
        yield server.url


WRONG = [
    pytest.param(replica, "replica", id="replica"),
    pytest.param(sentinel, "Sentinel", id="sentinel"),
    pytest.param(node_without_slots, "node of the cluster", id="cluster-down"),
    pytest.param(node_of_other_slots, "node of the cluster", id="moved"),
    pytest.param(no_such_database, "does not have the database that REDIS_URL names", id="database"),
    pytest.param(no_redis, "is not Redis", id="no-redis"),
    pytest.param(made_to_refuse(NoScripts), "refuses a permission that Earshot needs", id="no-scripts"),
    pytest.param(made_to_refuse(MissingPermission), "refuses a permission that Earshot needs", id="one-right-short"),
    pytest.param(made_to_refuse(FullMemory), "takes no writes", id="full-memory"),
    pytest.param(made_to_refuse(FullDisk), "takes no writes", id="full-disk", marks=linux),
]


@pytest.fixture
def store_shell(shell: Shell) -> Shell:
    """Everything that run needs, but for its store."""
    shell.env.update(SLACK_BOT_TOKEN="xoxb-1", SLACK_SIGNING_SECRET="s" * 32, SLACK_API_URL="http://127.0.0.1:1/api/")
    shell.env.update(EARSHOT_HOST="127.0.0.1", EARSHOT_PORT="0")
    return shell


@pytest.mark.parametrize(("wrong", "words"), WRONG)
async def test_check_and_run_refuse_it_in_a_sentence(
    wrong: Callable[[Path], AbstractAsyncContextManager[str]], words: str, store_shell: Shell, tmp_path: Path
) -> None:
    (tmp_path / "redis").mkdir()
    async with wrong(tmp_path / "redis") as url:
        store_shell.env["REDIS_URL"] = url
        checked = await store_shell.run_in_thread("check")
        ran = await store_shell.run_in_thread("run")

    [line] = [line for line in checked.stderr.splitlines() if line.startswith("REDIS_URL: ")]
    assert words in line
    assert "Everything is ready" not in checked.stdout
    [line] = ran.stderr.splitlines()
    assert words in line
    assert (checked.exit_code, ran.exit_code) == (1, 1)


COMMANDS = (
    ("dead", "list"),
    ("dead", "replay", "--all"),
    ("dead", "drop", "--all", "--yes"),
    ("corrections", "list"),
    ("corrections", "export"),
    ("replay", "day.jsonl", "--speed", "max"),
)


@pytest.mark.parametrize(("wrong", "words"), WRONG)
async def test_no_command_ends_in_a_traceback_and_what_was_not_done_is_said(
    wrong: Callable[[Path], AbstractAsyncContextManager[str]], words: str, store_shell: Shell, tmp_path: Path
) -> None:
    store_shell.write("day.jsonl", '{"id": "x:1", "text": "hm", "created_at": "2026-03-10T09:00:00Z"}\n')
    (tmp_path / "redis").mkdir()
    async with wrong(tmp_path / "redis") as url:
        store_shell.env["REDIS_URL"] = url
        for command in COMMANDS:
            done = await store_shell.run_in_thread(*command)
            assert isinstance(done.exception, SystemExit | None), command
            assert done.exit_code in {0, 1}
            if done.exit_code or command[0] == "replay":
                assert words in done.stderr


async def test_a_node_that_has_all_slots_is_used_and_told_of(connected: Shell, tmp_path: Path) -> None:
    async with start_loopback_server(tmp_path, "--cluster-enabled", "yes") as made:
        await made.admin.execute("CLUSTER", "ADDSLOTSRANGE", 0, 16383)

        async def up() -> bool:
            return "cluster_state:ok" in str(await made.admin.execute("CLUSTER", "INFO"))

        await wait_until(up)
        connected.env["REDIS_URL"] = f"redis://127.0.0.1:{made.port}"
        checked = await connected.run_in_thread("check")
        assert checked.exit_code == 0, checked.stderr
        assert "this is a node of a cluster. Begin it with redis+cluster://, so that Earshot follows" in checked.stdout
        connected.env["REDIS_URL"] = f"redis+cluster://127.0.0.1:{made.port}"
        followed = await connected.run_in_thread("check")
        connected.env["EARSHOT_COPIES"] = "1"
        uncopied = await connected.run_in_thread("check")
        ran = await connected.run_in_thread("run")
    assert ", in a cluster" in followed.stdout
    assert "Set EARSHOT_COPIES=1 to prevent it" in followed.stdout
    assert uncopied.exit_code == 1
    assert "is 1, and the server has 0 replicas" in uncopied.stderr + uncopied.stdout
    assert ran.exit_code == 1
    assert "Only 0 of 1 replicas (EARSHOT_COPIES) confirm" in ran.stderr
    assert "lower it, or add replicas" in ran.stderr


async def test_a_server_that_says_only_that_it_is_a_cluster_is_one() -> None:
    async with serve_refusals("+cluster_enabled:1") as server:
        client = RedisClient(server.url)
        assert (await fetch_server_info(client)).mode == "cluster"
        await client.close()


def test_run_refuses_no_worker_at_all_and_says_that_one_process_is_started(store_shell: Shell) -> None:
    store_shell.env["REDIS_URL"] = "redis://127.0.0.1:1"
    nothing = store_shell.run_in_process("run", "--workers", "")
    assert nothing.exit_code == 2
    assert "names no worker" in nothing.stderr
    alone = store_shell.run_in_process("run", "--processes", "4", "--workers", "delivery")
    assert "further processes are for triage, which --workers leaves out. One is started" in alone.stderr
    assert alone.exit_code == 1


async def test_a_right_that_is_needed_only_later_is_missed_by_check_and_run(store_shell: Shell, tmp_path: Path) -> None:
    async with start_loopback_server(tmp_path / "redis") as server:
        await server.admin.execute("ACL", "SETUSER", USER, "-xreadgroup", "-zrange")
        store_shell.env["REDIS_URL"] = server.url
        checked = await store_shell.run_in_thread("check")
        ran = await store_shell.run_in_thread("run")
    sentence = "Redis refuses a permission that Earshot needs: ZRANGE, XREADGROUP."
    assert f"REDIS_URL: {sentence}" in checked.stderr
    assert ran.stderr.startswith(sentence)
    assert (checked.exit_code, ran.exit_code) == (1, 1)

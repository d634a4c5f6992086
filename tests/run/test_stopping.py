"""Where `earshot run` cannot begin, and how it ends: what its probes are told."""

import asyncio
import json
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.shell import Shell
from tests.run.process import EarshotProcess, run_earshot
from tests.run.test_run import card_in


async def refused(earshot: EarshotProcess, *words: str, **changes: str) -> str:
    """What a second process beside this one says, and nothing else."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "run", *words),
        env=earshot.environ | changes,
        cwd=earshot.folder,
        stderr=asyncio.subprocess.PIPE,
    )
    _, said = await process.communicate()
    assert process.returncode == 1, said.decode()
    assert len(said.splitlines()) == 1, said.decode()
    return said.decode()


async def test_a_second_process_on_the_same_port_ends_with_a_sentence_and_the_first_goes_on(tmp_path: Path) -> None:
    async with run_earshot(tmp_path, socket_mode=False) as earshot:
        said = await refused(earshot)
        assert said.startswith(f"EARSHOT_PORT: port {earshot.port} is taken")
        assert said.endswith("A process without http needs no port: earshot run --workers triage\n")
        assert await earshot.deliver("you lost my suitcase again", "1") == 202


async def test_a_second_process_without_http_and_slack_opens_no_port_and_no_socket_and_works_with_the_first(
    tmp_path: Path,
) -> None:
    first_runs = ("--workers", "slack,http,delivery")
    async with run_earshot(tmp_path, socket_mode=True, words=first_runs) as earshot:
        second = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "run", "--workers", "triage"),
            env=earshot.environ,
            cwd=earshot.folder,
            stderr=asyncio.subprocess.PIPE,
        )
        assert await earshot.deliver("you lost my suitcase again", "1") == 202
        await card_in(earshot)
        assert list_ports(second.pid) == []
        assert earshot.sandbox.sockets.count == 1
        second.terminate()
        _, said = await second.communicate()
        assert second.returncode == 0, said.decode()


async def test_slack_without_http_is_refused_where_slack_calls_us(tmp_path: Path) -> None:
    async with run_earshot(tmp_path, socket_mode=False) as earshot:
        said = await refused(earshot, "--workers", "slack,triage")
        assert said.startswith("--workers: slack needs http where SLACK_APP_TOKEN is not set")


def list_ports(pid: int) -> list[str]:
    """Sockets of this process that listen for TCP."""
    held = {link.readlink().name for link in Path(f"/proc/{pid}/fd").iterdir() if link.is_symlink()}
    rows = [
        line.split()
        for table in ("tcp", "tcp6")
        for line in Path(f"/proc/{pid}/net/{table}").read_text("ascii").splitlines()[1:]
    ]
    return [row[1] for row in rows if row[3] == "0A" and f"socket:[{row[9]}]" in held]


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as other:
        other.bind(("0.0.0.0", 0))
        other.listen()
        yield int(other.getsockname()[1])


def test_an_address_that_cannot_be_listened_on_is_said_with_what_to_change(tmp_path: Path, taken_port: int) -> None:
    shell = Shell(tmp_path)
    shell.playbook()
    shell.env.update(SLACK_BOT_TOKEN="xoxb-1", SLACK_SIGNING_SECRET="s" * 32)
    for host, port, sentence in (
        ("0.0.0.0", taken_port, f"EARSHOT_PORT: port {taken_port} is taken"),
        ("localhost", taken_port, f"EARSHOT_PORT: port {taken_port} is taken"),
        ("nowhere.invalid", 0, "EARSHOT_HOST: no address is known for 'nowhere.invalid'"),
        ("203.0.113.7", 0, "EARSHOT_HOST: this machine does not have the address '203.0.113.7'"),
        ("a..b", 0, "EARSHOT_HOST: no address is known for 'a..b'"),
    ):
        shell.env.update(EARSHOT_HOST=host, EARSHOT_PORT=str(port))
        done = shell.run_in_process("run")
        assert done.exit_code == 1
        [line] = done.stderr.splitlines()
        assert line.startswith(sentence)


async def test_a_process_that_is_told_to_end_says_so_at_once_and_finishes_what_it_has_in_hand(tmp_path: Path) -> None:
    async with run_earshot(tmp_path, socket_mode=False) as earshot:
        assert await earshot.deliver("you lost my suitcase again", "1") == 202
        card = await card_in(earshot)
        earshot.process.terminate()
        async with asyncio.timeout(1.5):
            while (await earshot.get("/readyz"))[0] == 200:  # noqa: ASYNC110 - another process has no event for us
                await asyncio.sleep(0.02)
        assert json.loads((await earshot.get("/readyz"))[1])["why"].startswith("This process is stopping")
        assert (await earshot.get("/healthz"))[0] == 200
        assert await earshot.deliver("and nobody answers", "2") == 202
        assert (await earshot.sandbox.get_user("ana").click_button(card, "Claim")).acked
        async with asyncio.timeout(15):
            assert await earshot.process.wait() == 0
    assert not any("Traceback" in line for line in earshot.log)


async def test_a_process_that_only_takes_hooks_is_ready_while_slack_is_down_and_nobody_triages(tmp_path: Path) -> None:
    async with run_earshot(tmp_path, socket_mode=False, slack_down=True, words=("--workers", "http")) as earshot:
        assert await earshot.deliver("you lost my suitcase again", "1") == 202
        assert (await earshot.get("/readyz"))[0] == 200
        status, said = await earshot.get("/statusz")
        assert (status, json.loads(said)["queues"]["inbox"]["length"]) == (200, 1)

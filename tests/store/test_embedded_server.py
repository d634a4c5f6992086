"""The embedded server: one for a folder, alive while one of us is, with its data there at the next start."""

import asyncio
import fcntl
import os
import sys
from pathlib import Path

import pytest

from bot.store.client import RedisClient
from bot.store.embedded_server import EmbeddedServer, EmbeddedServerError, find_server
from bot.store.private_folder import SOCKET_PATH_MOST
from bot.store.store import connect_store
from tests.clock import SteppedClock
from tests.workers.numbered_mentions import build_numbered_mention

OWNER = """
import asyncio, sys
from pathlib import Path
from bot.store.client import RedisClient
from bot.store.embedded_server import run_embedded

async def main():
    async with run_embedded(Path(sys.argv[1])) as server:
        client = RedisClient(server.url)
        await client.execute("SET", "word", "kept")
        print(server.pid, flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""
linux = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a server outlives a killed parent, and is used")


async def start_server(embedded: EmbeddedServer) -> EmbeddedServer:
    await embedded.ensure_running()
    await embedded.wait_ready()
    return embedded


async def execute(embedded: EmbeddedServer, *words: str) -> object:
    client = RedisClient(embedded.url)
    try:
        return await client.execute(*words)
    finally:
        await client.close()


async def killed_owner(folder: Path) -> int:
    """A process that ran a server, wrote a word and was killed; gives the server's pid."""
    owner = await asyncio.create_subprocess_exec(
        sys.executable, "-c", OWNER, str(folder), stdout=asyncio.subprocess.PIPE
    )
    assert owner.stdout is not None
    async with asyncio.timeout(60):
        pid = int(await owner.stdout.readline())
    owner.kill()
    await owner.wait()
    return pid


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


async def wait_gone(pid: int) -> None:
    async with asyncio.timeout(60):
        while alive(pid):  # noqa: ASYNC110 - another process's child: there is nothing to wait for
            await asyncio.sleep(0.01)


async def test_a_second_process_with_the_same_folder_uses_the_first_ones_server(
    first: EmbeddedServer, second: EmbeddedServer
) -> None:
    await start_server(first)
    assert not await second.ensure_running()
    await second.wait_ready()
    await execute(first, "SET", "word", "shared")
    assert (second.pid, await execute(second, "GET", "word")) == (None, "shared")


async def test_when_the_owner_ends_the_other_takes_over_with_the_data(
    first: EmbeddedServer, second: EmbeddedServer
) -> None:
    await start_server(first)
    await second.ensure_running()
    await execute(first, "SET", "word", "kept")
    await first.stop()
    assert await second.ensure_running()
    await second.wait_ready()
    assert await execute(second, "GET", "word") == "kept"


async def test_an_owner_that_is_just_leaving_does_not_keep_the_next_from_starting(
    tmp_path: Path, second: EmbeddedServer
) -> None:
    with (tmp_path / "lock").open("w", encoding="ascii") as leaving:
        fcntl.flock(leaving, fcntl.LOCK_EX)
        assert not await second.ensure_running()
    await second.wait_ready()
    assert second.pid is not None


async def test_a_server_whose_socket_was_taken_away_is_replaced(first: EmbeddedServer) -> None:
    await start_server(first)
    await execute(first, "SET", "word", "kept")
    first.socket.unlink()
    await start_server(first)
    assert await execute(first, "GET", "word") == "kept"


@linux
async def test_a_killed_parent_leaves_no_server_behind_and_its_data_is_there_again(
    tmp_path: Path, first: EmbeddedServer
) -> None:
    pid = await killed_owner(tmp_path)
    await wait_gone(pid)
    await start_server(first)
    assert await execute(first, "GET", "word") == "kept"


@linux
async def test_who_starts_while_a_killed_ones_server_still_ends_takes_over_and_loses_nothing(
    tmp_path: Path, first: EmbeddedServer
) -> None:
    pid = await killed_owner(tmp_path)
    await start_server(first)
    await wait_gone(pid)
    async with asyncio.timeout(60):
        while not await first.ensure_running():  # noqa: ASYNC110 - as its keeper does, once a second
            await asyncio.sleep(0.01)
    await first.wait_ready()
    assert await execute(first, "GET", "word") == "kept"
    assert first.pid != pid


async def test_a_store_in_a_folder_is_there_again_when_it_is_opened_again(tmp_path: Path, clock: SteppedClock) -> None:
    async with connect_store("", tmp_path, "brand", "test") as store:
        await store.inbox.admit("x", [build_numbered_mention(1)], "c1", clock.now())
    async with connect_store("", tmp_path, "brand", "test") as store:
        assert (await store.inbox.load_cursor("x"), (await store.mention_counters.read()).waiting) == ("c1", 1)


async def test_a_server_that_still_reads_its_file_is_waited_for(tmp_path: Path) -> None:
    embedded = EmbeddedServer(tmp_path)
    answers = [b"-LOADING the dataset in memory\r\n"] * 50

    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(answers.pop() if answers else b"+PONG\r\n")
        await writer.drain()
        writer.close()

    async with await asyncio.start_unix_server(answer, embedded.socket):
        await embedded.wait_ready(0.3)
    assert not answers
    assert embedded.pid is None, "no second server is started beside it"
    await embedded.stop()


async def test_a_path_too_long_for_a_socket_is_no_hindrance(tmp_path: Path) -> None:
    folder = tmp_path / ("deep" * 30)
    embedded = await start_server(EmbeddedServer(folder))
    assert len(os.fsencode(embedded.socket)) <= SOCKET_PATH_MOST
    assert await execute(embedded, "PING") == "PONG"
    await embedded.stop()


def test_where_no_server_is_found_it_is_said_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(EmbeddedServerError, match=r"Install one .* or set REDIS_URL"):
        find_server(path=str(tmp_path), bundled=tmp_path)


async def test_a_folder_that_cannot_be_written_is_said_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(EmbeddedServerError, match="EARSHOT_DATA"):
        await EmbeddedServer(tmp_path / "file").ensure_running()


async def test_a_server_that_cannot_start_says_where_its_reason_is(tmp_path: Path) -> None:
    (tmp_path / "appendonlydir").write_text("in the way")
    embedded = EmbeddedServer(tmp_path)
    with pytest.raises(EmbeddedServerError, match=r"redis\.log"):
        await start_server(embedded)
    await embedded.stop()

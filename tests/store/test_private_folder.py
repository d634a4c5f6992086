"""The embedded store on a machine that others use too: its data, its socket, and who answers on it."""

import asyncio
import os
import shutil
import socket
import stat
import sys
from pathlib import Path

import pytest

from bot.store.embedded_server import EmbeddedServer, EmbeddedServerError, find_server
from bot.store.private_folder import EMPTY_MOST, LINK, check_data_readable, make_private, verify_peer
from tests.store.test_embedded_server import execute, start_server

NOBODY = 65534
root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a file or a server somebody else's")
LONG = "deep" * 30
OTHERS = stat.S_IRWXG | stat.S_IRWXO
STRANGER = """
import os, socket, sys
os.setuid(int(sys.argv[2]))
server = socket.socket(socket.AF_UNIX)
server.bind(sys.argv[1])
server.listen()
print("listens", flush=True)
while True:
    taken, _ = server.accept()
    taken.recv(100)
    taken.send(b"+PONG\\r\\n")
"""


def open_to_others(folder: Path) -> set[str]:
    found = (folder, *folder.rglob("*"))
    return {path.name for path in found if path.lstat().st_mode & OTHERS and not path.is_symlink()}


async def test_no_other_user_reads_the_data_the_log_or_the_socket(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    before = os.umask(0)
    try:
        embedded = await start_server(EmbeddedServer(folder))
        await execute(embedded, "SET", "word", "kept")
    finally:
        os.umask(before)
    await embedded.stop()

    assert open_to_others(folder) == set()
    assert {"redis.log", "appendonlydir"} <= {path.name for path in folder.iterdir()}


async def test_a_folder_that_was_open_is_closed_at_the_next_start(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    folder.chmod(0o755)
    embedded = await start_server(EmbeddedServer(folder))
    await embedded.stop()

    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_folder_that_everybody_uses_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    tmp_path.chmod(0o1777)
    with pytest.raises(EmbeddedServerError, match=r"open to other users .* EARSHOT_DATA to a new folder"):
        make_private(tmp_path)

    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o1777


async def test_where_the_path_is_too_long_the_socket_is_in_a_folder_of_ours_alone(tmp_path: Path) -> None:
    embedded = await start_server(EmbeddedServer(tmp_path / LONG))
    room = embedded.socket.parent

    assert (stat.S_IMODE(room.stat().st_mode), room.stat().st_uid) == (0o700, os.geteuid())
    await embedded.stop()
    assert not room.exists()


async def test_where_the_path_is_too_long_a_second_process_finds_the_first_ones_server(tmp_path: Path) -> None:
    first, second = EmbeddedServer(tmp_path / LONG), EmbeddedServer(tmp_path / LONG)
    await start_server(first)
    assert not await second.ensure_running()
    assert (second.socket, await execute(second, "PING")) == (first.socket, "PONG")

    await first.stop()
    assert await second.ensure_running()
    await second.wait_ready()
    assert second.socket == first.socket
    await second.stop()


async def test_two_long_paths_have_two_sockets(tmp_path: Path) -> None:
    one, other = EmbeddedServer(tmp_path / f"a{LONG}"), EmbeddedServer(tmp_path / f"b{LONG}")
    await start_server(one)
    await start_server(other)
    assert one.socket != other.socket
    await one.stop()
    await other.stop()


async def test_a_room_of_the_socket_that_others_may_enter_is_not_used(tmp_path: Path) -> None:
    folder, room = tmp_path / LONG, tmp_path / "open"
    room.mkdir()
    room.chmod(0o777)
    folder.mkdir()
    (folder / LINK).symlink_to(room)
    embedded = await start_server(EmbeddedServer(folder))

    assert embedded.socket.parent != room
    await embedded.stop()


@root
@pytest.mark.parametrize("name", ["data", LONG])
async def test_a_server_that_another_user_put_there_first_is_not_believed(tmp_path: Path, name: str) -> None:
    for folder in (tmp_path, *tmp_path.parents[:3]):
        folder.chmod(0o755)
    folder, room = tmp_path / name, tmp_path / "r"
    room.mkdir()
    room.chmod(0o777)
    folder.mkdir()
    folder.chmod(0o777)
    at = folder / "redis.sock" if name == "data" else room / "redis.sock"
    if name == LONG:
        (folder / LINK).symlink_to(room)
    stranger = await asyncio.create_subprocess_exec(
        sys.executable, "-c", STRANGER, str(at), str(NOBODY), stdout=asyncio.subprocess.PIPE
    )
    assert stranger.stdout is not None
    await stranger.stdout.readline()
    embedded = EmbeddedServer(folder)
    try:
        if name == "data":
            with pytest.raises(EmbeddedServerError, match=rf"another user \(uid {NOBODY}\)"):
                await start_server(embedded)
        else:
            await start_server(embedded)
            assert embedded.pid is not None
    finally:
        stranger.kill()
        await stranger.wait()
        await embedded.stop()


def test_our_own_server_is_believed(tmp_path: Path) -> None:
    one, other = socket.socketpair(socket.AF_UNIX)
    with one, other:
        verify_peer(one, tmp_path)


async def store_with_data(folder: Path) -> Path:
    embedded = await start_server(EmbeddedServer(folder))
    await execute(embedded, "SET", "word", "kept" * EMPTY_MOST)
    await embedded.stop()
    return folder / "appendonlydir"


async def test_data_without_its_manifest_is_refused_in_a_sentence_instead_of_beginning_empty(tmp_path: Path) -> None:
    kept = await store_with_data(tmp_path)
    (kept / "appendonly.aof.manifest").unlink()
    embedded = EmbeddedServer(tmp_path)

    with pytest.raises(EmbeddedServerError, match=r"bytes of data, and appendonly\.aof\.manifest, .* is missing"):
        await embedded.ensure_running()
    await embedded.stop()


async def test_a_manifest_that_does_not_name_the_newest_data_is_refused(tmp_path: Path) -> None:
    kept = await store_with_data(tmp_path)
    shutil.copy(kept / "appendonly.aof.1.incr.aof", kept / "appendonly.aof.2.incr.aof")
    embedded = EmbeddedServer(tmp_path)

    with pytest.raises(EmbeddedServerError, match=r"does not name appendonly\.aof\.2\.incr\.aof"):
        await embedded.ensure_running()
    await embedded.stop()


async def test_a_server_too_old_for_the_data_is_refused_instead_of_beginning_empty(tmp_path: Path) -> None:
    await store_with_data(tmp_path)
    old = tmp_path / "redis-server"
    old.write_text("#!/bin/sh\necho 'Redis server v=6.2.7 sha=00000000:0 malloc=libc bits=64'\n", encoding="utf-8")
    old.chmod(0o755)

    with pytest.raises(EmbeddedServerError, match="is version 6 and cannot read it"):
        check_data_readable(tmp_path, old)
    check_data_readable(tmp_path, find_server())


async def test_a_server_that_was_killed_at_its_first_start_hinders_nobody(tmp_path: Path) -> None:
    embedded = await start_server(EmbeddedServer(tmp_path))
    await embedded.stop()
    (tmp_path / "appendonlydir" / "appendonly.aof.manifest").unlink()

    again = await start_server(EmbeddedServer(tmp_path))
    assert await execute(again, "PING") == "PONG"
    await again.stop()

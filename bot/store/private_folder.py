"""The private data folder of the embedded server, and a path for its socket that is short enough.

Other users of the machine must not read the data, which has posts and signing secrets, nor listen at our socket's path.
"""

import ctypes
import os
import re
import socket
import stat
import struct
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path

SOCKET_PATH_MOST = 95
"""Bytes; kernels allow 104 to 108."""
PARENTS = ("/tmp", "/var/tmp")  # noqa: S108 - only for folders that mkdtemp makes for us alone
"""Where to put the folder of the socket if TMPDIR is too long, too."""
OURS_ALONE = 0o700
UMASK = 0o077
LINK = "sockets"
"""A link in the data folder to the folder of the socket, if the data folder's own path is too long."""
EMPTY_MOST = 256
"""Bytes of an empty store, which a server that was killed at its first start leaves without a manifest."""
_DATA = re.compile(r"^appendonly\.aof\.(\d+)\.(base|incr)\.(?:aof|rdb)$")


class EmbeddedServerError(Exception):
    """No server could be found or started. The message says what to do."""


def make_private(folder: Path) -> None:
    """Create the folder with mode 700, or set that mode. Raise `EmbeddedServerError` if that is impossible."""
    folder.mkdir(mode=OURS_ALONE, parents=True, exist_ok=True)
    found = folder.stat()
    if not stat.S_IMODE(found.st_mode) & UMASK:
        return
    if found.st_mode & stat.S_ISVTX or found.st_uid not in {os.geteuid(), *_find_root_users(found.st_uid)}:
        raise EmbeddedServerError(
            f"{folder} is open to other users of this machine, and Earshot may not close it. "
            f"Set EARSHOT_DATA to a new folder, {folder / 'earshot'} for example. Earshot makes it private."
        )
    folder.chmod(OURS_ALONE)
    if stat.S_IMODE(folder.stat().st_mode) & UMASK:
        advice = "Set EARSHOT_DATA to a folder on another disk."
        raise EmbeddedServerError(f"{folder} cannot be closed to other users. {advice}")


def _find_root_users(owner: int) -> set[int]:
    """Return the owner if we are root, who may run the command for another user."""
    return {owner} if os.geteuid() == 0 else set()


def resolve_socket_path(folder: Path) -> Path:
    """Return where the server of this folder listens: in the folder, or behind the link if its path is too long."""
    inside = folder / "redis.sock"
    if len(os.fsencode(inside)) <= SOCKET_PATH_MOST:
        return inside
    link = folder / LINK
    return (link.readlink() if link.is_symlink() else link) / "redis.sock"


def prepare_socket_folder(folder: Path) -> None:
    """Create the folder of the socket. Only for the holder of the lock. Raises `EmbeddedServerError`."""
    if resolve_socket_path(folder).parent == folder:
        return
    link = folder / LINK
    if link.is_symlink() and _is_private(link.readlink()):
        return
    link.unlink(missing_ok=True)
    link.symlink_to(_make_short_folder(folder))


def _make_short_folder(folder: Path) -> Path:
    for parent in (tempfile.gettempdir(), *PARENTS):
        if len(os.fsencode(parent)) <= SOCKET_PATH_MOST - len("/earshot-12345678/redis.sock"):
            with suppress(OSError):
                return Path(tempfile.mkdtemp(prefix="earshot-", dir=parent))
    raise EmbeddedServerError(f"{folder} is too long a path for a socket. Set EARSHOT_DATA to a shorter one.")


def remove_socket_folder(folder: Path) -> None:
    """Remove the folder of the socket; the next process creates it again under the same name."""
    if (room := resolve_socket_path(folder).parent) != folder:
        with suppress(OSError):
            (room / "redis.sock").unlink(missing_ok=True)
            room.rmdir()


def _is_private(folder: Path) -> bool:
    """Return True if the folder is ours alone. Create it if it was cleaned up: other processes expect it there."""
    try:
        folder.mkdir(mode=OURS_ALONE, exist_ok=True)
        found = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid() and not stat.S_IMODE(found.st_mode) & UMASK


def verify_peer(connected: socket.socket, folder: Path) -> None:
    """Raise `EmbeddedServerError` if the process at the other end is neither ours nor the folder's owner's."""
    user = _read_peer_uid(connected)
    if user not in {os.geteuid(), folder.stat().st_uid}:
        raise EmbeddedServerError(
            f"A server of another user (uid {user}) answers in place of the embedded store of {folder}, and is not "
            "believed. Stop it, or set EARSHOT_DATA to another folder."
        )


def _read_peer_uid(connected: socket.socket) -> int:
    if hasattr(socket, "SO_PEERCRED"):
        _, user, _ = struct.unpack("3i", connected.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
        return int(user)
    user, group = ctypes.c_uint32(), ctypes.c_uint32()
    if ctypes.CDLL(None).getpeereid(connected.fileno(), ctypes.byref(user), ctypes.byref(group)):
        raise EmbeddedServerError(
            "This system does not say which user a socket belongs to. Set REDIS_URL to a running Redis."
        )
    return user.value


def check_data_readable(folder: Path, server: Path) -> None:
    """Raise `EmbeddedServerError` if the server would ignore the data in the folder and start empty."""
    kept = folder / "appendonlydir"
    data = {file.name: int(found[1]) for file in _list_files(kept) if (found := _DATA.match(file.name))}
    size = sum((kept / name).stat().st_size for name in data)
    if size <= EMPTY_MOST:
        return
    held = f"{kept} holds {size:,} bytes of data"
    advice = f"Put it back from a copy, or move {kept} away to begin with nothing."
    manifest = kept / "appendonly.aof.manifest"
    if not manifest.exists():
        missing = f"{manifest.name}, which names it, is missing"
        raise EmbeddedServerError(f"{held}, and {missing}: it would not be read. {advice}")
    named = manifest.read_text(encoding="utf-8", errors="replace")
    newest = max((int(number) for number in re.findall(r"\bseq (\d+)", named)), default=0)
    if unnamed := sorted(name for name, number in data.items() if number > newest and (kept / name).stat().st_size):
        unknown = f"{manifest.name} does not name {unnamed[0]}"
        raise EmbeddedServerError(f"{held}, and {unknown}: it would not be read. {advice}")
    if (version := _read_server_version(server)) < 7:
        raise EmbeddedServerError(
            f"{held}, as Redis 7 and later write it. {server} is version {version} and cannot read it. "
            "Install a newer one, or remove this one from the PATH."
        )


def _list_files(folder: Path) -> list[Path]:
    try:
        return [file for file in folder.iterdir() if file.is_file()]
    except (FileNotFoundError, NotADirectoryError):
        return []


def _read_server_version(server: Path) -> int:
    """Return the major version of the server; 99 if it does not tell."""
    result = subprocess.run([server, "--version"], capture_output=True, check=False, timeout=10)  # noqa: S603 - our own
    found = re.search(rb"\bv=(\d+)", result.stdout)
    return int(found[1]) if found else 99

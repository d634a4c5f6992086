"""A real server on loopback, and the ways by which it can be made to take no writes."""

import asyncio
import os
import random
import resource
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.domain.commits import StoreUnavailable
from bot.store.client import RedisClient
from bot.store.embedded_server import find_server

USER = "earshot"
WITHIN = 30.0


class LoopbackServer:
    def __init__(self, folder: Path, *words: str, config: Path | None = None) -> None:
        self.folder = folder
        self.port = free_port()
        self._words = words
        self._config = config
        self._process: subprocess.Popen[bytes] | None = None
        self.admin = RedisClient(f"redis://127.0.0.1:{self.port}")

    @property
    def url(self) -> str:
        """As a user of our own, whose rights a test may take away."""
        return f"redis://{USER}:secret@127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    async def restart(self) -> None:
        """Start again what was killed or stopped, on its files."""
        assert self._process is not None
        await asyncio.to_thread(self._process.wait)
        await self.start()

    async def roll(self) -> None:
        """Stop it as an operator does, and start it again."""
        os.kill(self.pid, signal.SIGTERM)
        await self.restart()

    async def start(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        words = {"port": str(self.port), "bind": "127.0.0.1", "dir": str(self.folder)}
        words |= {} if self._config else {"save": "", "appendonly": "yes", "repl-diskless-sync-delay": "0"}
        given = [part for key, value in words.items() for part in (f"--{key}", value)]
        self._process = subprocess.Popen(  # noqa: ASYNC220 - it returns at once
            [str(find_server()), *([str(self._config)] if self._config else []), *given, *self._words],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            restore_signals=False,  # SIGXFSZ stays ignored: a file that may not grow is an error, and not the end
        )
        await wait_until(self._answers)
        if not {"--cluster-enabled", "--sentinel"} & set(self._words):
            await self.create_user()

    async def create_user(self) -> None:
        await self.admin.execute("ACL", "SETUSER", USER, "on", ">secret", "~*", "&*", "+@all")

    async def _answers(self) -> bool:
        return bool(await self.admin.execute("PING"))

    async def takes_writes(self) -> bool:
        return bool(await self.admin.execute("SET", "probe", "1"))

    async def end(self) -> None:
        await self.admin.close()
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            await asyncio.to_thread(self._process.wait)


@asynccontextmanager
async def start_loopback_server(folder: Path, *words: str, config: Path | None = None) -> AsyncIterator[LoopbackServer]:
    made = LoopbackServer(folder, *words, config=config)
    try:
        await made.start()
        yield made
    finally:
        await made.end()


def free_port() -> int:
    """The nodes of a cluster talk on a second one, higher by 10,000: both below those of connections that go out."""
    while True:
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", random.randrange(10_240, 20_000)))
            return int(probe.getsockname()[1])


async def wait_until(true: Callable[[], Any]) -> None:
    """A store that refuses to answer is asked again."""
    async with asyncio.timeout(WITHIN):
        while True:
            with suppress(StoreUnavailable):
                if await true():
                    return
            await asyncio.sleep(0.02)


@dataclass
class WriteFailure:
    """How the server is made to refuse, and to take writes again."""

    server: LoopbackServer
    spare: LoopbackServer

    async def begin(self) -> None: ...
    async def end(self) -> None: ...


class Failover(WriteFailure):
    """A planned one: the spare holds all that the server has, and takes its place; later they change back."""

    async def begin(self) -> None:
        await follow(self.spare, self.server)
        await self.spare.admin.execute("REPLICAOF", "NO", "ONE")
        await self.server.admin.execute("REPLICAOF", "127.0.0.1", self.spare.port)

    async def end(self) -> None:
        await is_replica_linked(self.server)
        await self.server.admin.execute("REPLICAOF", "NO", "ONE")


class LostPrimary(WriteFailure):
    """Made a replica of a server that is not there."""

    async def begin(self) -> None:
        await self.server.admin.execute("REPLICAOF", "127.0.0.1", free_port())

    async def end(self) -> None:
        await self.server.admin.execute("REPLICAOF", "NO", "ONE")


class FullMemory(WriteFailure):
    async def begin(self) -> None:
        await self.server.admin.execute("CONFIG", "SET", "maxmemory", "1")

    async def end(self) -> None:
        await self.server.admin.execute("CONFIG", "SET", "maxmemory", "0")


class NoScripts(WriteFailure):
    async def begin(self) -> None:
        await self.server.admin.execute("ACL", "SETUSER", USER, "-@scripting")

    async def end(self) -> None:
        await self.server.admin.execute("ACL", "SETUSER", USER, "+@scripting")


class NoReplicas(WriteFailure):
    async def begin(self) -> None:
        await self.server.admin.execute("CONFIG", "SET", "min-replicas-to-write", "1")

    async def end(self) -> None:
        await self.server.admin.execute("CONFIG", "SET", "min-replicas-to-write", "0")


class DeletedUser(WriteFailure):
    """Whom nobody knows any more is disconnected, and cannot come back."""

    async def begin(self) -> None:
        await self.server.admin.execute("ACL", "DELUSER", USER)

    async def end(self) -> None:
        await self.server.create_user()


class BusyScript(WriteFailure):
    """Somebody else's script does not end."""

    async def begin(self) -> None:
        await self.server.admin.execute("CONFIG", "SET", "lua-time-limit", "1")
        self._other = RedisClient(f"redis://127.0.0.1:{self.server.port}")
        self._looping = asyncio.create_task(self._other.execute("EVAL", "while true do end", "0"))
        await wait_until(self._is_busy)

    async def _is_busy(self) -> bool:
        try:
            await self.server.takes_writes()
        except StoreUnavailable as no:
            return "BUSY" in str(no)
        return False

    async def end(self) -> None:
        await self.server.admin.execute("SCRIPT", "KILL")
        await asyncio.gather(self._looping, return_exceptions=True)
        await self._other.close()


class MissingPermission(WriteFailure):
    """Scripts may run, but not do all that they do: a commit that is under way is written in part, and said to fail."""

    async def begin(self) -> None:
        await self.server.admin.execute("ACL", "SETUSER", USER, "-xadd")

    async def end(self) -> None:
        await self.server.admin.execute("ACL", "SETUSER", USER, "+xadd")


class FullDisk(WriteFailure):
    """As near to one as a test may come: no file of the server may be longer."""

    async def begin(self) -> None:
        self._room(1)
        await wait_until(self._refuses)

    async def end(self) -> None:
        self._room(resource.RLIM_INFINITY)
        await wait_until(self.server.takes_writes)

    def _room(self, most: int) -> None:
        resource.prlimit(self.server.pid, resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))

    async def _refuses(self) -> bool:
        try:
            await self.server.takes_writes()
        except StoreUnavailable as no:
            return "MISCONF" in str(no)
        return False


WRITE_FAILURES: tuple[type[WriteFailure], ...] = (
    Failover,
    LostPrimary,
    FullMemory,
    NoScripts,
    NoReplicas,
    DeletedUser,
    BusyScript,
)
if sys.platform == "linux":  # elsewhere a process cannot bound another's files
    WRITE_FAILURES = (*WRITE_FAILURES, FullDisk)


async def follow(replica: LoopbackServer, primary: LoopbackServer) -> None:
    """Until the replica has all that the primary has."""
    await replica.admin.execute("REPLICAOF", "127.0.0.1", primary.port)
    await is_replica_linked(replica)


async def is_replica_linked(replica: LoopbackServer) -> None:
    async def up() -> bool:
        return "master_link_status:up" in str(await replica.admin.execute("INFO", "replication"))

    await wait_until(up)

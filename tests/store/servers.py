"""A server that a test may stop, freeze and kill."""

import asyncio
import os
import signal
from pathlib import Path

from bot.store.client import RedisClient
from bot.store.embedded_server import EmbeddedServer


class Server:
    def __init__(self, folder: Path) -> None:
        self._embedded = EmbeddedServer(folder)
        self.client = RedisClient(self._embedded.url)

    @property
    def url(self) -> str:
        return self._embedded.url

    async def start(self) -> None:
        await self._embedded.ensure_running()
        await self._embedded.wait_ready()

    async def stop(self) -> None:
        await self._embedded.stop()

    async def kill(self) -> None:
        pid = self._pid()
        os.kill(pid, signal.SIGKILL)
        await asyncio.to_thread(_gone, self._embedded)

    def freeze(self) -> None:
        os.kill(self._pid(), signal.SIGSTOP)

    def thaw(self) -> None:
        os.kill(self._pid(), signal.SIGCONT)

    def _pid(self) -> int:
        assert self._embedded.pid is not None
        return self._embedded.pid

    async def end(self) -> None:
        await self.client.close()
        await self.stop()


def _gone(embedded: EmbeddedServer) -> None:
    assert embedded._server is not None
    embedded._server.wait()
